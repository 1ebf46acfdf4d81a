/// A UUID of version 7 (RFC 9562 §5.7): 48 bits of milliseconds, then random bits, so that identifiers sort by time.
/// Written in the canonical lower-case form; nothing else is accepted from outside.
public protocol UniqueID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  static var kind: String { get }
  var text: String { get }
  /// For conforming types alone: callers use `init(_:)`, which checks, or `init(at:using:)`, which mints.
  init(unchecked: String)
}

extension UniqueID {
  /// Mints a new one. Time and randomness come from outside, so that a simulation repeats exactly.
  public init(at instant: Instant, using generator: inout some RandomNumberGenerator) {
    self.init(at: instant, chance: (generator.next(), generator.next()))
  }

  /// Mints a new one of the system's randomness.
  public init(at instant: Instant) {
    // Not by a `SystemRandomNumberGenerator` handed on: that has no bytes, so its address is somebody else's, and Thread
    // Sanitizer takes two such for one.
    self.init(at: instant, chance: (.random(in: 0...(.max)), .random(in: 0...(.max))))
  }

  private init(at instant: Instant, chance: (UInt64, UInt64)) {
    let milliseconds = UInt64(clamping: max(0, instant.millisecondsSinceEpoch)) & 0xFFFF_FFFF_FFFF
    let high = (milliseconds << 16) | 0x7000 | (chance.0 & 0x0FFF)
    let low = (chance.1 & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
    var bytes: [UInt8] = []
    for word in [high, low] {
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    let hex = Hex.encode(bytes)
    func part(_ from: Int, _ length: Int) -> Substring { hex.dropFirst(from).prefix(length) }
    self.init(unchecked: "\(part(0, 8))-\(part(8, 4))-\(part(12, 4))-\(part(16, 4))-\(part(20, 12))")
  }

  /// Checks the canonical form of a UUIDv7.
  /// - Throws: `MalformedValue` for anything else.
  public init(_ value: some StringProtocol) throws(MalformedValue) {
    let bytes = Array(value.utf8)
    let dashes: Set<Int> = [8, 13, 18, 23]
    let legal = bytes.enumerated().allSatisfy { index, byte in
      dashes.contains(index) ? byte == 0x2D : (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
    guard bytes.count == 36, legal, bytes[14] == 0x37, [0x38, 0x39, 0x61, 0x62].contains(bytes[19]) else {
      throw MalformedValue(Self.kind, String(value))
    }
    self.init(unchecked: String(value))
  }

  public init(from decoder: any Decoder) throws {
    self = try Self(try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  public var description: String { text }
  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// A document on its way. Minted by the sender's agent and journalled before the first byte goes out, so that every
/// retry speaks of the same document.
public struct DocumentID: UniqueID {
  public static let kind = "document identifier"
  public let text: String
  public init(unchecked: String) { text = unchecked }
}

/// An upload in progress at the hub. Minted by the hub.
public struct UploadID: UniqueID {
  public static let kind = "upload identifier"
  public let text: String
  public init(unchecked: String) { text = unchecked }
}

/// One piece of evidence: a receipt or a batch of acknowledgements. Minted by whoever signs it.
public struct EvidenceID: UniqueID {
  public static let kind = "evidence identifier"
  public let text: String
  public init(unchecked: String) { text = unchecked }
}

/// A machine that runs an agent. Minted by the hub at enrolment.
public struct MachineID: UniqueID {
  public static let kind = "machine identifier"
  public let text: String
  public init(unchecked: String) { text = unchecked }

  /// The name under which a machine stands in its transport certificate (subjectAltName, a URI).
  public var certificateURI: String { "urn:congvan:machine:\(text)" }
}
