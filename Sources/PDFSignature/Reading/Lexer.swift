/// Reads PDF values from bytes, strictly (ISO 32000-1 §7.2–7.3): what two parsers could read in two ways is refused.
/// Every access is bounds-checked. `ranOut` says that the end of the window, not of the file, may have decided.
struct Lexer {
  let bytes: [UInt8]
  var position: Int
  /// Offset in the file of `bytes[0]`.
  let base: Int64
  /// The window reaches the end of the source.
  let isFinal: Bool
  private(set) var ranOut = false
  /// Bytes in memory of the values made so far; beyond `Limits.objectWeight` no more are made.
  private(set) var weight = 0

  init(_ bytes: [UInt8], position: Int = 0, base: Int64 = 0, isFinal: Bool = true) {
    self.bytes = bytes
    self.position = position
    self.base = base
    self.isFinal = isFinal
  }

  /// Offset in the file.
  var offset: Int64 { base + Int64(position) }

  func damaged(_ what: String) -> PDFRefusal { PDFRefusal(.damaged, "\(what) at \(offset)") }

  @inline(__always) mutating func peek(_ ahead: Int = 0) -> UInt8? {
    let index = position + ahead
    if index < bytes.count { return bytes[index] }
    ranOut = true
    return nil
  }

  /// Skips white space and comments.
  mutating func skipSpace() {
    while let byte = peek() {
      if byte.isPDFSpace {
        position += 1
      } else if byte == UInt8(ascii: "%") {
        while let next = peek(), next != 10, next != 13 { position += 1 }
      } else {
        return
      }
    }
  }

  /// Takes `text` if it stands here as a whole token.
  mutating func take(keyword text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    let matches = text.withUTF8Buffer { expected in
      for index in 0..<count where peek(index) != expected[index] { return false }
      return true
    }
    guard matches else { return false }
    if let next = peek(count), next.isPDFRegular { return false }
    position += count
    return true
  }

  /// A non-negative integer of at most 15 digits; nil, and no step forward, if none stands here.
  mutating func unsigned() -> Int64? {
    var value: Int64 = 0
    var count = 0
    while let byte = peek(count), byte.isDigit {
      guard count < 15 else { return nil }
      value = value * 10 + Int64(byte - 48)
      count += 1
    }
    guard count > 0 else { return nil }
    if let next = peek(count), next.isPDFRegular { return nil }
    position += count
    return value
  }

  /// `number generation obj`.
  mutating func objectHeader() throws(PDFRefusal) -> PDFReference {
    skipWhite()
    guard let number = unsigned() else { throw damaged("no object number") }
    skipWhite()
    guard let generation = unsigned(), generation <= 65535, number > 0, number <= 8_388_607 * 2 else {
      throw damaged("no object generation")
    }
    skipWhite()
    guard take(keyword: "obj") else { throw damaged("no obj") }
    return PDFReference(number: Int(number), generation: Int(generation))
  }

  /// Skips white space only.
  mutating func skipWhite() {
    while let byte = peek(), byte.isPDFSpace { position += 1 }
  }

