"""Files that must be refused, each for one reason, written by hand."""

import hashlib
import zlib

from .handwritten import HAND, Writer, document, one_page, stream, with_object_stream
from .registry import fixture, read, refused, verdict

DAMAGED = refused("damaged")
ACTIVE = refused("activeContent")


# Not whole, or not a PDF at all


@fixture("hostile/empty.pdf", HAND, "zero bytes", refused("empty"))
def empty() -> bytes:
    return b""


@fixture("hostile/text.pdf", HAND, "a text file named .pdf", refused("notPDF"))
def text() -> bytes:
    return "Kính gửi: các công đoàn cơ sở.\n".encode()


@fixture("hostile/word.pdf", HAND, "a ZIP archive (as .docx is) named .pdf", refused("notPDF"))
def word() -> bytes:
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("word/document.xml", (2026, 1, 1, 0, 0, 0)), "<w:document/>")
    return out.getvalue()


@fixture("hostile/header-only.pdf", HAND, "a header and nothing else", refused("truncated", "damaged"))
def header_only() -> bytes:
    return b"%PDF-1.7\n"


@fixture("hostile/truncated.pdf", HAND, "cut in the middle of an object", refused("truncated", "damaged"))
def truncated() -> bytes:
    whole = document(one_page())
    return whole[: len(whole) // 2]


@fixture("hostile/truncated-xref.pdf", HAND, "cut inside the cross-reference table", refused("truncated", "damaged"))
def truncated_xref() -> bytes:
    whole = document(one_page())
    return whole[: whole.rindex(b"xref\n0") + 60]


@fixture(
    "hostile/zero-tail.pdf", HAND, "the second half is zeros, as after a power cut", refused("truncated", "damaged")
)
def zero_tail() -> bytes:
    whole = document(one_page())
    return whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2)


@fixture("hostile/junk-before-header.pdf", HAND, "HTTP headers saved before %PDF-", refused("notPDF", "damaged"))
def junk_before() -> bytes:
    return b"Content-Type: application/pdf\r\n\r\n" + document(one_page())


@fixture("hostile/junk-after-end.pdf", HAND, "an HTML page appended after %%EOF", DAMAGED)
def junk_after() -> bytes:
    return document(one_page()) + b"<html><body>polyglot</body></html>\n"


# Wrong structure


@fixture("hostile/wrong-startxref.pdf", HAND, "startxref points into the contents", DAMAGED)
def wrong_startxref() -> bytes:
    whole = document(one_page())
    at = whole.rindex(b"startxref")
    return whole[:at] + b"startxref\n77\n%%EOF\n"


@fixture("hostile/wrong-offset.pdf", HAND, "the table's offset of the page is off by one", DAMAGED)
def wrong_offset() -> bytes:
    writer = Writer("1.4")
    offsets = writer.objects(one_page())
    offsets[3] += 1
    return writer.table(offsets).bytes()


@fixture("hostile/entries-of-19-bytes.pdf", HAND, "table entries of 19 bytes", DAMAGED)
def entries_19() -> bytes:
    return document(one_page(), entry_end=b"\n")


@fixture("hostile/size-too-small.pdf", HAND, "trailer's /Size is below the highest object number", DAMAGED)
def size_too_small() -> bytes:
    return document(one_page(), size=4)


@fixture(
    "hostile/table-too-long.pdf", HAND, "a table that says it has 99,999,999 entries", refused("damaged", "tooComplex")
)
def table_too_long() -> bytes:
    return document(one_page()).replace(b"xref\n0 6\n", b"xref\n0 99999999\n")


@fixture("hostile/duplicate-key.pdf", HAND, "two /Contents in the page: readers disagree which counts", DAMAGED)
def duplicate_key() -> bytes:
    objects = one_page("shown by some", page=b"/Contents 6 0 R")
    objects[6] = stream(b"", b"BT /F1 14 Tf 72 720 Td (shown by others) Tj ET")
    return document(objects)


@fixture("hostile/no-pages.pdf", HAND, "a catalog without /Pages", DAMAGED)
def no_pages() -> bytes:
    return document({1: b"<< /Type /Catalog >>"})


@fixture("hostile/hybrid.pdf", HAND, "table plus /XRefStm: two truths in one file", refused("hybrid"))
def hybrid() -> bytes:
    writer = Writer("1.5")
    offsets = writer.objects(one_page())
    at = len(writer.out)
    rows = bytes([1]) + at.to_bytes(4, "big") + bytes(2)
    writer.objects({6: stream(b"/Type /XRef /W [1 4 2] /Index [6 1] /Size 7", rows)})
    return writer.table(offsets, b"/Root 1 0 R /XRefStm %d" % at).bytes()


