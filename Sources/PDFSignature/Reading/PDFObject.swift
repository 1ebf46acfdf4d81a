/// Names an indirect object: number and generation.
package struct PDFReference: Hashable, Sendable {
  package let number: Int
  package let generation: Int

  package init(number: Int, generation: Int) {
    self.number = number
    self.generation = generation
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
  case stream(PDFStream)
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

  package var entries: [Entry]

  package init(entries: [Entry] = []) { self.entries = entries }

  /// The value, nil when absent or null (the same thing: ISO 32000-1 §7.3.7).
  package subscript(key: String) -> PDFObject? {
    for entry in entries where entry.key == key { return entry.value.isNull ? nil : entry.value }
    return nil
  }

  func entry(_ key: String) -> Entry? { entries.first { $0.key == key } }

  /// The dictionary with `key` set, in its old place or at the end.
  package func setting(_ key: String, to value: PDFObject) -> PDFDictionary {
    var copy = self
    let entry = Entry(key: key, value: value, start: 0, end: 0)
    if let index = copy.entries.firstIndex(where: { $0.key == key }) {
      copy.entries[index] = entry
    } else {
      copy.entries.append(entry)
    }
    return copy
  }

  /// Keys whose values differ between the two, or that only one has.
  func keysDiffering(from other: PDFDictionary) -> [String] {
    var keys: [String] = []
    for entry in entries where self[entry.key] != other[entry.key] { keys.append(entry.key) }
    for entry in other.entries where self[entry.key] == nil && !entry.value.isNull && !keys.contains(entry.key) {
      keys.append(entry.key)
    }
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
}
