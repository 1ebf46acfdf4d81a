import Foundation
import PKI
import Testing

@testable import PDFSignature

/// A signature that no verifier would take is not made.
@Suite("Certificates that must not sign")
struct UnfitSignerTests {
  private let house: House
  private let original: Data

  init() throws {
    house = try House.ours
    original = try Fixtures.data("pdf/table-1.4.pdf")
  }

  private func sign(_ profile: CertificateProfile, from: TimeInterval, until: TimeInterval) throws {
    let key = try PrivateKey.generate(.p256)
    let now = Date()
    let certificate = try house.authority.issue(
      profile, publicKeyDER: key.publicKeyDER, subject: DistinguishedName(commonName: "Unfit"),
      notBefore: now + from, notAfter: now + until)
    let signer = PDFSigner(key: key, certificates: [certificate])
    let digest = SHA256Hasher()
    digest.update(original)
    let details = SignatureDetails(signerName: "Unfit", time: now)
    let update = try signer.prepare(PDFFile(data: original))
    let signed = try signer.sign(update, originalDigest: digest, details: details)
    // What is made all the same must be good to our own verifier.
    let report = house.verify(original + signed.appended)
    #expect(report.verdict == .valid, "\(report.reasons)")
  }

  private func code(_ profile: CertificateProfile, from: TimeInterval, until: TimeInterval) -> PKIError.Code? {
    #expect(throws: PKIError.self) { try sign(profile, from: from, until: until) }?.code
  }

  @Test("an expired certificate, one that is not valid yet, and one for something else sign nothing")
  func unfit() throws {
    #expect(code(.documentSigning, from: -3600, until: -1) == .certificateExpired)
    #expect(code(.documentSigning, from: 3600, until: 7200) == .certificateNotYetValid)
    for profile in [CertificateProfile.tlsServer, .machine, .timeStamping] {
      #expect(code(profile, from: -3600, until: 3600) == .purposeUnsuitable)
    }
    try sign(.documentSigning, from: -3600, until: 3600)
  }
}