  /// One value; a reference counts as one.
  mutating func value(depth: Int = 0) throws(PDFRefusal) -> PDFObject {
    guard depth < Limits.depth else { throw PDFRefusal(.tooComplex, "nested too deep at \(offset)") }
    skipSpace()
    guard let byte = peek() else { throw PDFRefusal(.truncated, "the file ends inside an object") }
    switch byte {
    case UInt8(ascii: "/"): return .name(try name())
    case UInt8(ascii: "("): return .string(try held(try literalString()))
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "<"):
      if peek(1) == UInt8(ascii: "<") { return .dictionary(try dictionary(depth: depth)) }
      return .string(try held(try hexString()))
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      return try numberOrReference()
    default:
      if take(keyword: "true") { return .boolean(true) }
      if take(keyword: "false") { return .boolean(false) }
      if take(keyword: "null") { return .null }
      throw damaged("no value")
    }
  }

  /// Bytes in memory. An array or a string that holds anything has a header of its own.
  private enum Weight {
    static let item = MemoryLayout<PDFObject>.stride
    static let entry = MemoryLayout<PDFDictionary.Entry>.stride + MemoryLayout<Int32>.stride
    static let header = 32
    /// Of text that does not fit into the 15 bytes which a string keeps in itself.
    static func text(_ bytes: Int) -> Int { bytes > 15 ? bytes + header : 0 }
  }

  private mutating func charge(_ bytes: Int) throws(PDFRefusal) {
    weight += bytes
    guard weight <= Limits.objectWeight else {
      throw PDFRefusal(.tooComplex, "an object of more than \(Limits.objectWeight) bytes in memory at \(offset)")
    }
  }

  private mutating func array(depth: Int) throws(PDFRefusal) -> PDFObject {
    position += 1
    var items: [PDFObject] = []
    while true {
      skipSpace()
      if peek() == UInt8(ascii: "]") {
        position += 1
        // An array grows by doubling: what it has too much would be held, too.
        if items.capacity > 64, items.capacity - items.count > items.count / 4 { items = Array(items[...]) }
        return .array(items)
      }
      try charge(items.isEmpty ? Weight.header + Weight.item : Weight.item)
      items.append(try value(depth: depth + 1))
    }
  }

  private mutating func dictionary(depth: Int) throws(PDFRefusal) -> PDFDictionary {
    position += 2
    var entries: [PDFDictionary.Entry] = []
    while true {
      skipSpace()
      guard let byte = peek() else { throw PDFRefusal(.truncated, "the file ends inside a dictionary") }
      if byte == UInt8(ascii: ">") {
        guard peek(1) == byte else { throw damaged("a single >") }
        guard let result = PDFDictionary(distinct: entries) else { throw damaged("a key twice in one dictionary") }
        position += 2
        return result
      }
      guard byte == UInt8(ascii: "/") else { throw damaged("no key") }
      try charge(entries.isEmpty ? Weight.header + Weight.entry : Weight.entry)
      let key = try name()
      skipSpace()
      let start = offset
      let item = try value(depth: depth + 1)
      entries.append(.init(key: key, value: item, start: start, end: offset))
    }
  }

  private mutating func name() throws(PDFRefusal) -> String {
    position += 1
    let start = position
    var plain = true
    while let byte = peek(), byte.isPDFRegular {
      if byte == UInt8(ascii: "#") || byte >= 0x80 { plain = false }
      position += 1
    }
    try charge(Weight.text(position - start))
    if plain { return String(decoding: bytes[start..<position], as: UTF8.self) }
    var scalars = String.UnicodeScalarView()
    var index = start
    while index < position {
      var byte = bytes[index]
      if byte == UInt8(ascii: "#") {
        guard index + 2 < position, let high = bytes[index + 1].hexDigit, let low = bytes[index + 2].hexDigit else {
          throw damaged("a broken # in a name")
        }
        byte = high << 4 | low
        index += 2
        guard byte != 0 else { throw damaged("a zero in a name") }
      }
      scalars.append(Unicode.Scalar(byte))
      index += 1
    }
    return String(scalars)
  }

  private mutating func numberOrReference() throws(PDFRefusal) -> PDFObject {
    let start = position
    var digits = 0
    var points = 0
    if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
    while let byte = peek(), byte.isPDFRegular {
      if byte.isDigit {
        digits += 1
      } else if byte == UInt8(ascii: "."), points == 0 {
        points = 1
      } else {
        throw damaged("a broken number")
      }
      position += 1
    }
    guard digits > 0, position - start <= 64 else { throw damaged("a broken number") }
    if points == 1 {
      try charge(Weight.header + 16)
      return .real(Array(bytes[start..<position]))
    }
    guard digits <= 18 else { throw damaged("a number out of range") }
    var value: Int64 = 0
    for byte in bytes[start..<position] where byte.isDigit { value = value * 10 + Int64(byte - 48) }
    if bytes[start] == UInt8(ascii: "-") { return .integer(-value) }
    guard bytes[start].isDigit, let second = referenceTail() else { return .integer(value) }
    guard value <= 8_388_607 * 2, second <= 65535 else { throw damaged("a reference out of range") }
    return .reference(PDFReference(number: Int(value), generation: Int(second)))
  }

  /// ` generation R` after an integer; steps forward only if it stands there.
  private mutating func referenceTail() -> Int64? {
    let start = position
    skipSpace()
    // In a row of numbers each would else be read twice.
    if peek()?.isDigit == true, let generation = unsigned() {
      skipSpace()
      if peek() == UInt8(ascii: "R"), take(keyword: "R") { return generation }
    }
    position = start
    return nil
  }

  /// A string as long as it is, and charged for.
  private mutating func held(_ string: [UInt8]) throws(PDFRefusal) -> [UInt8] {
    guard !string.isEmpty else { return string }
    try charge(Weight.header + string.count)
    return string.capacity - string.count > 64 + string.count / 4 ? Array(string[...]) : string
  }

  private mutating func literalString() throws(PDFRefusal) -> [UInt8] {
    position += 1
    var result: [UInt8] = []
    var depth = 1
    while let byte = peek() {
      position += 1
      switch byte {
      case UInt8(ascii: "("):
        depth += 1
        result.append(byte)
      case UInt8(ascii: ")"):
        depth -= 1
        if depth == 0 { return result }
        result.append(byte)
      case UInt8(ascii: "\\"):
        escape(into: &result)
      case 13:
        if peek() == 10 { position += 1 }
        result.append(10)
      default:
        result.append(byte)
      }
    }
    throw PDFRefusal(.truncated, "the file ends inside a string")
  }

  private mutating func escape(into result: inout [UInt8]) {
    guard let byte = peek() else { return }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): result.append(10)
    case UInt8(ascii: "r"): result.append(13)
    case UInt8(ascii: "t"): result.append(9)
    case UInt8(ascii: "b"): result.append(8)
    case UInt8(ascii: "f"): result.append(12)
    case 10: break
    case 13: if peek() == 10 { position += 1 }
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var code = Int(byte - 48)
      for _ in 0..<2 {
        guard let next = peek(), next >= 48, next <= 55 else { break }
        code = code * 8 + Int(next - 48)
        position += 1
      }
      result.append(UInt8(truncatingIfNeeded: code))
    default: result.append(byte)
    }
  }

  private mutating func hexString() throws(PDFRefusal) -> [UInt8] {
    position += 1
    var result = hexPairs()
    var high: UInt8?
    while let byte = peek() {
      position += 1
      if byte == UInt8(ascii: ">") {
        if let high { result.append(high << 4) }
        return result
      }
      if byte.isPDFSpace { continue }
      guard let digit = byte.hexDigit else { throw damaged("not a hexadecimal digit") }
      if let first = high {
        result.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    throw PDFRefusal(.truncated, "the file ends inside a string")
  }

  /// The pairs of digits that stand here without anything between them. A signature is some ten thousand such pairs, read
  /// more than once for a document: it is worth a loop of its own.
  private mutating func hexPairs() -> [UInt8] {
    let (result, end) = bytes.withUnsafeBufferPointer { bytes in
      var end = position
      while end < bytes.count, bytes[end].hexDigit != nil { end += 1 }
      end -= (end - position) % 2
      let result = [UInt8](unsafeUninitializedCapacity: (end - position) / 2) { pairs, count in
        for index in 0..<(end - position) / 2 {
          let (high, low) = (bytes[position + 2 * index].hexDigit ?? 0, bytes[position + 2 * index + 1].hexDigit ?? 0)
          pairs[index] = high << 4 | low
        }
        count = (end - position) / 2
      }
      return (result, end)
    }
    position = end
    return result
  }
}

extension UInt8 {
  @inline(__always) var isPDFSpace: Bool {
    self == 32 || self == 10 || self == 13 || self == 9 || self == 12 || self == 0
  }
  @inline(__always) var isDigit: Bool { self >= 48 && self <= 57 }

  /// Neither white space nor a delimiter.
  @inline(__always) var isPDFRegular: Bool {
    if isPDFSpace { return false }
    switch self {
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "["),
      UInt8(ascii: "]"),
      UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "/"), UInt8(ascii: "%"):
      return false
    default: return true
    }
  }

  var hexDigit: UInt8? {
    switch self {
    case 48...57: self - 48
    case 65...70: self - 55
    case 97...102: self - 87
    default: nil
    }
  }
}
