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
        guard confidence >= 20, !text.isEmpty, text.utf8.count <= TextLayerLimits.wordLength,
          words.count < TextLayerLimits.wordsPerPage
        else { continue }
        let box = Box(
          left: left * scale, top: top * scale, right: (left + width) * scale, bottom: (top + height) * scale)
        words.append(TextLayer.Word(text: Normal.text(text), box: box, line: line))
      default: break
      }
    }
    guard let (width, height) = size, width > 0, height > 0 else { return nil }
    return TextLayer.Page(width: width, height: height, words: evened(words))
  }

  /// The box of a dash is as flat as its ink, unlike that of a font; it is made as high as its neighbours' for it to stand in
  /// one row with them.
  private static func evened(_ words: [TextLayer.Word]) -> [TextLayer.Word] {
    let heights = Dictionary(grouping: words.filter { $0.text.contains(where: \.isLetter) }, by: \.line)
      .mapValues { $0.map(\.box.height).sorted()[$0.count / 2] }
    return words.map { word in
      guard let height = heights[word.line], word.box.height < height * 0.6 else { return word }
      var box = word.box
      (box.top, box.bottom) = (word.box.centre - height / 2, word.box.centre + height / 2)
      return TextLayer.Word(text: word.text, box: box, line: word.line)
    }
  }
}
