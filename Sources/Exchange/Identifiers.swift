/// A value that came from outside and isn't what it should be. The text names the kind and quotes the start of the value.
public struct MalformedValue: Error, Equatable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ kind: String, _ value: String) {
    description = "malformed \(kind): \(value.prefix(80).debugDescription)"
  }
}

/// A short name chosen once by the province for a unit or a group: 1 to 63 characters of `a–z`, `0–9` and inner hyphens
/// (the grammar of a DNS label, RFC 1123 §2.1, so that it is safe in paths, URLs, file names and certificates).
public protocol Label: RawRepresentable, Hashable, Comparable, Codable, Sendable, CustomStringConvertible
where RawValue == String {
  /// What the label names, for error messages.
  static var kind: String { get }
  /// For conforming types alone: callers use `init(_:)`, which checks.
  init(unchecked: String)
}

extension Label {
  /// Checks the grammar.
  /// - Throws: `MalformedValue` when it isn't a label.
  public init(_ text: String) throws(MalformedValue) {
    let bytes = Array(text.utf8)
    let legal = bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    guard (1...63).contains(bytes.count), legal, bytes.first != 0x2D, bytes.last != 0x2D else {
      throw MalformedValue(Self.kind, text)
    }
    self.init(unchecked: text)
  }

  public init?(rawValue: String) {
    guard let value = try? Self(rawValue) else { return nil }
    self = value
  }

  public init(from decoder: any Decoder) throws {
    self = try Self(try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }

  public var description: String { rawValue }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A union organisation that sends and receives: the province's office, a sector union, a grassroots union.
public struct UnitID: Label {
  public static let kind = "unit identifier"
  public let rawValue: String
  public init(unchecked: String) { rawValue = unchecked }

  /// The name under which a unit stands in its certificates (subjectAltName, a URI).
  public var certificateURI: String { "urn:congvan:unit:\(rawValue)" }

  /// The unit that a certificate's URI names, if it names one.
  public init?(certificateURI: String) {
    let prefix = "urn:congvan:unit:"
    guard certificateURI.hasPrefix(prefix) else { return nil }
    self.init(rawValue: String(certificateURI.dropFirst(prefix.count)))
  }
}

/// A named set of units, such as all grassroots unions directly under the province.
public struct GroupID: Label {
  public static let kind = "group identifier"
  public let rawValue: String
  public init(unchecked: String) { rawValue = unchecked }
}
