#!/usr/bin/env python3
"""Makes the letters of `letters/` and their truth.json: official letters made up with the variety of real ones.

    python3 -m venv /tmp/fixtures && /tmp/fixtures/bin/pip install -r Tests/Fixtures/requirements.txt
    /tmp/fixtures/bin/python Tests/Fixtures/making/letters.py [FILE…]

Debian packages: fonts-liberation2, libpango-1.0-0, libpangoft2-1.0-0, libreoffice-writer-nogui. Every third letter was
held out while the rules of reading were made ("heldOut" in truth.json).
"""

import html
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parent.parent / "letters"
FONTS = "/usr/share/fonts/truetype/liberation2/LiberationSerif-"
os.environ["SOURCE_DATE_EPOCH"] = "1460505600"

TLD = "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM"
LDT = "LIÊN ĐOÀN LAO ĐỘNG TỈNH BẾN TRE"
BODY = [
    "Thực hiện chương trình công tác năm, Ban Thường vụ đề nghị các đơn vị triển khai kịp thời, đúng đối tượng, bảo đảm "
    "tiết kiệm và hiệu quả.",
    "Các đơn vị báo cáo kết quả về Văn phòng trước ngày 25 hằng tháng để tổng hợp./.",
]
SECRETS = [
    "Cán bộ, công chức phải giữ bí mật mật khẩu của hộp thư; không dùng chung mật khẩu, không gửi văn bản mật qua mạng.",
    "Việc bảo mật thông tin thực hiện theo quy định của pháp luật về bảo vệ bí mật nhà nước.",
    "Hạn chót nộp báo cáo là khẩn trương, chậm nhất ngày 20/12; trường hợp hỏa tốc thì gọi điện thoại trước.",
]
LONG = [f"{n}. " + BODY[0] + " " + BODY[0] for n in range(1, 74)]

LETTERS = []


def letter(file, producer, number, symbol, date, abstract, *, place="Bến Tre", type=(None, "CV"), parent=TLD, issuer=LDT,
           to=(), copies=("Như kính gửi", "Lưu: VT, VP"), sign=("TM. BAN THƯỜNG VỤ", "PHÓ CHỦ TỊCH", "Nguyễn Văn An"),
           urgency=None, secrecy=None, **how):
    """`how`: what differs from the plain form: line breaks, spellings, things drawn over, what follows."""
    truth = {
        "file": file + ".pdf", "textLayer": True, "number": number, "symbol": symbol, "date": date, "place": place,
        "typeName": type[0], "typeAbbreviation": type[1], "abstract": abstract, "issuer": issuer, "parentIssuer": parent,
        "addressees": list(to), "copies": list(copies), "authority": sign[0], "signerPosition": sign[1],
        "signer": sign[2], "urgency": urgency, "secrecy": secrecy, "producer": producer,
        "heldOut": len(LETTERS) % 3 == 2,
    }
    LETTERS.append((truth, how))


QD, TB, KH, BC, TTR, NQ = ("QUYẾT ĐỊNH", "QĐ"), ("THÔNG BÁO", "TB"), ("KẾ HOẠCH", "KH"), ("BÁO CÁO", "BC"), ("TỜ TRÌNH", "TTr"), ("NGHỊ QUYẾT", "NQ")
KT = ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Trần Thị Bé Ba")

letter("cv-two-addressees", "weasyprint", "105", "LĐLĐ-ToC", "2022-05-04", "rà soát tổ chức công đoàn cơ sở năm 2022",
       to=["Liên đoàn Lao động các huyện, thành phố", "Công đoàn ngành, Công đoàn cấp trên trực tiếp cơ sở trên địa bàn tỉnh Bến Tre và các Công đoàn cơ sở trực thuộc"])
letter("cv-tight-columns", "woven", "8", "CĐN", "2019-03-02", "đăng ký dự tập huấn nghiệp vụ công đoàn năm 2019 đợt 1",
       parent=LDT, issuer="CÔNG ĐOÀN NGÀNH NÔNG NGHIỆP VÀ PHÁT TRIỂN NÔNG THÔN", to=["Các công đoàn cơ sở trực thuộc"])
