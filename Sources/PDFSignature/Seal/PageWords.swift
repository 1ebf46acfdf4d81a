import Foundation

/// The words on the pages of a document and where they stand, as `pdftotext -bbox` of poppler tells it. A signature's place is
/// looked for in them; nothing else of the document depends on them.
public struct PageWords: Sendable, Equatable {
  struct Word: Sendable, Equatable {
    let text: String
    /// In points from the page's upper left corner.
    let left: Double
    let top: Double
    let right: Double
    let bottom: Double
  }

  /// Of the output that is read; what is beyond is passed over. 4 MiB, some 200 pages.
  public static let outputLimit = 4 << 20
  private static let wordLimit = 100_000

  /// First page first.
  var pages: [[Word]] = []

  /// Reads the output of `pdftotext -bbox`; lines that are something else are passed over.
  /// - Parameter firstPage: the number of its first page (`-f`).
  public init(bboxOutput data: Data, firstPage: Int = 1) {
    pages = Array(repeating: [], count: max(0, min(firstPage, 100_000) - 1))
    var count = 0
    let text = String(decoding: data.prefix(Self.outputLimit), as: UTF8.self)
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.drop { $0 == " " }
      if line.hasPrefix("<page ") {
        pages.append([])
      } else if line.hasPrefix("<word "), let word = Self.word(line), !pages.isEmpty, count < Self.wordLimit {
        pages[pages.count - 1].append(word)
        count += 1
      }
    }
  }

  /// How many pages a document has, so that only its last ones need to be asked for.
  public static func pageCount(_ file: PDFFile) throws(PDFRefusal) -> Int {
    // A file that was allowed to be signed may be hybrid; counting its pages harms nothing.
    let document = try PDFDocument(file, allowsHybrid: true)
    return try PageFinder(document: document, revision: document.last).count()
  }

  /// `<word xMin="1" yMin="2" xMax="3" yMax="4">text</word>`
  private static func word(_ line: Substring) -> Word? {
    func number(_ key: String) -> Double? {
      guard let start = line.range(of: "\(key)=\"")?.upperBound else { return nil }
      guard let value = Double(line[start...].prefix { $0 != "\"" }), abs(value) < 1e7 else { return nil }
      return value
    }
    guard let left = number("xMin"), let top = number("yMin"), let right = number("xMax"), let bottom = number("yMax"),
      let start = line.firstIndex(of: ">"), let end = line.range(of: "</word>")?.lowerBound, start < end
    else { return nil }
    var text = String(line[line.index(after: start)..<end])
    for (escaped, plain) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
      text = text.replacingOccurrences(of: escaped, with: plain)
    }
    return Word(text: text, left: left, top: top, right: right, bottom: bottom)
  }

  /// The last place where one of the names stands, by page and then downwards: the words of one line, in order.
  func last(of names: [String]) -> (page: Int, box: Word)? {
    let wanted = names.map { Self.folded($0).split(separator: " ").map(String.init) }.filter { !$0.isEmpty }
    for (index, words) in pages.enumerated().reversed() {
      let folded = words.map { Self.folded($0.text) }
      var best: Word?
      for name in wanted where name.count <= words.count {
        for start in 0...words.count - name.count where folded[start..<start + name.count].elementsEqual(name) {
          guard let box = Self.line(words[start..<start + name.count]) else { continue }
          if best.map({ box.top > $0.top }) ?? true { best = box }
        }
      }
      if let best { return (index + 1, best) }
    }
    return nil
  }

  /// Composed, in lower case, without the punctuation around it.
  private static func folded(_ text: String) -> String {
    text.precomposedStringWithCanonicalMapping.lowercased().trimmingCharacters(in: .punctuationCharacters)
  }

  /// The box around words that stand on one line, one after the other; nil if they don't.
  private static func line(_ words: ArraySlice<Word>) -> Word? {
    guard var box = words.first else { return nil }
    for word in words.dropFirst() {
      let middle = (word.top + word.bottom) / 2
      guard middle > box.top, middle < box.bottom, word.left >= box.right - 1 else { return nil }
      box = Word(
        text: box.text + " " + word.text, left: box.left, top: min(box.top, word.top), right: word.right,
        bottom: max(box.bottom, word.bottom))
    }
    return box
  }
}
