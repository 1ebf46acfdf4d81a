/// What the province hands to an office, on paper, to enrol a machine for a unit: which unit, a secret that works once, and
/// the fingerprint of the hub's certificate authority. Written `UNIT.SECRET.PIN`; hyphens and letter case in the last two
/// don't matter, and `O`, `I`, `L` are read as `0`, `1`, `1` (Crockford's base 32), because people copy it by hand.
public struct EnrolmentCode: Equatable, Sendable {
  public let unit: UnitID
  /// 20 characters, 100 bits.
  public let secret: String
  /// The first 16 bytes of the SHA-256 of the authority's certificate in DER.
  public let pin: [UInt8]

  public static let secretLength = 20
  public static let pinLength = 16

  /// Makes a code from random bytes (13 or more: 104 bits, of which 100 are used) and the authority's fingerprint.
  public init(unit: UnitID, randomBytes: some Sequence<UInt8>, authorityFingerprint: some Sequence<UInt8>) {
    self.unit = unit
    secret = String(Base32.encode(Array(randomBytes)).prefix(Self.secretLength))
    pin = Array(authorityFingerprint.prefix(Self.pinLength))
  }

  /// - Throws: `MalformedValue`, without quoting the secret.
  public init(_ text: String) throws(MalformedValue) {
    let parts = text.filter { !$0.isWhitespace }.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let unit = UnitID(rawValue: parts[0].lowercased()),
      let secret = Base32.normalised(parts[1]), secret.count == Self.secretLength,
      let pinText = Base32.normalised(parts[2]), let pin = Base32.decode(pinText), pin.count == Self.pinLength
    else { throw MalformedValue("enrolment code", "(not shown)") }
    self.unit = unit
    self.secret = secret
    self.pin = pin
  }

  /// As it is printed: the secret and the pin in groups of five.
  public var text: String { "\(unit).\(Self.grouped(secret)).\(Self.grouped(Base32.encode(pin)))" }

  /// Whether a certificate with this SHA-256 fingerprint is the one that the code names.
  public func pins(_ fingerprint: some Sequence<UInt8>) -> Bool { Array(fingerprint.prefix(Self.pinLength)) == pin }

  private static func grouped(_ text: String) -> String {
    stride(from: 0, to: text.count, by: 5)
      .map { String(text.dropFirst($0).prefix(5)) }
      .joined(separator: "-")
  }
}

/// Crockford's base 32: no letters that look like digits.
enum Base32 {
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

  static func encode(_ bytes: [UInt8]) -> String {
    var text = ""
    var buffer = 0
    var bits = 0
    for byte in bytes {
      buffer = (buffer << 8 | Int(byte)) & 0xFFFF
      bits += 8
      while bits >= 5 {
        bits -= 5
        text.append(alphabet[buffer >> bits & 31])
      }
    }
    if bits > 0 { text.append(alphabet[buffer << (5 - bits) & 31]) }
    return text
  }

  static func normalised(_ text: some StringProtocol) -> String? {
    var result = ""
    for character in text.uppercased() where character != "-" {
      let read: Character = character == "O" ? "0" : character == "I" || character == "L" ? "1" : character
      guard alphabet.contains(read) else { return nil }
      result.append(read)
    }
    return result
  }

  static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer = 0
    var bits = 0
    for character in text {
      guard let value = alphabet.firstIndex(of: character) else { return nil }
      buffer = (buffer << 5 | value) & 0xFFFF
      bits += 5
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: buffer >> bits))
      }
    }
    return bytes
  }
}
