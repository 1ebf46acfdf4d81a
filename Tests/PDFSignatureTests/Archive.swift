import Foundation
import Judging
import PKI
import Testing

@testable import PDFSignature

/// A province whose clock the test turns: certificates, lists and time-stamps of any date.
struct Archive: Sendable {
  let authority: CertificateAuthority
  let unit: (key: PrivateKey, certificate: Certificate)
  let clockKey: PrivateKey
  let trust: TrustAnchors

  static let start = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down) - 86_400)
  static let day: TimeInterval = 86_400
  static let year: TimeInterval = 365 * day

  /// The unit's certificate ends after `life`.
  init(life: TimeInterval = 365 * 86_400, start: Date = Archive.start) throws {
    authority = try CertificateAuthority.create(
      commonName: "Archive Root", organization: "LĐLĐ tỉnh", notBefore: start - Self.day,
      validity: .seconds(40 * 365 * 86_400))
    let key = try PrivateKey.generate(.p256)
    unit = (
      key,
      try authority.issue(
        .documentSigning, publicKeyDER: key.publicKeyDER,
        subject: DistinguishedName(commonName: "Công đoàn lưu trữ", organization: "LĐLĐ", country: "VN"),
        uris: ["urn:congvan:unit:luu-tru"], notBefore: start - 3600, notAfter: start + life)
    )
    clockKey = try PrivateKey.generate(.rsa2048)  // the one kind that pyHanko's own stamper knows
    trust = TrustAnchors([authority.certificate])
  }

  /// A time-stamp authority whose certificate is good from an hour before `date` for `life`.
  func clock(_ date: Date, life: TimeInterval) throws -> Certificate {
    try authority.issue(
      .timeStamping, publicKeyDER: clockKey.publicKeyDER, subject: DistinguishedName(commonName: "Clock"),
      notBefore: date - 3600, notAfter: date + life)
  }

  func token(_ imprint: Data, at date: Date, life: TimeInterval = 2 * 365 * 86_400) throws -> Data {
    let service = try TimeStampAuthority(
      certificate: try clock(date, life: life), key: clockKey, policyOID: "1.3.6.1.4.1.99999.1")
    let nonce = try Random.bytes(8)
    let response = try service.respond(
      to: TimeStamp.request(imprint: imprint, nonce: nonce), at: date, serial: try Random.bytes(8))
    return try TimeStamp.token(inResponse: response, imprint: imprint, nonce: nonce)
  }

  /// A list of `date`, good for a week.
  func list(_ date: Date, revoked: [(Certificate, Date)] = []) throws -> Data {
    try authority.revocationList(
      revoked: revoked.map { ($0.0.serialNumber, $0.1) }, number: UInt64(date.timeIntervalSince1970),
      thisUpdate: date, nextUpdate: date + 7 * Self.day)
  }

  func sign(_ original: Data, at date: Date, stamped: Bool = true, life: TimeInterval = 2 * 365 * 86_400) throws -> Data
  {
    let stamp: @Sendable (Data) throws -> Data = { try token($0, at: date, life: life) }
    let signer = PDFSigner(
      key: unit.key, certificates: [unit.certificate], timeStamp: stamped ? stamp : nil)
    let digest = SHA256Hasher()
    digest.update(original)
    let details = SignatureDetails(signerName: "Công đoàn lưu trữ", time: date)
    let update = try signer.prepare(PDFFile(data: original))
    let signed = try signer.sign(update, originalDigest: digest, details: details)
    return original + signed.appended
  }

  /// As somebody signs who asks nothing of the file: an invisible signature in a new field.
  func signRegardless(_ original: Data, at date: Date) throws -> Data {
    let document = try PDFDocument(PDFFile(data: original))
    var planner = UpdatePlanner(document, avoiding: [])
    let update = try planner.planTimeStamp(try SigningRules(document, checksEarlierSignatures: false))
    let digest = SHA256Hasher()
    digest.update(original)
    let signer = PDFSigner(key: unit.key, certificates: [unit.certificate])
    let details = SignatureDetails(signerName: "Forger", time: date)
    return original + (try signer.sign(update, originalDigest: digest, details: details)).appended
  }

  /// Adds evidence as of `date`.
  func keepEvidence(_ file: Data, at date: Date, _ evidence: [RevocationEvidence]? = nil) throws -> Data {
    let plan = try EvidencePlan(PDFFile(data: file), trust: trust, at: date)
    #expect(plan.report.isAcceptable, "\(plan.report.reasons)")
    let evidence = try evidence ?? [.list(RevocationList(der: try list(date)))]
    return file + (try plan.update(with: evidence) ?? Data())
  }

  /// Adds evidence and a document time-stamp as of `date`.
  func renew(_ file: Data, at date: Date, life: TimeInterval = 2 * 365 * 86_400) throws -> Data {
    let kept = try keepEvidence(file, at: date)
    let stamp = try DocumentTimeStamp(PDFFile(data: kept))
    return kept + (try stamp.finish(token: try token(stamp.imprint, at: date, life: life)))
  }

  func judge(_ file: Data, at date: Date, policy: VerificationPolicy = VerificationPolicy()) -> VerificationReport {
    PDFVerifier.verify(PDFFile(data: file), trust: trust, at: date, policy: policy)
  }

  /// What `longterm.py` needs.
  func equip(_ workshop: Workshop, at date: Date) throws {
    _ = try workshop.write(authority.certificate.pem, "root.pem")
    _ = try workshop.write(unit.certificate.pem, "unit.pem")
    _ = try workshop.write(try unit.key.pem, "unit.key")
    _ = try workshop.write(try clock(date, life: Self.year).pem, "clock.pem")
    _ = try workshop.write(try clockKey.pem, "clock.key")
    _ = try workshop.write(try list(date), "root.crl")
  }
}
