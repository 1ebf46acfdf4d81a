import Durable
import Foundation
import PDFSignature
import PKI
import Testing

@testable import Agent

/// Levels above B-T depend on what the world answers; a letter doesn't.
@Suite("Raising a signature's level")
struct ArchivistTests {
  private let authority: CertificateAuthority
  private let clock: TimeStampAuthority
  private let signed: PDFFile

  init() throws {
    let now = Date()
    authority = try CertificateAuthority.create(commonName: "Gốc", organization: "LĐLĐ", notBefore: now - 86_400)
    let authority = authority
    func issue(_ profile: CertificateProfile) throws -> (PrivateKey, Certificate) {
      let key = try PrivateKey.generate(.p256)
      return (
        key,
        try authority.issue(
          profile, publicKeyDER: key.publicKeyDER, subject: DistinguishedName(commonName: profile.rawValue),
          notBefore: now - 3600, notAfter: now + 365 * 86_400)
      )
    }
    let (clockKey, clockCertificate) = try issue(.timeStamping)
    clock = try TimeStampAuthority(certificate: clockCertificate, key: clockKey, policyOID: "1.3.6.1.4.1.99999.1")
    let (key, certificate) = try issue(.documentSigning)
    let original = try Data(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/dispatches/078-LDLD.pdf"))
    let clock = clock
    let signer = PDFSigner(
      key: key, certificates: [certificate], timeStamp: { try Self.token(clock, $0) })
    let digest = SHA256Hasher()
    digest.update(original)
    let update = try signer.prepare(PDFFile(data: original))
    let details = SignatureDetails(signerName: "Công đoàn", time: now)
    signed = PDFFile(
      data: original + (try signer.sign(update, originalDigest: digest, details: details)).appended)
  }

  private static func token(_ clock: TimeStampAuthority, _ imprint: Data) throws -> Data {
    let nonce = try Random.bytes(8)
    let request = TimeStamp.request(imprint: imprint, nonce: nonce)
    let response = try clock.respond(to: request, at: Date(), serial: try Random.bytes(8))
    return try TimeStamp.token(inResponse: response, imprint: imprint, nonce: nonce)
  }

  private func archivist(list: Bool, digest: DigestAlgorithm = .sha256) -> Archivist {
    let (authority, clock) = (self.authority, self.clock)
    return Archivist(
      trust: TrustAnchors([authority.certificate]), threads: IOThreads(count: 1, name: "test"),
      digest: digest,
      timeStamp: { try Self.token(clock, $0) },
      evidence: { _ in
        do {
          guard list else { return ([], ["the list is out of reach"]) }
          let der = try authority.revocationList(
            revoked: [], number: 1, thisUpdate: Date() - 60, nextUpdate: Date() + 86_400)
          return ([.list(try RevocationList(der: der))], [])
        } catch {
          return ([], ["\(error)"])
        }
      })
  }

  @Test("with evidence the level asked for is reached", arguments: [SignatureLevel.longTerm, .archival])
  func reached(_ level: SignatureLevel) async throws {
    let archivist = archivist(list: true)
    let outcome = try await archivist.raise(signed, try await archivist.plan(signed), to: level)
    #expect(outcome.level == level && outcome.shortcomings.isEmpty, "\(outcome.report)")
    #expect(outcome.report.isAcceptable && !outcome.appended.isEmpty)
  }

  @Test("a renewal because a digest ages is over a stronger one, and then no longer due")
  func ageing() async throws {
    let first = try await archivist(list: true).raise(
      signed, try await archivist(list: true).plan(signed), to: .archival)
    let archived = try PDFFile(signed, appending: first.appended)
    let plan = try await archivist(list: true).plan(archived)
    var rule = RenewalRule()
    rule.ageingDigests = [.sha256]
    #expect(rule.reason(plan.newest, level: .archival, at: Date()) == .digestAgeing)
    let stronger = archivist(list: true, digest: try #require(DigestAlgorithm.renewing(rule.ageingDigests)))
    let second = try await stronger.raise(archived, plan, to: .archival)
    let renewed = try await stronger.plan(try PDFFile(archived, appending: second.appended))
    #expect(renewed.newest?.digest == .sha384 && renewed.newest?.signatureDigest == .sha384)
    #expect(rule.reason(renewed.newest, level: renewed.level ?? .basic, at: Date()) == nil)
    #expect(renewed.report.isAcceptable, "\(renewed.report.reasons)")
  }

  @Test("without it the signature stays what it is, and the reason is told")
  func unreached() async throws {
    let archivist = archivist(list: false)
    let outcome = try await archivist.raise(signed, try await archivist.plan(signed), to: .archival)
    #expect(outcome.level == .timeStamped)
    #expect(outcome.shortcomings.contains("the list is out of reach"))
  }

  @Test("a document that isn't validly signed is not archived")
  func invalid() async throws {
    let archivist = archivist(list: true)
    var changed = Data()
    try signed.stream(0..<signed.size) { changed.append(contentsOf: $0) }
    changed[40] ^= 1
    let file = PDFFile(data: changed)
    await #expect(throws: Archivist.NotValid.self) { try await archivist.plan(file) }
  }
}
