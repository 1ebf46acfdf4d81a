import Foundation

/// A subject or issuer name of the few parts this house writes.
public struct DistinguishedName: Sendable, Hashable {
  public var commonName: String
  public var organization: String?
  /// Two letters, ISO 3166.
  public var country: String?

  public init(commonName: String, organization: String? = nil, country: String? = nil) {
    self.commonName = commonName
    self.organization = organization
    self.country = country
  }

  /// Name, DER. Texts beyond the upper bounds of X.520 (64 characters) are cut.
  var encoded: [UInt8] {
    var parts: [[UInt8]] = []
    if let country, country.utf8.count == 2 { parts.append(Self.part(.country, Encode.printable(country))) }
    if let organization { parts.append(Self.part(.organization, Encode.utf8(Self.bounded(organization)))) }
    parts.append(Self.part(.commonName, Encode.utf8(Self.bounded(commonName))))
    return Encode.sequence(of: parts)
  }

  private static func part(_ kind: OID, _ value: [UInt8]) -> [UInt8] {
    Encode.set(of: [Encode.sequence(kind.encoded, value)])
  }

  private static func bounded(_ text: String) -> String {
    String(String.UnicodeScalarView(text.precomposedStringWithCanonicalMapping.unicodeScalars.prefix(64)))
  }
}

/// What a certificate is issued for: decides key usage and extended key usage.
public enum CertificateProfile: String, Sendable, Codable, CaseIterable {
  /// The hub's own listener.
  case tlsServer
  /// An office machine's transport key.
  case machine
  /// A unit's signing key (RFC 9336).
  case documentSigning
  /// The hub's time-stamping service (RFC 3161 §2.3: the only usage, critical).
  case timeStamping
  /// The hub's receipts.
  case evidence

  var keyUsage: KeyUsage {
    switch self {
    case .tlsServer, .machine: [.digitalSignature]
    case .documentSigning, .timeStamping, .evidence: [.digitalSignature, .nonRepudiation]
    }
  }

  var extendedKeyUsage: OID? {
    switch self {
    case .tlsServer: .serverAuth
    case .machine: .clientAuth
    case .documentSigning: .documentSigning
    case .timeStamping: .timeStamping
    case .evidence: nil
    }
  }
}

/// Certificate extensions as DER (RFC 5280 §4.2).
enum ExtensionWriter {
  static func write(_ kind: OID, isCritical: Bool = false, _ value: [UInt8]) -> [UInt8] {
    isCritical
      ? Encode.sequence(kind.encoded, Encode.yes, Encode.octetString(value))
      : Encode.sequence(kind.encoded, Encode.octetString(value))
  }

  /// Usages as a BIT STRING without trailing zero bits; only usages of the first octet exist here.
  static func keyUsage(_ usage: KeyUsage) -> [UInt8] {
    let octet = UInt8(usage.rawValue & 0xFF)
    return write(
      .keyUsage, isCritical: true, Encode.bitString([octet], unusedBits: UInt8(octet.trailingZeroBitCount & 7)))
  }

  static func alternativeNames(uris: [String], dnsNames: [String], ipAddresses: [String]) throws -> [UInt8]? {
    var names: [[UInt8]] = []
    for name in dnsNames { names.append(try text(2, name)) }
    for uri in uris { names.append(try text(6, uri)) }
    for address in ipAddresses {
      guard let bytes = octets(of: address) else {
        throw PKIError(.requestInvalid, "“\(address)” is no IP address.")
      }
      names.append(Encode.contextPrimitive(7, bytes))
    }
    return names.isEmpty ? nil : write(.subjectAlternativeName, Encode.sequence(of: names))
  }

  /// IA5String: ASCII only.
  private static func text(_ tag: UInt8, _ value: String) throws -> [UInt8] {
    guard !value.isEmpty, value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw PKIError(.requestInvalid, "A name in a certificate must be plain ASCII.")
    }
    return Encode.contextPrimitive(tag, Array(value.utf8))
  }

  private static func octets(of address: String) -> [UInt8]? {
    var four = in_addr()
    if inet_pton(AF_INET, address, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
    var sixteen = in6_addr()
    if inet_pton(AF_INET6, address, &sixteen) == 1 { return withUnsafeBytes(of: sixteen) { Array($0) } }
    return nil
  }
}
