import Foundation
import PDFSignature

/// A sheet with the received-stamp (dấu đến) for one letter, to be put before it: a signed letter itself stays as it is. The
/// stamp's frame is 35 × 50 mm (Decree 30/2020/NĐ-CP, Annex IV, “Mẫu dấu ĐẾN”); below it stands which letter it belongs to.
public struct ReceivedStampPDF: Sendable {
  /// The sheet's size, upright.
  public enum Paper: String, Sendable, CaseIterable {
    /// 210 × 297 mm, as letters have it.
    case a4
    /// 148 × 210 mm.
    case a5

    /// In millimetres.
    fileprivate var size: (width: Double, height: Double) { self == .a4 ? (210, 297) : (148, 210) }
  }

  private let font: SealFont
  private let paper: Paper

  /// - Parameter font: a TrueType font with Vietnamese letters, such as Liberation Serif.
  public init(font: SealFont, paper: Paper = .a4) {
    self.font = font
    self.paper = paper
  }

  /// The whole file: one page.
  /// - Throws: `SealProblem`, if the font is broken.
  public func data(_ stamp: ReceivedStamp) throws -> Data {
    let words = StampWords(stamp)
    var characters = SheetFont.CharacterSet()
    for word in words.all { characters.insert(word) }
    let letters = try SheetFont(font, characters)
    let file = Gathered()
    var book = try PDFBook(ChunkedOutput { file.data.append($0) })
    let resources = SheetResources(&book)
    let unit = TablePage.pointsPerMillimetre
    let size = (width: paper.size.width * unit, height: paper.size.height * unit)
    var pages = PDFPages(&book, size: size, resources: resources.reference)
    try pages.add(StampPage(words, letters, width: size.width, height: size.height).content, to: &book)
    try pages.finish(&book)
    try resources.finish(&book, letters, total: [])
    try book.finish(pages: pages.root, title: "Dấu đến \(words.number) - \(words.numberSymbol)")
    return file.data
  }
}

private final class Gathered {
  var data = Data()
}

/// What the sheet says, cleaned.
struct StampWords {
  static let dots = "........................................................................"

  let organisation: String
  let number: String
  /// Label and value of the stamp's rows beside ĐẾN, and below it. An absent value is dots to write on.
  let beside: [(label: String, value: String)]
  let below: [(label: String, value: String)]
  /// Which letter it is; an absent value is left out.
  let letter: [(label: String, value: String)]
  let numberSymbol: String

  static let arrived = "ĐẾN"
  static let heading = "VĂN BẢN ĐẾN"
  static let remark =
    "Tờ này đi kèm văn bản điện tử. Dấu đến không đóng lên văn bản đã ký số, để chữ ký số còn nguyên giá trị."

  init(_ stamp: ReceivedStamp) {
    func clean(_ text: String?) -> String { CleanText.clean(text ?? "").replacingOccurrences(of: "\n", with: " ") }
    func orDots(_ text: String?) -> String {
      let text = clean(text)
      return text.isEmpty ? Self.dots : text
    }
    organisation = clean(stamp.organisation).uppercased()
    number = SheetCell.padded(stamp.number)
    beside = [("Số:", number), ("Ngày:", stamp.arrived.text)]
    below = [("Chuyển:", orDots(stamp.handedTo)), ("Số và ký hiệu HS:", orDots(stamp.caseFile))]
    numberSymbol = clean(stamp.numberSymbol)
    letter = [
      ("Tác giả:", clean(stamp.author)), ("Số, ký hiệu:", numberSymbol),
      ("Ngày tháng:", stamp.letterDate?.text ?? ""),
      ("Tên loại và trích yếu:", CleanText.clean(stamp.typeAndAbstract)), ("Tên tệp:", clean(stamp.fileName)),
    ].filter { !$0.1.isEmpty }.map { (label: $0.0, value: $0.1) }
  }

  var all: [String] {
    [organisation, Self.arrived, Self.heading, Self.remark, Self.dots]
      + (beside + below + letter).flatMap { [$0.label, $0.value] }
  }
}
