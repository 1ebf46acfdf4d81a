"""PDF files written byte by byte, for shapes that no library makes on purpose."""

import zlib

from .registry import fixture

HAND = "written by hand"


def stream(dictionary: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (dictionary, len(data), data)


def page_text(text: str) -> bytes:
    return stream(b"", b"BT /F1 14 Tf 72 720 Td (%s) Tj ET" % text.encode("latin-1"))


FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def one_page(text: str = "congvan", catalog: bytes = b"", page: bytes = b"") -> dict[int, bytes]:
    """The objects of the smallest sensible document: catalog 1, pages 2, page 3, contents 4, font 5."""
    return {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> %s >>" % page,
        4: page_text(text),
        5: FONT,
    }


class Writer:
    """Writes revisions with cross-reference tables or streams and remembers every offset."""

    def __init__(self, version: str, eol: bytes = b"\n"):
        self.eol = eol
        self.out = bytearray(b"%PDF-" + version.encode() + eol + b"%\xe2\xe3\xcf\xd3" + eol)
        self.last_xref = 0
        self.size = 1

    def objects(self, objects: dict[int, bytes]) -> dict[int, int]:
        offsets = {}
        for number, body in objects.items():
            offsets[number] = len(self.out)
            self.out += b"%d 0 obj%s%s%sendobj%s" % (number, self.eol, body, self.eol, self.eol)
            self.size = max(self.size, number + 1)
        return offsets

    def table(
        self,
        offsets: dict[int, int],
        trailer: bytes = b"/Root 1 0 R",
        first: bool = True,
        size: int | None = None,
        entry_end: bytes | None = None,
        end: bytes | None = None,
    ) -> "Writer":
        at = len(self.out)
        if entry_end is None:
            entry_end = b"\r\n" if self.eol == b"\r\n" else b" \n"
        self.out += b"xref" + self.eol
        rows = {number: b"%010d 00000 n" % offset for number, offset in offsets.items()}
        if first:
            rows[0] = b"0000000000 65535 f"
        for start, run in _runs(rows):
            self.out += b"%d %d%s" % (start, len(run), self.eol)
            for row in run:
                self.out += row + entry_end
        previous = b"" if first else b"/Prev %d " % self.last_xref
        self.out += b"trailer%s<< /Size %d %s%s >>%s" % (self.eol, size or self.size, previous, trailer, self.eol)
        self._end(at, end)
        return self

    def xref_stream(
        self,
        offsets: dict[int, int],
        trailer: bytes = b"/Root 1 0 R",
        first: bool = True,
        number: int | None = None,
        size: int | None = None,
        compressed: dict[int, tuple[int, int]] | None = None,
        deflate: bool = True,
    ) -> "Writer":
        at = len(self.out)
        number = number or self.size
        self.size = max(self.size, number + 1)
        rows = {n: bytes([1]) + o.to_bytes(4, "big") + bytes(2) for n, o in {**offsets, number: at}.items()}
        for n, (container, index) in (compressed or {}).items():
            rows[n] = bytes([2]) + container.to_bytes(4, "big") + index.to_bytes(2, "big")
        if first:
            rows[0] = bytes([0]) + bytes(4) + b"\xff\xff"
        runs = _runs(rows)
        data = b"".join(row for _, run in runs for row in run)
        index = b" ".join(b"%d %d" % (start, len(run)) for start, run in runs)
        previous = b"" if first else b"/Prev %d " % self.last_xref
        keys = b"/Type /XRef /W [1 4 2] /Index [%s] /Size %d %s%s" % (index, size or self.size, previous, trailer)
        if deflate:
            keys, data = keys + b" /Filter /FlateDecode", zlib.compress(data, 9)
        self.objects({number: stream(keys, data)})
        self._end(at, None)
        return self

    def _end(self, at: int, end: bytes | None) -> None:
        self.last_xref = at
        self.out += b"startxref%s%d%s%%%%EOF" % (self.eol, at, self.eol)
        self.out += self.eol if end is None else end

    def bytes(self) -> bytes:
        return bytes(self.out)


def _runs(rows: dict[int, bytes]) -> list[tuple[int, list[bytes]]]:
    runs: list[tuple[int, list[bytes]]] = []
    for number in sorted(rows):
        if runs and runs[-1][0] + len(runs[-1][1]) == number:
            runs[-1][1].append(rows[number])
        else:
            runs.append((number, [rows[number]]))
    return runs


def document(objects: dict[int, bytes], version: str = "1.4", trailer: bytes = b"/Root 1 0 R", **options) -> bytes:
    writer = Writer(version)
    return writer.table(writer.objects(objects), trailer, **options).bytes()


def object_stream(objects: dict[int, bytes]) -> tuple[bytes, dict[int, int]]:
    """An object stream's body, and each object's index in it."""
    head, body, places = b"", b"", {}
    for index, (number, value) in enumerate(objects.items()):
        head += b"%d %d " % (number, len(body))
        body += value + b"\n"
        places[number] = index
    data = zlib.compress(head + body, 9)
    return stream(b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode" % (len(objects), len(head)), data), places


def with_object_stream(
    objects: dict[int, bytes], version: str = "1.5", packed: tuple[int, ...] = (1, 2, 3, 5)
) -> bytes:
    """A document whose catalog, pages and fonts are in an object stream."""
    container = max(objects) + 1
    body, places = object_stream({n: objects[n] for n in packed})
    writer = Writer(version)
    offsets = writer.objects({n: b for n, b in objects.items() if n not in packed} | {container: body})
    compressed = {n: (container, index) for n, index in places.items()}
    return writer.xref_stream(offsets, compressed=compressed).bytes()


@fixture("pdf/table-1.4.pdf", HAND, "the smallest file with a cross-reference table")
def table_14() -> bytes:
    return document(one_page("table 1.4"))


@fixture("pdf/crlf-1.4.pdf", HAND, "lines end in CR LF, as old Windows producers write")
def crlf() -> bytes:
    writer = Writer("1.4", eol=b"\r\n")
    return writer.table(writer.objects(one_page("CR LF"))).bytes()


@fixture("pdf/no-final-eol-1.4.pdf", HAND, "nothing after %%EOF: exactly one line feed must be added")
def no_final_eol() -> bytes:
    return document(one_page("no end of line"), end=b"")


@fixture("pdf/two-final-eols-1.4.pdf", HAND, "an empty line after %%EOF")
def two_final_eols() -> bytes:
    return document(one_page("two ends of line"), end=b"\r\n\r\n")


@fixture("pdf/odd-spacing-1.4.pdf", HAND, "comments inside dictionaries, names with #xx, tabs, nested strings")
def odd_spacing() -> bytes:
    objects = one_page("odd spacing")
    objects[1] = b"<</Type%comment >> /not /here\n/Cat#61log\t/Pages 2 0 R/Note(a\\)b(c)d\\\n)/Hex<6 1 6>>>"
    objects[2] = b"<< /Type/Pages/Kids[ 3 0 R%x\n]/Count +1>>"
    return document(objects)


@fixture("pdf/three-revisions-1.4.pdf", HAND, "two incremental updates: a /Prev chain with a freed object")
def three_revisions() -> bytes:
    writer = Writer("1.4")
    objects = one_page("revision 1")
    objects[6] = b"(freed in revision 3)"
    writer.table(writer.objects(objects))
    writer.table(writer.objects({4: page_text("revision 2")}), first=False)
    offsets = writer.objects({4: page_text("revision 3"), 7: b"(new)"})
    at = len(writer.out)
    writer.out += b"xref\n0 1\n0000000006 65535 f \n4 1\n%010d 00000 n \n6 2\n0000000000 00001 f \n%010d 00000 n \n" % (
        offsets[4],
        offsets[7],
    )
    writer.out += b"trailer\n<< /Size 8 /Prev %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (writer.last_xref, at)
    return writer.bytes()


@fixture("pdf/deep-page-tree-1.4.pdf", HAND, "page tree of depth 5; media box, resources and rotation inherited")
def deep_page_tree() -> bytes:
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 3 /MediaBox [0 0 595 842] /Rotate 90 "
        b"/Resources << /Font << /F1 12 0 R >> >> >>",
    }
    for level in range(3, 7):
        kids = b"%d 0 R" % (level + 1) if level < 6 else b"7 0 R 8 0 R 9 0 R"
        objects[level] = b"<< /Type /Pages /Parent %d 0 R /Kids [%s] /Count 3 >>" % (level - 1, kids)
    for page in (7, 8, 9):
        objects[page] = b"<< /Type /Page /Parent 6 0 R /Contents %d 0 R >>" % (10 if page < 9 else 11)
    objects |= {10: page_text("page"), 11: page_text("last page"), 12: FONT}
    return document(objects)


@fixture(
    "pdf/turned-cropped-1.4.pdf", HAND, "pages turned by 0, 90, 180 and 270, media box not at the origin, crop box inherited"
)
def turned_cropped() -> bytes:
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R 4 0 R 5 0 R 6 0 R] /Count 4 /MediaBox [-100 -50 600 850] "
        b"/CropBox [-40 0 555 842] /Resources << /Font << /F1 7 0 R >> >> >>",
        7: FONT,
    }
    # The text is upright on the page as seen.
    matrices = {0: b"1 0 0 1 60 700", 90: b"0 1 -1 0 200 60", 180: b"-1 0 0 -1 455 142", 270: b"0 -1 1 0 315 782"}
    for index, (turn, matrix) in enumerate(matrices.items()):
        text = b"q 0.8 g -40 0 595 842 re 4 w S Q BT /F1 24 Tf %s Tm (Turned by %d) Tj ET" % (matrix, turn)
        objects[3 + index] = b"<< /Type /Page /Parent 2 0 R /Contents %d 0 R /Rotate %d >>" % (8 + index, turn)
        objects[8 + index] = stream(b"", text)
    return document(objects)