letter("tb-wrapped-title", "libreoffice", "77", "TB-LĐLĐ", "2020-10-12",
       "Về kết quả Hội nghị Ban Chấp hành Liên đoàn Lao động tỉnh lần thứ 9 và phân công nhiệm vụ các đồng chí Ủy viên Ban Thường vụ, nhiệm kỳ 2018 - 2023",
       type=TB, copies=["TLĐ (b/c)", "TT Tỉnh ủy", "Các cấp công đoàn", "Lưu: VT"])
letter("draft-blank-number", "weasyprint", None, "LĐLĐ-TG", None, "tuyên truyền Tháng Công nhân", to=["Các Công đoàn cơ sở"],
       date_text="Bến Tre, ngày     tháng    năm 2021", number_text="Số:      /LĐLĐ-TG")
letter("ampersand", "reportlab", "212", "LĐLĐ-CSPL&QHLĐ", "2021-08-09", "hỗ trợ đoàn viên bị ảnh hưởng bởi dịch",
       to=["LĐLĐ huyện Ba Tri"], sign=("TL. BAN THƯỜNG VỤ", "TRƯỞNG BAN CSPL&QHLĐ", "Đỗ Quốc Khánh"), urgency="THƯỢNG KHẨN")
letter("party-head", "weasyprint", "11", "CV/ĐĐ", "2017-02-28", "góp ý dự thảo Nghị quyết", parent="TỈNH ỦY BẾN TRE",
       issuer="ĐẢNG ĐOÀN LIÊN ĐOÀN LAO ĐỘNG TỈNH", to=["Ban Tổ chức Tỉnh ủy"], party=True, number_text="Số 11-CV/ĐĐ",
       sign=("T/M ĐẢNG ĐOÀN", "BÍ THƯ", "Lê Văn Tám"), copies=["Như trên", "Lưu Đảng đoàn"])
letter("nfd", "weasyprint", "45", "KH-LĐLĐ", "2023-04-07", "Tổ chức Tháng hành động về an toàn, vệ sinh lao động", type=KH,
       nfd=True, copies=["Các đơn vị", "Lưu VT"])
letter("no-accents", "reportlab", "33", "LDLD", "2014-07-15", "gui bao cao quy II", place="Ben Tre",
       parent="TONG LIEN DOAN LAO DONG VIET NAM", issuer="LIEN DOAN LAO DONG TINH BEN TRE", to=["Cac don vi truc thuoc"],
       copies=["Nhu tren", "Luu VP"], sign=("TM. BAN THUONG VU", "PHO CHU TICH", "Nguyen Van An"), plain=True)
letter("hoatoc-other-spelling", "libreoffice", "500", "LĐLĐ-VP", "2024-11-30", "ứng phó bão số 10", to=["Các cấp công đoàn trong tỉnh"],
       urgency="HỎA TỐC", mark_text="HOẢ TỐC", sign=("TL. BAN THƯỜNG VỤ", "CHÁNH VĂN PHÒNG", "Phan Thị Mai"))
letter("stamp-over-head", "woven", "61", "LĐLĐ-UBKT", "2020-01-31", "phối hợp xác minh đơn tố cáo", to=["Ủy ban Kiểm tra Tỉnh ủy"],
       secrecy="TỐI MẬT", stamp_over=True, sign=("TM. ỦY BAN KIỂM TRA", "CHỦ NHIỆM", "Nguyễn Thị Thu Hà"))
letter("ten-pages-with-annex", "weasyprint", "09", "BC-LĐLĐ", "2025-12-01", "Tổng kết phong trào thi đua năm 2025", type=BC,
       to=["Tổng Liên đoàn Lao động Việt Nam"], body=LONG, annex=True)
letter("words-of-secrecy", "weasyprint", "18", "LĐLĐ-VP", "2021-06-22",
       "tăng cường bảo mật thông tin và bảo vệ bí mật nhà nước trên không gian mạng", to=["Các đơn vị trực thuộc"], body=SECRETS)
letter("words-of-secrecy-title", "libreoffice", "19", "KH-LĐLĐ", "2021-07-01", "Tuyên truyền, phổ biến pháp luật về bảo vệ bí mật nhà nước và bảo mật mật khẩu",
       type=KH, body=SECRETS)
