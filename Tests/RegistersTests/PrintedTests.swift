import Foundation
import Judging
import PDFSignature
import Registers
import Testing

/// qpdf, poppler and what a printer would put on paper judge.
@Suite("Registers and stamps on paper")
struct PrintedTests {
  private struct Word: Decodable {
    let page: Int
    let x: Double
    let y: Double
    let text: String
  }

  /// The words of all pages where pdftotext finds them, from top to bottom and from left to right.
  private static func words(_ desk: Workshop, _ path: String) throws -> [Word] {
    try desk.python(
      """
      import html, json, re, subprocess, sys
      text = subprocess.run(['pdftotext', '-bbox', sys.argv[1], '-'], capture_output=True, check=True).stdout.decode()
      words, page = [], 0
      for line in text.split('\\n'):
          if '<page ' in line: page += 1
          found = re.search('<word xMin="([0-9.]+)" yMin="([0-9.]+)".*?>(.*)</word>', line)
          if found: words.append(dict(page=page, x=float(found[1]), y=float(found[2]), text=html.unescape(found[3])))
      words.sort(key=lambda w: (w['page'], round(w['y'], 1), w['x']))
      print(json.dumps(words))
      """, path)
  }

  /// Whole for qpdf, all letters embedded.
  private static func check(_ desk: Workshop, _ path: String) throws {
    let structure = try desk.run("qpdf", ["--check", path])
    #expect(structure.status == 0 && !structure.output.contains("WARNING"), "\(structure.output)")
    let fonts = try desk.run("pdffonts", [path]).output.split(separator: "\n").dropFirst(2)
    // emb, sub and uni.
    #expect(fonts.count == 1 && fonts.first?.contains("yes yes yes") == true, "\(fonts)")
    let painted = try desk.run("mutool", ["draw", "-q", "-r", "20", "-o", "page.png", path, "1-3"])
    let complaints = painted.output.split(separator: "\n").filter { !$0.contains("ICC") && $0.contains("warning") }
    #expect(painted.status == 0 && complaints.isEmpty && !painted.output.contains("error"), "\(painted.output)")
  }

  private static func pages(_ desk: Workshop, _ path: String) throws -> [String: String] {
    var facts: [String: String] = [:]
    for line in try desk.run("pdfinfo", [path]).output.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { facts[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    return facts
  }

  /// In millimetres, from the sheet's left edge.
  private static let edges: [Double] = [20, 41, 54, 91, 120, 141, 207, 235, 256, 271, 287]

  @Test("every cell that goes into a PDF comes out in its column, also one that fills pages")
  func cells() throws {
    let (register, shown) = try Office.hostileRegister(long: false)
    let desk = try Workshop()
    let path = try desk.write(try RegisterPDF(font: try Office.font).data(register), "register.pdf")
    try Self.check(desk, path)
    // Within the table: below the first page's cover, between head and foot.
    let words = try Self.words(desk, path).filter { $0.page > 1 && $0.y < 545 }
    for (column, bounds) in zip(Self.edges, Self.edges.dropFirst()).enumerated() {
      let said = words.filter { $0.x / 72 * 25.4 >= bounds.0 && $0.x / 72 * 25.4 < bounds.1 }.map(\.text).joined()
      let pages = Set(words.map(\.page)).count
      let head = (TextFormatTests.titles[column] + "(\(column + 1))").filter { !$0.isWhitespace }
      #expect(said.components(separatedBy: head).count - 1 == pages, "the head is on every page")
      let expected = shown.map { $0[column] }.joined().filter { !$0.isWhitespace }
      let found = said.components(separatedBy: head).joined()
      #expect(Array(found.unicodeScalars) == Array(expected.unicodeScalars), "column \(column)")
    }
  }

  @Test("a row stands on one page; sheets are A4 landscape, have the head, and tell which of how many they are")
  func rows() throws {
    let desk = try Workshop()
    let path = try desk.write(try RegisterPDF(font: try Office.font).data(try Office.incoming(300)), "register.pdf")
    try Self.check(desk, path)
    let facts = try Self.pages(desk, path)
    let count = try #require(Int(facts["Pages"] ?? ""))
    #expect(count > 20)
    #expect(facts["Page size"]?.hasPrefix("841.89 x 595.276 pts (A4)") == true, "\(facts)")
    #expect(facts["Title"] == "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN - CÔNG ĐOÀN CƠ SỞ TRƯỜNG THPT LẠC LONG QUÂN")
    let words = try Self.words(desk, path)
    for number in 1...300 {
      let first = words.filter { $0.text == "đầu\(number)" }.map(\.page)
      let last = words.filter { $0.text == "cuối\(number)" }.map(\.page)
      #expect(first.count == 1 && first == last, "row \(number)")
    }
    for page in 2...count {
      let text = words.filter { $0.page == page }.map(\.text).joined(separator: " ")
      #expect(text.contains("Ngày đến") && text.contains("(10)"), "page \(page)")
      #expect(
        text.contains("Trang \(page - 1)/ \(count - 1)") || text.contains("Trang \(page - 1)/\(count - 1)"),
        "\(text.suffix(80))")
    }
    let cover = words.filter { $0.page == 1 }.map(\.text).joined(separator: " ")
    #expect(
      cover.contains("SỔ ĐĂNG KÝ VĂN BẢN ĐẾN") && cover.contains("NĂM: 2016") && cover.contains("Từ số 01 đến số 300"))
  }

