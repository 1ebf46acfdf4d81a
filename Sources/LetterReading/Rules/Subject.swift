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
  ///   - bySymbol: the type that the symbol names.
  init(column: [Line], rows: [Line], page: TextLayer.Page, bySymbol: DocumentType?, isRecognised: Bool) {
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
    if takeTitleWithAbstract(rows.prefix(min(salutation, 8)), page, bySymbol, isRecognised) { return }
    bodyStart = salutation == rows.endIndex ? 0 : salutation
    if let index = column.firstIndex(where: { Self.prefix($0) != nil }) {
      // Below the number nothing but the abstract and marks stands in the column.
      takeLetterAbstract(column, from: index, reach: 1, alike: isRecognised ? 0.5 : 0.2)
    } else if let index = rows.prefix(salutation).firstIndex(where: { Self.prefix($0) != nil }), index < 8 {
      takeLetterAbstract(Array(rows[..<salutation]), from: index, reach: 0.6, alike: isRecognised ? 0.5 : 0.2)
    }
  }

  /// Type and abstract in one line, centred.
  private mutating func takeTitleWithAbstract(
    _ rows: ArraySlice<Line>, _ page: TextLayer.Page, _ bySymbol: DocumentType?, _ isRecognised: Bool
  ) -> Bool {
    for (index, row) in rows.enumerated() where abs(row.box.middle - page.width / 2) < page.width * 0.12 {
      guard let (type, words) = DocumentType.leading(row, bySymbol: bySymbol) else { continue }
      self.type = (type, Place(page: row.page, box: row.box))
      let lines = Self.below(index, Array(rows), isRecognised: isRecognised)
      bodyStart = index + 1 + lines.count
      abstract = Self.field([row] + lines, confidence: 0.8, dropping: words)
      return true
    }
    return false
  }

  private mutating func takeLetterAbstract(_ lines: [Line], from index: Int, reach: Double, alike: Double) {
    guard let words = Self.prefix(lines[index]) else { return }
    var block = [lines[index]]
    for line in lines.dropFirst(index + 1) {
      guard let last = block.last, Self.follows(line, last, reach, alike), !line.isRule, block.count < 12 else { break }
      block.append(line)
    }
    abstract = Self.field(block, confidence: 0.9, dropping: words)
  }

  /// Whether an abstract begins with this line.
  static func begins(_ line: Line) -> Bool { prefix(line) != nil }

  /// How many words `V/v`, `V.v`, `Về việc` take at the line's beginning; nil where it doesn't begin so. A `V/v` that sticks to
  /// the next word counts as none: `field` cuts it off.
  private static func prefix(_ line: Line) -> Int? {
    var words = line.words.prefix(2).map { Normal.folded($0.text) }
    if let first = words.first, first.hasPrefix("(") { words[0] = String(first.dropFirst()) }
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
      guard gap < line.height * (lines.isEmpty ? 1.6 : 0.85) else { break }
      // The title may be set off the middle of the text by a space or an indent; lines of one abstract have one middle.
      let slack: Double = isRecognised ? 12 : 9
      if let first = lines.first {
        guard abs(line.box.middle - first.box.middle) < slack else { break }
      } else if abs(line.box.middle - middle) >= slack {
        guard abs(line.box.middle - middle) < 30, isCentred(title + 1, rows, slack) else { break }
      }
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

  /// Whether a line has the same middle as the next, if that stands close: the first line of a paragraph hasn't.
  private static func isCentred(_ index: Int, _ rows: [Line], _ slack: Double) -> Bool {
    guard index + 1 < rows.count else { return true }
    let (line, next) = (rows[index], rows[index + 1])
    guard next.box.top - line.box.bottom < line.height * 0.85 else { return true }
    return abs(next.box.middle - line.box.middle) < slack
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

  private static func follows(_ line: Line, _ last: Line, _ reach: Double, _ alike: Double) -> Bool {
    line.box.top - last.box.bottom < line.height * reach && abs(line.height - last.height) < line.height * alike
  }

  private static func field(_ lines: [Line], confidence: Double, dropping words: Int) -> Field<String>? {
    guard let first = lines.first else { return nil }
    var text = Line.joined(Array(first.words.dropFirst(words)) + lines.dropFirst().flatMap(\.words))
    // `(V/v …)`
    if first.text.hasPrefix("("), text.hasSuffix(")") { text.removeLast() }
    if words == 0, text.hasPrefix("(") { text.removeFirst() }
    if words == 0, Normal.folded(String(text.prefix(3))) == "v/v" { text.removeFirst(3) }
    text = text.trimming(" :.;,…_")
    guard text.contains(where: \.isLetter) else { return nil }
    let box = lines.dropFirst().reduce(first.box) { $0.union($1.box) }
    return Field(text, at: Place(page: first.page, box: box), confidence: confidence)
  }
}
