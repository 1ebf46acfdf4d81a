/// How high a row of a workbook must be for its words. Excel finds that by itself when somebody edits the row, LibreOffice not
/// even when it opens the file; no font is at hand here, so that this is an estimate that rather leaves a line free.
enum RowHeight {
  /// Of a column's width on paper that it has in a workbook: programs measure the default font differently, and all columns
  /// must stand on one page.
  static let share = 0.97

  /// Of the font, 11 points high.
  private static let line = 14
  /// Room for a signature.
  private static let least = 24
  /// The highest row that Excel knows.
  private static let most = 409

  static func points(_ cells: [SheetCell], _ columns: [RegisterForm.Column]) -> Int {
    var lines = 1
    for (cell, column) in zip(cells, columns) {
      guard case .text(let text) = cell else { continue }
      let room = Int((column.width * share / 25.4 * 72 - 6) / 11 * 1000)
      lines = max(lines, Self.lines(text, room))
      if lines * line >= most { return most }
    }
    return max(least, lines * line + 2)
  }

  /// - Parameter room: in thousandths of the font size.
  private static func lines(_ text: String, _ room: Int) -> Int {
    var lines = 0
    for paragraph in text.unicodeScalars.split(separator: "\n") {
      let width = paragraph.reduce(0) { $0 + Self.width($1) }
      // Lines end where words do, which leaves about a tenth of them blank.
      lines += width <= room ? 1 : (width * 10 / 9 + room - 1) / room
    }
    return lines
  }

  /// Of a letter, about as Times New Roman has it.
  private static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar {
    case " ", ".", ",", ";", ":", "i", "l", "t", "j", "(", ")", "-", "/", "'": 300
    case "m", "w", "A"..."Z", "Đ": 750
    case let far where far.value >= 0x2E80: 1000
    default: 480
    }
  }
}
