/// Names an indirect object: number and generation. Small, for files hold millions of them.
package struct PDFReference: Hashable, Sendable {
  private let storedNumber: UInt32
  private let storedGeneration: UInt16

  package var number: Int { Int(storedNumber) }
  package var generation: Int { Int(storedGeneration) }

  /// Numbers are below 2^24 and generations at most 65535 wherever they are read (`Lexer`, `XrefReader`).
  package init(number: Int, generation: Int) {
    storedNumber = UInt32(clamping: number)
    storedGeneration = UInt16(clamping: generation)
  }
}

/// A PDF value (ISO 32000-1 §7.3). Names are held as Latin-1 text, so that distinct bytes stay distinct.
package enum PDFObject: Sendable {
  case null
  case boolean(Bool)
  case integer(Int64)
  /// The digits as written, so that a rewritten object says the same.
  case real([UInt8])
  case string([UInt8])
  case name(String)
  case array([PDFObject])
  case dictionary(PDFDictionary)
  indirect case stream(PDFStream)
  case reference(PDFReference)

  package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  package var name: String? { if case .name(let value) = self { value } else { nil } }
  package var string: [UInt8]? { if case .string(let value) = self { value } else { nil } }
  package var array: [PDFObject]? { if case .array(let value) = self { value } else { nil } }
  package var reference: PDFReference? { if case .reference(let value) = self { value } else { nil } }
  var isNull: Bool { if case .null = self { true } else { false } }

  /// The dictionary, or that of a stream.
  package var dictionary: PDFDictionary? {
    switch self {
    case .dictionary(let value): value
    case .stream(let value): value.dictionary
    default: nil
    }
  }

  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let digits): Double(String(decoding: digits, as: UTF8.self))
    default: nil
    }
  }
}

extension PDFObject: Equatable {
  /// Same meaning: positions and the way of writing do not count. Streams are equal only if they are the same bytes of
  /// the same file.
  package static func == (left: PDFObject, right: PDFObject) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.boolean(let a), .boolean(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.name(let a), .name(let b)): a == b
    case (.array(let a), .array(let b)): a == b
    case (.dictionary(let a), .dictionary(let b)): a == b
    case (.stream(let a), .stream(let b)): a == b
    case (.reference(let a), .reference(let b)): a == b
    case (.real(let a), .real(let b)) where a == b: true
    case (.real, .real), (.real, .integer), (.integer, .real):
      left.number != nil && left.number == right.number
    default: false
    }
  }
}

/// A dictionary in the order written, each value with its place in the bytes it was read from.
package struct PDFDictionary: Sendable {
  package struct Entry: Sendable {
    package let key: String
    package var value: PDFObject
    /// Offsets of the value's first byte and of the byte after it: in the file, or in the object stream it came from.
    let start: Int64
    let end: Int64
  }

  package private(set) var entries: [Entry]
  /// Places of the entries in the order of their keys, where there are many: no file shall make us look through them all
  /// for each of them.
  private var order: [Int32] = []

  /// More entries than this are looked for by `order`.
  private static let few = 16

  package init() { entries = [] }

  /// nil where two entries have the same key.
  init?(distinct entries: [Entry]) {
    self.entries = entries
    if entries.count <= Self.few {
      for (index, entry) in entries.enumerated() where entries[..<index].contains(where: { $0.key == entry.key }) {
        return nil
      }
    } else {
      sort()
      for index in 1..<order.count where self.entries[Int(order[index - 1])].key == self.entries[Int(order[index])].key
      {
        return nil
      }
    }
  }

  private mutating func sort() {
    let entries = entries
    order = entries.indices.map { Int32(truncatingIfNeeded: $0) }
    order.sort { entries[Int($0)].key < entries[Int($1)].key }
  }

  private func index(of key: String) -> Int? {
    guard entries.count > Self.few else { return entries.firstIndex { $0.key == key } }
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[Int(order[middle])].key < key { low = middle + 1 } else { high = middle }
    }
    guard low < order.count, entries[Int(order[low])].key == key else { return nil }
    return Int(order[low])
  }

  /// The value, nil when absent or null (the same thing: ISO 32000-1 §7.3.7).
  package subscript(key: String) -> PDFObject? {
    guard let index = index(of: key), !entries[index].value.isNull else { return nil }
    return entries[index].value
  }

  func entry(_ key: String) -> Entry? { index(of: key).map { entries[$0] } }

  /// The dictionary with `key` set, in its old place or at the end.
  package func setting(_ key: String, to value: PDFObject) -> PDFDictionary {
    var copy = self
    let entry = Entry(key: key, value: value, start: 0, end: 0)
    if let index = index(of: key) {
      copy.entries[index] = entry
    } else {
      copy.entries.append(entry)
      if copy.entries.count > Self.few { copy.sort() }
    }
    return copy
  }

  /// Keys whose values differ between the two, or that only one has.
  func keysDiffering(from other: PDFDictionary) -> [String] {
    var keys: [String] = []
    for entry in entries where (entry.value.isNull ? nil : entry.value) != other[entry.key] { keys.append(entry.key) }
    // What stands here as null was met above.
    for entry in other.entries where !entry.value.isNull && index(of: entry.key) == nil { keys.append(entry.key) }
    return keys
  }
}

extension PDFDictionary: Equatable {
  package static func == (left: PDFDictionary, right: PDFDictionary) -> Bool { left.keysDiffering(from: right).isEmpty }
}

/// A stream: its dictionary, and where its bytes lie in the file.
package struct PDFStream: Sendable, Equatable {
  package let dictionary: PDFDictionary
  let offset: Int64
  let length: Int64
}

/// An indirect object and where it was found.
struct IndirectObject: Sendable {
  let reference: PDFReference
  let value: PDFObject
  /// Offset of the object's number in the file; nil inside an object stream.
  let start: Int64?
  /// Offset just after `endobj`; nil inside an object stream.
  let end: Int64?
  /// Bytes that the value takes in memory.
  let weight: Int
}
