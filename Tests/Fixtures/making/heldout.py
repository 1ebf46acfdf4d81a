#!/usr/bin/env python3
"""Makes the letters of `letters-heldout/` and their truth.json: a second set, written after the rules of reading, by
someone who had not looked at them, each with a layout of its own.

    python3 -m venv /tmp/fixtures && /tmp/fixtures/bin/pip install -r Tests/Fixtures/requirements.txt
    /tmp/fixtures/bin/python Tests/Fixtures/making/heldout.py [FILE…]

Debian packages: fonts-liberation2, fonts-dejavu, libpango-1.0-0, libpangoft2-1.0-0,
libreoffice-writer-nogui.
"""

import io
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parent.parent / "letters-heldout"
os.environ["SOURCE_DATE_EPOCH"] = "1700000000"
LIBERATION = "/usr/share/fonts/truetype/liberation2/Liberation"
DEJAVU = "/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed"
SERIF = {"R": LIBERATION + "Serif-Regular.ttf", "B": LIBERATION + "Serif-Bold.ttf", "I": LIBERATION + "Serif-Italic.ttf"}
SANS = {"R": LIBERATION + "Sans-Regular.ttf", "B": LIBERATION + "Sans-Bold.ttf", "I": LIBERATION + "Sans-Italic.ttf"}
NARROW = {"R": DEJAVU + ".ttf", "B": DEJAVU + "-Bold.ttf", "I": DEJAVU + "-Oblique.ttf"}
MONO = {"R": LIBERATION + "Mono-Regular.ttf", "B": LIBERATION + "Mono-Bold.ttf", "I": LIBERATION + "Mono-Italic.ttf"}
NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
LETTERS = []


def letter(file, *values, **more):
    """Registers the function that draws the letter, with what a person reads in it."""
    names = ("number", "symbol", "date", "place", "typeName", "typeAbbreviation", "abstract", "issuer", "parentIssuer",
             "addressees", "copies", "authority", "signerPosition", "signer", "urgency", "secrecy")
    truth = {"file": file + ".pdf", "textLayer": True, **dict(zip(names, values + (None,) * (len(names) - len(values)))), **more}

    def register(draw):
        LETTERS.append((truth, draw))
        return draw

    return register


class Sheet:
    """Text at given places, written either by ReportLab or by hand."""

    def __init__(self, fonts=SERIF):
        from fontTools.ttLib import TTFont

        self.fonts = fonts
        self.tables = {face: TTFont(path) for face, path in fonts.items()}
        self.maps = {face: font.getBestCmap() for face, font in self.tables.items()}
        self.pages = [[]]
        self.strokes = [[]]

    def page(self):
        self.pages.append([])
        self.strokes.append([])

    def glyph(self, face, character):
        name = self.maps[face][ord(character)]
        font = self.tables[face]
        return font.getGlyphID(name), font["hmtx"][name][0] * 1000 / font["head"].unitsPerEm

    def width(self, text, face, size):
        return sum(self.glyph(face, c)[1] for c in text) * size / 1000

    def at(self, x, y, text, face="R", size=13, align="l"):
        width = self.width(text, face, size)
        x -= {"l": 0, "c": width / 2, "r": width}[align]
        self.pages[-1].append((x, 842 - y, text, face, size))

    def para(self, x, y, width, text, face="R", size=13, align="l", leading=16, indent=0):
        lines, line = [], ""
        for word in text.split(" "):
            room = width - (0 if lines else indent)
            if line and self.width(line + " " + word, face, size) > room:
                lines.append(line)
                line = word
            else:
                line = (line + " " + word).strip()
        for n, each in enumerate(lines + [line]):
            self.at(x + (width / 2 if align == "c" else 0 if n else indent), y, each, face, size, align)
            y += leading
        return y

    def box(self, x, y, width, height):
        self.strokes[-1].append(f"{x} {842 - y} {width} {height} re S")

    def rule(self, x, y, to):
        self.strokes[-1].append(f"{x} {842 - y} m {to} {842 - y} l S")

    def reportlab(self):
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont
        from reportlab.pdfgen.canvas import Canvas

        for path in self.fonts.values():
            pdfmetrics.registerFont(TTFont(pathlib.Path(path).stem, path))
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(595, 842), invariant=1)
        for items, strokes in zip(self.pages, self.strokes):
            for x, y, text, face, size in items:
                canvas.setFont(pathlib.Path(self.fonts[face]).stem, size)
                canvas.drawString(x, y, text)
            for stroke in strokes:
                part = [float(v) for v in stroke.split() if v[0].isdigit()]
                canvas.rect(*part) if "re" in stroke else canvas.line(*part)
            canvas.showPage()
        canvas.save()
        return out.getvalue()

    def hand(self, order=None, pieces=None, unicode=lambda c: c, glyph_spaces=True, seed=1):
        """A content stream of its own. `order`: of the lines; `pieces`: letters to a Tj; `unicode`: what a glyph is said to
        mean; without `glyph_spaces` words are parted by moves only."""
        import pikepdf
        from fontTools import subset

        chance = random.Random(seed)
        pdf = pikepdf.new()
        used = {face: set() for face in self.fonts}
        means = {face: {} for face in self.fonts}
        streams = []
        for items, strokes in zip(self.pages, self.strokes):
            lines = []
            for x, y, text, face, size in items:
                parts, array, at = [], [], x
                for n, c in enumerate(text):
                    gid, width = self.glyph(face, c)
                    if c == " " and not glyph_spaces:
                        array.append(f"{-width:.0f}")
                    else:
                        used[face].add(gid)
                        means[face][gid] = unicode(c)
                        kern = chance.choice((0, 0, 0, -8, 12, 20, -15))
                        array.append(f"<{gid:04x}>" + (f"{kern}" if kern else ""))
                        at -= kern * size / 1000
                    at += width * size / 1000
                    if pieces and (n + 1) % pieces == 0:
                        parts.append((x, array))
                        x, array = at, []
                parts.append((x, array))
                lines.append([f"BT /{face} {size} Tf 1 0 0 1 {px:.2f} {y:.2f} Tm [{' '.join(a)}] TJ ET" for px, a in parts if a])
            if order == "reverse":
                lines.reverse()
            elif order == "shuffled":
                chance.shuffle(lines)
            elif order == "pieces shuffled":
                lines = [[piece] for line in lines for piece in line]
                chance.shuffle(lines)
            streams.append("\n".join(strokes + [piece for line in lines for piece in line]).encode())
        resources = {}
        for face, path in self.fonts.items():
            if not used[face]:
                continue
            options = subset.Options(retain_gids=True, notdef_outline=True, drop_tables=["GPOS", "GSUB", "GDEF", "name", "post", "OS/2", "DSIG", "kern", "FFTM"])
            font = subset.load_font(path, options)
            cutter = subset.Subsetter(options)
            cutter.populate(gids=sorted(used[face]))
            cutter.subset(font)
            data = io.BytesIO()
            font.save(data)
            head, hmtx, order_ = self.tables[face]["head"], self.tables[face]["hmtx"], self.tables[face].getGlyphOrder()
            scale = 1000 / head.unitsPerEm
            name = pikepdf.Name("/AAAAAA+" + pathlib.Path(path).stem)
            descriptor = pdf.make_indirect(pikepdf.Dictionary(
                Type=pikepdf.Name.FontDescriptor, FontName=name, Flags=4, ItalicAngle=0, StemV=80, CapHeight=700,
                Ascent=int(self.tables[face]["hhea"].ascent * scale), Descent=int(self.tables[face]["hhea"].descent * scale),
                FontBBox=[int(v * scale) for v in (head.xMin, head.yMin, head.xMax, head.yMax)], FontFile2=pdf.make_stream(data.getvalue())))
            widths = []
            for gid in sorted(used[face]):
                widths += [gid, pikepdf.Array([round(hmtx[order_[gid]][0] * scale, 1)])]
            cid = pdf.make_indirect(pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.CIDFontType2, BaseFont=name, FontDescriptor=descriptor, DW=1000, W=widths,
                CIDToGIDMap=pikepdf.Name.Identity, CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0)))
            rows = [f"<{gid:04x}> <{text.encode('utf-16-be').hex()}>" for gid, text in sorted(means[face].items())]
            blocks = [rows[n:n + 100] for n in range(0, len(rows), 100)]
            cmap = ("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
                    "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
                    + "".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n" for block in blocks) + "endcmap end end")
            resources["/" + face] = pdf.make_indirect(pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, BaseFont=name, Encoding=pikepdf.Name("/Identity-H"),
                DescendantFonts=[cid], ToUnicode=pdf.make_stream(cmap.encode())))
        for stream in streams:
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Contents = pdf.make_stream(stream)
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(resources))
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()


def web(body, style=""):
    from weasyprint import HTML

    page = "@page{size:A4;margin:18mm 16mm 18mm 30mm} body{font:13pt 'Liberation Serif'} p{margin:0 0 3pt} td{vertical-align:top;padding:0 4pt} table{width:100%;border-collapse:collapse} .c{text-align:center} .j{text-align:justify;text-indent:10mm}"
    return HTML(string=f'<html lang="vi"><head><meta charset="utf-8"/><style>{page}{style}</style></head><body>{body}</body></html>').write_pdf()


