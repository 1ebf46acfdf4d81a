/// Reads a content stream operator by operator (ISO 32000-1 §7.8.2), its operands with it; maps of characters have the same
/// syntax. What doesn't fit it is not understood. A release build doesn't check the bounds of `bytes`: each access does so here.
struct ContentLexer {
  /// One operand. Arrays and dictionaries lie flat, between their brackets.
  struct Operand {
    enum Kind: UInt8 { case number, string, name, arrayStart, arrayEnd, dictionaryStart, dictionaryEnd, other }
    let kind: Kind
    /// Of a number.
    var number = 0.0
    /// Of a string: in `strings`. Of a name: in the stream, without its slash.
    var start = 0
    var end = 0
  }

  /// The letters of an operator, the first in the highest byte: a number can be switched over. nil in `next` at the end.
  typealias Operator = UInt64

  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  /// Operands of the operator that `next` told.
  private(set) var operands: [Operand] = []
  /// The bytes of the operands that are strings, one after the other.
  private(set) var strings: [UInt8] = []

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    operands.reserveCapacity(64)
    strings.reserveCapacity(256)
  }

  /// An operator's letters as a number; at most eight of them count.
  static func name(_ text: StaticString) -> Operator {
    var value: Operator = 0
    text.withUTF8Buffer { for byte in $0.prefix(8) { value = value << 8 | Operator(byte) } }
    return value
  }

  /// Steps behind the next operator and its operands; nil where the stream ends.
  mutating func next() throws(NotUnderstood) -> Operator? {
    operands.removeAll(keepingCapacity: true)
    strings.removeAll(keepingCapacity: true)
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case 0, 9, 10, 12, 13, 32: position += 1
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "+"):
        try push(Operand(kind: .number, number: try number()))
      case UInt8(ascii: "("): try literalString()
      case UInt8(ascii: "<"):
        if position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "<") {
          position += 2
          try push(Operand(kind: .dictionaryStart))
        } else {
          try hexString()
        }
      case UInt8(ascii: ">"):
        guard position + 1 < bytes.count, bytes[position + 1] == byte else { throw .contents("a single >") }
        position += 2
        try push(Operand(kind: .dictionaryEnd))
      case UInt8(ascii: "["):
        position += 1
        try push(Operand(kind: .arrayStart))
      case UInt8(ascii: "]"):
        position += 1
        try push(Operand(kind: .arrayEnd))
      case UInt8(ascii: "/"):
        position += 1
        let start = position
        skipRegular()
        try push(Operand(kind: .name, start: start, end: position))
      case UInt8(ascii: "%"):
        while position < bytes.count, bytes[position] != 10, bytes[position] != 13 { position += 1 }
      case UInt8(ascii: "{"), UInt8(ascii: "}"): position += 1
      case UInt8(ascii: ")"): throw .contents("a single )")
      default:
        let start = position
        skipRegular()
        let length = position - start
        guard length <= 127 else { throw .contents("an operator of \(length) letters") }
        var value: Operator = 0
        for index in start..<start + min(8, length) { value = value << 8 | Operator(bytes[index]) }
        if value == Self.true || value == Self.false || value == Self.null {
          try push(Operand(kind: .other))
        } else {
          return value
        }
      }
    }
    return nil
  }

  private static let `true` = name("true")
  private static let `false` = name("false")
  private static let null = name("null")

  /// A name operand, its escapes resolved (§7.3.5), in the same form as keys of `PDFDictionary`.
  func name(_ operand: Operand) throws(NotUnderstood) -> String {
    let raw = UnsafeBufferPointer(rebasing: bytes[operand.start..<operand.end])
    if raw.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "#") }) { return String(decoding: raw, as: UTF8.self) }
    var scalars = String.UnicodeScalarView()
    var index = 0
    while index < raw.count {
      var byte = raw[index]
      if byte == UInt8(ascii: "#") {
        guard index + 2 < raw.count, let high = Self.hexDigit(raw[index + 1]), let low = Self.hexDigit(raw[index + 2])
        else { throw .contents("a broken name") }
        byte = high << 4 | low
        index += 2
      }
      scalars.append(Unicode.Scalar(byte))
      index += 1
    }
    return String(scalars)
  }

  /// Skips the bytes of a picture within the stream (§8.9.7), to behind its `EI`. Its length is nowhere said, so the first `EI`
  /// counts that stands alone and is followed by what may be text.
  mutating func skipPicture() throws(NotUnderstood) {
    position += 1
    while position + 1 < bytes.count {
      if bytes[position] == UInt8(ascii: "E"), bytes[position + 1] == UInt8(ascii: "I"), position > 0,
        Self.isSpace(bytes[position - 1]), position + 2 >= bytes.count || Self.isSpace(bytes[position + 2]),
        bytes[position + 2..<min(position + 34, bytes.count)].allSatisfy({ Self.isSpace($0) || (32...126).contains($0) }
        )
      {
        position += 2
        return
      }
      position += 1
    }
    throw .contents("a picture without an end")
  }

  // MARK: Operands

  @inline(__always) private mutating func push(_ operand: Operand) throws(NotUnderstood) {
    guard operands.count < TextBudget.operands else { throw .bounds("an operator with too many operands") }
    operands.append(operand)
  }

  private mutating func skipRegular() {
    while position < bytes.count, Self.isRegular(bytes[position]) { position += 1 }
  }

  private mutating func number() throws(NotUnderstood) -> Double {
    var negative = false
    if bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
      negative = bytes[position] == UInt8(ascii: "-")
      position += 1
    }
    var value = 0
    var digits = 0
    var decimals = -1
    while position < bytes.count {
      let byte = bytes[position]
      if byte >= 48, byte <= 57 {
        if digits < 15 {
          value = value * 10 + Int(byte - 48)
          if decimals >= 0 { decimals += 1 }
        } else if decimals < 0 {
          throw .contents("a number out of range")
        }
        if value != 0 || decimals >= 0 { digits += 1 }
      } else if byte == UInt8(ascii: "."), decimals < 0 {
        decimals = 0
      } else if Self.isRegular(byte) {
        throw .contents("a broken number")
      } else {
        break
      }
      position += 1
      guard digits < 64 else { throw .contents("a number out of range") }
    }
    let number = decimals > 0 ? Double(value) / Self.powers[min(decimals, 15)] : Double(value)
    return negative ? -number : number
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  private mutating func literalString() throws(NotUnderstood) {
    position += 1
    let start = strings.count
    var depth = 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "("):
        depth += 1
        strings.append(byte)
      case UInt8(ascii: ")"):
        depth -= 1
        if depth == 0 {
          try push(Operand(kind: .string, start: start, end: strings.count))
          return
        }
        strings.append(byte)
      case UInt8(ascii: "\\"): escape()
      case 13:
        if position < bytes.count, bytes[position] == 10 { position += 1 }
        strings.append(10)
      default: strings.append(byte)
      }
    }
    throw .contents("a string without an end")
  }

  private mutating func escape() {
    guard position < bytes.count else { return }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): strings.append(10)
    case UInt8(ascii: "r"): strings.append(13)
    case UInt8(ascii: "t"): strings.append(9)
    case UInt8(ascii: "b"): strings.append(8)
    case UInt8(ascii: "f"): strings.append(12)
    case 10: break
    case 13: if position < bytes.count, bytes[position] == 10 { position += 1 }
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var code = Int(byte - 48)
      for _ in 0..<2 {
        guard position < bytes.count, bytes[position] >= 48, bytes[position] <= 55 else { break }
        code = code * 8 + Int(bytes[position] - 48)
        position += 1
      }
      strings.append(UInt8(truncatingIfNeeded: code))
    default: strings.append(byte)
    }
  }

  private mutating func hexString() throws(NotUnderstood) {
    position += 1
    let start = strings.count
    var high: UInt8?
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: ">") {
        if let high { strings.append(high << 4) }
        try push(Operand(kind: .string, start: start, end: strings.count))
        return
      }
      guard let digit = Self.hexDigit(byte) else {
        guard Self.isSpace(byte) else { throw .contents("a broken string") }
        continue
      }
      if let first = high {
        strings.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    throw .contents("a string without an end")
  }

  @inline(__always) private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 32 || byte == 10 || byte == 13 || byte == 9 || byte == 12 || byte == 0
  }

  @inline(__always) private static func isRegular(_ byte: UInt8) -> Bool {
    switch byte {
    case 0, 9, 10, 12, 13, 32, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"),
      UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "/"), UInt8(ascii: "%"):
      false
    default: true
    }
  }

  @inline(__always) private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
}
