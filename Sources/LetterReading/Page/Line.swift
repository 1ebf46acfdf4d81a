/// Words that stand beside each other, left to right.
struct Line: Sendable {
  let page: Int
  var words: [TextLayer.Word]
  let text: String
  let folded: String
  let box: Box
  /// Of the typical word: tells fonts apart.
  let height: Double

  init?(page: Int, words: [TextLayer.Word]) {
    guard let first = words.first else { return nil }
    self.page = page
    self.words = words
    text = words.map(\.text).joined(separator: " ")
    folded = Normal.folded(text)
    box = words.dropFirst().reduce(first.box) { $0.union($1.box) }
    let heights = words.map(\.box.height).sorted()
    height = heights[heights.count / 2]
  }

  var isCapitals: Bool { Normal.isCapitals(text) }
  /// In small letters, so that it goes on with what stands above it.
  var beginsSmall: Bool { text.first?.isLowercase ?? false }
  /// A drawn rule: `_____`, `-----`, `***`.
  var isRule: Bool { !text.contains { $0.isLetter || $0.isNumber } }
  /// A page number.
  var isPageNumber: Bool { !text.contains(where: \.isLetter) && text.contains(where: \.isNumber) && text.count <= 8 }

  /// The text of words that may stand in several lines. What was broken behind a hyphen (`20-` / `NQ/TW`) has no space there.
  static func joined(_ words: [TextLayer.Word]) -> String {
    var text = ""
    var last: TextLayer.Word?
    for word in words {
      if let last {
        let isBroken = last.text.count > 1 && last.text.hasSuffix("-") && word.box.centre > last.box.bottom
        if !isBroken { text += " " }
      }
      text += word.text
      last = word
    }
    return text
  }

  /// The part of it in front of and behind an x.
  func split(at x: Double) -> (left: Line?, right: Line?) {
    (
      Line(page: page, words: words.filter { $0.box.middle < x }),
      Line(page: page, words: words.filter { $0.box.middle >= x })
    )
  }

  func dropping(_ count: Int) -> Line? { Line(page: page, words: Array(words.dropFirst(count))) }

  /// Whether a word of this width would have had room at its end, so that the next line was begun on purpose.
  func hasRoom(for word: TextLayer.Word?, until right: Double) -> Bool {
    guard let word else { return false }
    return box.right + word.box.width + height * 0.25 < right
  }
}