def office(body, font="Liberation Serif", size=13):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "letter.html").write_text(
            f'<html><head><meta charset="utf-8"/><style>p{{margin:0 0 2pt}}</style></head><body style="font-family:{font};font-size:{size}pt">{body}</body></html>', encoding="utf-8")
        for form, name in (("odt:writer8", "letter.html"), ("pdf", "letter.odt")):
            subprocess.run(["soffice", "--headless", "--writer", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", form,
                            "--outdir", folder, f"{folder}/{name}"], check=True, capture_output=True, timeout=120)
        return pathlib.Path(folder, "letter.pdf").read_bytes()


def lines(*texts, style="c"):
    return "".join(f'<p class="{style}">{text}</p>' for text in texts)


# What follows is one letter each.

@letter("school-notice-reversed", "12", "TB-CĐCS", "2023-08-24", "Trà Vinh", "THÔNG BÁO", "TB", "Về việc phân công trực lễ Quốc khánh 2/9 tại trường",
        "CÔNG ĐOÀN CƠ SỞ TRƯỜNG THCS LONG ĐỨC", "LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ TRÀ VINH", [], ["Chi ủy, Ban Giám hiệu", "Các tổ công đoàn", "Lưu: CĐCS"],
        "TM. BAN CHẤP HÀNH", "CHỦ TỊCH", "Thạch Thị Sô Phia")
def _():
    s = Sheet()
    s.at(180, 58, "LIÊN ĐOÀN LAO ĐỘNG", size=12, align="c")
    s.at(180, 72, "THÀNH PHỐ TRÀ VINH", size=12, align="c")
    s.at(180, 86, "CÔNG ĐOÀN CƠ SỞ", "B", 12, "c")
    s.at(180, 100, "TRƯỜNG THCS LONG ĐỨC", "B", 12, "c")
    s.rule(150, 104, 210)
    s.at(180, 122, "Số: 12/TB-CĐCS", size=12, align="c")
    s.at(425, 58, NATION, "B", 12, "c")
    s.at(425, 73, MOTTO, "B", 13, "c")
    s.rule(350, 78, 500)
    s.at(425, 122, "Trà Vinh, ngày 24 tháng 8 năm 2023", "I", 13, "c")
    s.at(310, 160, "THÔNG BÁO", "B", 14, "c")
    s.at(310, 177, "Về việc phân công trực lễ Quốc khánh 2/9 tại trường", "B", 13, "c")
    s.rule(270, 182, 350)
    y = s.para(85, 215, 460, "Căn cứ Công văn số 455/PGDĐT ngày 21 tháng 8 năm 2023 của Phòng Giáo dục và Đào tạo, Ban Chấp hành Công đoàn cơ sở thông báo lịch trực như sau:", indent=30)
    for line in ("- Ngày 01/9: thầy Sơn, cô Phia;", "- Ngày 02/9: thầy Danh, cô Hạnh."):
        s.at(115, y, line)
        y += 17
    y = s.para(85, y, 460, "Đề nghị các đồng chí có tên thực hiện nghiêm túc./.", indent=30) + 20
    s.at(85, y, "Nơi nhận:", "B", 12)
    for n, line in enumerate(("- Chi ủy, Ban Giám hiệu;", "- Các tổ công đoàn;", "- Lưu: CĐCS.")):
        s.at(85, y + 15 + 13 * n, line, size=11)
    s.at(420, y, "TM. BAN CHẤP HÀNH", "B", 13, "c")
    s.at(420, y + 16, "CHỦ TỊCH", "B", 13, "c")
    s.at(420, y + 90, "Thạch Thị Sô Phia", "B", 13, "c")
    return s.hand("reverse", glyph_spaces=False)


@letter("head-in-single-lines", "1245", "TLĐ-ToC", "2021-11-09", "Hà Nội", None, "CV", "hướng dẫn sắp xếp tổ chức công đoàn ngành địa phương",
        "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", None, ["Liên đoàn Lao động các tỉnh, thành phố", "Công đoàn ngành trung ương và tương đương", "Công đoàn Tổng công ty trực thuộc Tổng Liên đoàn"],
        ["Như trên", "Thường trực ĐCT", "Lưu: VT, ToC"], "TM. ĐOÀN CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Huỳnh Thanh Xuân")
def _():
    # As a clerk pads with spaces: one string across both columns.
    s = Sheet(MONO)
    rows = [("TỔNG LIÊN ĐOÀN LAO ĐỘNG", NATION), ("VIỆT NAM", "    " + MOTTO), ("-------", "    ---------------------------"),
            ("Số: 1245 /TLĐ-ToC", "Hà Nội, ngày 09 tháng 11 năm 2021"), ("V/v hướng dẫn sắp xếp tổ chức", ""), ("công đoàn ngành địa phương", "")]
    y = 60
    for a, b in rows:
        s.at(60, y, (a.center(30) + "     " + b).rstrip(), "B" if y < 80 else "R", 9.5)
        y += 14
    y += 16
    s.at(150, y, "Kính gửi:", size=10)
    for n, t in enumerate(("- Liên đoàn Lao động các tỉnh, thành phố;", "- Công đoàn ngành trung ương và tương đương;", "- Công đoàn Tổng công ty trực thuộc Tổng Liên đoàn.")):
        s.at(220, y + 14 * (n + 1), t, size=10)
    y = s.para(80, y + 80, 450, "Thực hiện Nghị quyết số 02-NQ/TW ngày 12/6/2021 của Bộ Chính trị, Đoàn Chủ tịch Tổng Liên đoàn hướng dẫn việc sắp xếp như sau. Các đơn vị rà soát, lập đề án, gửi về Ban Tổ chức trước ngày 31/12/2021./.", size=10, indent=30) + 16
    for a, b in (("Nơi nhận:", "TM. ĐOÀN CHỦ TỊCH"), ("- Như trên;", "PHÓ CHỦ TỊCH"), ("- Thường trực ĐCT;", ""), ("- Lưu: VT, ToC.", ""), ("", ""), ("", "Huỳnh Thanh Xuân")):
        if a + b:
            s.at(80, y, (a.ljust(40) + b.center(22)).rstrip(), size=10)
        y += 14
    return s.reportlab()


@letter("date-on-two-lines", "87", "KH-LĐLĐ", "2023-01-05", "Thành phố Hồ Chí Minh", "KẾ HOẠCH", "KH", "Tổ chức chương trình “Tấm vé nghĩa tình” Xuân Quý Mão 2023",
        "LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ HỒ CHÍ MINH", "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", [],
        ["Thường trực Thành ủy", "Ban Dân vận Thành ủy", "Công đoàn cấp trên trực tiếp cơ sở", "Lưu: VT, Ban CSPL, LT"], "TM. BAN THƯỜNG VỤ", "CHỦ TỊCH", "Trần Thị Diệu Thúy")
def _():
    return web(f"""<table><tr><td style="width:48%">{lines("TỔNG LIÊN ĐOÀN LAO ĐỘNG<br>VIỆT NAM", "<b>LIÊN ĐOÀN LAO ĐỘNG<br><u>THÀNH PHỐ HỒ CHÍ MINH</u></b>", "Số: 87/KH-LĐLĐ")}</td>
    <td>{lines("<b>CỘNG HÒA XÃ HỘI<br>CHỦ NGHĨA VIỆT NAM</b>", "<b><u>Độc lập – Tự do – Hạnh phúc</u></b>", "<i>Thành phố Hồ Chí Minh, ngày 05<br>tháng 01 năm 2023</i>")}</td></tr></table>
    <p>&nbsp;</p>{lines("<b style='font-size:15pt'>KẾ HOẠCH</b>", "<b>Tổ chức chương trình “Tấm vé nghĩa tình”<br>Xuân Quý Mão 2023</b>", "-----")}
    {lines("Thực hiện Kế hoạch số 45/KH-TLĐ ngày 15 tháng 9 năm 2022, Ban Thường vụ xây dựng kế hoạch như sau:", "<b>I. MỤC ĐÍCH, YÊU CẦU</b>", "Chăm lo cho đoàn viên, người lao động có hoàn cảnh khó khăn không về quê đón Tết nhiều năm.", "<b>II. ĐỐI TƯỢNG</b>", "Đoàn viên công đoàn, người lao động đang làm việc trên địa bàn.", style="j")}
    <p>&nbsp;</p><table><tr><td style="width:55%;font-size:11pt"><p><b><i>Nơi nhận:</i></b></p><p>- Thường trực Thành ủy;</p><p>- Ban Dân vận Thành ủy;</p><p>- Công đoàn cấp trên trực tiếp cơ sở;</p><p>- Lưu: VT, Ban CSPL, LT.</p></td>
    <td>{lines("<b>TM. BAN THƯỜNG VỤ</b>", "<b>CHỦ TỊCH</b>", "&nbsp;", "&nbsp;", "&nbsp;", "<b>Trần Thị Diệu Thúy</b>")}</td></tr></table>""")


@letter("spaces-in-number", "45", "HD-CĐYT", "2020-02-07", "Đà Nẵng", "HƯỚNG DẪN", "HD", "Công tác phòng, chống dịch bệnh viêm đường hô hấp cấp trong đoàn viên ngành Y tế",
        "CÔNG ĐOÀN NGÀNH Y TẾ", "LĐLĐ THÀNH PHỐ ĐÀ NẴNG", ["Công đoàn cơ sở trực thuộc ngành"], ["LĐLĐ thành phố (để báo cáo)", "Như trên", "Lưu: VP"],
        "TM. BAN THƯỜNG VỤ", "PHÓ CHỦ TỊCH", "BS. Ngô Thị Kim Yến", "KHẨN")
