import Foundation
import Judging
import PDFSignature
import Registers
import Testing

/// What registers are made of in these tests.
enum Office {
  static var font: SealFont {
    get throws {
      let paths = ["liberation2", "liberation"].map { "/usr/share/fonts/truetype/\($0)/LiberationSerif-Regular.ttf" }
      let path = try #require(paths.first(where: FileManager.default.fileExists), "Liberation Serif is not installed")
      return try SealFont(data: try Data(contentsOf: URL(fileURLWithPath: path)))
    }
  }

  static func day(_ year: Int, _ month: Int, _ day: Int) throws -> CalendarDay {
    try #require(CalendarDay(year: year, month: month, day: day))
  }

  static func register(_ rows: Register.Rows) throws -> Register {
    Register(
      organisation: "Công đoàn cơ sở Trường THPT Lạc Long Quân", parent: "Liên đoàn Lao động tỉnh Bến Tre",
      from: try day(2016, 1, 1), to: try day(2016, 12, 31), rows: rows)
  }

  /// Letters as they are.
  static func incoming(_ count: Int) throws -> Register {
    let authors = ["LĐLĐ tỉnh Bến Tre", "Sở Giáo dục và Đào tạo", "UBND thành phố"]
    return try register(
      .incoming(
        (1...count).map { number in
          IncomingEntry(
            arrived: try day(2016, 4, 1 + number % 30), number: number, author: authors[number % 3],
            numberSymbol: number % 7 == 0 ? nil : "\(number)/LĐLĐ-VP", letterDate: try day(2016, 3, 1 + number % 31),
            typeAndAbstract: "Công văn đầu\(number) về việc gửi, nhận văn bản điện tử giữa các cấp công đoàn "
              + String(repeating: "trong tỉnh ", count: number % 13) + "cuối\(number)",
            receiver: number % 2 == 0 ? "Văn phòng" : nil, handedOn: number % 5 == 0 ? try day(2016, 4, 30) : nil)
        }))
  }

  static func outgoing() throws -> Register {
    try register(
      .outgoing([
        OutgoingEntry(
          numberSymbol: "145/QĐ-LĐLĐ", letterDate: try day(2016, 4, 13),
          typeAndAbstract: "Quyết định về việc khen thưởng", signer: "Nguyễn Văn A",
          addressees: "Như kính gửi;\nLưu: VT", keeper: "Văn phòng", copies: 12, handedOn: try day(2016, 4, 14),
          note: "Khẩn"),
        OutgoingEntry(typeAndAbstract: "Giấy mời", addressees: ""),
        OutgoingEntry(numberSymbol: "09/TB-LĐLĐ", typeAndAbstract: "Thông báo", addressees: "CĐCS trực thuộc"),
      ]))
  }

  /// What letters may say, and what a register says of it.
  static let hostile: [(said: String, shown: String)] = [
    ("=cmd|'/c calc'!A1", "=cmd|'/c calc'!A1"),
    ("\t\r@SUM(1)", "@SUM(1)"),
    ("+84 75 382 2121", "+84 75 382 2121"),
    ("-2+3", "-2+3"),
    ("Kính gửi:\r\n- Huyện;\r\n\r\n=1; \"=2\"", "Kính gửi:\n- Huyện;\n=1; \"=2\""),
    ("</td></tr></table><script>alert(1)</script>", "</td></tr></table><script>alert(1)</script>"),
    ("]]> <![CDATA[ <!-- --> &amp; &#0;", "]]> <![CDATA[ <!-- --> &amp; &#0;"),
    ("\" onload='x' \"\"", "\" onload='x' \"\""),
    ("a\u{0}b\u{1B}[31m\u{85}c\u{9F}", "a\u{FFFD}b\u{FFFD}[31m\nc\u{FFFD}"),
    ("hóa\u{202E}fdp.exe\u{2069}", "hóa\u{FFFD}fdp.exe\u{FFFD}"),
    (text([0xFFFF, 0xFFFE, 0xFDD0, 0x1FFFE, 0xE0041]), "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
    (String(decoding: [0x61, 0xED, 0xA0, 0x80, 0x62] as [UInt8], as: UTF8.self), "a\u{FFFD}\u{FFFD}\u{FFFD}b"),
    (String(repeating: "ệ", count: 5000), String(repeating: "ệ", count: 5000)),
    ("Co\u{302}ng d\u{111}oa\u{300}n", "Công dđoàn"),
    ("工会 🙂 _x0041_ __x000D_", "工会 🙂 _x0041_ __x000D_"),
    ("(a) Tj ET Q >> endstream endobj \\", "(a) Tj ET Q >> endstream endobj \\"),
    (" \n\t ", ""),
    (String(repeating: "dài ", count: 10_000), String(repeating: "dài ", count: 7999) + "dài…"),
  ]

  /// Swift's literals can't spell noncharacters; a letter can.
  private static func text(_ scalars: [UInt32]) -> String {
    String(String.UnicodeScalarView(scalars.compactMap(Unicode.Scalar.init)))
  }

  /// Every hostile text in every cell that holds words.
  static func hostileRegister(long: Bool = true) throws -> (register: Register, shown: [[String]]) {
    let texts = hostile.filter { long || $0.said.count < 6000 }
    let day = try day(2016, 4, 13)
    let rows = texts.enumerated().map { index, text in
      IncomingEntry(
        arrived: day, number: index + 1, author: text.said, numberSymbol: text.said, typeAndAbstract: text.said,
        receiver: text.said, note: text.said)
    }
    let shown = texts.enumerated().map { index, text in
      [
        "13/04/2016", index < 9 ? "0\(index + 1)" : "\(index + 1)", text.shown, text.shown, "", text.shown, text.shown,
        "", "", text.shown,
      ]
    }
    return (try register(.incoming(rows)), shown)
  }
}

extension Workshop {
  /// What a Python program prints as JSON, given the file's path as its argument.
  func python<Answer: Decodable>(_ program: String, _ path: String, as: Answer.Type = Answer.self) throws -> Answer {
    let result = try run("python3", ["-c", program, path])
    try #require(result.status == 0, "\(result.output.prefix(2000))")
    return try JSONDecoder().decode(Answer.self, from: Data(result.output.utf8))
  }
}
