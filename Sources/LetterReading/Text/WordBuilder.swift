/// Puts the characters of a page together into words, by where they stand. Where a word ends is decided as pdftotext decides
/// it, since the rules were made for its words: at a space, at a gap or an overlap beyond a part of the font's size, off the
/// baseline, or where the size changes.
struct WordBuilder {
  /// How the characters that follow are set.
  struct Style {
    let font: ObjectIdentifier
    /// In points, as seen on the page.
    let size: Double
    /// In which direction the text runs.
    let direction: Direction
    let ascent: Double
    let descent: Double
  }

  enum Direction: UInt8 { case right, down, left, up }

  /// A gap within a word, as part of the font's size.
  private static let gap = 0.1
  /// How far a character may reach back over the one before it.
  private static let overlap = 0.2
  /// Nearer to each other than these, along and across the line, the same character is printed over itself.
  private static let twiceAlong = 0.1
  static let twiceAcross = 0.2
  /// In points.
  private static let baseline = 0.5
  /// Characters of less than three points that are taken for text; a drawing may be made of them.
  private static let tinyCharacters = 50_000

  let width: Double
  let height: Double
  var style = Style(font: ObjectIdentifier(WordBuilder.self), size: 0, direction: .right, ascent: 0, descent: 0)
  /// In the order of the contents.
  private(set) var pieces: [WordPiece] = []
  /// The letters of the pieces, in UTF-8.
  private(set) var text: [UInt8] = []

  private var current: WordPiece?
  /// Where the last character began and what it was.
  private var edge = 0.0
  private var lastLetter: UInt32 = 0
  private var isOverlapping = false
  private var position = 0
  private var tiny = 0

  /// - Parameters: of the page, in points.
  init(width: Double, height: Double) {
    self.width = width
    self.height = height
    pieces.reserveCapacity(512)
    text.reserveCapacity(4096)
  }

  /// One character at its origin, with the way to its end, in points from the page's upper left corner.
  /// - Parameter length: of its code, in bytes.
  @inline(__always)
  mutating func show(
    _ meaning: CharacterMap.Meaning, _ x: Double, _ y: Double, _ dx: Double, _ dy: Double, length: Int
  ) throws(NotUnderstood) {
    defer { position += length }
    guard x + dx >= 0, x <= width, y + dy >= 0, y <= height, dx.isFinite, dy.isFinite else { return }
    if abs(dx) < 3, abs(dy) < 3 {
      tiny += 1
      guard tiny <= Self.tinyCharacters else { return }
    }
    if case .letter(let letter) = meaning {
      if Self.isSpace(letter) { return endWord() }
    }
    if let word = current { try breakWord(word, meaning, x, y, dx) } else { isOverlapping = false }
    switch meaning {
    case .none: return
    case .letter(let letter): try add(letter, x, y, dx, dy, length: length)
    case .letters(let letters):
      let count = Double(letters.count)
      for (index, letter) in letters.enumerated() {
        let part = Double(index)
        try add(letter, x + dx / count * part, y + dy / count * part, dx / count, dy / count, length: length)
      }
    }
  }

  mutating func endWord() {
    guard let word = current else { return }
    if word.letters > 0 { pieces.append(word) }
    current = nil
  }

  /// Ends the word at hand where this character doesn't go on with it.
  private mutating func breakWord(
    _ word: WordPiece, _ meaning: CharacterMap.Meaning, _ x: Double, _ y: Double, _ dx: Double
  ) throws(NotUnderstood) {
    let along: Double
    let delta: Double
    let base: Double
    switch word.direction {
    case .right: (along, delta, base) = (x - word.box.right, x - edge, y)
    case .down: (along, delta, base) = (y - word.box.bottom, y - edge, x)
    case .left: (along, delta, base) = (word.box.left - x, edge - x, y)
    case .up: (along, delta, base) = (word.box.top - y, edge - y, x)
    }
    let off = abs(base - word.base)
    if along < 0.05 * word.size, case .letter(let letter) = meaning {
      // An accent printed over its letter, as TeX does: which belongs to which is more than can be told here.
      if Self.isAccent(letter), along < -0.05 * word.size || Self.isAccent(lastLetter) && along < -0.1 * word.size {
        throw .contents("an accent apart from its letter")
      }
      if Self.isAccent(lastLetter), along < -0.1 * word.size { throw .contents("an accent apart from its letter") }
    }
    let isTwice = abs(delta) < Self.twiceAlong * word.size && off < Self.twiceAcross * word.size
    if isTwice || isOverlapping || along < -Self.overlap * word.size || along > Self.gap * word.size
      || off > Self.baseline || style.size != word.size
    {
      endWord()
      if pieces.count > TextBudget.pieces { throw .bounds("too many words on a page") }
    }
    isOverlapping = isTwice
  }

