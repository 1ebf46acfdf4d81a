/// Reads a font's ToUnicode map (ISO 32000-1 §9.10.3) into what its codes mean.
struct CharacterMapReader {
  /// The highest code: 0xFF for simple fonts, 0xFFFF for others.
  let highest: Int
  private(set) var map: CharacterMap

  mutating func read(_ bytes: [UInt8], _ budget: inout TextBudget) throws(NotUnderstood) {
    var failure: NotUnderstood?
    bytes.withUnsafeBufferPointer { buffer in
      do throws(NotUnderstood) { try read(buffer, &budget) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  private static let endOfCharacters = ContentLexer.name("endbfchar")
  private static let endOfRange = ContentLexer.name("endbfrange")
  private static let useMap = ContentLexer.name("usecmap")

  private mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, _ budget: inout TextBudget) throws(NotUnderstood) {
    var lexer = ContentLexer(bytes)
    while let name = try lexer.next() {
      try TextBudget.spend(&budget.operators)
      // The first eight letters tell them apart.
      switch name {
      case Self.endOfCharacters: try readCharacters(lexer)
      case Self.endOfRange: try readRanges(lexer, &budget)
      case Self.useMap: throw .font("a ToUnicode map that builds on another")
      default: break
      }
    }
  }

  /// Pairs of code and letters.
  private mutating func readCharacters(_ lexer: ContentLexer) throws(NotUnderstood) {
    var index = 0
    let operands = lexer.operands
    while index + 1 < operands.count {
      if let code = Self.code(operands[index], lexer.strings), operands[index + 1].kind == .string, code <= highest {
        try set(code, operands[index + 1], lexer.strings, plus: 0)
      }
      index += 2
    }
  }

  /// Triples of first code, last code, and letters of the first, or an array with those of each.
  private mutating func readRanges(_ lexer: ContentLexer, _ budget: inout TextBudget) throws(NotUnderstood) {
    let operands = lexer.operands
    var index = 0
    while index + 2 < operands.count {
      guard let first = Self.code(operands[index], lexer.strings),
        let last = Self.code(operands[index + 1], lexer.strings)
      else { throw .font("a broken ToUnicode map") }
      index += 2
      if operands[index].kind == .arrayStart {
        index += 1
        var code = first
        while index < operands.count, operands[index].kind != .arrayEnd {
          if operands[index].kind == .string, code <= last, code <= highest {
            try set(code, operands[index], lexer.strings, plus: 0)
          }
          code += 1
          index += 1
        }
        index += 1
      } else {
        guard operands[index].kind == .string else { throw .font("a broken ToUnicode map") }
        if first <= last, first <= highest {
          try TextBudget.spend(&budget.characters, min(last, highest) - first)
          for code in first...min(last, highest) {
            try set(code, operands[index], lexer.strings, plus: UInt32(code - first))
          }
        }
        index += 1
      }
    }
  }

  private static func code(_ operand: ContentLexer.Operand, _ strings: [UInt8]) -> Int? {
    guard operand.kind == .string, operand.end - operand.start <= 4, operand.end > operand.start else { return nil }
    return strings[operand.start..<operand.end].reduce(0) { $0 << 8 | Int($1) }
  }

  /// The letters are UTF-16BE; in a range the last unit counts up.
  private mutating func set(
    _ code: Int, _ operand: ContentLexer.Operand, _ strings: [UInt8], plus offset: UInt32
  ) throws(NotUnderstood) {
    let length = operand.end - operand.start
    guard length <= 2 * TextBudget.lettersPerCode else { throw .bounds("a code of too many letters") }
    if length == 2 || length == 1 {
      let unit = strings[operand.start..<operand.end].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      map.set(code, to: Self.scalar(unit &+ offset))
      return
    }
    var sequence: [UInt32] = []
    var index = operand.start
    while index + 1 < operand.end {
      var unit = UInt32(strings[index]) << 8 | UInt32(strings[index + 1])
      index += 2
      if (0xD800..<0xDC00).contains(unit), index + 1 < operand.end {
        let low = UInt32(strings[index]) << 8 | UInt32(strings[index + 1])
        if (0xDC00..<0xE000).contains(low) {
          unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
          index += 2
        }
      }
      sequence.append(unit)
    }
    if let last = sequence.indices.last { sequence[last] &+= offset }
    try map.set(code, to: sequence.map(Self.scalar))
  }

  /// What is no scalar of Unicode, half a surrogate pair, is shown as what it is: unknown.
  private static func scalar(_ value: UInt32) -> UInt32 { Unicode.Scalar(value) == nil ? 0xFFFD : value }
}
