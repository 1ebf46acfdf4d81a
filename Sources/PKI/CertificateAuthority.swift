import Foundation
import SwiftASN1

/// Issues certificates and revocation lists in one name. All values are written by us and signed by the key; what is
/// issued is
/// read back before it is given out.
public struct CertificateAuthority: Sendable {
  public let certificate: Certificate
  public let key: any SigningKey

  /// - Throws: ``PKIError/Code/purposeUnsuitable`` if the certificate is not an authority's,
  ///   ``PKIError/Code/keyMismatch`` if the
  ///   key (when it is in memory) is another's.
  public init(certificate: Certificate, key: any SigningKey) throws {
    guard certificate.isCertificateAuthority, certificate.keyUsage.contains(.certificateSigning) else {
      throw PKIError(.purposeUnsuitable, "The certificate is not a certificate authority's.")
    }
    if let inMemory = key as? PrivateKey, !certificate.matches(inMemory) {
      throw PKIError(.keyMismatch, "The key does not belong to the authority's certificate.")
    }
    self.certificate = certificate
    self.key = key
  }

  /// A new self-signed root: P-256, may sign certificates and lists, none below it may be an authority.
  /// - Parameters:
  ///   - key: made anew when nil; ``privateKey`` gives it back for keeping.
  ///   - validity: from `notBefore`.
  public static func create(
    commonName: String, organization: String, key: PrivateKey? = nil, notBefore: Date = Date(),
    validity: Duration = .seconds(20 * 365 * 86_400)
  ) throws -> CertificateAuthority {
    let key = try key ?? PrivateKey.generate(.p256)
    let name = DistinguishedName(commonName: commonName, organization: organization, country: "VN").encoded
    let identifier = Array(try keyIdentifier(key.publicKeyDER))
    let extensions = [
      ExtensionWriter.write(.basicConstraints, isCritical: true, Encode.sequence(Encode.yes, Encode.integer(0))),
      ExtensionWriter.keyUsage([.certificateSigning, .revocationListSigning]),
      ExtensionWriter.write(.subjectKeyIdentifier, Encode.octetString(identifier)),
      ExtensionWriter.write(.authorityKeyIdentifier, Encode.sequence(Encode.contextPrimitive(0, identifier))),
    ]
    let certificate = try sign(
      issuer: name, subject: name, publicKeyDER: key.publicKeyDER, notBefore: notBefore,
      notAfter: notBefore + TimeInterval(validity.components.seconds), extensions: extensions, key: key)
    return try CertificateAuthority(certificate: certificate, key: key)
  }

  /// The key when it is in memory, for keeping it.
  public var privateKey: PrivateKey? { key as? PrivateKey }

  /// Issues a certificate. Its end is never later than the authority's own.
  /// - Parameters:
  ///   - publicKeyDER: SubjectPublicKeyInfo, as from ``CertificateRequest``.
  ///   - uris, dnsNames, ipAddresses: the subject alternative name; ASCII.
  /// - Throws: ``PKIError/Code/keyUnsupported``, ``PKIError/Code/requestInvalid``.
  public func issue(
    _ profile: CertificateProfile, publicKeyDER: Data, subject: DistinguishedName, uris: [String] = [],
    dnsNames: [String] = [], ipAddresses: [String] = [], notBefore: Date, notAfter: Date
  ) throws -> Certificate {
    _ = try PublicKey(der: publicKeyDER)
    let end = min(notAfter, certificate.notAfter)
    guard notBefore < end else { throw PKIError(.requestInvalid, "The certificate would end before it begins.") }
    var extensions = [
      ExtensionWriter.write(.basicConstraints, isCritical: true, Encode.sequence()),
      ExtensionWriter.keyUsage(profile.keyUsage),
      ExtensionWriter.write(
        .subjectKeyIdentifier, Encode.octetString(Array(try Self.keyIdentifier(publicKeyDER)))),
      ExtensionWriter.write(
        .authorityKeyIdentifier, Encode.sequence(Encode.contextPrimitive(0, try ownKeyIdentifier()))),
    ]
    if let usage = profile.extendedKeyUsage {
      extensions.append(
        ExtensionWriter.write(
          .extendedKeyUsage, isCritical: profile == .timeStamping, Encode.sequence(usage.encoded)))
    }
    if let names = try ExtensionWriter.alternativeNames(uris: uris, dnsNames: dnsNames, ipAddresses: ipAddresses) {
      extensions.append(names)
    }
    return try Self.sign(
      issuer: Array(certificate.subjectDER), subject: subject.encoded, publicKeyDER: publicKeyDER,
      notBefore: notBefore, notAfter: end, extensions: extensions, key: key)
  }

  func ownKeyIdentifier() throws -> [UInt8] {
    try certificate.subjectKeyIdentifier ?? Array(Self.keyIdentifier(certificate.publicKeyDER))
  }

  /// TBSCertificate, version 3 (RFC 5280 §4.1), and its signature.
  private static func sign(
    issuer: [UInt8], subject: [UInt8], publicKeyDER: Data, notBefore: Date, notAfter: Date, extensions: [[UInt8]],
    key: any SigningKey
  ) throws -> Certificate {
    // 20 bytes, positive: RFC 5280 §4.1.2.2.
    var serial = [UInt8](try Random.bytes(20))
    serial[0] = serial[0] & 0x7F | 0x40
    let content = Encode.sequence(
      Encode.context(0, Encode.integer(2)), Encode.integer(bytes: serial), Signed.algorithm(of: key.algorithm), issuer,
      Encode.sequence(Encode.time(notBefore), Encode.time(notAfter)), subject, Array(publicKeyDER),
      Encode.context(3, Encode.sequence(of: extensions)))
    return try Certificate(der: Data(Signed.wrap(content, key: key)))
  }

  /// The first 160 bits of SHA-256 of the key's bits (RFC 7093 §2 method 1).
  private static func keyIdentifier(_ publicKeyDER: Data) throws -> Data {
    var spki = try ASN1Node.strict(ArraySlice(publicKeyDER)).cursor()
    _ = try spki.next(.sequence)
    let bits = try spki.next(.bitString).primitive(.bitString)
    return sha256(bits.dropFirst()).prefix(20)
  }
}