letter("signed-for-head", "woven", "154", "LĐLĐ", "2018-09-18", "mời dự lễ khai giảng", to=["Sở Giáo dục và Đào tạo tỉnh Bến Tre"], sign=KT)
letter("school-union", "reportlab", "03", "TTr-CĐCS", "2022-10-10", "Về việc đề nghị công nhận kết quả Đại hội Công đoàn cơ sở",
       parent="CÔNG ĐOÀN GIÁO DỤC TỈNH BẾN TRE", issuer="CÔNG ĐOÀN CƠ SỞ TRƯỜNG THPT LẠC LONG QUÂN", type=TTR,
       issuer_lines=["CÔNG ĐOÀN CƠ SỞ", "TRƯỜNG THPT LẠC LONG QUÂN"], to=["Công đoàn Giáo dục tỉnh"],
       sign=("TM. BAN CHẤP HÀNH", "CHỦ TỊCH", "ThS. Lưu Thị Hồng"))
letter("doctor", "weasyprint", "27", "BC-CĐCS", "2023-12-05", "Hoạt động Công đoàn quý IV năm 2023", type=BC, parent="CÔNG ĐOÀN NGÀNH Y TẾ",
       issuer="CĐCS TRUNG TÂM Y TẾ HUYỆN MỎ CÀY BẮC", to=["Công đoàn ngành Y tế"], sign=("TM. BAN CHẤP HÀNH", "CHỦ TỊCH", "TS. Phạm Ngọc Hân"))
letter("decision-three-articles", "weasyprint", "301", "QĐ-LĐLĐ", "2021-02-05",
       "Về việc khen thưởng tập thể, cá nhân có thành tích xuất sắc trong phong trào thi đua lao động giỏi năm 2020", type=QD,
       issuing_body="BAN THƯỜNG VỤ LIÊN ĐOÀN LAO ĐỘNG TỈNH", copies=["Như Điều 3", "Lưu: VT, CSPL (04)"],
       body=["Căn cứ Điều lệ Công đoàn Việt Nam;", "Căn cứ Quy chế khen thưởng;", "QUYẾT ĐỊNH:", "Điều 1. Tặng Bằng khen cho 12 tập thể.", "Điều 2. Mức thưởng theo quy định.", "Điều 3. Văn phòng thi hành quyết định này./."])
letter("resolution", "libreoffice", "06", "NQ-BCH", "2023-01-16", "Về nhiệm vụ trọng tâm công tác công đoàn năm 2023", type=NQ,
       issuer="BAN CHẤP HÀNH LIÊN ĐOÀN LAO ĐỘNG TỈNH BẾN TRE", issuer_lines=["BAN CHẤP HÀNH", "LIÊN ĐOÀN LAO ĐỘNG TỈNH BẾN TRE"],
       sign=("TM. BAN CHẤP HÀNH", "CHỦ TỊCH", "Lê Văn Khoa"), copies=["Ủy viên BCH", "Lưu VT"])
letter("no-copies-list", "weasyprint", "14", "GM-LĐLĐ", "2024-02-20", "Dự họp mặt đầu xuân Giáp Thìn", type=("GIẤY MỜI", "GM"),
       to=["Đồng chí Nguyễn Thị Bé Mười, nguyên Chủ tịch LĐLĐ tỉnh"], copies=[], sign=("TL. BAN THƯỜNG VỤ", "CHÁNH VĂN PHÒNG", "Võ Minh Tâm"))
letter("short-date-dashes", "reportlab", "66", "TB-CĐVC", "2016-08-01", "Kết quả kiểm tra tài chính công đoàn", type=TB, parent=LDT,
       issuer="CÔNG ĐOÀN VIÊN CHỨC TỈNH BẾN TRE", date_text="Bến Tre, ngày 01-8-2016")
letter("acting-chair", "woven", "402", "LĐLĐ-TCh", "2025-07-14", "bàn giao tài chính khi sắp xếp đơn vị", place="Vĩnh Long",
       issuer="LIÊN ĐOÀN LAO ĐỘNG TỈNH VĨNH LONG", to=["Công đoàn các xã, phường"], sign=("TM. BAN THƯỜNG VỤ", "Q. CHỦ TỊCH", "Huỳnh Văn Lợi"))
letter("by-authority", "libreoffice", "1024", "TLĐ-QHLĐ", "2023-06-19", "lấy ý kiến dự thảo Luật Công đoàn (sửa đổi)", place="Hà Nội", parent=None,
       issuer=TLD, to=["Liên đoàn Lao động các tỉnh, thành phố", "Công đoàn ngành trung ương và tương đương"],
       sign=("TUQ. ĐOÀN CHỦ TỊCH", "TRƯỞNG BAN QUAN HỆ LAO ĐỘNG", "Lê Đình Quảng"))
