import Foundation
import PKI
import Testing

@testable import PDFSignature

/// Signed files that somebody changed afterwards so that another text is shown (Fixtures/attacks): objects that play two
/// parts, of which the update pretends to change only the harmless one; and fields that show something and sign nothing.
@Suite("Changed after signing")
struct AttackTests {
  /// The certificates of the fixtures are valid then.
  private static let day = Date(timeIntervalSince1970: 1_795_651_200)

  @Test("no file that shows another text than the signed one is accepted, and the untouched ones are")
  func changed() throws {
    let folder = Fixtures.folder.appendingPathComponent("attacks")
    let trust = TrustAnchors(try Certificate.all(pem: Fixtures.data("attacks/trust.pem")))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".pdf") }
    #expect(names.count == 18)
    for name in names {
      let report = PDFVerifier.verify(
        PDFFile(data: try Fixtures.data("attacks/\(name)")), trust: trust, at: Self.day)
      let isUntouched = name.hasPrefix("signed-untouched")
      #expect(report.isAcceptable == isUntouched, "\(name): \(report.verdict) \(report.reasons)")
      let isSigner = report.signatures.contains { $0.chainTrusted }
      #expect(isSigner, "\(name) is refused for its signer, and proves nothing")
    }
  }
}