  @inline(__always)
  private mutating func add(
    _ letter: UInt32, _ x: Double, _ y: Double, _ dx: Double, _ dy: Double, length: Int
  ) throws(NotUnderstood) {
    guard letter != 0 else { return }
    if current == nil { begin(x, y) }
    let isReversed =
      switch style.direction {
      case .right: dx < 0
      case .down: dy < 0
      case .left: dx > 0
      case .up: dy > 0
      }
    if isReversed { throw .contents("text that runs backwards") }
    let direction = current?.direction ?? style.direction
    switch direction {
    case .right:
      edge = x
      current?.box.right = x + dx
    case .down:
      edge = y
      current?.box.bottom = y + dy
    case .left:
      edge = x
      current?.box.left = x + dx
    case .up:
      edge = y
      current?.box.top = y + dy
    }
    lastLetter = letter
    append(letter)
    current?.lastFont = style.font
    current?.letters += 1
    current?.textEnd = text.count
    current?.positionEnd = position + length
    if Self.isOdd(letter) { current?.isOdd = true }
    guard text.count <= TextBudget.pageText else { throw .bounds("too much text on a page") }
  }

  private mutating func begin(_ x: Double, _ y: Double) {
    let (above, below) = (style.ascent * style.size, -style.descent * style.size)
    let box: Box
    let base: Double
    switch style.direction {
    case .right: (box, base) = (Box(left: x, top: y - above, right: x, bottom: y + below), y)
    case .down: (box, base) = (Box(left: x - below, top: y, right: x + above, bottom: y), x)
    case .left: (box, base) = (Box(left: x, top: y - below, right: x, bottom: y + above), y)
    case .up: (box, base) = (Box(left: x - above, top: y, right: x + below, bottom: y), x)
    }
    current = WordPiece(
      box: box, base: base, size: style.size, direction: style.direction, firstFont: style.font, lastFont: style.font,
      positionStart: position, positionEnd: position, letters: 0, textStart: text.count, textEnd: text.count,
      isOdd: false)
  }

  @inline(__always) private mutating func append(_ letter: UInt32) {
    if letter < 0x80 {
      text.append(UInt8(truncatingIfNeeded: letter))
    } else if letter < 0x800 {
      text.append(UInt8(truncatingIfNeeded: 0xC0 | letter >> 6))
      text.append(UInt8(truncatingIfNeeded: 0x80 | letter & 0x3F))
    } else if letter < 0x10000 {
      text.append(UInt8(truncatingIfNeeded: 0xE0 | letter >> 12))
      text.append(UInt8(truncatingIfNeeded: 0x80 | letter >> 6 & 0x3F))
      text.append(UInt8(truncatingIfNeeded: 0x80 | letter & 0x3F))
    } else {
      text.append(UInt8(truncatingIfNeeded: 0xF0 | letter >> 18))
      text.append(UInt8(truncatingIfNeeded: 0x80 | letter >> 12 & 0x3F))
      text.append(UInt8(truncatingIfNeeded: 0x80 | letter >> 6 & 0x3F))
      text.append(UInt8(truncatingIfNeeded: 0x80 | letter & 0x3F))
    }
  }

  @inline(__always) private static func isSpace(_ letter: UInt32) -> Bool {
    if letter > 0x20, letter < 0x85 { return false }
    switch letter {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: return true
    default: return false
    }
  }

  /// Accents with a width of their own.
  @inline(__always) private static func isAccent(_ letter: UInt32) -> Bool {
    switch letter {
    case 0x60, 0xA8, 0xAF, 0xB4, 0xB8, 0x2C6, 0x2C7, 0x2D8...0x2DD: true
    default: false
    }
  }

  /// Whether `Normal.text` may have something to do.
  @inline(__always) private static func isOdd(_ letter: UInt32) -> Bool {
    if letter < 0xA0 { return false }
    return !(0xC0...0xCF).contains(letter) && !(0xD1...0x17F).contains(letter) && !(0x1EA0...0x1EF9).contains(letter)
      && letter != 0x1A0 && letter != 0x1A1 && letter != 0x1AF && letter != 0x1B0
  }
}

/// A word, or a part of one that the contents set apart.
struct WordPiece {
  var box: Box
  /// The baseline's place across the direction of the text.
  let base: Double
  let size: Double
  let direction: WordBuilder.Direction
  let firstFont: ObjectIdentifier
  var lastFont: ObjectIdentifier
  /// Among the codes of the page.
  let positionStart: Int
  var positionEnd: Int
  /// How many.
  var letters: Int
  /// Its letters in the text of the page.
  let textStart: Int
  var textEnd: Int
  /// Whether it has letters that have more than one form, or none that is seen.
  var isOdd: Bool

  /// From its end to the beginning of the next, along the text.
  func distance(to next: WordPiece) -> Double {
    switch direction {
    case .right: next.box.left - box.right
    case .down: next.box.top - box.bottom
    case .left: box.left - next.box.right
    case .up: box.top - next.box.bottom
    }
  }
}
