import Foundation
import SwiftASN1

/// Writes CMS SignedData (RFC 5652) as CAdES-B wants it (EN 319 122-1 §5, EN 319 142-1 §6.3): DER throughout, one
/// signer, and as signed
/// attributes exactly content-type, message-digest and signing-certificate-v2. libcrypto's own CMS writer isn't used
/// because
/// it always adds signing-time, which PAdES forbids.
public enum SignedDataBuilder {
  /// A signature over content that lies elsewhere.
  /// - Parameters:
  ///   - contentDigest: SHA-256 of the content, 32 bytes.
  ///   - certificates: the signer's first, then its chain.
  public static func detached(contentDigest: Data, certificates: [Certificate], key: any SigningKey) throws -> Data {
    try signature(contentDigest: contentDigest, certificates: certificates, key: key).cms
  }

  /// The same, with the signature value beside it: what a time-stamp is taken over.
  public static func signature(
    contentDigest: Data, certificates: [Certificate], key: any SigningKey
  ) throws -> (cms: Data, value: Data) {
    guard contentDigest.count == 32 else { throw PKIError(.wrongDigest, "A SHA-256 digest has 32 bytes.") }
    let built = try build(
      version: 1, contentType: .data, content: nil, digest: Array(contentDigest), certificates: certificates,
      includingCertificates: true, key: key)
    return (Data(built.cms), built.value)
  }

  /// A signature that carries its content (receipts, submissions, acknowledgements).
  public static func encapsulated(_ content: Data, certificates: [Certificate], key: any SigningKey) throws -> Data {
    Data(
      try build(
        version: 1, contentType: .data, content: Array(content), digest: Array(sha256(content)),
        certificates: certificates, includingCertificates: true, key: key
      ).cms)
  }

  /// - Parameters:
  ///   - version: 1, or 3 when the content is of another type than id-data (RFC 5652 §5.1).
  ///   - digest: of the content, by `algorithm`, over which the key signs as well.
  static func build(
    version: UInt64, contentType: OID, content: [UInt8]?, digest: [UInt8],
    algorithm: DigestAlgorithm = .sha256,
    certificates: [Certificate], includingCertificates: Bool, key: any SigningKey
  ) throws -> (cms: [UInt8], value: Data) {
    guard let signer = certificates.first else {
      throw PKIError(.wrongSigningCertificate, "A signature needs the signer's certificate.")
    }
    if let inMemory = key as? PrivateKey, !signer.hasKey(inMemory) {
      throw PKIError(.keyMismatch, "The key does not belong to the signer's certificate.")
    }
    let attributes = [
      attribute(.contentType, contentType.encoded),
      attribute(.messageDigest, Encode.octetString(digest)),
      attribute(.signingCertificateV2, signingCertificate(signer, algorithm)),
    ]
    var signed = Encode.set(of: attributes)
    let signature = try key.sign(Data(signed), digest: algorithm)
    signed[0] = 0xA0  // signed under the universal tag, carried under [0] (RFC 5652 §5.4)
    let signerInfo = Encode.sequence(
      Encode.integer(1), issuerAndSerial(signer), algorithm.identifier, signed,
      signatureAlgorithm(key.algorithm, algorithm), Encode.octetString(Array(signature)))
    let encapsulated =
      content.map { Encode.sequence(contentType.encoded, Encode.context(0, Encode.octetString($0))) }
      ?? Encode.sequence(contentType.encoded)
    let cms = contentInfo([
      Encode.integer(version), Encode.set(of: [algorithm.identifier]), encapsulated,
      includingCertificates ? certificateSet(certificates) : [], Encode.set(of: [signerInfo]),
    ])
    return (cms, signature)
  }

  static func contentInfo(_ parts: [[UInt8]]) -> [UInt8] {
    Encode.sequence(OID.signedData.encoded, Encode.context(0, Encode.sequence(of: parts)))
  }

  static func attribute(_ kind: OID, _ value: [UInt8]) -> [UInt8] {
    Encode.sequence(kind.encoded, Encode.set(of: [value]))
  }

  /// CertificateSet, IMPLICIT [0]; each certificate once.
  static func certificateSet(_ certificates: [Certificate]) -> [UInt8] {
    Encode.set(of: Set(certificates).map { Array($0.der) }, tag: 0xA0)
  }

  private static func issuerAndSerial(_ signer: Certificate) -> [UInt8] {
    Encode.sequence(Array(signer.issuerDER), Array(signer.serialNumberDER))
  }