letter("ve-viec-under-number", "weasyprint", "88", "CĐKCN", "2019-11-11", "nộp kinh phí công đoàn 2%", parent=LDT,
       issuer="CÔNG ĐOÀN CÁC KHU CÔNG NGHIỆP", to=["Ban Giám đốc Công ty TNHH Giày da Bến Tre"], subject_prefix="Về việc")
letter("four-column-copies", "weasyprint", "57", "HD-LĐLĐ", "2022-03-15", "Thực hiện chế độ báo cáo, thống kê trong hệ thống công đoàn", type=("HƯỚNG DẪN", "HD"),
       copies=["Ban Tổ chức Tổng Liên đoàn Lao động Việt Nam (để báo cáo)", "Thường trực Tỉnh ủy, Ủy ban nhân dân tỉnh", "Các đồng chí Ủy viên Ban Chấp hành LĐLĐ tỉnh", "Lưu: VT, ToC, VP (30)"])
letter("kinh-gui-centre", "reportlab", "21", "CĐCS", "2020-04-20", "xin hỗ trợ đoàn viên khó khăn", parent="CÔNG ĐOÀN HUYỆN", issuer="CĐCS UBND XÃ TÂN THẠCH",
       to=["LĐLĐ huyện Châu Thành"], sign=("TM. BAN CHẤP HÀNH", "PHÓ CHỦ TỊCH", "Nguyễn Thị Út"))
letter("urgent-at-top-right", "woven", "73", "LĐLĐ", "2018-07-27", "tổ chức viếng nghĩa trang liệt sĩ", to=["Các công đoàn trực thuộc"], urgency="KHẨN", mark_right=True)
letter("top-secret", "weasyprint", "02", "BC-ĐĐ", "2019-09-09", "Tình hình nội bộ", type=BC, secrecy="TUYỆT MẬT", urgency="HỎA TỐC", to=["Thường trực Tỉnh ủy"],
       mark_text="TUYỆT MẬT|HỎA TỐC")
letter("dispatch-telegram", "libreoffice", "01", "CĐ-LĐLĐ", "2020-12-18", "Về việc triển khai các biện pháp phòng, chống hạn mặn", type=("CÔNG ĐIỆN", "CĐ"),
       to=["Chủ tịch LĐLĐ các huyện"], sign=("TM. BAN THƯỜNG VỤ", "CHỦ TỊCH", "Nguyễn Văn Khương"))
letter("minutes-single-issuer", "reportlab", "05", "BB-CĐCS", "2021-04-02", "Họp Ban Chấp hành Công đoàn cơ sở", type=("BIÊN BẢN", "BB"), parent=None,
       issuer="CÔNG ĐOÀN CƠ SỞ SỞ TƯ PHÁP", copies=["Lưu CĐCS"], sign=("TM. BAN CHẤP HÀNH", "CHỦ TỊCH", "Trần Văn Hiếu"))
letter("long-subject-5-lines", "woven", "233", "LĐLĐ-NC", "2022-09-09",
       "tổ chức các hoạt động chăm lo, bảo vệ trẻ em là con đoàn viên, công nhân lao động có hoàn cảnh khó khăn nhân dịp Tết Trung thu năm 2022",
       to=["Ban Nữ công các Công đoàn cấp trên cơ sở"])
letter("permanent-deputy", "libreoffice", "118", "LĐLĐ-TG", "2017-05-03", "cung cấp tin, bài cho Trang thông tin điện tử", to=["Các CĐCS trực thuộc"],
       sign=("TM. BAN THƯỜNG VỤ", "PHÓ CHỦ TỊCH THƯỜNG TRỰC", "Trần Trung Hòa"), position_lines=["PHÓ CHỦ TỊCH", "THƯỜNG TRỰC"])
letter("addressee-on-two-lines", "weasyprint", "64", "TTr-LĐLĐ", "2024-06-06", "Về việc xin chủ trương xây dựng thiết chế công đoàn", type=TTR,
       to=["Đoàn Chủ tịch Tổng Liên đoàn Lao động Việt Nam, Ban Tài chính Tổng Liên đoàn"])
