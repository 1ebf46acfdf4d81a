/// What the codes of a font mean: letters of Unicode, mostly one, of a ligature several.
struct CharacterMap {
  /// The letters of one code.
  enum Meaning {
    case none
    case letter(UInt32)
    case letters(ArraySlice<UInt32>)
  }

  /// By code: 0 for none, a scalar, or, with the highest bit, the place of several in `sequences`.
  private var table: [UInt32]
  private var sequences: [Range<Int>] = []
  private var letters: [UInt32] = []
  private static let isSequence: UInt32 = 1 << 31

  /// - Parameter codes: for which there is room from the beginning.
  init(codes: Int) { table = [UInt32](repeating: 0, count: codes) }

  @inline(__always) subscript(code: Int) -> Meaning {
    guard code < table.count else { return .none }
    let value = table[code]
    if value == 0 { return .none }
    if value < Self.isSequence { return .letter(value) }
    return .letters(letters[sequences[Int(value & ~Self.isSequence)]])
  }

  /// How much memory it takes, in entries of a table.
  var size: Int { table.count + letters.count + sequences.count }

  /// - Parameters:
  ///   - code: below `TextBudget.codes`.
  ///   - letter: a scalar of Unicode; 0 stands for none.
  mutating func set(_ code: Int, to letter: UInt32) {
    makeRoom(for: code)
    table[code] = letter
  }

  mutating func set(_ code: Int, to sequence: [UInt32]) throws(NotUnderstood) {
    guard sequence.count != 1 else { return set(code, to: sequence[0]) }
    makeRoom(for: code)
    guard !sequence.isEmpty else {
      table[code] = 0
      return
    }
    guard letters.count + sequence.count <= 4 * TextBudget.codes else { throw .bounds("a map of too many letters") }
    table[code] = UInt32(sequences.count) | Self.isSequence
    sequences.append(letters.count..<letters.count + sequence.count)
    letters += sequence
  }

  private mutating func makeRoom(for code: Int) {
    guard code >= table.count else { return }
    let room = min(TextBudget.codes, max(code + 1, table.count * 2))
    table.append(contentsOf: repeatElement(0, count: room - table.count))
  }
}
