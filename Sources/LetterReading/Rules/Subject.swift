import Foundation

/// Tên loại and trích yếu: the type in capitals, centred, the abstract below it; in a công văn the abstract alone, under the
/// number, beginning with `V/v`.
struct Subject {
  var type: (DocumentType, Place)?
  var abstract: Field<String>?
  /// Where the text begins: index into the rows below the head.
  var bodyStart = 0

  /// - Parameters:
  ///   - column: the head's left column, without marks.
  ///   - rows: below the head.
  init(column: [Line], rows: [Line], page: TextLayer.Page, isRecognised: Bool) {
    let salutation = rows.firstIndex(where: Head.isSalutation) ?? rows.endIndex
    let title = rows.prefix(min(salutation, 14)).firstIndex { row in
      DocumentType.title(row) != nil && abs(row.box.middle - page.width / 2) < page.width * 0.12
    }
    if let title, let type = DocumentType.title(rows[title]) {
      self.type = (type, Place(page: rows[title].page, box: rows[title].box))
      let lines = Self.below(title, rows, isRecognised: isRecognised)
      bodyStart = title + 1 + lines.count
      abstract = Self.field(lines, confidence: 0.9, dropping: 0)
      return
    }
    bodyStart = salutation == rows.endIndex ? 0 : salutation
    if let index = column.firstIndex(where: { Self.prefix($0) != nil }) {
      takeLetterAbstract(column, from: index)
    } else if let index = rows.prefix(salutation).firstIndex(where: { Self.prefix($0) != nil }), index < 8 {
      takeLetterAbstract(Array(rows[..<salutation]), from: index)
    }
  }

  private mutating func takeLetterAbstract(_ lines: [Line], from index: Int) {
    guard let words = Self.prefix(lines[index]) else { return }
    var block = [lines[index]]
    for line in lines.dropFirst(index + 1) {
      guard let last = block.last, Self.follows(line, last), !line.isRule, block.count < 12 else { break }
      block.append(line)
    }
    abstract = Self.field(block, confidence: 0.9, dropping: words)
  }

  /// How many words `V/v`, `V.v`, `Về việc` take at the line's beginning; nil where it doesn't begin so. A `V/v` that sticks to
  /// the next word counts as none: `field` cuts it off.
  private static func prefix(_ line: Line) -> Int? {
    let words = line.words.prefix(2).map { Normal.folded($0.text) }
    guard let first = words.first else { return nil }
    if words.count == 2, first == "ve", words[1] == "viec" || words[1] == "viec:" { return 2 }
    if ["v/v", "v.v", "v/v:", "v.v:", "vv", "vv:", "v.v.", "v/v."].contains(first) { return 1 }
    if first.hasPrefix("v/v") { return 0 }
    if words.count == 2, first == "v/" || first == "v.", words[1] == "v" || words[1] == "v:" { return 2 }
    return nil
  }

  /// The lines of the abstract below the title: centred like it, close to each other, in one font.
  private static func below(_ title: Int, _ rows: [Line], isRecognised: Bool) -> [Line] {
    let middle = rows[title].box.middle
    var lines: [Line] = []
    for line in rows.dropFirst(title + 1) {
      let last = lines.last ?? rows[title]
      if line.isRule || Head.isSalutation(line) || lines.count == 12 { break }
      let gap = line.box.top - last.box.bottom
      guard gap < line.height * (lines.isEmpty ? 1.6 : 0.85), abs(line.box.middle - middle) < (isRecognised ? 12 : 9)
      else { break }
      if let first = lines.first {
        if !isRecognised, abs(line.height - first.height) > 0.08 { break }
        if line.isCapitals && !first.isCapitals { break }
        if startsText(line), !endsOpen(last) { break }
      } else if line.folded.hasPrefix("can cu ") {
        break
      }
      lines.append(line)
    }
    return lines
  }

  /// How the text of a letter usually starts.
  private static func startsText(_ line: Line) -> Bool {
    ["can cu ", "thuc hien ", "theo ", "xet ", "hom nay", "kinh thua", "i. ", "a. ", "1. "].contains {
      line.folded.hasPrefix($0)
    }
  }

  private static func endsOpen(_ line: Line) -> Bool {
    guard let last = line.folded.split(separator: " ").last else { return false }
    return last.hasSuffix(",") || ["va", "cua", "ve", "viec", "cho", "voi", "de", "trong", "-"].contains(String(last))
  }

  static func follows(_ line: Line, _ last: Line) -> Bool {
    line.box.top - last.box.bottom < line.height * 0.6 && abs(line.height - last.height) < line.height * 0.2
  }

  private static func field(_ lines: [Line], confidence: Double, dropping words: Int) -> Field<String>? {
    guard let first = lines.first else { return nil }
    var text = (Array(first.words.dropFirst(words)).map(\.text) + lines.dropFirst().map(\.text)).joined(separator: " ")
    if words == 0, Normal.folded(String(text.prefix(3))) == "v/v" { text.removeFirst(3) }
    text = text.trimmingCharacters(in: CharacterSet(charactersIn: " :.;,…_"))
    guard text.contains(where: \.isLetter) else { return nil }
    let box = lines.dropFirst().reduce(first.box) { $0.union($1.box) }
    return Field(text, at: Place(page: first.page, box: box), confidence: confidence)
  }
}