def _():
    s = Sheet(SANS)
    s.at(170, 62, "LĐLĐ THÀNH PHỐ ĐÀ NẴNG", size=11, align="c")
    s.at(170, 77, "CÔNG ĐOÀN NGÀNH Y TẾ", "B", 11, "c")
    s.at(170, 100, "Số :   45  /  HD-CĐYT", size=11, align="c")
    s.at(420, 62, NATION, "B", 11, "c")
    s.at(420, 77, MOTTO, "B", 11, "c")
    s.at(420, 100, "Đà Nẵng, ngày 07 tháng 02 năm 2020", "I", 11, "c")
    s.box(60, 140, 70, 22)
    s.at(95, 133, "KHẨN", "B", 13, "c")
    s.at(310, 165, "HƯỚNG DẪN", "B", 13, "c")
    y = s.para(120, 182, 380, "Công tác phòng, chống dịch bệnh viêm đường hô hấp cấp trong đoàn viên ngành Y tế", "B", 12, "c")
    s.at(180, y + 12, "Kính gửi: Công đoàn cơ sở trực thuộc ngành.", size=12)
    y = s.para(80, y + 40, 470, "Trước diễn biến khẩn trương của dịch bệnh, Ban Thường vụ Công đoàn ngành Y tế hướng dẫn các công đoàn cơ sở một số nội dung: tuyên truyền, vận động đoàn viên thực hiện nghiêm các biện pháp; động viên lực lượng tuyến đầu; báo cáo KHẨN khi có phát sinh.", size=12, indent=30) + 20
    s.at(80, y, "Nơi nhận:", "B", 10)
    for n, t in enumerate(("- LĐLĐ thành phố (để báo cáo);", "- Như trên;", "- Lưu: VP.")):
        s.at(80, y + 13 * (n + 1), t, size=10)
    s.at(420, y, "TM. BAN THƯỜNG VỤ", "B", 12, "c")
    s.at(420, y + 15, "PHÓ CHỦ TỊCH", "B", 12, "c")
    s.at(420, y + 85, "BS. Ngô Thị Kim Yến", "B", 12, "c")
    return s.reportlab()


@letter("party-notice-dash", "05", "TB/CĐ", "2022-03-18", "Quảng Trị", "THÔNG BÁO", "TB", "Kết luận của Ban Thường vụ về công tác nữ công quý I",
        "BAN CHẤP HÀNH CÔNG ĐOÀN DẦU KHÍ", "ĐẢNG ỦY KHỐI DOANH NGHIỆP", [], ["Các chi bộ", "Lưu Văn phòng"], "T/M BAN THƯỜNG VỤ", "PHÓ BÍ THƯ", "Hồ Thị Thu Hằng")
def _():
    s = Sheet()
    s.at(165, 60, "ĐẢNG ỦY KHỐI DOANH NGHIỆP", size=12, align="c")
    s.at(165, 76, "BAN CHẤP HÀNH CÔNG ĐOÀN DẦU KHÍ", "B", 10.5, "c")
    s.at(165, 92, "*", align="c")
    s.at(165, 108, "Số 05-TB/CĐ", align="c")
    s.at(430, 60, "ĐẢNG CỘNG SẢN VIỆT NAM", "B", 14, "c")
    s.rule(340, 65, 520)
    s.at(430, 108, "Quảng Trị, ngày 18 tháng 3 năm 2022", "I", 13, "c")
    s.at(310, 150, "THÔNG BÁO", "B", 15, "c")
    s.at(310, 168, "Kết luận của Ban Thường vụ về công tác nữ công quý I", "B", 13, "c")
    s.at(310, 182, "-----", align="c")
    y = s.para(85, 210, 460, "Ngày 15/3/2022, Ban Thường vụ đã họp và kết luận: tiếp tục nâng cao chất lượng hoạt động nữ công; bảo đảm chế độ cho lao động nữ.", indent=30) + 30
    s.at(85, y, "Nơi nhận", "B", 12)
    s.rule(85, y + 2, 135)
    s.at(85, y + 14, "- Các chi bộ,", size=11)
    s.at(85, y + 27, "- Lưu Văn phòng.", size=11)
    s.at(420, y, "T/M BAN THƯỜNG VỤ", "B", 13, "c")
    s.at(420, y + 16, "PHÓ BÍ THƯ", "R", 13, "c")
    s.at(420, y + 95, "Hồ Thị Thu Hằng", "B", 13, "c")
    return s.hand("shuffled", pieces=5)


@letter("addressees-with-plus", "231", "CĐN", "2018-05-16", "Cà Mau", None, "CV", "triển khai phong trào “Giỏi việc trường, đảm việc nhà”",
        "CÔNG ĐOÀN GIÁO DỤC TỈNH CÀ MAU", "LĐLĐ TỈNH CÀ MAU", ["Công đoàn trường THPT chuyên Phan Ngọc Hiển", "Công đoàn các trường THPT và Trung tâm Giáo dục thường xuyên trực thuộc Sở", "Công đoàn Phòng Giáo dục và Đào tạo các huyện"],
        ["Như trên", "Lưu VP-CĐN"], "TM. BAN THƯỜNG VỤ", "CHỦ TỊCH", "Nguyễn Mộng Ngọc")
def _():
    return office(f"""<table width="100%" border="0"><tr><td width="40%"><p align="center">LĐLĐ TỈNH CÀ MAU</p><p align="center"><b>CÔNG ĐOÀN GIÁO DỤC TỈNH CÀ MAU</b></p><p align="center">Số: 231/CĐN</p><p align="center"><font size="2">V/v: triển khai phong trào<br>“Giỏi việc trường, đảm việc nhà”</font></p></td>
    <td width="60%"><p align="center"><b>{NATION}</b></p><p align="center"><b><u>{MOTTO}</u></b></p><p align="center"><i>Cà Mau, ngày 16 tháng 5 năm 2018</i></p></td></tr></table>
    <p>&nbsp;</p><p style="margin-left:60pt">Kính gửi:</p><p style="margin-left:90pt">+ Công đoàn trường THPT chuyên Phan Ngọc Hiển;</p><p style="margin-left:90pt">+ Công đoàn các trường THPT và Trung tâm Giáo dục thường xuyên trực thuộc Sở;</p><p style="margin-left:90pt">+ Công đoàn Phòng Giáo dục và Đào tạo các huyện.</p>
    <p>&nbsp;</p><p>Công đoàn Giáo dục tỉnh đề nghị các đơn vị triển khai phong trào đến toàn thể nữ cán bộ, nhà giáo và người lao động; tổng kết vào dịp 20/10.</p><p>Trân trọng kính chào./.</p><p>&nbsp;</p>
    <table width="100%" border="0"><tr><td width="50%"><p><b><i>Nơi nhận:</i></b></p><p>- Như trên;</p><p>- Lưu VP-CĐN.</p></td><td width="50%"><p align="center"><b>TM. BAN THƯỜNG VỤ</b></p><p align="center"><b>CHỦ TỊCH</b></p><p align="center"><i>(Đã ký)</i></p><p>&nbsp;</p><p align="center"><b>Nguyễn Mộng Ngọc</b></p></td></tr></table>""")


@letter("addressees-on-one-line", "09", "GM-CĐVC", "2024-10-02", "Kon Tum", "GIẤY MỜI", "GM", "Dự Hội thi cán bộ công đoàn giỏi năm 2024",
        "CÔNG ĐOÀN VIÊN CHỨC TỈNH KON TUM", "LIÊN ĐOÀN LAO ĐỘNG TỈNH KON TUM", ["Thường trực LĐLĐ tỉnh", "Đảng ủy Khối các cơ quan tỉnh", "Ban Tuyên giáo Tỉnh ủy"], ["Như kính gửi", "Lưu: VT"],
        "TM. BAN THƯỜNG VỤ", "PHÓ CHỦ TỊCH", "A Byot")
def _():
    s = Sheet()
    s.at(175, 60, "LIÊN ĐOÀN LAO ĐỘNG TỈNH KON TUM", size=11, align="c")
    s.at(175, 74, "CÔNG ĐOÀN VIÊN CHỨC TỈNH KON TUM", "B", 11, "c")
    s.at(175, 98, "Số: 09/GM-CĐVC", size=13, align="c")
    s.at(430, 60, NATION, "B", 11, "c")
    s.at(430, 74, MOTTO, "B", 12, "c")
    s.at(430, 98, "Kon Tum, ngày 02 tháng 10 năm 2024", "I", 13, "c")
    s.at(310, 140, "GIẤY MỜI", "B", 16, "c")
    s.at(310, 158, "Dự Hội thi cán bộ công đoàn giỏi năm 2024", "B", 14, "c")
    y = s.para(110, 190, 420, "Kính gửi: Thường trực LĐLĐ tỉnh; Đảng ủy Khối các cơ quan tỉnh; Ban Tuyên giáo Tỉnh ủy.")
    y = s.para(85, y + 10, 460, "Ban Thường vụ Công đoàn Viên chức tỉnh trân trọng kính mời đại diện lãnh đạo quý cơ quan đến dự Hội thi.", indent=30)
    y = s.para(85, y, 460, "Thời gian: 07 giờ 30, ngày 10 tháng 10 năm 2024. Địa điểm: Hội trường Ngọc Linh.", indent=30)
    y = s.para(85, y, 460, "Rất mong sự có mặt của quý đại biểu./.", indent=30) + 15
    s.at(85, y, "Nơi nhận:", "I", 12)
    s.at(85, y + 14, "- Như kính gửi;", size=11)
    s.at(85, y + 27, "- Lưu: VT.", size=11)
    s.at(430, y, "TM. BAN THƯỜNG VỤ", "B", 13, "c")
    s.at(430, y + 16, "PHÓ CHỦ TỊCH", "B", 13, "c")
    s.at(430, y + 90, "A Byot", "B", 13, "c")
    return s.hand(pieces=3, glyph_spaces=False)