@fixture("hostile/generation-never-freed.pdf", HAND, "object 1 begins with generation 9", DAMAGED)
def generation_never_freed() -> bytes:
    whole = document(one_page(), trailer=b"/Root 1 9 R").replace(b"1 0 obj\n", b"1 9 obj\n", 1)
    return whole.replace(b" 00000 n", b" 00009 n", 1)


@fixture("hostile/wrong-generation.pdf", HAND, "one of two references to an object names another generation", DAMAGED)
def wrong_generation() -> bytes:
    objects = one_page("wrong generation")
    objects[3] = objects[3].replace(b"/Parent 2 0 R", b"/Parent 2 1 R")
    return document(objects)


@fixture(
    "hostile/signature-unreadable.pdf", HAND, "a signature field whose /Contents is no DER", refused("signatureBroken")
)
def signature_unreadable() -> bytes:
    objects = one_page("half signed", catalog=b"/AcroForm << /Fields [6 0 R] /SigFlags 3 >>", page=b"/Annots [6 0 R]")
    objects[6] = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Ky) /Rect [0 0 0 0] /P 3 0 R /F 132 /V 7 0 R >>"
    objects[7] = (
        b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 9999999999 0 0] "
        b"/Contents <%s> >>" % (b"0" * 64)
    )
    return document(objects, "1.7")


# Loops and bombs


@fixture("hostile/xref-loop.pdf", HAND, "a table whose /Prev is itself", refused("damaged", "tooComplex"))
def xref_loop() -> bytes:
    writer = Writer("1.4")
    offsets = writer.objects(one_page())
    return writer.table(offsets, b"/Root 1 0 R /Prev %d" % len(writer.out)).bytes()


@fixture("hostile/xref-loop-of-two.pdf", HAND, "two tables, each the other's /Prev", refused("damaged", "tooComplex"))
def xref_loop_of_two() -> bytes:
    writer = Writer("1.4")
    writer.table(writer.objects(one_page()), b"/Root 1 0 R /Prev 0000000000")
    writer.table(writer.objects({4: stream(b"", b"BT ET")}), first=False)
    return writer.bytes().replace(b"/Prev 0000000000", b"/Prev %010d" % writer.last_xref)


@fixture("hostile/page-tree-loop.pdf", HAND, "a page tree that contains itself", refused("damaged", "tooComplex"))
def page_tree_loop() -> bytes:
    objects = one_page()
    objects[2] = b"<< /Type /Pages /Kids [6 0 R] /Count 1 >>"
    objects[6] = b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >>"
    return document(objects)


@fixture(
    "hostile/object-stream-loop.pdf",
    HAND,
    "an object stream said to be inside itself",
    refused("damaged", "tooComplex"),
)
def object_stream_loop() -> bytes:
    writer = Writer("1.5")
    objects = one_page()
    offsets = writer.objects({n: b for n, b in objects.items() if n != 2})
    return writer.xref_stream(offsets, compressed={2: (6, 0), 6: (6, 0)}, number=7).bytes()


@fixture("hostile/nested-arrays.pdf", HAND, "20,000 nested arrays in the catalog", refused("tooComplex", "damaged"))
def nested_arrays() -> bytes:
    return document(one_page(catalog=b"/Deep " + b"[" * 20_000 + b"]" * 20_000))


def bomb(levels: int, size: int) -> bytes:
    """`size` zero bytes, deflated `levels` times."""
    compressor = zlib.compressobj(9)
    block = bytes(1 << 20)
    data = b"".join(compressor.compress(block) for _ in range(size >> 20)) + compressor.flush()
    for _ in range(levels - 1):
        data = zlib.compress(data, 9)
    return data


@fixture(
    "hostile/bomb-xref-stream.pdf",
    HAND,
    "a cross-reference stream that inflates to 1 GiB",
    refused("tooComplex", "tooLarge", "damaged"),
)
def bomb_xref_stream() -> bytes:
    writer = Writer("1.5")
    writer.objects(one_page())
    at = len(writer.out)
    keys = b"/Type /XRef /W [1 4 2] /Size 7 /Root 1 0 R /Filter [/FlateDecode /FlateDecode]"
    writer.objects({6: stream(keys, bomb(2, 1 << 30))})
    writer._end(at, None)
    return writer.bytes()


