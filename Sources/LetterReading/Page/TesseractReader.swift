import Foundation

/// Reads what `tesseract … tsv` writes for one page: a table whose last column is the word, in pixels of the picture.
public enum TesseractReader {
  /// - Parameter resolution: of the picture, in dots per inch.
  public static func read(_ data: Data, resolution: Double) -> TextLayer.Page? {
    let scale = 72 / resolution
    var size: (Double, Double)?
    var words: [TextLayer.Word] = []
    var line = 0
    for row in String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true) {
      let cells = row.split(separator: "\t", omittingEmptySubsequences: false)
      guard cells.count >= 12, let level = Int(cells[0]), let left = Double(cells[6]), let top = Double(cells[7]),
        let width = Double(cells[8]), let height = Double(cells[9]), let confidence = Double(cells[10])
      else { continue }
      switch level {
      case 1: size = (width * scale, height * scale)
      case 4: line += 1
      case 5:
        let text = cells[11].trimmingCharacters(in: .whitespaces)
        // Specks and lines come out as words of which the recogniser itself is unsure.
        guard confidence >= 20, !text.allSatisfy(specks.contains), text.utf8.count <= TextLayerLimits.wordLength,
          words.count < TextLayerLimits.wordsPerPage
        else { continue }
        let box = Box(
          left: left * scale, top: top * scale, right: (left + width) * scale, bottom: (top + height) * scale)
        words.append(TextLayer.Word(text: mended(Normal.text(text)), box: box, line: line))
      default: break
      }
    }
    guard let (width, height) = size, width > 0, height > 0 else { return nil }
    return TextLayer.Page(width: width, height: height, words: evened(words))
  }

  /// What specks, and marks torn off their letters, are taken for.
  private static let specks = Set("ˆ`´˜^~'‘’“”\"|¬")

  /// The recogniser sees the stroke of Đ as a letter more: `LĐĐLĐ`. LĐLĐ (Liên đoàn Lao động) is in most symbols; others with
  /// ĐĐ are real (ĐĐ for Đảng đoàn, CĐĐS for Công đoàn Đường sắt) and stay.
  private static func mended(_ text: String) -> String {
    text.contains("ĐĐ") ? text.replacing(/LĐĐ+LĐ/, with: "LĐLĐ") : text
  }

  /// The boxes of recognised words hug their ink: a dash is flat, `Q.` and `ở` differ, and a line of small letters is half as
  /// high as one of capitals. The words of a line get one height, about that of its font's box, so that they stand in one row
  /// and gaps between lines mean what they mean elsewhere. A word set far larger, a stamp, keeps its own.
  private static func evened(_ words: [TextLayer.Word]) -> [TextLayer.Word] {
    let lines = Dictionary(grouping: words.filter { $0.text.contains(where: \.isLetter) }, by: \.line).mapValues {
      (height: median($0.map(\.box.height)), centre: median($0.map(\.box.centre)))
    }
    return words.map { word in
      guard let line = lines[word.line], word.box.height < line.height * 2,
        abs(word.box.centre - line.centre) < line.height
      else { return word }
      var box = word.box
      (box.top, box.bottom) = (line.centre - line.height * 0.7, line.centre + line.height * 0.7)
      return TextLayer.Word(text: word.text, box: box, line: word.line)
    }
  }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