@letter("subject-of-six-lines", "678", "LĐLĐ-CSPL", "2021-07-23", "Bình Dương", None, "CV",
        "rà soát, lập danh sách đoàn viên, người lao động bị ảnh hưởng bởi dịch COVID-19 phải ngừng việc, cách ly y tế tại doanh nghiệp thực hiện “3 tại chỗ” để hỗ trợ theo Quyết định số 3022/QĐ-TLĐ",
        "LIÊN ĐOÀN LAO ĐỘNG TỈNH BÌNH DƯƠNG", "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", ["Công đoàn cấp trên trực tiếp cơ sở"],
        ["Như trên", "Ban Thường vụ LĐLĐ tỉnh", "Lưu: VT, CSPL"], "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Đặng Tấn Đạt", "HỎA TỐC")
def _():
    s = Sheet(NARROW)
    s.box(60, 40, 62, 20)
    s.at(91, 35, "HỎA TỐC", "B", 13, "c")
    s.at(165, 62, "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", size=12, align="c")
    s.at(165, 77, "LIÊN ĐOÀN LAO ĐỘNG TỈNH BÌNH DƯƠNG", "B", 12, "c")
    s.rule(120, 82, 210)
    s.at(165, 100, "Số: 678/LĐLĐ-CSPL", size=12, align="c")
    s.para(95, 116, 140, "V/v rà soát, lập danh sách đoàn viên, người lao động bị ảnh hưởng bởi dịch COVID-19 phải ngừng việc, cách ly y tế tại doanh nghiệp thực hiện “3 tại chỗ” để hỗ trợ theo Quyết định số 3022/QĐ-TLĐ", size=11, align="c", leading=13)
    s.at(430, 62, NATION, "B", 12, "c")
    s.at(430, 77, MOTTO, "B", 13, "c")
    s.rule(360, 82, 500)
    s.at(430, 100, "Bình Dương, ngày 23 tháng 7 năm 2021", "I", 13, "c")
    s.at(180, 255, "Kính gửi: Công đoàn cấp trên trực tiếp cơ sở", size=13)
    y = s.para(85, 285, 460, "Thực hiện Quyết định số 3022/QĐ-TLĐ ngày 09/7/2021, Ban Thường vụ LĐLĐ tỉnh đề nghị các đơn vị rà soát, lập danh sách gửi về Ban Chính sách Pháp luật trước 16 giờ 00 ngày 25/7/2021.", indent=30)
    y = s.para(85, y, 460, "Đây là nhiệm vụ hỏa tốc, đề nghị các đơn vị nghiêm túc thực hiện./.", indent=30) + 15
    s.at(85, y, "Nơi nhận:", "B", 11)
    for n, t in enumerate(("- Như trên;", "- Ban Thường vụ LĐLĐ tỉnh;", "- Lưu: VT, CSPL.")):
        s.at(85, y + 13 * (n + 1), t, size=11)
    s.at(430, y, "KT. CHỦ TỊCH", "B", 13, "c")
    s.at(430, y + 16, "PHÓ CHỦ TỊCH", "B", 13, "c")
    s.at(430, y + 90, "Đặng Tấn Đạt", "B", 13, "c")
    return s.reportlab()


@letter("deputy-for-chair-of-committee", "455", "QĐ-LĐLĐ", "2019-12-30", "Lào Cai", "QUYẾT ĐỊNH", "QĐ", "Về việc giao dự toán tài chính công đoàn năm 2020 cho Liên đoàn Lao động huyện Bảo Thắng",
        "LIÊN ĐOÀN LAO ĐỘNG TỈNH LÀO CAI", "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", [], ["Như Điều 3", "Ban Tài chính TLĐ (b/c)", "UBKT LĐLĐ tỉnh", "Lưu: VT, TC (10b)"],
        "TM. BAN THƯỜNG VỤ KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Lý Văn Hải")
def _():
    return web(f"""<table><tr><td style="width:44%;font-size:12pt">{lines("TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", "<b>LIÊN ĐOÀN LAO ĐỘNG TỈNH LÀO CAI</b>", "<b>–––––––</b>", "Số: 455/QĐ-LĐLĐ")}</td>
    <td>{lines("<b style='font-size:11pt'>" + NATION + "</b>", "<b>" + MOTTO + "</b>", "<b>––––––––––––––––––––</b>", "<i>Lào Cai, ngày 30 tháng 12 năm 2019</i>")}</td></tr></table>
    <p>&nbsp;</p>{lines("<b>QUYẾT ĐỊNH</b>", "<b>Về việc giao dự toán tài chính công đoàn năm 2020<br>cho Liên đoàn Lao động huyện Bảo Thắng</b>", "–––––––", "<b>BAN THƯỜNG VỤ LIÊN ĐOÀN LAO ĐỘNG TỈNH</b>")}
    {lines("<i>Căn cứ Điều lệ Công đoàn Việt Nam khóa XII;</i>", "<i>Căn cứ Quyết định số 1910/QĐ-TLĐ ngày 19/12/2016 của Tổng Liên đoàn;</i>", "<i>Xét đề nghị của Ban Tài chính Liên đoàn Lao động tỉnh,</i>", style="j")}
    {lines("<b>QUYẾT ĐỊNH:</b>")}{lines("<b>Điều 1.</b> Giao dự toán thu, chi tài chính năm 2020.", "<b>Điều 2.</b> Quyết định có hiệu lực từ ngày 01 tháng 01 năm 2020.", "<b>Điều 3.</b> Các Ban và Liên đoàn Lao động huyện Bảo Thắng chịu trách nhiệm thi hành./.", style="j")}
    <table style="margin-top:10mm"><tr><td style="width:50%;font-size:11pt"><p style="font-size:12pt"><b><i>Nơi nhận:</i></b></p><p>- Như Điều 3;</p><p>- Ban Tài chính TLĐ (b/c);</p><p>- UBKT LĐLĐ tỉnh;</p><p>- Lưu: VT, TC (10b).</p></td>
    <td>{lines("<b>TM. BAN THƯỜNG VỤ</b>", "<b>KT. CHỦ TỊCH</b>", "<b>PHÓ CHỦ TỊCH</b>", "&nbsp;", "&nbsp;", "&nbsp;", "&nbsp;", "<b>Lý Văn Hải</b>")}</td></tr></table>""")


@letter("by-delegation-with-degrees", "1502", "CĐGTVT-TCKT", "2017-06-08", "Hà Nội", None, "CV", "quyết toán kinh phí năm 2016", "CÔNG ĐOÀN GIAO THÔNG VẬN TẢI VIỆT NAM", "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM",
        ["Công đoàn Cục Đường thủy nội địa Việt Nam"], ["Như trên", "Lưu: VT, TCKT"], "TUQ. BAN THƯỜNG VỤ", "TRƯỞNG BAN TÀI CHÍNH - KẾ TOÁN", "PGS. TS. Đỗ Nga Việt")
def _():
    return office(f"""<table width="100%" border="1" cellspacing="0"><tr><td width="45%"><p align="center">TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM</p><p align="center"><b>CÔNG ĐOÀN GIAO THÔNG VẬN TẢI VIỆT NAM</b></p></td><td width="55%"><p align="center"><b>{NATION}</b></p><p align="center"><b>{MOTTO}</b></p></td></tr>
    <tr><td><p align="center">Số: 1502/CĐGTVT-TCKT</p><p align="center">V/v quyết toán kinh phí năm 2016</p></td><td><p align="center"><i>Hà Nội, ngày 08 tháng 6 năm 2017</i></p></td></tr></table>
    <p>&nbsp;</p><p align="center">Kính gửi: Công đoàn Cục Đường thủy nội địa Việt Nam</p><p>&nbsp;</p><p>Sau khi xem xét báo cáo quyết toán của Công đoàn Cục Đường thủy nội địa Việt Nam, Công đoàn Giao thông vận tải Việt Nam có ý kiến như sau: số liệu phù hợp; đề nghị nộp phần kinh phí còn thiếu trước ngày 30 tháng 6 năm 2017.</p><p>&nbsp;</p>
    <table width="100%" border="0"><tr><td width="45%"><p><b><i>Nơi nhận:</i></b></p><p>- Như trên;</p><p>- Lưu: VT, TCKT.</p></td><td width="55%"><p align="center"><b>TUQ. BAN THƯỜNG VỤ</b></p><p align="center"><b>TRƯỞNG BAN TÀI CHÍNH - KẾ TOÁN</b></p><p>&nbsp;</p><p>&nbsp;</p><p align="center"><b>PGS. TS. Đỗ Nga Việt</b></p></td></tr></table>""", "Liberation Sans", 12)


