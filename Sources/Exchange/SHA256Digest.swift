import Foundation

/// The SHA-256 of some bytes (FIPS 180-4): 32 bytes, written as 64 lower-case hexadecimal digits.
public struct SHA256Digest: Hashable, Codable, Sendable, CustomStringConvertible {
  public let bytes: [UInt8]

  /// - Throws: `MalformedValue` unless there are 32 bytes.
  public init(bytes: some Sequence<UInt8>) throws(MalformedValue) {
    self.bytes = Array(bytes)
    guard self.bytes.count == 32 else { throw MalformedValue("SHA-256 digest", "\(self.bytes.count) bytes") }
  }

  /// - Throws: `MalformedValue` unless it is 64 hexadecimal digits.
  public init(hex: some StringProtocol) throws(MalformedValue) {
    guard let bytes = Hex.decode(hex), bytes.count == 32 else { throw MalformedValue("SHA-256 digest", String(hex)) }
    self.bytes = bytes
  }

  public var hex: String { Hex.encode(bytes) }
  public var data: Data { Data(bytes) }
  public var description: String { hex }

  /// The strong entity tag of a document with these bytes (RFC 9110 §8.8.3).
  public var entityTag: String { "\"sha256-\(hex)\"" }

  public init(from decoder: any Decoder) throws {
    try self.init(hex: try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }
}
