import Durable
import Exchange
import Foundation
import PDFSignature
import PKI
import Testing

@testable import Agent

@Suite struct SigningTests {
  @Test("a copy that the system doesn't give us to read is a delay, and no refusal of the letter")
  func notGiven() throws {
    let folder = try TemporaryFolder()
    let sample = try SigningSample(in: folder)
    let unit = UnitConfiguration(unit: try UnitID("a"), name: "A", folder: folder.path, keyFile: "unused")
    try DurableFile.remove(sample.spooled.path)
    #expect(throws: SystemError.self) {
      _ = try Signing(identity: sample.signer, unit: unit).begin(sample.spooled, at: Instant(Date()))
    }
  }

  @Test("a letter that is signed again after a crash is signed as it was dropped, and qpdf and poppler find it whole")
  func again() async throws {
    let folder = try TemporaryFolder()
    let sample = try SigningSample(in: folder)
    let (spooled, original, spool) = (sample.spooled, sample.original, sample.spooled.path)
    let unit = UnitConfiguration(unit: try UnitID("a"), name: "A", folder: folder.path, keyFile: "unused")
    let signing = Signing(identity: sample.signer, unit: unit)

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