@letter("copies-in-two-columns", "19", "BC-CĐKCN", "2022-06-30", "Đồng Nai", "BÁO CÁO", "BC", "Sơ kết hoạt động công đoàn 6 tháng đầu năm 2022",
        "CÔNG ĐOÀN CÁC KHU CÔNG NGHIỆP", "LIÊN ĐOÀN LAO ĐỘNG TỈNH ĐỒNG NAI", [], ["LĐLĐ tỉnh", "Ban Quản lý các KCN", "Các CĐCS", "Ủy viên BCH", "Trang tin điện tử", "Lưu: VT, TH"], "TM. BAN CHẤP HÀNH", "Q. CHỦ TỊCH", "Lê Nhật Trường")
def _():
    s = Sheet()
    s.at(165, 60, "LIÊN ĐOÀN LAO ĐỘNG TỈNH ĐỒNG NAI", size=11.5, align="c")
    s.at(165, 75, "CÔNG ĐOÀN CÁC KHU CÔNG NGHIỆP", "B", 11.5, "c")
    s.at(165, 100, "Số: 19/BC-CĐKCN", size=13, align="c")
    s.at(430, 60, NATION, "B", 11.5, "c")
    s.at(430, 75, MOTTO, "B", 12.5, "c")
    s.at(430, 100, "Đồng Nai, ngày 30 tháng 6 năm 2022", "I", 13, "c")
    s.at(310, 145, "BÁO CÁO", "B", 14, "c")
    s.at(310, 163, "Sơ kết hoạt động công đoàn 6 tháng đầu năm 2022", "B", 14, "c")
    y = s.para(85, 200, 460, "Trong 6 tháng đầu năm, Công đoàn các Khu công nghiệp đã thành lập 12 công đoàn cơ sở, phát triển 8.450 đoàn viên; ký mới 15 thỏa ước lao động tập thể.", indent=30)
    y = s.para(85, y, 460, "Phương hướng 6 tháng cuối năm: tập trung chăm lo đời sống, việc làm của đoàn viên./.", indent=30) + 20
    s.at(70, y, "Nơi nhận:", "B", 11)
    for n, (a, b) in enumerate((("- LĐLĐ tỉnh;", "- Ủy viên BCH;"), ("- Ban Quản lý các KCN;", "- Trang tin điện tử;"), ("- Các CĐCS;", "- Lưu: VT, TH."))):
        s.at(70, y + 13 * (n + 1), a, size=10)
        s.at(200, y + 13 * (n + 1), b, size=10)
    s.at(440, y, "TM. BAN CHẤP HÀNH", "B", 13, "c")
    s.at(440, y + 16, "Q. CHỦ TỊCH", "B", 13, "c")
    s.at(440, y + 95, "Lê Nhật Trường", "B", 13, "c")
    return s.hand("pieces shuffled", pieces=7)


@letter("secret-and-urgent-in-corner", "04", "LĐLĐ-UBKT", "2023-04-11", "Hà Giang", None, "CV", "báo cáo kết quả xác minh", "LIÊN ĐOÀN LAO ĐỘNG TỈNH HÀ GIANG", "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM",
        ["Ủy ban Kiểm tra Tổng Liên đoàn"], ["Như trên", "Lưu UBKT"], "TM. ỦY BAN KIỂM TRA", "CHỦ NHIỆM", "Sùng Thị Mai", "THƯỢNG KHẨN", "MẬT")
def _():
    s = Sheet()
    s.box(500, 40, 55, 22)
    s.at(527, 34, "MẬT", "B", 14, "c")
    s.box(60, 40, 110, 22)
    s.at(115, 34, "THƯỢNG KHẨN", "B", 13, "c")
    s.at(165, 70, "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", size=11, align="c")
    s.at(165, 84, "LIÊN ĐOÀN LAO ĐỘNG TỈNH HÀ GIANG", "B", 11, "c")
    s.at(165, 106, "Số: 04/LĐLĐ-UBKT", size=13, align="c")
    s.at(165, 122, "V/v báo cáo kết quả xác minh", size=11, align="c")
    s.at(430, 70, NATION, "B", 11, "c")
    s.at(430, 84, MOTTO, "B", 12, "c")
    s.at(430, 106, "Hà Giang, ngày 11 tháng 4 năm 2023", "I", 13, "c")
    s.at(150, 160, "Kính gửi: Ủy ban Kiểm tra Tổng Liên đoàn")
    y = s.para(85, 190, 460, "Thực hiện chỉ đạo của Ủy ban Kiểm tra Tổng Liên đoàn, Ủy ban Kiểm tra LĐLĐ tỉnh báo cáo kết quả xác minh nội dung đơn như sau./.", indent=30) + 20
    s.at(85, y, "Nơi nhận:", "B", 11)
    s.at(85, y + 13, "- Như trên;", size=11)
    s.at(85, y + 26, "- Lưu UBKT.", size=11)
    s.at(430, y, "TM. ỦY BAN KIỂM TRA", "B", 13, "c")
    s.at(430, y + 16, "CHỦ NHIỆM", "B", 13, "c")
    s.at(430, y + 90, "Sùng Thị Mai", "B", 13, "c")
    return s.hand("shuffled", pieces=4, glyph_spaces=False)


@letter("header-footer-annex", "77", "LĐLĐ-TG", "2022-02-14", "Quảng Ngãi", None, "CV", "tổ chức Tết trồng cây", "LIÊN ĐOÀN LAO ĐỘNG TỈNH QUẢNG NGÃI", "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM",
        ["LĐLĐ huyện, thị xã, thành phố", "Công đoàn ngành và tương đương"], ["Như trên", "Thường trực LĐLĐ tỉnh", "Lưu: VT, TG-NC"], "TL. BAN THƯỜNG VỤ", "TRƯỞNG BAN TUYÊN GIÁO - NỮ CÔNG", "Trịnh Thị Vân Anh")
def _():
    rows = "".join(f"<tr><td style='border:1px solid'>{n}</td><td style='border:1px solid'>CĐCS {n}</td><td style='border:1px solid'>{n * 3} cây</td></tr>" for n in range(1, 40))
    return web(f"""<table><tr><td style="width:43%">{lines("<span style='font-size:11pt'>TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM</span>", "<b style='font-size:11pt'>LIÊN ĐOÀN LAO ĐỘNG TỈNH QUẢNG NGÃI</b>", "____", "Số: 77/LĐLĐ-TG", "<i style='font-size:12pt'>V/v tổ chức Tết trồng cây</i>")}</td>
    <td>{lines("<b style='font-size:12pt'>" + NATION + "</b>", "<b>" + MOTTO + "</b>", "________________________", "<i>Quảng Ngãi, ngày 14 tháng 02 năm 2022</i>")}</td></tr></table><p>&nbsp;</p>
    <table><tr><td style="width:32%;text-align:right">Kính gửi:</td><td><p>- LĐLĐ huyện, thị xã, thành phố;</p><p>- Công đoàn ngành và tương đương.</p></td></tr></table><p>&nbsp;</p>
    {lines(*["Hưởng ứng lời kêu gọi “Mùa xuân là Tết trồng cây”, Ban Thường vụ LĐLĐ tỉnh đề nghị các cấp công đoàn phát động đoàn viên trồng cây xanh tại cơ quan, đơn vị, doanh nghiệp; báo cáo kết quả trước ngày 15 tháng 3 năm 2022."] * 9, style="j")}
    <table><tr><td style="width:42%;font-size:11pt"><p><b><i>Nơi nhận:</i></b></p><p>- Như trên;</p><p>- Thường trực LĐLĐ tỉnh;</p><p>- Lưu: VT, TG-NC.</p></td><td>{lines("<b>TL. BAN THƯỜNG VỤ</b>", "<b>TRƯỞNG BAN TUYÊN GIÁO - NỮ CÔNG</b>", "&nbsp;", "&nbsp;", "&nbsp;", "<b>Trịnh Thị Vân Anh</b>")}</td></tr></table>
    <div style="break-before:page">{lines("<b>LIÊN ĐOÀN LAO ĐỘNG TỈNH QUẢNG NGÃI</b>", "<b>PHỤ LỤC</b>", "<b>CHỈ TIÊU TRỒNG CÂY</b>", "<i>(Kèm theo Công văn số 77/LĐLĐ-TG ngày 14/02/2022)</i>")}<table>{rows}</table>{lines("<b>NGƯỜI LẬP BIỂU</b>", "&nbsp;", "<b>Bùi Thị Hạ</b>")}</div>""",
               "@page{@top-center{content:'LĐLĐ tỉnh Quảng Ngãi - Trang ' counter(page);font:9pt 'Liberation Serif'} @bottom-left{content:'Địa chỉ: 13 Hai Bà Trưng, ĐT: 0255.3822667 - Số fax: 3711120';font:9pt 'Liberation Serif'}}")


