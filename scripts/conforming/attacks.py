"""Files as forgers make them, from a letter that was validly signed: what each is, and the code with which it must be refused.

The names are those of the publications: universal signature forgery, incremental saving and signature wrapping (Mladenov et al.,
CCS 2019), shadow attacks (NDSS 2021), evil annotation and sneaky signature (certification attacks, IEEE S&P 2021).
"""

import dataclasses
import re
from typing import Callable


@dataclasses.dataclass
class Attack:
    name: str
    # Any of these codes must be among the reasons.
    codes: tuple[str, ...]
    data: bytes


class Signed:
    """A signed file of one table revision and one update, taken apart."""

    def __init__(self, data: bytes):
        self.data = data
        # The last one is ours, where others were there before.
        self.range = list(re.finditer(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\] *", data))[-1]
        self.gap = (int(self.range.group(2)), int(self.range.group(3)))
        self.xref = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
        self.size = max(int(number) for number in re.findall(rb"/Size (\d+)", data))
        self.root = re.findall(rb"/Root (\d+ \d+ R)", data)[-1]

    def contents(self, text: bytes) -> bytes:
        start, end = self.gap
        return self.data[:start] + text.ljust(end - start) + self.data[end:]

    def byte_range(self, text: bytes) -> bytes:
        start, end = self.range.start(), self.range.end()
        return self.data[:start] + (b"/ByteRange " + text).ljust(end - start) + self.data[end:]

    def renamed(self, old: bytes, new: bytes) -> bytes:
        start = self.data.rindex(old)
        return self.data[:start] + new + self.data[start + len(old) :]

    def update(self, objects: dict[int, bytes], data: bytes | None = None, xref: bool = True) -> bytes:
        """A further revision with these objects."""
        result = self.data if data is None else data
        entries = {}
        for number, body in sorted(objects.items()):
            entries[number] = len(result)
            result += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        if not xref:
            return result
        start = len(result)
        table = b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % entry for entry in entries.items())
        size = max([self.size, *(number + 1 for number in objects)])
        return result + table + b"trailer\n<</Size %d/Root %s/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
            size, self.root, self.xref, start)  # fmt: skip

    def object(self, kind: bytes) -> tuple[int, bytes]:
        """Number and body of the newest object that holds these bytes."""
        found = [m for m in re.finditer(rb"(\d+) 0 obj\n(<<.*?>>)\nendobj", self.data, re.DOTALL) if kind in m.group(2)]
        return int(found[-1].group(1)), found[-1].group(2)


def all_of(signed: bytes, sign: Callable[[bytes], bytes], original: bytes) -> list[Attack]:
    """`sign` makes a good signature over any bytes that our own signer takes."""
    file = Signed(signed)
    page, body = file.object(b"/Type /Page/") if b"/Type /Page/" in signed else file.object(b"/Type /Page")
    new = file.size
    other = b"<</Length 18>>\nstream\n0 0 595 842 re f  \nendstream"
    covered = re.sub(rb"/Contents \d+ 0 R", b"/Contents %d 0 R" % new, body)
    noted = re.sub(rb"/Annots *\[", b"/Annots [%d 0 R " % new, body, count=1)
    appended = re.sub(rb"(/Annots *\[[^\]]*)", rb"\1 %d 0 R" % new, body, count=1)
    note = b"<</Type /Annot/Subtype /FreeText/Rect [50 50 500 800]/Contents (Other words)/DA (/Helv 20 Tf)>>"
    back = b"trailer\n<</Size %d/Root %s>>\nstartxref\n%d\n%%%%EOF\n" % (file.size, file.root, file.xref)
    start, end = file.gap
    attacks = [
        ("universal forgery: /Contents null", ("byte-range-missing",), file.contents(b"null")),
        ("universal forgery: /Contents empty", ("byte-range-gap",), file.contents(b"<>")),
        ("universal forgery: /Contents zeros", ("contents-not-der",), file.contents(b"<" + b"0" * (end - start - 2) + b">")),
        ("universal forgery: no /Contents", ("byte-range-missing",), file.renamed(b"/Contents <", b"/Contentz <")),
        ("universal forgery: no /ByteRange", ("byte-range-missing",), file.renamed(b"/ByteRange", b"/ByteRangz")),
        ("universal forgery: /ByteRange null", ("byte-range-missing",), file.byte_range(b"null")),
        ("universal forgery: /ByteRange negative", ("byte-range-missing",), file.byte_range(b"[-1 2 3 4]")),
        ("universal forgery: /ByteRange beyond the end", ("byte-range-wrong",), file.byte_range(b"[0 %d %d 99999999]" % (start, end))),
        ("universal forgery: /ByteRange of three", ("byte-range-missing",), file.byte_range(b"[0 %d %d]" % (start, end))),
        ("universal forgery: other SubFilter", ("sub-filter",), file.renamed(b"ETSI.CAdES.detached", b"adbe.x509.rsa_sha1 ")),
        ("incremental saving: page replaced", ("object-changed",), file.update({page: covered, new: other})),
        ("incremental saving: no xref", ("damaged", "not-whole-file"), file.update({page: covered, new: other}, xref=False)),
        ("incremental saving: trailer points back", ("not-whole-file",),
         file.update({page: covered, new: other}, xref=False) + back),
        ("incremental saving: only a comment", ("damaged", "not-whole-file"), signed + b"% more\n"),
        ("signature wrapping: bytes in the gap", ("byte-range-gap", "damaged"), signed[:end] + b"/Wrapped 1" + signed[end:]),
        ("signature wrapping: second /ByteRange", ("damaged",),
         file.renamed(b"/ByteRange [", b"/ByteRange [0 1 2 3]/ByteRange [")),
        ("padding of /Contents used", ("contents-padding",), signed[: end - 9] + b"DEADBEEF" + signed[end - 1 :]),
        ("evil annotation: FreeText at the end", ("list-changed", "object-changed"), file.update({page: appended, new: note})),
        ("evil annotation: FreeText in front", ("list-changed", "object-changed"), file.update({page: noted, new: note})),
        ("object nobody refers to", ("unexplained-object",), file.update({new: b"<</Orphan true>>"})),
        ("signature taken away", ("signature-removed", "catalog-changed"), removed(file)),
    ]  # fmt: skip
    attacks += shadow(sign, original)
    return [Attack(*attack) for attack in attacks]