  /// SigningCertificateV2 (RFC 5035 §3) with the default hash SHA-256, left out as DER wants, and the issuer and
  /// serial.
  private static func signingCertificate(_ signer: Certificate, _ algorithm: DigestAlgorithm)
    -> [UInt8]
  {
    let issuerSerial = Encode.sequence(
      Encode.sequence(Encode.context(4, Array(signer.issuerDER))), Array(signer.serialNumberDER))
    let hash = Encode.octetString(Array(digest(signer.der, algorithm)))
    let identifier = Encode.sequence(
      algorithm == .sha256 ? [] : algorithm.identifier, hash, issuerSerial)
    return Encode.sequence(Encode.sequence(identifier))
  }

  /// RSA is named by rsaEncryption, as nearly everyone writes it (RFC 5754 §3.2); ECDSA with its digest.
  private static func signatureAlgorithm(_ key: KeyAlgorithm, _ digest: DigestAlgorithm) -> [UInt8] {
    key.isRSA
      ? Encode.sequence(OID.rsaEncryption.encoded, Encode.null)
      : Encode.sequence(SignatureAlgorithm.ecdsaOID(digest).encoded)
  }
}

extension SignedDataBuilder {
  /// Adds a time-stamp token over the signature value as unsigned attribute (RFC 3161 appendix A, EN 319 122-1 §5.3),
  /// replacing none.
  public static func addingTimeStamp(_ token: Data, to cms: Data) throws -> Data {
    let parsed = try SignedDataStructure(cms, limit: .large)
    _ = try ASN1Node.strict(ArraySlice(token))
    let added = attribute(.timeStampToken, Array(token))
    let unsigned = parsed.signer.unsignedAttributes.map { Array($0.node.encodedBytes) } + [added]
    let signerInfo = Encode.sequence(
      of: parsed.signer.partsBeforeUnsigned.map { Array($0.encodedBytes) } + [Encode.set(of: unsigned, tag: 0xA1)])
    return Data(
      contentInfo(parsed.partsBeforeSigners.map { Array($0.encodedBytes) } + [Encode.set(of: [signerInfo])]))
  }

  /// The SignerInfo's signature value: what a time-stamp is taken over.
  public static func signatureValue(of cms: Data) throws -> Data {
    Data(try SignedDataStructure(cms, limit: .large).signer.signature)
  }

  /// An upper bound of the size in bytes, rounded up to 4 KiB: certificates, twice a signature, 1 KiB, and 12 KiB for
  /// a token.
  public static func estimatedSize(certificates: [Certificate], key: KeyAlgorithm, withTimeStamp: Bool) -> Int {
    let bytes =
      certificates.reduce(0) { $0 + $1.der.count } + 2 * key.maximumSignatureLength + 1024
      + (withTimeStamp ? 12_288 : 0)
    return (bytes + 4095) / 4096 * 4096
  }

  /// A degenerate SignedData that only carries certificates (RFC 7030 §4.1.3, RFC 8951).
  public static func certificatesOnly(_ certificates: [Certificate]) -> Data {
    Data(
      contentInfo([
        Encode.integer(1), Encode.set(of: []), Encode.sequence(OID.data.encoded), certificateSet(certificates),
        Encode.set(of: []),
      ]))
  }

  /// The certificates of a degenerate SignedData, in the order they stand in. At most 1 MiB and 100 certificates.
  public static func certificates(inCertificatesOnly cms: Data) throws -> [Certificate] {
    guard cms.count <= 1 << 20 else { throw PKIError(.tooLarge, "The answer with certificates is too large.") }
    var outer = try ASN1Node.strict(ArraySlice(cms)).cursor()
    guard try outer.next().isObject(.signedData) else { throw PKIError(.malformed, "This is no SignedData.") }
    var wrapper = try outer.next(.context(0)).cursor(.context(0))
    try outer.finish()
    var body = try wrapper.next(.sequence).cursor()
    try wrapper.finish()
    _ = try body.next(.integer)
    _ = try body.next(.set)
    _ = try body.next(.sequence)
    let certificates = try body.next(.context(0)).children(.context(0))
    guard certificates.count <= 100 else { throw PKIError(.tooLarge, "The answer holds too many certificates.") }
    return try certificates.map { try Certificate(der: Data($0.encodedBytes)) }
  }
}