@fixture("pdf/user-unit-1.6.pdf", HAND, "a unit of 1/36 inch: lengths on paper are twice the numbers")
def user_unit() -> bytes:
    objects = one_page("user unit 2", page=b"/UserUnit 2")
    objects[3] = objects[3].replace(b"[0 0 595 842]", b"[0 0 298 421]")
    objects[4] = stream(b"", b"BT /F1 7 Tf 36 360 Td (user unit 2) Tj ET")
    return document(objects, "1.6")


@fixture(
    "pdf/indirect-annots-1.4.pdf", HAND, "/Annots is an indirect array with a web link; AcroForm direct, text field"
)
def indirect_annots() -> bytes:
    objects = one_page(
        "indirect annotations",
        catalog=b"/AcroForm << /Fields [8 0 R] /DA (/Helv 0 Tf 0 g) /DR << /Font << /Helv 5 0 R >> >> >>",
        page=b"/Annots 6 0 R",
    )
    objects[6] = b"[7 0 R 8 0 R]"
    objects[7] = (
        b"<< /Type /Annot /Subtype /Link /Rect [72 700 200 730] /Border [0 0 0] "
        b"/A << /S /URI /URI (https://example.vn/) >> >>"
    )
    objects[8] = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (note) /V (text) /Rect [72 600 300 620] /P 3 0 R /F 4 "
        b"/DA (/Helv 0 Tf 0 g) >>"
    )
    return document(objects)