def removed(file: Signed) -> bytes:
    number, body = file.object(b"/Type /Catalog")
    return file.update({number: re.sub(rb"/AcroForm (\d+ \d+ R|<<.*>>(?=>>))", b"", body)})


def shadow(sign: Callable[[bytes], bytes], original: bytes) -> list[tuple[str, tuple[str, ...], bytes]]:
    """Prepared before signing, sprung after it."""
    plain = Signed.__new__(Signed)
    plain.data = original
    plain.xref = int(re.findall(rb"startxref\s+(\d+)", original)[-1])
    plain.size = int(re.findall(rb"/Size (\d+)", original)[-1])
    plain.root = re.findall(rb"/Root (\d+ \d+ R)", original)[-1]
    page, body = next((int(m.group(1)), m.group(2)) for m in
                      re.finditer(rb"(\d+) 0 obj\s*(<<.*?>>)\s*endobj", original, re.DOTALL) if re.search(rb"/Type */Page\b", m.group(2)))  # fmt: skip
    shown = re.search(rb"/Contents (\d+ 0 R)", body).group(1)
    white = b"<</Length 22>>\nstream\n1 g 0 0 595 842 re f  \nendstream"
    hidden, late = plain.size + 40, plain.size + 41

    # Hide: a cover is part of the page, and taken off afterwards.
    hide = plain.update({page: body.replace(b"/Contents " + shown, b"/Contents [%s %d 0 R]" % (shown, hidden)), hidden: white})
    after_hide = Signed(sign(hide))
    bare = after_hide.update({hidden: b"<</Length 1>>\nstream\n \nendstream"})
    # Replace: the page refers to an object that is not there, and comes later.
    replace = plain.update({page: body.replace(b"/Contents " + shown, b"/Contents [%s %d 0 R]" % (shown, late))})
    after_replace = Signed(sign(replace))
    filled = after_replace.update({late: white})
    # Hide and replace: the other page is in the file already, and only referred to later.
    both = plain.update({hidden: b"<</Length 18>>\nstream\n0 0 595 842 re f  \nendstream"})
    after_both = Signed(sign(both))
    new_page = body.replace(b"/Contents " + shown, b"/Contents %d 0 R" % hidden)
    swapped = after_both.update({page: new_page})
    return [
        ("shadow: hide", ("object-changed",), bare),
        ("shadow: replace", ("dangling-filled",), filled),
        ("shadow: hide and replace", ("object-changed",), swapped),
    ]


def certified(data: bytes) -> list[Attack]:
    """On a file certified for form filling and notes (DocMDP 3): what the certification allows, we do not."""
    file = Signed(data)
    page, body = file.object(b"/Type /Page")
    new = file.size + 50
    note = b"<</Type /Annot/Subtype /FreeText/Rect [50 50 500 800]/Contents (Other words)/DA (/Helv 20 Tf)>>"
    if b"/Annots" in body:
        changed = re.sub(rb"(/Annots *\[[^\]]*)", rb"\1 %d 0 R" % new, body, count=1)
    else:
        changed = body[:-2] + b"/Annots [%d 0 R]>>" % new
    field = b"<</Type /Annot/Subtype /Widget/FT /Sig/T (Sneaky)/Rect [0 0 595 842]/F 132/P %d 0 R/AP <</N %d 0 R>>>>" % (page, new + 1)
    picture = b"<</Type /XObject/Subtype /Form/BBox [0 0 595 842]/Length 18>>\nstream\n0 0 595 842 re f  \nendstream"
    return [
        Attack("certification: evil annotation", ("list-changed", "object-changed"), file.update({page: changed, new: note})),
        Attack("certification: sneaky signature field over the page",
               ("overlay", "list-changed", "object-changed", "unexplained-object"),
               file.update({page: changed, new: field, new + 1: picture})),
    ]  # fmt: skip
