"""Is the reason of a refusal true? An independent look for each code; what cannot be shown is said to be unproven."""

import pathlib
import re

from .judges import Judges, warnings
from .limited import judge

# What the words of a refusal say is in the file, as it must stand in qpdf's expanded copy.
CONTENTS = {
    "a script": rb"/(JS|JavaScript)\b",
    "automatic action": rb"/AA\b",
    "attached file": rb"/(EmbeddedFiles|EF|RF)\b",
    "rich media": rb"/RichMedia",
    "portfolio": rb"/Collection\b",
    "/OpenAction": rb"/OpenAction\b",
    "outside the file": rb"/(F|FFilter)\b",
    "a PostScript drawing": rb"/PS\b",
    "no web address": rb"/URI\b",
    "command to the viewer": rb"/Named\b",
    "XFA": rb"/XFA\b",
    "NeedsRendering": rb"/NeedsRendering\b",
}

# Of signatures that no longer count or are not judged: /SubFilter, or object identifiers as they stand in /Contents.
KINDS = {
    "SHA-1, by its /SubFilter": rb"/adbe\.(pkcs7\.sha1|x509\.rsa_sha1)\b",
    "SHA-1": rb"06052b0e03021a",
    "Ed448": rb"06032b6571",
    "Ed25519": rb"06032b6570",
    "SHAKE256": rb"0609608648016503040212",
    "SHA-3": rb"06096086480165030402(0[789a])",
    "DSA": rb"06072a8648ce3804",
}


def proof(path: pathlib.Path, code: str, detail: str, judges: Judges) -> str:
    """How the reason was confirmed; empty if it was not."""
    data = path.read_bytes()
    if code == "empty":
        return "0 bytes" if not data else ""
    if code == "not-pdf":
        return "" if re.match(rb"%PDF-(1\.[0-7]|2\.0)", data) else f"begins with {data[:8]!r}"
    if code == "encrypted":
        if judge(["qpdf", "--is-encrypted", path]).status == 0:
            return "qpdf --is-encrypted"
        return "the file names /Encrypt" if b"/Encrypt" in data else ""
    if code == "hybrid":
        return "the trailer has /XRefStm" if b"/XRefStm" in data else ""
    if code in ("damaged", "truncated", "too-complex", "unreadable"):
        return _damage(path, judges)
    if code in ("active-content", "annotations", "xfa"):
        return _content(path, detail)
    if code in ("certified", "locked", "field-demands"):
        return _restriction(path)
    if code == "signature-unaccepted":
        found = next((f"a signature of {name}" for name, sign in KINDS.items() if re.search(sign, data, re.IGNORECASE)), "")
        # The object identifier of message-digest, without which there are no signed attributes (RFC 5652 §5.3).
        return found or ("" if re.search(rb"06092a864886f70d010904", data, re.IGNORECASE) else "no signed attributes")
    if code == "signature-broken":
        return _broken_signature(path, judges) or _changed_after(path, detail) or _covered(path, detail)
    return ""


def _damage(path: pathlib.Path, judges: Judges) -> str:
    complaints = sorted(warnings(path))
    if complaints:
        return "qpdf: " + complaints[0][:90]
    seen = judges.hanko(path)
    if "" in seen:
        return "pyHanko: " + seen[""]["error"][:90]
    misplaced = _misplaced(path.read_bytes())
    if misplaced:
        return misplaced
    result = judge(["mutool", "info", path])
    words = (result.errors.strip().splitlines() or [""])[0]
    return "mutool: " + words[:90] if words or result.status else ""


def _misplaced(data: bytes) -> str:
    """Offsets that do not name the first byte of what they are for: most readers skip white space there."""
    last = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", data)
    at = int(last.group(1)) if last else 0
    if not re.match(rb"xref\b|\d+ \d+ obj", data[at : at + 40]):
        return f"at the offset of startxref stands {data[at : at + 12]!r}"
    for entry in re.finditer(rb"(\d{10}) (\d{5}) n", data[at:]):
        place = int(entry.group(1))
        if not re.match(rb"\d+ \d+ obj", data[place : place + 40]):
            return f"at {place}, where an object should be, stands {data[place : place + 12]!r}"
    return ""