@letter("decomposed-with-ligatures", "318", "CĐBĐ-VP", "2020-09-15", "Hải Phòng", None, "CV", "lắp đặt Wifi và quét mã cho nhà văn hóa công nhân", "CÔNG ĐOÀN BƯU ĐIỆN THÀNH PHỐ HẢI PHÒNG", "CÔNG ĐOÀN BƯU ĐIỆN VIỆT NAM",
        ["Các công đoàn cơ sở thành viên", "Tổ công đoàn Trung tâm khai thác vận chuyển"], ["Như trên", "Lưu VP"], "TM. BAN THƯỜNG VỤ", "CHỦ TỊCH", "Phạm Quang Nghĩa")
def _():
    s = Sheet()
    s.at(165, 60, "CÔNG ĐOÀN BƯU ĐIỆN VIỆT NAM", size=11.5, align="c")
    s.at(165, 75, "CÔNG ĐOÀN BƯU ĐIỆN", "B", 11.5, "c")
    s.at(165, 89, "THÀNH PHỐ HẢI PHÒNG", "B", 11.5, "c")
    s.at(165, 110, "Số: 318/CĐBĐ-VP", size=13, align="c")
    s.at(165, 125, "V/v lắp đặt Wiﬁ và quét mã", size=11, align="c")
    s.at(165, 138, "cho nhà văn hóa công nhân", size=11, align="c")
    s.at(430, 60, NATION, "B", 11.5, "c")
    s.at(430, 75, MOTTO, "B", 12.5, "c")
    s.at(430, 110, "Hải Phòng, ngày 15 tháng 9 năm 2020", "I", 13, "c")
    s.at(160, 175, "Kính gửi:")
    s.at(220, 192, "- Các công đoàn cơ sở thành viên;")
    s.at(220, 208, "- Tổ công đoàn Trung tâm khai thác vận chuyển.")
    y = s.para(85, 240, 460, "Công đoàn Bưu điện thành phố phối hợp lắp đặt Wiﬁ miễn phí, dán mã để đoàn viên tra cứu quyền lợi; không chia sẻ mật khẩu cho người ngoài./.", indent=30) + 20
    s.at(85, y, "Nơi nhận:", "B", 11)
    s.at(85, y + 13, "- Như trên;", size=11)
    s.at(85, y + 26, "- Lưu VP.", size=11)
    s.at(430, y, "TM. BAN THƯỜNG VỤ", "B", 13, "c")
    s.at(430, y + 16, "CHỦ TỊCH", "B", 13, "c")
    s.at(430, y + 90, "Phạm Quang Nghĩa", "B", 13, "c")

    def marks_last(c):
        # The combining marks in an order no normal form has: above before below.
        parts = unicodedata.normalize("NFD", c)
        return parts[0] + "".join(sorted(parts[1:], key=lambda m: -unicodedata.combining(m))) if len(parts) > 1 else {" ": "\u00a0"}.get(c, c)

    return s.hand(unicode=marks_last)


@letter("soft-hyphens-no-break-spaces", "52", "KH-CĐCS", "2024-05-06", "Hưng Yên", "KẾ HOẠCH", "KH", "Tổ chức Hội thao kỷ niệm 95 năm Ngày thành lập Công đoàn Việt Nam", "CĐCS CÔNG TY CỔ PHẦN DỆT MAY PHỐ HIẾN", "CÔNG ĐOÀN NGÀNH CÔNG THƯƠNG",
        [], ["Ban Giám đốc Công ty", "Các tổ công đoàn", "Lưu: CĐ"], "TM. BAN CHẤP HÀNH", "PHÓ CHỦ TỊCH", "Đào Thị Thanh Xuân")
def _():
    nb = "&#160;"
    return web(f"""<table><tr><td style="width:45%">{lines(f"CÔNG{nb}ĐOÀN NGÀNH{nb}CÔNG{nb}THƯƠNG", f"<b>CĐCS{nb}CÔNG TY CỔ{nb}PHẦN DỆT{nb}MAY PHỐ{nb}HIẾN</b>", f"Số:{nb}52/KH-CĐCS")}</td>
    <td>{lines(f"<b style='font-size:12pt'>CỘNG{nb}HÒA{nb}XÃ{nb}HỘI{nb}CHỦ{nb}NGHĨA{nb}VIỆT{nb}NAM</b>", f"<b>Độc{nb}lập{nb}-{nb}Tự{nb}do{nb}-{nb}Hạnh{nb}phúc</b>", f"<i>Hưng{nb}Yên, ngày{nb}06{nb}tháng{nb}5{nb}năm{nb}2024</i>")}</td></tr></table>
    <p>&nbsp;</p>{lines("<b>KẾ&#160;HOẠCH</b>", "<b>Tổ chức Hội thao kỷ niệm 95 năm<br>Ngày thành&shy; lập Công&#8203; đoàn Việt Nam</b>")}
    {lines("Căn cứ Kế hoạch số 20/KH-CĐCT ngày 02/4/2024; Ban Chấp hành xây dựng kế hoạch tổ chức Hội thao với các môn: bóng đá, cầu lông, kéo co.", "Kinh phí: trích từ nguồn tài chính công đoàn cơ sở./.", style="j")}
    <table style="margin-top:8mm"><tr><td style="width:50%;font-size:11pt"><p><b>Nơi{nb}nhận:</b></p><p>-{nb}Ban Giám đốc Công ty;</p><p>-{nb}Các tổ công đoàn;</p><p>-{nb}Lưu: CĐ.</p></td><td>{lines("<b>TM.&#160;BAN CHẤP HÀNH</b>", "<b>PHÓ CHỦ TỊCH</b>", "&nbsp;", "&nbsp;", "&nbsp;", f"<b>Đào{nb}Thị{nb}Thanh{nb}Xuân</b>")}</td></tr></table>""")


@letter("type-in-small-letters", "31", "TB-CĐXD", "2016-10-27", "Nam Định", "THÔNG BÁO", "TB", "Về việc nghỉ Tết Dương lịch năm 2017", "CÔNG ĐOÀN NGÀNH XÂY DỰNG", "LĐLĐ TỈNH NAM ĐỊNH", [], ["CĐCS trực thuộc", "Lưu VT"],
        "TM. BAN THƯỜNG VỤ", "CHỦ TỊCH", "Vũ Văn Lâm")
def _():
    return web(f"""<table><tr><td style="width:42%">{lines("LĐLĐ TỈNH NAM ĐỊNH", "<b>CÔNG ĐOÀN NGÀNH XÂY DỰNG</b>", "Số 31/TB-CĐXD")}</td><td>{lines("<b style='font-size:12pt'>" + NATION + "</b>", "<b>" + MOTTO + "</b>", "<i>Nam Định, ngày 27/10/2016</i>")}</td></tr></table>
    <p>&nbsp;</p>{lines("<b style='font-size:17pt'>Thông báo</b>", "<b>Về việc nghỉ Tết Dương lịch năm 2017</b>")}
    {lines("Ban Thường vụ Công đoàn ngành thông báo lịch nghỉ Tết Dương lịch năm 2017 như sau: nghỉ ngày 01/01/2017, nghỉ bù ngày 02/01/2017.", "Nhận được thông báo này, các đơn vị triển khai thực hiện./.", style="j")}
    <table style="margin-top:8mm"><tr><td style="width:50%"><p><u>Nơi nhận</u>:</p><p>- CĐCS trực thuộc;</p><p>- Lưu VT.</p></td><td>{lines("<b>TM. BAN THƯỜNG VỤ</b>", "<b>CHỦ TỊCH</b>", "&nbsp;", "&nbsp;", "&nbsp;", "<b>Vũ Văn Lâm</b>")}</td></tr></table>""", "body{font-family:'DejaVu Sans';font-size:11pt}")


@letter("type-and-abstract-on-one-line", "140", "TB-LĐLĐ", "2015-09-03", "Phú Yên", "THÔNG BÁO", "TB", "Về việc thay đổi con dấu của Liên đoàn Lao động tỉnh", "LIÊN ĐOÀN LAO ĐỘNG TỈNH PHÚ YÊN", "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", [],
        ["Các sở, ban, ngành", "Lưu: VT"], "TL. BAN THƯỜNG VỤ", "CHÁNH VĂN PHÒNG", "Cao Thị Hòa An")
def _():
    s = Sheet()
    s.at(165, 60, "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", size=11, align="c")
    s.at(165, 74, "LIÊN ĐOÀN LAO ĐỘNG TỈNH PHÚ YÊN", "B", 11, "c")
    s.at(165, 97, "Số: 140/TB-LĐLĐ", size=13, align="c")
    s.at(430, 60, NATION, "B", 11, "c")
    s.at(430, 74, MOTTO, "B", 12, "c")
    s.at(430, 97, "Phú Yên, ngày 03 tháng 09 năm 2015", "I", 13, "c")
    s.at(310, 140, "THÔNG BÁO Về việc thay đổi con dấu của Liên đoàn Lao động tỉnh", "B", 13, "c")
    y = s.para(85, 175, 460, "Liên đoàn Lao động tỉnh Phú Yên thông báo: từ ngày 15 tháng 9 năm 2015, Liên đoàn Lao động tỉnh sử dụng con dấu mới. Con dấu cũ không còn giá trị./.", indent=30) + 20
    s.at(85, y, "Nơi nhận:", "B", 11)
    s.at(85, y + 13, "- Các sở, ban, ngành;", size=11)
    s.at(85, y + 26, "- Lưu: VT.", size=11)
    s.at(430, y, "TL. BAN THƯỜNG VỤ", "B", 13, "c")
    s.at(430, y + 16, "CHÁNH VĂN PHÒNG", "B", 13, "c")
    s.at(430, y + 90, "Cao Thị Hòa An", "B", 13, "c")
    return s.reportlab()


