/// A set of object numbers: a bit for each up to the highest, which is below 2^24 (`Lexer`), so 2 MiB at most.
struct NumberSet: Sendable, Equatable, Sequence, ExpressibleByArrayLiteral {
  private var words: [UInt64] = []
  private(set) var count = 0

  init() {}

  init(arrayLiteral numbers: Int...) {
    for number in numbers { insert(number) }
  }

  var isEmpty: Bool { count == 0 }

  func contains(_ number: Int) -> Bool {
    let word = number >> 6
    return word >= 0 && word < words.count && words[word] & 1 << UInt64(number & 63) != 0
  }

  /// False if the number was there, or is none.
  @discardableResult
  mutating func insert(_ number: Int) -> Bool {
    guard number >= 0, number < 1 << 25, !contains(number) else { return false }
    let word = number >> 6
    if word >= words.count { words.append(contentsOf: repeatElement(0, count: word + 1 - words.count)) }
    words[word] |= 1 << UInt64(number & 63)
    count += 1
    return true
  }

  /// In ascending order.
  func makeIterator() -> AnyIterator<Int> {
    var word = 0
    var rest = words.first ?? 0
    return AnyIterator {
      while rest == 0 {
        word += 1
        guard word < words.count else { return nil }
        rest = words[word]
      }
      let bit = rest.trailingZeroBitCount
      rest &= rest - 1
      return word << 6 | bit
    }
  }

  static func == (left: NumberSet, right: NumberSet) -> Bool {
    left.count == right.count && left.allSatisfy { right.contains($0) }
  }
}