def _expanded(path: pathlib.Path) -> bytes:
    copy = path.with_suffix(".qdf")
    judge(["qpdf", "--qdf", "--object-streams=disable", "--no-warn", path, copy])
    data = copy.read_bytes() if copy.exists() else b""
    copy.unlink(missing_ok=True)
    return data


def _content(path: pathlib.Path, detail: str) -> str:
    data = _expanded(path) or path.read_bytes()
    patterns = [pattern for words, pattern in CONTENTS.items() if words in detail]
    # "a Launch action in object 6", "a /Text annotation in object 9", "a /EmbeddedFile in object 7"
    named = re.search(r"\ba /?(\w+)( action| annotation)? in object", detail)
    if not patterns and named:
        patterns = [rb"/" + named.group(1).encode() + rb"\b"]
    for pattern in patterns:
        found = re.search(pattern, data)
        if found:
            return f"qpdf's copy holds {found.group(0).decode()}"
    return ""


def _restriction(path: pathlib.Path) -> str:
    data = _expanded(path)
    for name in (rb"/DocMDP", rb"/FieldMDP", rb"/UR3?\b", rb"/Lock\b", rb"/SV\b"):
        found = re.search(name, data)
        if found:
            return f"qpdf's copy holds {found.group(0).decode()}"
    return ""


def _broken_signature(path: pathlib.Path, judges: Judges) -> str:
    for name, signature in judges.hanko(path).items():
        if "error" in signature:
            return f"pyHanko: {name} {signature['error']}"[:100]
        if not (signature["intact"] and signature["valid"]):
            return f"pyHanko: {name} is not intact and valid"
        if signature["coverage"] not in ("ENTIRE_FILE", "ENTIRE_REVISION"):
            return f"pyHanko: {name} covers {signature['coverage']}"
        if signature["allowed"] is False:
            return f"pyHanko: {name}: {signature['changed']}"
    return ""


def _changed_after(path: pathlib.Path, detail: str) -> str:
    """pyHanko allows some changes that we don't (fields filled, fonts of the form): that the object was changed, qpdf tells."""
    named = re.search(r"(?:object (\d+)|/(\w+) of the form) .*\(revision (\d+)\)", detail)
    if not named:
        return ""
    data, revision = path.read_bytes(), int(named.group(3))
    ends = [found.end() for found in re.finditer(rb"%%EOF[\r\n]*", data)]
    if re.search(rb"/Linearized\b", data[:1024]):
        ends = ends[1:]  # its first end mark closes the part for the first page
    if len(ends) < revision:
        return ""
    texts = []
    for index, end in enumerate(ends[revision - 2 : revision]):
        part = path.with_suffix(f".revision-{index}")
        part.write_bytes(data[:end])
        if named.group(1):
            texts.append([judge(["qpdf", f"--show-object={named.group(1)}", *more, part]).output
                          for more in ([], ["--raw-stream-data"])])  # fmt: skip
        else:
            texts.append(_form(part))
        part.unlink()
    what = f"object {named.group(1)}" if named.group(1) else f"/{named.group(2)}"
    return f"qpdf: {what} differs between revisions {revision - 1} and {revision}" if texts[0] != texts[1] else ""


def _covered(path: pathlib.Path, detail: str) -> str:
    """A signature's picture, by what qpdf says of its rectangle and of the smallest page."""
    if "quarter of its page" not in detail:
        return ""
    text = _expanded(path)
    boxes = {}
    for key in (b"MediaBox", b"Rect"):
        found = re.findall(rb"/%s \[([^\]]*)\]" % key, text)
        corners = [[float(number) for number in numbers.split()] for numbers in found]
        boxes[key] = [abs(c[2] - c[0]) * abs(c[3] - c[1]) for c in corners if len(c) == 4]
    if not boxes[b"MediaBox"] or not boxes[b"Rect"]:
        return ""
    share = max(boxes[b"Rect"]) / min(boxes[b"MediaBox"])
    return f"qpdf: a rectangle of {share:.0%} of the page" if share > 0.25 else ""


def _form(path: pathlib.Path) -> str:
    """The interactive form as qpdf shows it."""
    text = judge(["qpdf", "--show-object=trailer", path]).output
    for key in ("Root", "AcroForm"):
        reference = re.search(rf"/{key} (\d+) 0 R", text)
        if reference:
            text = judge(["qpdf", f"--show-object={reference.group(1)}", path]).output
    return text