@letter("congress-resolution", "01", "NQ-ĐH", "2023-03-29", "Sóc Trăng", "NGHỊ QUYẾT", "NQ", "Đại hội Công đoàn phường 2 lần thứ VI, nhiệm kỳ 2023 - 2028", "ĐẠI HỘI LẦN THỨ VI", "CÔNG ĐOÀN PHƯỜNG 2 THÀNH PHỐ SÓC TRĂNG", [],
        ["LĐLĐ thành phố", "Đại biểu dự Đại hội", "Lưu: hồ sơ Đại hội"], "TM. ĐOÀN CHỦ TỊCH", "CHỦ TỊCH", "Lâm Thị Thiên Lan")
def _():
    return office(f"""<table width="100%" border="0"><tr><td width="42%"><p align="center">CÔNG ĐOÀN PHƯỜNG 2<br>THÀNH PHỐ SÓC TRĂNG</p><p align="center"><b>ĐẠI HỘI LẦN THỨ VI</b></p><p align="center">Số: 01/NQ-ĐH</p></td><td width="58%"><p align="center"><b>{NATION}</b></p><p align="center"><b>{MOTTO}</b></p><p align="center"><i>Sóc Trăng, ngày 29 tháng 3 năm 2023</i></p></td></tr></table>
    <p>&nbsp;</p><p align="center"><b>NGHỊ QUYẾT</b></p><p align="center"><b>Đại hội Công đoàn phường 2 lần thứ VI,<br>nhiệm kỳ 2023 - 2028</b></p><p align="center">***</p><p>Đại hội Công đoàn phường 2 được tiến hành ngày 29 tháng 3 năm 2023. Sau khi thảo luận, Đại hội</p><p align="center"><b>QUYẾT NGHỊ:</b></p><p>1. Thông qua báo cáo của Ban Chấp hành khóa V.</p><p>2. Ban Chấp hành khóa VI gồm 07 đồng chí.</p><p>&nbsp;</p>
    <table width="100%" border="0"><tr><td width="50%"><p><b><i>Nơi nhận:</i></b></p><p><font size="2">- LĐLĐ thành phố;</font></p><p><font size="2">- Đại biểu dự Đại hội;</font></p><p><font size="2">- Lưu: hồ sơ Đại hội.</font></p></td><td width="50%"><p align="center"><b>TM. ĐOÀN CHỦ TỊCH</b></p><p align="center"><b>CHỦ TỊCH</b></p><p>&nbsp;</p><p>&nbsp;</p><p>&nbsp;</p><p align="center"><b>Lâm Thị Thiên Lan</b></p></td></tr></table>""")


@letter("secrecy-in-capital-headings", "63", "CTr-LĐLĐ", "2021-03-12", "Ninh Bình", "CHƯƠNG TRÌNH", "CTr", "Phổ biến Luật Bảo vệ bí mật nhà nước trong cán bộ công đoàn", "LIÊN ĐOÀN LAO ĐỘNG TỈNH NINH BÌNH", "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", [],
        ["TLĐ", "Các cấp công đoàn", "Lưu: VT"], "TM. BAN THƯỜNG VỤ", "PHÓ CHỦ TỊCH THƯỜNG TRỰC", "Hoàng Thị Mai")
def _():
    return web(f"""<table><tr><td style="width:43%;font-size:11pt">{lines("TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", "<b>LIÊN ĐOÀN LAO ĐỘNG TỈNH NINH BÌNH</b>", "Số: 63/CTr-LĐLĐ")}</td><td>{lines("<b style='font-size:12pt'>" + NATION + "</b>", "<b>" + MOTTO + "</b>", "<i>Ninh Bình, ngày 12 tháng 3 năm 2021</i>")}</td></tr></table><p>&nbsp;</p>
    {lines("<b>CHƯƠNG TRÌNH</b>", "<b>Phổ biến Luật Bảo vệ bí mật nhà nước trong cán bộ công đoàn</b>")}
    {lines("<b>I. BẢO VỆ BÍ MẬT NHÀ NƯỚC</b>", "1. Độ mật gồm: tuyệt mật, tối mật, mật. Dấu chỉ độ MẬT đóng dưới số, ký hiệu.", "<b>MẬT MÃ VÀ BẢO MẬT</b>", "2. Không soạn thảo văn bản TỐI MẬT trên máy nối mạng.", "<b>II. TÀI LIỆU MẬT</b>", "3. Không gửi văn bản có dấu HỎA TỐC qua thư điện tử công cộng.", style="j")}
    <table style="margin-top:8mm"><tr><td style="width:50%;font-size:11pt"><p><b><i>Nơi nhận:</i></b></p><p>- TLĐ;</p><p>- Các cấp công đoàn;</p><p>- Lưu: VT.</p></td><td>{lines("<b>TM. BAN THƯỜNG VỤ</b>", "<b>PHÓ CHỦ TỊCH THƯỜNG TRỰC</b>", "&nbsp;", "&nbsp;", "&nbsp;", "<b>Hoàng Thị Mai</b>")}</td></tr></table>""")


@letter("introduction-without-abstract", "33", "GGT-CĐCS", "2019-04-08", "Pleiku", "GIẤY GIỚI THIỆU", "GGT", None, "CĐCS BỆNH VIỆN NHI GIA LAI", "CÔNG ĐOÀN NGÀNH Y TẾ GIA LAI", ["Kho bạc Nhà nước tỉnh Gia Lai"], ["Như trên", "Lưu: CĐ"],
        "TM. BAN CHẤP HÀNH", "CHỦ TỊCH", "Rơ Châm H'Bích")
def _():
    s = Sheet()
    s.at(165, 60, "CÔNG ĐOÀN NGÀNH Y TẾ GIA LAI", size=11, align="c")
    s.at(165, 74, "CĐCS BỆNH VIỆN NHI GIA LAI", "B", 11, "c")
    s.at(165, 97, "Số: 33/GGT-CĐCS", size=13, align="c")
    s.at(430, 60, NATION, "B", 11, "c")
    s.at(430, 74, MOTTO, "B", 12, "c")
    s.at(430, 97, "Pleiku, ngày 08 tháng 4 năm 2019", "I", 13, "c")
    s.at(310, 145, "GIẤY GIỚI THIỆU", "B", 14, "c")
    s.at(160, 180, "Kính gửi: Kho bạc Nhà nước tỉnh Gia Lai.")
    y = 210
    for line in ("Công đoàn cơ sở Bệnh viện Nhi Gia Lai trân trọng giới thiệu:", "Ông (bà): Siu H'Yên. Chức vụ: Kế toán công đoàn.", "Được cử đến: Kho bạc Nhà nước tỉnh Gia Lai.", "Về việc: mở tài khoản giao dịch.", "Giấy này có giá trị đến hết ngày 30/4/2019./."):
        s.at(115, y, line)
        y += 18
    y += 20
    s.at(85, y, "Nơi nhận:", "B", 11)
    s.at(85, y + 13, "- Như trên;", size=11)
    s.at(85, y + 26, "- Lưu: CĐ.", size=11)
    s.at(430, y, "TM. BAN CHẤP HÀNH", "B", 13, "c")
    s.at(430, y + 16, "CHỦ TỊCH", "B", 13, "c")
    s.at(430, y + 90, "Rơ Châm H'Bích", "B", 13, "c")
    return s.reportlab()


@letter("signature-texts", "902", "LĐLĐ-VP", "2025-02-19", "TP. Cần Thơ", None, "CV", "mời họp trực tuyến", "LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ CẦN THƠ", "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", ["Công đoàn ngành Giáo dục thành phố"], ["Như trên", "Lưu: VT"],
        "TL. BAN THƯỜNG VỤ", "PHÓ CHÁNH VĂN PHÒNG", "Lê Thị Sương Mai")
def _():
    s = Sheet()
    for n, t in enumerate(("Ký bởi: LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ CẦN THƠ", "Cơ quan: TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", "Thời gian ký: 20.02.2025 08:31:07 +07:00")):
        s.at(340, 20 + 9 * n, t, size=7)
    s.at(165, 62, "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", size=11, align="c")
    s.at(165, 76, "LIÊN ĐOÀN LAO ĐỘNG", "B", 11, "c")
    s.at(165, 89, "THÀNH PHỐ CẦN THƠ", "B", 11, "c")
    s.at(165, 110, "Số: 902/LĐLĐ-VP", size=13, align="c")
    s.at(165, 126, "V/v mời họp trực tuyến", size=12, align="c")
    s.at(430, 62, NATION, "B", 11, "c")
    s.at(430, 76, MOTTO, "B", 12, "c")
    s.at(430, 110, "TP. Cần Thơ, ngày 19 tháng 02 năm 2025", "I", 13, "c")
    s.at(150, 160, "Kính gửi: Công đoàn ngành Giáo dục thành phố.")
    y = s.para(85, 190, 460, "LĐLĐ thành phố trân trọng kính mời Công đoàn ngành Giáo dục dự họp trực tuyến. Mật khẩu phòng họp gửi qua tin nhắn./.", indent=30) + 20
    s.at(85, y, "Nơi nhận:", "B", 11)
    s.at(85, y + 13, "- Như trên;", size=11)
    s.at(85, y + 26, "- Lưu: VT.", size=11)
    s.at(430, y, "TL. BAN THƯỜNG VỤ", "B", 13, "c")
    s.at(430, y + 16, "PHÓ CHÁNH VĂN PHÒNG", "B", 13, "c")
    for n, t in enumerate(("Người ký: Lê Thị Sương Mai", "Email: suongmai.ldld@cantho.gov.vn", "Ngày ký: 19-02-2025 16:05:44 +07:00")):
        s.at(430, y + 45 + 9 * n, t, size=7, align="c")
    s.at(430, y + 90, "Lê Thị Sương Mai", "B", 13, "c")
    return s.hand("reverse")