letter("no-year-date", "reportlab", "90", "LĐLĐ", None, "góp ý văn bản", to=["Ban Dân vận"], date_text="Bến Tre, ngày …… tháng 6 năm 2015")
letter("company-union", "weasyprint", "12", "KH-CĐCT", "2022-12-12", "Chăm lo Tết cho người lao động", type=KH, parent="CÔNG ĐOÀN CÁC KHU CÔNG NGHIỆP TỈNH BẾN TRE",
       issuer="CÔNG ĐOÀN CÔNG TY TNHH MỘT THÀNH VIÊN XỔ SỐ KIẾN THIẾT BẾN TRE", sign=("TM. BAN CHẤP HÀNH", "CHỦ TỊCH", "Đặng Thị Ngọc Ánh"))
letter("three-signing-lines", "weasyprint", "71", "QĐ-UBND", "2018-03-29", "Về việc phê duyệt quy hoạch đất cho thiết chế công đoàn", type=QD, parent=None,
       issuer="ỦY BAN NHÂN DÂN TỈNH BẾN TRE", issuer_lines=["ỦY BAN NHÂN DÂN", "TỈNH BẾN TRE"], issuing_body="ỦY BAN NHÂN DÂN TỈNH BẾN TRE",
       sign=("TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Nguyễn Hữu Lập"), authority_lines=["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH"],
       copies=["Như Điều 3", "Chủ tịch, các PCT UBND tỉnh", "Lưu: VT"])


def parts(truth, how):
    """The texts as they stand on the page."""
    y, m, d = (truth["date"] or "0-0-0").split("-")
    when = how.get("date_text") or f"{truth['place']}, ngày {d} tháng {m if int(m) < 3 else int(m)} năm {y}"
    number = how.get("number_text") or f"Số: {truth['number']}/{truth['symbol']}"
    state = ["ĐẢNG CỘNG SẢN VIỆT NAM"] if how.get("party") else ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
    if how.get("plain"):
        state = ["CONG HOA XA HOI CHU NGHIA VIET NAM", "Doc lap - Tu do - Hanh phuc"]
        when = f"Ben Tre, ngay {d} thang {int(m)} nam {y}"
    subject = None
    if truth["typeName"] is None and truth["abstract"]:
        subject = f"{how.get('subject_prefix', 'V/v')} {truth['abstract']}"
    marks = (how.get("mark_text") or truth["secrecy"] or truth["urgency"] or "").split("|")
    marks = [mark for mark in marks if mark]
    return state, when, number, subject, marks


def copies_lines(truth, how):
    items = truth["copies"]
    label = "Noi nhan:" if how.get("plain") else "Nơi nhận:"
    return [label] + [f"- {item}{'.' if n == len(items) - 1 else ';'}" for n, item in enumerate(items)] if items else []


def signing_lines(truth, how):
    return (how.get("authority_lines") or [truth["authority"]]) + (how.get("position_lines") or [truth["signerPosition"]])


def salutation(truth, how):
    label = "Kinh gui:" if how.get("plain") else "Kính gửi:"
    if not truth["addressees"]:
        return []
    if len(truth["addressees"]) == 1:
        return [f"{label} {truth['addressees'][0]}."]
    return [label] + [f"- {item}{'.' if n == len(truth['addressees']) - 1 else ';'}" for n, item in enumerate(truth["addressees"])]