  @Test("what can't be shown is seen to have been there")
  func boxes() throws {
    let desk = try Workshop()
    var pages: [Data] = []
    for note in ["", "\u{0}", "工"] {
      let row = OutgoingEntry(typeAndAbstract: "Giấy mời", addressees: "", note: note)
      let register = try Office.register(.outgoing([row]))
      let path = try desk.write(try RegisterPDF(font: try Office.font).data(register), "register.pdf")
      try desk.run("pdftoppm", ["-gray", "-r", "60", "-f", "2", "-singlefile", path, "page"])
      pages.append(try Data(contentsOf: desk.folder.appendingPathComponent("page.pgm")))
    }
    #expect(pages[0] != pages[1] && pages[1] == pages[2])
  }

  @Test("the same register gives the same bytes, and they come piece by piece")
  func streaming() throws {
    let register = try Office.incoming(2000)
    for writer in [RegisterCSV(), RegisterXLSX(), RegisterHTML(), RegisterPDF(font: try Office.font)]
      as [any RegisterWriter]
    {
      let data = try writer.data(register)
      #expect(try writer.data(register) == data)
      var largest = 0
      try writer.write(register) { largest = max(largest, $0.count) }
      #expect(largest < 512 << 10, "\(writer)")
      struct Full: Error {}
      #expect(throws: Full.self) { try writer.write(register) { _ in throw Full() } }
    }
  }

  @Test("more rows than a register holds are refused, and none are printed as an empty table")
  func bounds() throws {
    let row = OutgoingEntry(typeAndAbstract: "", addressees: "")
    let many = try Office.register(.outgoing(Array(repeating: row, count: Register.rowLimit + 1)))
    let none = try Office.register(.outgoing([]))
    for writer in [RegisterCSV(), RegisterXLSX(), RegisterHTML(), RegisterPDF(font: try Office.font)]
      as [any RegisterWriter]
    {
      let problem = #expect(throws: RegisterProblem.self) { try writer.data(many) }
      #expect(problem?.code == .tooManyRows)
      #expect(try !writer.data(none).isEmpty)
    }
    let desk = try Workshop()
    let path = try desk.write(try RegisterPDF(font: try Office.font).data(none), "empty.pdf")
    try Self.check(desk, path)
    #expect(try Self.pages(desk, path)["Pages"] == "2")
  }

  // MARK: The received-stamp