@fixture("pdf/indirect-fields-1.6.pdf", HAND, "AcroForm indirect, its /Fields an indirect empty array")
def indirect_fields() -> bytes:
    objects = one_page("indirect fields", catalog=b"/AcroForm 6 0 R")
    objects |= {6: b"<< /Fields 7 0 R >>", 7: b"[]"}
    return document(objects, "1.6")


@fixture("pdf/xref-stream-1.5.pdf", HAND, "cross-reference stream, uncompressed, no object streams")
def xref_stream() -> bytes:
    writer = Writer("1.5")
    return writer.xref_stream(writer.objects(one_page("xref stream")), deflate=False).bytes()


@fixture("pdf/object-stream-2.0.pdf", HAND, "PDF 2.0; catalog, pages and page inside an object stream")
def object_stream_20() -> bytes:
    return with_object_stream(one_page("PDF 2.0"), "2.0")


@fixture(
    "pdf/xref-stream-not-counted-1.5.pdf",
    HAND,
    "/Size doesn't count the cross-reference stream's own object: a new object must not take its number",
)
def xref_stream_not_counted() -> bytes:
    writer = Writer("1.5")
    offsets = writer.objects(one_page("own number"))
    at = len(writer.out)
    rows = bytes([0]) + bytes(4) + b"\xff\xff"
    rows += b"".join(bytes([1]) + offsets[n].to_bytes(4, "big") + bytes(2) for n in sorted(offsets))
    writer.objects({6: stream(b"/Type /XRef /W [1 4 2] /Size 6 /Root 1 0 R", rows)})
    writer._end(at, None)
    return writer.bytes()


@fixture("pdf/empty-field-locked-later-1.7.pdf", HAND, "empty signature field, merged with its widget, with /Lock /All")
def empty_field_lock() -> bytes:
    objects = one_page(
        "field with a lock", catalog=b"/AcroForm << /Fields [6 0 R] /SigFlags 1 >>", page=b"/Annots [6 0 R]"
    )
    objects[6] = (
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Con dau) /Rect [300 80 500 180] /P 3 0 R /F 132 "
        b"/Lock << /Type /SigFieldLock /Action /All >> >>"
    )
    return document(objects, "1.7")


@fixture(
    "pdf/comment-before-end-1.4.pdf",
    HAND,
    "an update, as ExifTool writes it, with a comment between trailer and startxref",
)
def comment_before_end() -> bytes:
    writer = Writer("1.4")
    writer.table(writer.objects(one_page("a comment")))
    end = len(writer.out)
    writer.table(writer.objects({4: page_text("updated")}), first=False)
    return writer.bytes()[:end] + writer.bytes()[end:].replace(b"startxref", b"%EndUpdate 99\nstartxref")


@fixture(
    "pdf/dangling-references-1.4.pdf",
    HAND,
    "refers to objects that are not there (which reads as null): new objects must not take their numbers",
)
def dangling_references() -> bytes:
    return document(one_page("dangling", page=b"/Annots [6 0 R] /Thumb 7 0 R /B [9 0 R]"))