def as_html(truth, how):
    """A page as a clerk's word processor would lay it out: a table of two columns, the text, a table for the end."""
    state, when, number, subject, marks = parts(truth, how)
    e = html.escape
    issuer = "<br/>".join(e(line) for line in how.get("issuer_lines") or [truth["issuer"]])
    left = [f'<p class="c">{e(truth["parentIssuer"])}</p>'] if truth["parentIssuer"] else []
    left += [f'<p class="c"><b>{issuer}</b></p>', f'<p class="c">{"*" if how.get("party") else "_______"}</p>', f'<p class="c">{e(number).replace("  ", "&#160;&#160;")}</p>']
    if subject:
        left.append(f'<p class="c s">{e(subject)}</p>')
    left += [f'<p class="c m"><b>{e(mark)}</b></p>' for mark in marks]
    right = [f'<p class="c"><b>{e(line)}</b></p>' for line in state] + ['<p class="c">_______________</p>', f'<p class="c"><i>{e(when).replace("  ", "&#160;&#160;")}</i></p>']
    out = [f'<table width="100%"><tr><td width="42%" valign="top">{"".join(left)}</td><td width="58%" valign="top">{"".join(right)}</td></tr></table><p>&#160;</p>']
    if truth["typeName"]:
        out.append(f'<p class="c"><b>{e(truth["typeName"])}</b></p><p class="c"><b>{e(truth["abstract"])}</b></p><p>&#160;</p>')
    if how.get("issuing_body"):
        out.append(f'<p class="c"><b>{e(how["issuing_body"])}</b></p>')
    lines = salutation(truth, how)
    out += [f'<p style="margin-left:{"40" if n == 0 else "60"}pt">{e(line)}</p>' for n, line in enumerate(lines)]
    if lines:
        out.append("<p>&#160;</p>")
    out += [f'<p class="b">{e(line)}</p>' for line in how.get("body", BODY)]
    first, *rest = copies_lines(truth, how) or [""]
    left = (f"<p><b><i>{e(first)}</i></b></p>" if first else "") + "".join(f'<p class="s">{e(line)}</p>' for line in rest)
    right = "".join(f'<p class="c"><b>{e(line)}</b></p>' for line in signing_lines(truth, how)) + "<p>&#160;</p>" * 4 + f'<p class="c"><b>{e(truth["signer"])}</b></p>'
    out.append(f'<p>&#160;</p><table width="100%"><tr><td width="50%" valign="top">{left}</td><td width="50%" valign="top">{right}</td></tr></table>')
    if how.get("annex"):
        out.append('<div style="page-break-before:always"><table width="100%"><tr><td width="42%" valign="top"><p class="c">CÔNG ĐOÀN NGÀNH Y TẾ</p><p class="c">Số: 99/PL-CĐYT</p></td>'
                   '<td width="58%"><p class="c"><b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</b></p><p class="c"><i>Ba Tri, ngày 01 tháng 01 năm 2001</i></p></td></tr></table>'
                   '<p class="c"><b>DANH SÁCH</b></p><p class="b">Kính gửi: Không phải nơi này.</p><p>Nơi nhận:</p><p>- Không phải nơi này.</p><p class="c"><b>KT. GIÁM ĐỐC</b></p></div>')
    text = "".join(out)
    style = 'p{margin:0 0 2pt 0} .c{text-align:center} .s{font-size:12pt} .b{text-align:justify;text-indent:28pt;margin-bottom:5pt} td{padding:0 3pt}'
    page = "@page{size:A4;margin:20mm 15mm 20mm 28mm} body{font:14pt 'Liberation Serif'} table{border-collapse:collapse} .m b{border:1px solid red;color:red;padding:1pt 6pt}"
    if how.get("nfd"):
        text = unicodedata.normalize("NFD", text)
    return f'<html lang="vi"><head><meta charset="utf-8"/><style>{page}{style}</style></head><body>{text}</body></html>'


def weasyprint(truth, how):
    from weasyprint import HTML

    return HTML(string=as_html(truth, how)).write_pdf()


def libreoffice(truth, how):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "letter.html")
        source.write_text(as_html(truth, how).replace("<body>", '<body style="font-family:Liberation Serif;font-size:14pt">'), encoding="utf-8")
        for form, name in (("odt:writer8", "letter.html"), ("pdf", "letter.odt")):
            subprocess.run(["soffice", "--headless", "--writer", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", form,
                            "--outdir", folder, f"{folder}/{name}"], check=True, capture_output=True, timeout=120)
        return pathlib.Path(folder, "letter.pdf").read_bytes()