@letter("second-page-ending", "15", "ĐA-CĐCS", "2022-11-21", "Bắc Ninh", "ĐỀ ÁN", "ĐA", "Nhân sự Ban Chấp hành Công đoàn cơ sở nhiệm kỳ 2023 - 2028", "CĐCS SỞ KHOA HỌC VÀ CÔNG NGHỆ", "CÔNG ĐOÀN VIÊN CHỨC TỈNH BẮC NINH", ["Ban Thường vụ Công đoàn Viên chức tỉnh Bắc Ninh"],
        ["Như kính gửi", "Đảng ủy Sở (để báo cáo)", "Các đồng chí Ủy viên Ban Chấp hành Công đoàn cơ sở khóa IV, nhiệm kỳ 2017 - 2022", "Lưu: VT, CĐCS"], "TM. BAN CHẤP HÀNH", "CHỦ TỊCH", "ThS. Nguyễn Hữu Phúc")
def _():
    s = Sheet(SANS)
    s.at(165, 60, "CÔNG ĐOÀN VIÊN CHỨC TỈNH BẮC NINH", size=10, align="c")
    s.at(165, 74, "CĐCS SỞ KHOA HỌC VÀ CÔNG NGHỆ", "B", 10, "c")
    s.at(165, 96, "Số: 15/ĐA-CĐCS", size=11, align="c")
    s.at(430, 60, NATION, "B", 10, "c")
    s.at(430, 74, MOTTO, "B", 11, "c")
    s.at(430, 96, "Bắc Ninh, ngày 21 tháng 11 năm 2022", "I", 11, "c")
    s.at(310, 140, "ĐỀ ÁN", "B", 13, "c")
    s.at(310, 156, "Nhân sự Ban Chấp hành Công đoàn cơ sở", "B", 12, "c")
    s.at(310, 171, "nhiệm kỳ 2023 - 2028", "B", 12, "c")
    s.at(140, 200, "Kính gửi: Ban Thường vụ Công đoàn Viên chức tỉnh Bắc Ninh", size=11)
    y = 230
    for n in range(1, 17):
        y = s.para(85, y, 460, f"{n}. Ủy viên Ban Chấp hành phải có phẩm chất chính trị, năng lực thực tiễn, được đoàn viên tín nhiệm; cơ cấu hợp lý về độ tuổi, giới tính.", size=11, leading=15, indent=25) + 4
    s.at(297, 815, "1", size=9, align="c")
    s.page()
    s.at(297, 40, "2", size=9, align="c")
    y = s.para(85, 70, 460, "Ban Chấp hành kính trình Ban Thường vụ Công đoàn Viên chức tỉnh xem xét, phê duyệt./.", size=11, indent=25) + 20
    s.at(85, y, "Nơi nhận:", "I", 10)
    s.at(85, y + 13, "- Như kính gửi;", size=9.5)
    s.at(85, y + 25, "- Đảng ủy Sở (để báo cáo);", size=9.5)
    end = s.para(85, y + 37, 190, "- Các đồng chí Ủy viên Ban Chấp hành Công đoàn cơ sở khóa IV, nhiệm kỳ 2017 - 2022;", size=9.5, leading=12)
    s.at(85, end, "- Lưu: VT, CĐCS.", size=9.5)
    s.at(430, y, "TM. BAN CHẤP HÀNH", "B", 11, "c")
    s.at(430, y + 15, "CHỦ TỊCH", "B", 11, "c")
    s.at(430, y + 80, "ThS. Nguyễn Hữu Phúc", "B", 11, "c")
    s.at(297, 815, "Trang 2/2", size=9, align="c")
    return s.reportlab()


@letter("old-union-no-parent", "8", "CV-CĐ", "2013-03-05", "Vinh", None, "CV", "xin gia hạn nộp báo cáo", "CÔNG ĐOÀN TRƯỜNG ĐẠI HỌC VINH", None, ["Công đoàn Giáo dục Việt Nam"], ["Như trên", "Lưu CĐ"], None, "CHỦ TỊCH", "PGS.TS. Trần Thị Thanh Nga")
def _():
    return web(f"""<table><tr><td style="width:44%">{lines("<b>CÔNG ĐOÀN<br>TRƯỜNG ĐẠI HỌC VINH</b>", "Số:&nbsp;&nbsp;8/CV-CĐ", "<i>(V/v xin gia hạn nộp báo cáo)</i>")}</td><td>{lines("<b>Cộng hòa xã hội chủ nghĩa Việt Nam</b>", "<b>" + MOTTO + "</b>", "<i>Vinh, ngày 5 tháng 3 năm 2013</i>")}</td></tr></table><p>&nbsp;</p>
    {lines("<b><i>Kính gửi:</i> Công đoàn Giáo dục Việt Nam</b>")}
    {lines("Do thay đổi nhân sự kế toán, Công đoàn Trường Đại học Vinh kính đề nghị được gia hạn nộp báo cáo quyết toán đến ngày 31 tháng 3 năm 2013.", "Xin trân trọng cảm ơn.", style="j")}
    <table style="margin-top:8mm"><tr><td style="width:50%"><p><i>Nơi nhận:</i></p><p>- Như trên</p><p>- Lưu CĐ</p></td><td>{lines("<b>CHỦ TỊCH</b>", "&nbsp;", "&nbsp;", "&nbsp;", "<b>PGS.TS. Trần Thị Thanh Nga</b>")}</td></tr></table>""")


@letter("urgent-telegram", "02", "CĐ-TLĐ", "2024-09-07", "Hà Nội", "CÔNG ĐIỆN", "CĐ", "Về việc tập trung ứng phó bão số 3 (Yagi) và mưa lũ", "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM", None, ["Liên đoàn Lao động các tỉnh, thành phố: Quảng Ninh, Hải Phòng, Thái Bình, Nam Định", "Công đoàn Điện lực Việt Nam"],
        ["Như trên", "Ban Chỉ đạo quốc gia về PCTT (để b/c)", "Lưu: VT, VP"], "TM. ĐOÀN CHỦ TỊCH", "CHỦ TỊCH", "Nguyễn Đình Khang", "HỎA TỐC")
def _():
    return office(f"""<table width="100%" border="0"><tr><td width="44%"><p align="center"><b>TỔNG LIÊN ĐOÀN LAO ĐỘNG<br>VIỆT NAM</b></p><p align="center">Số: 02/CĐ-TLĐ</p><table border="1" align="center" cellspacing="0"><tr><td><p align="center"><font color="red"><b>HỎA TỐC</b></font></p></td></tr></table></td>
    <td width="56%"><p align="center"><b>{NATION}</b></p><p align="center"><b>{MOTTO}</b></p><p align="center"><i>Hà Nội, ngày 07 tháng 9 năm 2024</i></p></td></tr></table><p>&nbsp;</p>
    <p align="center"><b>CÔNG ĐIỆN</b></p><p align="center"><b>Về việc tập trung ứng phó bão số 3 (Yagi) và mưa lũ</b></p><p>&nbsp;</p><p align="center"><b>TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM điện:</b></p>
    <p style="margin-left:40pt">Kính gửi:</p><p style="margin-left:70pt">- Liên đoàn Lao động các tỉnh, thành phố: Quảng Ninh, Hải Phòng, Thái Bình, Nam Định;</p><p style="margin-left:70pt">- Công đoàn Điện lực Việt Nam.</p>
    <p>&nbsp;</p><p>Bão số 3 rất mạnh, diễn biến phức tạp. Đoàn Chủ tịch Tổng Liên đoàn yêu cầu các cấp công đoàn chủ động bảo đảm an toàn cho đoàn viên.</p><p>&nbsp;</p>
    <table width="100%" border="0"><tr><td width="50%"><p><b><i>Nơi nhận:</i></b></p><p>- Như trên;</p><p>- Ban Chỉ đạo quốc gia về PCTT (để b/c);</p><p>- Lưu: VT, VP.</p></td><td width="50%"><p align="center"><b>TM. ĐOÀN CHỦ TỊCH</b></p><p align="center"><b>CHỦ TỊCH</b></p><p>&nbsp;</p><p>&nbsp;</p><p>&nbsp;</p><p align="center"><b>Nguyễn Đình Khang</b></p></td></tr></table>""")


def main():
    ROOT.mkdir(exist_ok=True)
    for truth, draw in LETTERS:
        if sys.argv[1:] and truth["file"] not in sys.argv[1:]:
            continue
        (ROOT / truth["file"]).write_bytes(draw())
    (ROOT / "truth.json").write_text(json.dumps([truth for truth, _ in LETTERS], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
