import Foundation
import PKI
import Testing

@testable import PDFSignature

/// Signed files that somebody changed afterwards so that another text is shown (Fixtures/attacks): objects that play two
/// parts, of which the update pretends to change only the harmless one; fields that show something and sign nothing; and what
/// other programs read otherwise than we do.
@Suite("Changed after signing")
struct AttackTests {
  /// The certificates of the fixtures are valid then.
  private static let day = Date(timeIntervalSince1970: 1_795_651_200)

  /// A set of files and how many there are.
  struct Set: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let count: Int
  }

  @Test(
    "no file that shows another text than the signed one is accepted, and the untouched ones are",
    arguments: [
      Set(testDescription: "attacks", count: 18), Set(testDescription: "attacks-roles", count: 15),
      Set(testDescription: "attacks-readers", count: 18),
    ])
  func changed(_ set: Set) throws {
    let folder = Fixtures.folder.appendingPathComponent(set.testDescription)
    let trust = TrustAnchors(try Certificate.all(pem: Fixtures.data("\(set.testDescription)/trust.pem")))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".pdf") }
    #expect(names.count == set.count)
    for name in names {
      let report = PDFVerifier.verify(
        PDFFile(data: try Fixtures.data("\(set.testDescription)/\(name)")), trust: trust, at: Self.day)
      let isUntouched = name.hasPrefix("signed-untouched")
      #expect(report.isAcceptable == isUntouched, "\(name): \(report.verdict) \(report.reasons)")
      let isDamaged = report.signatures.isEmpty && report.reasons.map(\.code) == ["damaged"]
      let isSigner = isDamaged || report.signatures.contains { $0.chainTrusted }
      #expect(isSigner, "\(name) is refused for its signer, and proves nothing")
    }
  }
}