class Canvas:
    """Lines at given places; `woven` draws all words of a page in the order of rows, so that columns interleave word by word."""

    def __init__(self, woven):
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont
        from reportlab.pdfgen.canvas import Canvas as Base

        for face in ("Regular", "Bold", "Italic"):
            pdfmetrics.registerFont(TTFont(face, f"{FONTS}{face}.ttf"))
        self.out, self.woven, self.words = io.BytesIO(), woven, []
        self.canvas = Base(self.out, pagesize=(595, 842), invariant=1)
        self.width = lambda text, face, size: pdfmetrics.stringWidth(text, face, size)

    def text(self, x, y, text, face="Regular", size=13, centre=False):
        if centre:
            x -= self.width(text, face, size) / 2
        if not self.woven:
            self.canvas.setFont(face, size)
            self.canvas.drawString(x, 842 - y, text)
            return
        for word in text.split(" "):
            self.words.append((round(y), x, y, word, face, size))
            x += self.width(word + " ", face, size)

    def wrapped(self, x, y, width, text, face="Regular", size=13, centre=False, leading=16.0, indent=0.0):
        line, lines = "", []
        for word in text.split(" "):
            room = width - (indent if not lines else 0)
            if line and self.width(f"{line} {word}", face, size) > room:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
        for n, each in enumerate(lines):
            self.text(x + (width / 2 if centre else indent if n == 0 else 0), y, each, face, size, centre)
            y += leading
        return y

    def finish(self):
        # Words left to right in each row whatever column they belong to, as some producers write them.
        for _, x, y, word, face, size in sorted(self.words):
            self.canvas.setFont(face, size)
            self.canvas.drawString(x, 842 - y, word)
        self.canvas.showPage()
        self.canvas.save()
        return self.out.getvalue()


def drawn(truth, how, woven):
    state, when, number, subject, marks = parts(truth, how)
    c = Canvas(woven)
    left, right, y = (70, 215), (292, 275), 60
    if how.get("mark_right"):
        c.text(440, 40, marks.pop(), "Bold", 14, True)
    if truth["parentIssuer"]:
        y = c.wrapped(left[0], y, left[1], truth["parentIssuer"], "Regular", 12, True)
    for line in how.get("issuer_lines") or [truth["issuer"]]:
        y = c.wrapped(left[0], y, left[1], line, "Bold", 12, True)
    c.canvas.line(150, 842 - y + 9, 210, 842 - y + 9)
    number_y = y = max(y + 8, 112)
    c.text(left[0] + left[1] / 2, y, number, "Regular", 13, True)
    if how.get("stamp_over"):
        c.text(left[0] + left[1] / 2 - 20, 74, marks.pop(), "Bold", 22)
    y += 18
    if subject:
        y = c.wrapped(left[0], y, left[1], subject, "Regular", 12, True, 14)
    for mark in marks:
        y += 12
        c.text(left[0] + left[1] / 2, y, mark, "Bold", 14, True)
        c.canvas.rect(left[0] + left[1] / 2 - 60, 842 - y - 5, 120, 20)
        y += 14
    c.text(right[0] + right[1] / 2, 60, state[0], "Bold", 12, True)
    if len(state) > 1:
        c.text(right[0] + right[1] / 2, 77, state[1], "Bold", 13, True)
    c.text(right[0] + right[1] / 2, number_y, when, "Italic", 13, True)
    y += 22
    if truth["typeName"]:
        c.text(310, y, truth["typeName"], "Bold", 14, True)
        y = c.wrapped(110, y + 18, 400, truth["abstract"], "Bold", 14, True, 17) + 12
    for n, line in enumerate(salutation(truth, how)):
        y = c.wrapped(130 if n == 0 else 150, y, 380, line, "Regular", 14, leading=17)
    y += 14
    for paragraph in how.get("body", BODY):
        y = c.wrapped(85, y, 460, paragraph, "Regular", 14, leading=18, indent=30) + 4
    y += 14
    end = y
    for n, line in enumerate(copies_lines(truth, how)):
        y = c.wrapped(85, y, 190, line, "Bold" if n == 0 else "Regular", 12 if n == 0 else 11, leading=14)
    for line in signing_lines(truth, how):
        c.text(420, end, line, "Bold", 13, True)
        end += 16
    c.text(420, end + 70, truth["signer"], "Bold", 13, True)
    return c.finish()


MAKERS = {
    "weasyprint": weasyprint, "libreoffice": libreoffice,
    "reportlab": lambda truth, how: drawn(truth, how, False), "woven": lambda truth, how: drawn(truth, how, True),
}


def main():
    ROOT.mkdir(exist_ok=True)
    for truth, how in LETTERS:
        if sys.argv[1:] and truth["file"] not in sys.argv[1:]:
            continue
        (ROOT / truth["file"]).write_bytes(MAKERS[truth["producer"]](truth, how))
    (ROOT / "truth.json").write_text(json.dumps([truth for truth, _ in LETTERS], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
