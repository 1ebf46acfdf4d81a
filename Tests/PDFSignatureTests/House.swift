import Foundation
import PDFSignature
import PKI
import Testing

/// A small province: an authority, a unit with keys of three kinds, and a time-stamp authority.
struct House: Sendable {
  static let shared = Result { try House() }
  static var ours: House { get throws { try shared.get() } }

  let authority: CertificateAuthority
  let unitKeys: [KeyAlgorithm: (key: PrivateKey, certificate: Certificate)]
  let clock: TimeStampAuthority
  let trust: TrustAnchors

  private init() throws {
    authority = try CertificateAuthority.create(
      commonName: "Province Test Root", organization: "LĐLĐ tỉnh", notBefore: Date().addingTimeInterval(-7200))
    let now = Date()
    let authority = authority
    func issue(_ key: PrivateKey, _ profile: CertificateProfile, _ name: String, uris: [String] = []) throws
      -> Certificate
    {
      try authority.issue(
        profile, publicKeyDER: key.publicKeyDER,
        subject: DistinguishedName(commonName: name, organization: "Công đoàn cơ sở", country: "VN"), uris: uris,
        notBefore: now.addingTimeInterval(-3600), notAfter: now.addingTimeInterval(365 * 86400))
    }
    var keys: [KeyAlgorithm: (PrivateKey, Certificate)] = [:]
    for algorithm in [KeyAlgorithm.p256, .rsa2048, .rsa3072] {
      let key = try PrivateKey.generate(algorithm)
      keys[algorithm] = (
        key, try issue(key, .documentSigning, "Công đoàn Trường Nguyễn Du", uris: ["urn:congvan:unit:nguyen-du"])
      )
    }
    unitKeys = keys
    let clockKey = try PrivateKey.generate(.p256)
    clock = try TimeStampAuthority(
      certificate: try issue(clockKey, .timeStamping, "Test Clock"), chain: [], key: clockKey,
      policyOID: "1.3.6.1.4.1.99999.1")
    trust = TrustAnchors([authority.certificate])
  }

  func signer(_ algorithm: KeyAlgorithm = .p256, stamped: Bool = false) throws -> PDFSigner {
    let unit = try #require(unitKeys[algorithm])
    let clock = clock
    let stamp: @Sendable (Data) throws -> Data = { imprint in
      let nonce = try Random.bytes(8)
      let request = TimeStamp.request(imprint: imprint, nonce: nonce)
      let response = try clock.respond(to: request, at: Date(), serial: try Random.bytes(8))
      return try TimeStamp.token(inResponse: response, imprint: imprint, nonce: nonce)
    }
    return PDFSigner(key: unit.key, certificates: [unit.certificate], timeStamp: stamped ? stamp : nil)
  }

  static let details = SignatureDetails(
    signerName: "Công đoàn Trường Nguyễn Du", reason: "Phát hành văn bản", location: "Bến Tre", time: Date())

  /// The signed file.
  func sign(_ original: Data, _ algorithm: KeyAlgorithm = .p256, stamped: Bool = false) throws -> Data {
    let signer = try signer(algorithm, stamped: stamped)
    let update = try signer.prepare(PDFFile(data: original))
    let digest = SHA256Hasher()
    digest.update(original)
    let signed = try signer.sign(update, originalDigest: digest, details: House.details)
    let whole = original + signed.appended
    #expect(signed.signedLength == Int64(whole.count))
    #expect(signed.signedDigest == sha256(whole))
    return whole
  }

  func verify(_ data: Data, policy: VerificationPolicy = VerificationPolicy()) -> VerificationReport {
    PDFVerifier.verify(PDFFile(data: data), trust: trust, policy: policy)
  }
}
