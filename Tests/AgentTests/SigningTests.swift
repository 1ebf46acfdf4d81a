import Durable
import Exchange
import Foundation
import PDFSignature
import PKI
import Testing

@testable import Agent

@Suite struct SigningTests {
  @Test("a letter that is signed again after a crash is signed as it was dropped, and qpdf and poppler find it whole")
  func again() async throws {
    let folder = try TemporaryFolder()
    let authority = try CertificateAuthority.create(
      commonName: "Root", organization: "LĐLĐ", notBefore: Date().addingTimeInterval(-7200))
    let key = try PrivateKey.generate(.p256)
    let certificate = try authority.issue(
      .documentSigning, publicKeyDER: key.publicKeyDER,
      subject: DistinguishedName(commonName: "A", organization: "A", country: "VN"), uris: ["urn:congvan:unit:a"],
      notBefore: Date().addingTimeInterval(-3600), notAfter: Date().addingTimeInterval(86400))
    let unit = UnitConfiguration(unit: try UnitID("a"), name: "A", folder: folder.path, keyFile: "unused")
    let signing = Signing(
      identity: DocumentSigner(try SigningIdentity(key: key, certificates: [certificate])), unit: unit)
    let spool = FilePath(folder.path).appending("spooled.pdf")
    let original = try Data(
      contentsOf: SealConfigurationTests.fixtures.appending(path: "dispatches/078-LDLD.pdf"))
    try original.write(to: URL(fileURLWithPath: "\(spool)"))
    let spooled = SpooledDocument(
      path: spool, digest: try SHA256Digest(bytes: sha256(original)), size: Int64(original.count),
      state: try TakeIn.rehash(spool, size: Int64(original.count)))

    var signed: SignedDocument?
    // The first time the crash comes between the bytes and the journal: they stay behind the letter.
    for moment in [Date(), Date().addingTimeInterval(1)] {
      let pending = try signing.begin(spooled, at: Instant(moment))
      signed = try signing.finish(pending, token: nil, of: spooled)
    }
    let document = try #require(signed)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(spool)"))
    #expect(document.size == Int64(bytes.count))
    #expect(document.digest == (try SHA256Digest(bytes: sha256(bytes))))
    #expect(bytes.prefix(original.count) == original)
    for (judge, arguments) in [("qpdf", ["--check"]), ("pdfsig", ["-nocert"])] {
      let tool = try #require(LimitedProcess.installed(judge))
      let result = try await LimitedProcess(executable: tool, arguments: arguments + ["\(spool)"]).run()
      #expect(result.ending == .exited(0), "\(judge): \(result.diagnostics)")
      if judge == "pdfsig" {
        let words = String(decoding: result.output, as: UTF8.self)
        #expect(words.components(separatedBy: "Signature Validation: Signature is Valid.").count == 2, "\(words)")
      }
    }
  }
}