  private static func stamp(_ change: (inout ReceivedStamp) -> Void = { _ in }) throws -> ReceivedStamp {
    var stamp = ReceivedStamp(
      organisation: "Liên đoàn Lao động tỉnh Bến Tre", number: 7, arrived: try Office.day(2016, 4, 13),
      handedTo: "Văn phòng", author: "Tổng Liên đoàn Lao động Việt Nam", numberSymbol: "78/LĐLĐ",
      letterDate: try Office.day(2016, 4, 11),
      typeAndAbstract: "Công văn về việc gửi, nhận văn bản điện tử", fileName: "0007 2016-04-13 78-LĐLĐ.pdf")
    change(&stamp)
    return stamp
  }

  @Test(
    "a stamp's frame is 50 mm wide and 35 mm high, and the sheet says whose letter it is",
    arguments: ReceivedStampPDF.Paper.allCases)
  func stamp(paper: ReceivedStampPDF.Paper) throws {
    let desk = try Workshop()
    let path = try desk.write(
      try ReceivedStampPDF(font: try Office.font, paper: paper).data(try Self.stamp()), "stamp.pdf")
    try Self.check(desk, path)
    let facts = try Self.pages(desk, path)
    #expect(facts["Pages"] == "1")
    #expect(facts["Page size"] == (paper == .a4 ? "595.276 x 841.89 pts (A4)" : "419.528 x 595.276 pts"), "\(facts)")
    let words = try Self.words(desk, path).map(\.text).joined(separator: " ")
    for text in [
      "LIÊN ĐOÀN LAO ĐỘNG TỈNH BẾN TRE", "ĐẾN", "Số: 07", "Ngày: 13/04/2016", "Chuyển: Văn phòng",
      "Số và ký hiệu HS: ....",
      "Tổng Liên đoàn Lao động Việt Nam", "78/LĐLĐ", "11/04/2016", "0007 2016-04-13 78-LĐLĐ.pdf",
    ] {
      #expect(words.contains(text), "\(text) in \(words)")
    }
    // Ten dots a millimetre: the frame's rules are the only dark runs of more than 45 mm across and 30 mm down.
    try desk.run("pdftoppm", ["-gray", "-r", "254", "-singlefile", path, "stamp"])
    struct Frame: Decodable {
      let rows: [Int]
      let columns: [Int]
    }
    let frame: Frame = try desk.python(
      """
      import json, sys
      data = open(sys.argv[1], 'rb').read()
      magic, size, depth, pixels = data.split(b'\\n', 3)
      width, height = map(int, size.split())
      dark = lambda line: max(len(run) for run in bytes(b < 160 for b in line).split(b'\\0'))
      rows = [y for y in range(height) if dark(pixels[y * width:(y + 1) * width]) > 450]
      columns = [x for x in range(width) if dark(pixels[x::width]) > 300]
      print(json.dumps(dict(rows=rows, columns=columns)))
      """, desk.folder.appendingPathComponent("stamp.pgm").path)
    let height = (frame.rows.last ?? 0) - (frame.rows.first ?? 0)
    let width = (frame.columns.last ?? 0) - (frame.columns.first ?? 0)
    #expect(abs(height - 350) <= 4 && abs(width - 500) <= 4, "\(width) × \(height)")
  }

  @Test("whatever a letter says, its stamp is one whole page")
  func hostileStamps() throws {
    let desk = try Workshop()
    for (index, text) in Office.hostile.enumerated() {
      let stamp = try Self.stamp {
        $0.organisation = text.said
        $0.handedTo = text.said
        $0.caseFile = text.said
        $0.author = text.said
        $0.numberSymbol = text.said
        $0.typeAndAbstract = text.said
        $0.fileName = text.said
      }
      let path = try desk.write(try ReceivedStampPDF(font: try Office.font).data(stamp), "stamp-\(index).pdf")
      try Self.check(desk, path)
      #expect(try Self.pages(desk, path)["Pages"] == "1")
    }
  }
}
