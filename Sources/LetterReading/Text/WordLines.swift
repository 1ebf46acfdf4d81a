/// The words of a page out of the pieces that its contents are written in: what is printed twice is left out, pieces of one
/// word are joined, and words that follow one another are put into lines.
struct WordLines {
  /// Between two pieces of one word, as part of the font's size.
  private static let gap = 0.03
  /// Where letters are set apart (`T H Ô N G`): the least gap counts so much, and at most this part of the font's size.
  private static let wideFactor = 1.3
  private static let wideGap = 0.4
  /// Between two words of one line.
  private static let space = 1.5
  private static let back = -0.5

  private(set) var words: [TextLayer.Word] = []
  /// Of the last word.
  private(set) var line: Int
  /// Words were left out, being more than a letter has.
  private(set) var isCut = false

  /// - Parameters:
  ///   - line: of the last word before.
  ///   - room: for so many words.
  init(_ builder: WordBuilder, line: Int, room: Int) {
    self.line = line
    let pieces = Self.once(builder.pieces, builder.text)
    words.reserveCapacity(pieces.count)
    var start = 0
    while start < pieces.count {
      var end = start + 1
      while end < pieces.count, Self.continues(pieces[end - 1], pieces[end]) { end += 1 }
      self.line += 1
      add(pieces[start..<end], builder.text, room)
      start = end
    }
  }

  private static func continues(_ piece: WordPiece, _ next: WordPiece) -> Bool {
    guard piece.direction == next.direction, abs(piece.base - next.base) < 0.5 * piece.size,
      abs(piece.size - next.size) < 0.05 * piece.size
    else { return false }
    let distance = piece.distance(to: next)
    return distance > back * piece.size && distance < space * piece.size
  }

  private mutating func add(_ pieces: ArraySlice<WordPiece>, _ text: [UInt8], _ room: Int) {
    guard let first = pieces.first else { return }
    var limit = Self.gap * first.size
    if pieces.count > 1, pieces.allSatisfy({ $0.letters == 1 }) {
      let least = zip(pieces, pieces.dropFirst()).lazy.map { $0.distance(to: $1) }.min() ?? 0
      if least > 0 { limit = min(Self.wideFactor * least, Self.wideGap * first.size) }
    }
    var word = first
    for piece in pieces.dropFirst() {
      if word.distance(to: piece) < limit, word.lastFont == piece.firstFont, word.positionEnd == piece.positionStart {
        word.box = word.box.union(piece.box)
        (word.lastFont, word.positionEnd, word.textEnd) = (piece.lastFont, piece.positionEnd, piece.textEnd)
        word.letters += piece.letters
        word.isOdd = word.isOdd || piece.isOdd
      } else {
        add(word, text, room)
        word = piece
      }
    }
    add(word, text, room)
  }

  private mutating func add(_ word: WordPiece, _ text: [UInt8], _ room: Int) {
    guard words.count < min(room, TextLayerLimits.wordsPerPage) else {
      isCut = true
      return
    }
    let limit = TextLayerLimits.coordinate
    guard word.textEnd - word.textStart <= TextLayerLimits.wordLength, word.box.right >= word.box.left,
      word.box.bottom > word.box.top, abs(word.box.left) <= limit, abs(word.box.top) <= limit,
      abs(word.box.right) <= limit, abs(word.box.bottom) <= limit
    else { return }
    let letters = text.withUnsafeBufferPointer {
      String(decoding: UnsafeBufferPointer(rebasing: $0[word.textStart..<word.textEnd]), as: UTF8.self)
    }
    words.append(TextLayer.Word(text: word.isOdd ? Normal.text(letters) : letters, box: word.box, line: line))
  }

  /// Without what is printed over itself to look bold. Of pieces with the same letters each is compared with the last few.
  private static func once(_ pieces: [WordPiece], _ text: [UInt8]) -> [WordPiece] {
    var last: [UInt64: Int32] = [:]
    last.reserveCapacity(pieces.count)
    var before = [Int32](repeating: -1, count: pieces.count)
    var kept: [WordPiece] = []
    kept.reserveCapacity(pieces.count)
    for piece in pieces {
      // FNV-1a. Letters whose sums are the same by chance, at the same place, are not worth comparing.
      var sum: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in text[piece.textStart..<piece.textEnd] { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
      let newest = last[sum] ?? -1
      var other = newest
      var isTwice = false
      for _ in 0..<8 where other >= 0 && !isTwice {
        isTwice = isSame(kept[Int(other)], piece)
        other = before[Int(other)]
      }
      if isTwice { continue }
      before[kept.count] = newest
      last[sum] = Int32(kept.count)
      kept.append(piece)
    }
    return kept
  }

  private static func isSame(_ piece: WordPiece, _ other: WordPiece) -> Bool {
    let along = 0.1 * piece.size
    let across = WordBuilder.twiceAcross * piece.size
    let isLevel = piece.direction == .right || piece.direction == .left
    let (x, y) = isLevel ? (along, across) : (across, along)
    return piece.direction == other.direction && piece.letters == other.letters
      && abs(piece.box.left - other.box.left) < x && abs(piece.box.right - other.box.right) < x
      && abs(piece.box.top - other.box.top) < y && abs(piece.box.bottom - other.box.bottom) < y
  }
}