@fixture(
    "hostile/bomb-object-stream.pdf",
    HAND,
    "an object stream that inflates to 512 MiB",
    refused("tooComplex", "tooLarge", "damaged"),
)
def bomb_object_stream() -> bytes:
    writer = Writer("1.5")
    objects = one_page()
    keys = b"/Type /ObjStm /N 1 /First 4 /Filter [/FlateDecode /FlateDecode]"
    offsets = writer.objects({n: b for n, b in objects.items() if n != 2} | {6: stream(keys, bomb(2, 1 << 29))})
    return writer.xref_stream(offsets, compressed={2: (6, 0)}).bytes()


# Active content


def with_catalog(catalog: bytes, **more: bytes) -> bytes:
    objects = one_page(catalog=catalog)
    return document(objects | {int(n[1:]): body for n, body in more.items()}, "1.7")


@fixture("hostile/javascript-open-action.pdf", HAND, "JavaScript when opened", ACTIVE)
def javascript_open() -> bytes:
    return with_catalog(b"/OpenAction << /S /JavaScript /JS (app.alert\\('hello'\\)) >>")


@fixture("hostile/javascript-names.pdf", HAND, "JavaScript in the name tree", ACTIVE)
def javascript_names() -> bytes:
    return with_catalog(
        b"/Names << /JavaScript 6 0 R >>",
        o6=b"<< /Names [(start) 7 0 R] >>",
        o7=b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>",
    )


@fixture(
    "hostile/javascript-in-object-stream.pdf",
    HAND,
    "JavaScript hidden in an object stream, its name written with #xx",
    ACTIVE,
)
def javascript_packed() -> bytes:
    objects = one_page(catalog=b"/OpenAction 6 0 R")
    objects[6] = b"<< /S /J#61vaScript /JS (app.alert\\(1\\)) >>"
    return with_object_stream(objects, packed=(1, 2, 3, 5, 6))


@fixture("hostile/additional-actions.pdf", HAND, "page with additional actions (/AA)", ACTIVE)
def additional_actions() -> bytes:
    return document(one_page(page=b"/AA << /O << /S /Named /N /Print >> >>"), "1.7")


@fixture("hostile/launch.pdf", HAND, "a link that starts a program", ACTIVE)
def launch() -> bytes:
    objects = one_page(page=b"/Annots [6 0 R]")
    objects[6] = b"<< /Type /Annot /Subtype /Link /Rect [0 0 99 99] /A << /S /Launch /F (cmd.exe) >> >>"
    return document(objects, "1.7")


def layers(configuration: bytes) -> bytes:
    group = b"<< /Type /OCG /Name (%s) /Usage << /View << /ViewState /%s >> /Print << /PrintState /%s >> >> >>"
    objects = one_page(
        catalog=b"/OCProperties << /OCGs [6 0 R 7 0 R] /D << /Order [6 0 R 7 0 R] %s >> >>" % configuration)
    objects[3] = objects[3].replace(b"/Font <<", b"/Properties << /S 6 0 R /P 7 0 R >> /Font <<")
    objects[4] = stream(b"",
        b"/OC /S BDC BT /F1 14 Tf 72 720 Td (seen on the screen) Tj ET EMC\n"
        b"/OC /P BDC BT /F1 14 Tf 72 720 Td (printed on paper) Tj ET EMC")
    objects[6] = group % (b"screen", b"ON", b"OFF")
    objects[7] = group % (b"paper", b"OFF", b"ON")
    return document(objects, "1.7")


@fixture("hostile/layers-for-print.pdf", HAND, "layers that are printed and others that are seen", ACTIVE)
def layers_for_print() -> bytes:
    events = b" ".join(b"<< /Event /%s /Category [/%s] /OCGs [6 0 R 7 0 R] >>" % (e, e) for e in (b"Print", b"View"))
    return layers(b"/AS [%s]" % events)


@fixture("hostile/layers-by-usage.pdf", HAND, "the same where nothing asks viewers for it, and PDFium does it all the same", ACTIVE)
def layers_by_usage() -> bytes:
    return layers(b"")


@fixture("hostile/uri-open-action.pdf", HAND, "calls an address when opened", ACTIVE)
def uri_open() -> bytes:
    return with_catalog(b"/OpenAction << /S /URI /URI (https://example.vn/seen) >>")


