"""PDF files as programs of everyday use write them: ReportLab, WeasyPrint, qpdf (through pikepdf), pyHanko's form writer."""

import io
import os

from .handwritten import document, one_page
from .registry import fixture, read, refused

LETTER = """<!DOCTYPE html><html lang="vi"><title>Báo cáo</title><style>
@page { size: A4; margin: 2cm } body { font: 14pt/1.4 "DejaVu Serif" } h1 { font-size: 16pt; text-align: center }
</style><p><b>CÔNG ĐOÀN CƠ SỞ TRƯỜNG THPT LẠC LONG QUÂN</b></p><p>Số: 05/BC-CĐCS</p>
<h1>BÁO CÁO</h1><p>Kính gửi: Liên đoàn Lao động tỉnh.</p>
<p>Công đoàn cơ sở báo cáo kết quả hoạt động quý I: đã tổ chức ba buổi sinh hoạt, thăm hỏi bảy đoàn viên.</p></html>"""


def weasyprint(**options) -> bytes:
    os.environ["SOURCE_DATE_EPOCH"] = "1460505600"  # 13 April 2016, the day of dispatch 78
    from weasyprint import HTML

    return HTML(string=LETTER).write_pdf(**options)


@fixture(
    "pdf/weasyprint-1.7.pdf",
    "WeasyPrint",
    "HTML printed: a Vietnamese letter with embedded font subset, object streams",
)
def weasyprint_17() -> bytes:
    return weasyprint(pdf_version="1.7")


@fixture("pdf/weasyprint-2.0.pdf", "WeasyPrint", "the same as PDF 2.0, cross-reference table")
def weasyprint_20() -> bytes:
    return weasyprint(pdf_version="2.0", uncompressed_pdf=False, full_fonts=False, pdf_identifier=b"congvan-fixture")


@fixture("pdf/archive-1b-1.4.pdf", "WeasyPrint", "says that it is PDF/A-1b: no transparency may be added")
def archive_1b() -> bytes:
    return weasyprint(pdf_variant="pdf/a-1b", pdf_identifier=b"congvan-fixture")


@fixture("pdf/archive-2b-1.7.pdf", "WeasyPrint", "says that it is PDF/A-2b, with the sRGB output intent")
def archive_2b() -> bytes:
    return weasyprint(pdf_variant="pdf/a-2b", srgb=True, pdf_identifier=b"congvan-fixture")


@fixture(
    "pdf/reportlab-1.4.pdf", "ReportLab", "three pages with embedded Vietnamese font, outline and an internal link"
)
def reportlab_14() -> bytes:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("DejaVu", "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"))
    out = io.BytesIO()
    canvas = Canvas(out, pdfVersion=(1, 4), invariant=1)
    canvas.setTitle("Báo cáo quý I")
    for page in (1, 2, 3):
        canvas.bookmarkPage(f"p{page}")
        canvas.addOutlineEntry(f"Trang {page}", f"p{page}")
        canvas.setFont("DejaVu", 14)
        canvas.drawString(72, 720, f"Công đoàn cơ sở, trang {page}: thăm hỏi đoàn viên")
        canvas.linkRect("", "p1", (72, 60, 200, 80))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@fixture("pdf/form-1.4.pdf", "ReportLab", "an AcroForm with a text field, a check box and a choice")
def form_14() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pdfVersion=(1, 4), invariant=1)
    canvas.acroForm.textfield(name="ten", x=72, y=700, value="Nguyen Van A")
    canvas.acroForm.checkbox(name="dong_y", x=72, y=660)
    canvas.acroForm.choice(name="chuc_vu", x=72, y=620, options=["Chu tich", "Uy vien"], value="Uy vien")
    canvas.drawString(72, 760, "A form")
    canvas.save()
    return out.getvalue()


def qpdf(source: bytes, **options) -> bytes:
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(source)) as pdf:
        if "encryption" not in options:
            options["deterministic_id"] = True
        pdf.save(out, **options)
    return out.getvalue()


@fixture("pdf/linearised-1.6.pdf", "qpdf", "linearised (fast web view), cross-reference tables")
def linearised() -> bytes:
    from pikepdf import ObjectStreamMode

    return qpdf(
        read("pdf/reportlab-1.4.pdf"), linearize=True, force_version="1.6", object_stream_mode=ObjectStreamMode.disable
    )


@fixture("pdf/linearised-streams-1.7.pdf", "qpdf", "linearised with object streams")
def linearised_streams() -> bytes:
    from pikepdf import ObjectStreamMode

    return qpdf(
        read("pdf/deep-page-tree-1.4.pdf"),
        linearize=True,
        force_version="1.7",
        object_stream_mode=ObjectStreamMode.generate,
    )


@fixture("pdf/object-streams-1.5.pdf", "qpdf", "everything that may be is in object streams")
def object_streams() -> bytes:
    from pikepdf import ObjectStreamMode

    return qpdf(read("pdf/form-1.4.pdf"), force_version="1.5", object_stream_mode=ObjectStreamMode.generate)


@fixture("pdf/object-streams-2.0.pdf", "qpdf", "PDF 2.0 with object streams")
def object_streams_20() -> bytes:
    from pikepdf import ObjectStreamMode

    return qpdf(read("pdf/weasyprint-2.0.pdf"), force_version="2.0", object_stream_mode=ObjectStreamMode.generate)


@fixture(
    "hostile/encrypted-empty-password.pdf",
    "qpdf",
    "AES-256 with an empty user password: opens without asking",
    refused("encrypted"),
    repeatable=False,
)
def encrypted_empty() -> bytes:
    from pikepdf import Encryption

    return qpdf(document(one_page(), "1.7"), encryption=Encryption(owner="owner", user="", R=6))


@fixture(
    "hostile/encrypted-password.pdf",
    "qpdf",
    "AES-256; opens only with a password",
    refused("encrypted"),
    repeatable=False,
)
def encrypted_password() -> bytes:
    from pikepdf import Encryption

    return qpdf(document(one_page(), "1.7"), encryption=Encryption(owner="owner", user="mat khau", R=6))


@fixture(
    "hostile/encrypted-aes128.pdf",
    "qpdf",
    "AES-128, object streams, a cross-reference stream that stays readable",
    refused("encrypted"),
    repeatable=False,
)
def encrypted_aes128() -> bytes:
    from pikepdf import Encryption, ObjectStreamMode

    return qpdf(
        document(one_page(), "1.7"),
        encryption=Encryption(owner="owner", user="", R=4),
        object_stream_mode=ObjectStreamMode.generate,
    )
