/// A list as letters have them for addressees and copies: items begin with `-` and end with `;`, the last with `.`; or one
/// item without a dash.
struct ItemList {
  private(set) var items: [Field<String>] = []
  private var words: [TextLayer.Word] = []
  private var page = 0
  /// Whether an item so far was closed by a semicolon: then one without isn't over.
  private var hasSemicolons = false

  /// Adds a line; a dash at its beginning starts a new item, `;` within it ends one.
  mutating func add(_ line: Line) {
    page = line.page
    for (index, word) in line.words.enumerated() {
      if index == 0, Self.isBullet(word.text) {
        close()
        if word.text.count == 1 { continue }
        words.append(TextLayer.Word(text: String(word.text.dropFirst()), box: word.box, line: word.line))
      } else {
        words.append(word)
      }
      if word.text.hasSuffix(";") {
        close()
        hasSemicolons = true
      }
    }
  }

  mutating func close() {
    defer { words = [] }
    guard let first = words.first else { return }
    let text = Line.joined(words).trimming(" ;.,…_:-–+•")
    guard text.contains(where: \.isLetter), items.count < 100 else { return }
    let box = words.dropFirst().reduce(first.box) { $0.union($1.box) }
    items.append(Field(text, at: Place(page: page, box: box), confidence: 0.9))
  }

  /// Whether the text so far ended with a full stop.
  var isEnded: Bool { words.isEmpty && !items.isEmpty ? false : words.last?.text.hasSuffix(".") ?? false }
  /// Whether an item was begun and not closed.
  var isUnfinished: Bool { words.last.map { !$0.text.hasSuffix(".") } ?? false }
  var isEmpty: Bool { words.isEmpty && items.isEmpty }

  static func isBullet(_ text: String) -> Bool {
    guard let first = text.first, "-–—+•*·".contains(first) else { return false }
    return text.count == 1 || (text.dropFirst().first?.isLetter ?? false)
  }
}

extension ItemList {
  /// Whether the item at hand cannot be over: it ended with a comma or a joining word, or without the mark that ends the
  /// others.
  var isOpen: Bool {
    guard let last = words.last?.text else { return false }
    return hasSemicolons && !last.hasSuffix(".") || last.hasSuffix(",")
      || ["va", "cua", "cac", "-"].contains(Normal.folded(last))
  }
}