@fixture("hostile/submit-form.pdf", HAND, "a button that sends the form away", ACTIVE)
def submit_form() -> bytes:
    objects = one_page(catalog=b"/AcroForm << /Fields [6 0 R] >>", page=b"/Annots [6 0 R]")
    objects[6] = (
        b"<< /Type /Annot /Subtype /Widget /FT /Btn /Ff 65536 /T (send) /Rect [0 0 99 99] /P 3 0 R "
        b"/A << /S /SubmitForm /F (https://example.vn/) >> >>"
    )
    return document(objects, "1.7")


@fixture("hostile/embedded-file.pdf", HAND, "an attached program", ACTIVE)
def embedded_file() -> bytes:
    return with_catalog(
        b"/Names << /EmbeddedFiles << /Names [(run.exe) 6 0 R] >> >>",
        o6=b"<< /Type /Filespec /F (run.exe) /EF << /F 7 0 R >> >>",
        o7=stream(b"/Type /EmbeddedFile", b"MZ"),
    )


@fixture("hostile/rich-media.pdf", HAND, "a RichMedia annotation", ACTIVE)
def rich_media() -> bytes:
    objects = one_page(page=b"/Annots [6 0 R]")
    objects[6] = b"<< /Type /Annot /Subtype /RichMedia /Rect [0 0 99 99] /RichMediaContent << >> >>"
    return document(objects, "1.7")


@fixture("hostile/xfa.pdf", HAND, "an XFA form: viewers redraw it", refused("xfa"))
def xfa() -> bytes:
    return with_catalog(
        b"/AcroForm << /Fields [] /XFA 6 0 R >>", o6=stream(b"", b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
    )


# Encrypted by the standard security handler, revision 2 (RC4, 40 bits), written by hand; qpdf's are in producers.py


@fixture(
    "hostile/encrypted-rc4.pdf",
    HAND,
    "RC4 with 40 bits, empty user password: opens without asking",
    refused("encrypted"),
)
def encrypted_rc4() -> bytes:
    # ISO 32000-1 §7.6.3, algorithms 2 to 4. The contents stay unencrypted: the file is refused before they matter.
    pad = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    identifier = hashlib.md5(b"congvan").digest()
    owner = _rc4(hashlib.md5(pad).digest()[:5], pad)
    permissions = (-4).to_bytes(4, "little", signed=True)
    key = hashlib.md5(pad + owner + permissions + identifier).digest()[:5]
    user = _rc4(key, pad)
    encrypt = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (
        owner.hex().encode(),
        user.hex().encode(),
    )
    ids = b"/ID [<%s> <%s>]" % (identifier.hex().encode(), identifier.hex().encode())
    return document(one_page(), trailer=b"/Root 1 0 R " + ids + b" " + encrypt)


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(out)


# Signed files that were touched afterwards

SIGNED = "pdf/signed-once-1.4.pdf"
INVALID = verdict("invalid")


@fixture("hostile/signed-byte-changed.pdf", "from " + SIGNED, "one letter of the text changed", INVALID)
def signed_byte_changed() -> bytes:
    whole = bytearray(read(SIGNED))
    whole[whole.index(b"78")] ^= 1
    return bytes(whole)


@fixture("hostile/signed-comment-appended.pdf", "from " + SIGNED, "a comment after the signed bytes", INVALID)
def signed_comment() -> bytes:
    return read(SIGNED) + b"% appended\n"


@fixture("hostile/signed-page-replaced.pdf", "from " + SIGNED, "a revision appended that shows another page", INVALID)
def signed_page_replaced() -> bytes:
    whole = read(SIGNED)
    previous = int(whole[whole.rindex(b"startxref") :].split()[1])
    at = len(whole)
    body = stream(b"", b"BT /F1 14 Tf 72 720 Td (another text) Tj ET")
    update = b"4 0 obj\n%s\nendobj\n" % body
    size = whole[whole.rindex(b"/Size") :].split()[1].strip(b"/>").decode()
    xref = b"xref\n4 1\n%010d 00000 n \ntrailer\n<< /Size %s /Prev %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return whole + update + xref % (at, size.encode(), previous, at + len(update))


@fixture("hostile/signed-padding-used.pdf", "from " + SIGNED, "bytes hidden in the padding of /Contents", INVALID)
def signed_padding_used() -> bytes:
    whole = bytearray(read(SIGNED))
    end = whole.index(b"00>", whole.rindex(b"/Contents"))
    whole[end - 8 : end] = b"DEADBEEF"
    return bytes(whole)
