import Foundation
import Judging
import PKI
import Testing

@testable import PDFSignature

/// Signatures of ISO 32000-1 that are not PAdES, and certified files, as pyHanko makes them.
@Suite("Signatures of older kinds, and certified files")
struct OlderKindsTests {
  private let archive: Archive
  private let workshop: Workshop
  private let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))

  init() throws {
    archive = try Archive()
    workshop = try Workshop()
    try archive.equip(workshop, at: now - 60)
  }

  private func hanko(_ arguments: [String], _ paper: String = "pdf/table-1.4.pdf") throws -> Data {
    let script = Fixtures.folder.appendingPathComponent("making/longterm.py").path
    let source = try workshop.write(try Fixtures.data(paper), "source.pdf")
    let target = workshop.folder.appendingPathComponent("made.pdf").path
    let result = try workshop.run("python3", [script] + arguments + [source, target, workshop.folder.path])
    #expect(result.status == 0, "\(arguments): \(result.output.suffix(3000))")
    return try Data(contentsOf: URL(fileURLWithPath: target))
  }

  private func judgeByHanko(_ file: Data) throws {
    let result = try workshop.run(
      "pyhanko",
      ["sign", "validate", "--trust", workshop.folder.appendingPathComponent("root.pem").path, "--trust-replace"]
        + ["--no-revocation-check", try workshop.write(file, "judged.pdf")])
    #expect(result.status == 0, "\(result.output.suffix(2000))")
    let lines = result.output.split(separator: "\n").filter { $0.contains("INTACT") }
    #expect(!lines.isEmpty && lines.allSatisfy { $0.contains("INTACT:TRUSTED") }, "\(result.output)")
  }

  @Test("a signature of the old kind is judged for what it is, below every level, and ours may stand after it")
  func legacy() throws {
    let old = try hanko(["legacy", "sha256"])
    let alone = archive.judge(old, at: Date())
    #expect(alone.verdict == .validWithWarnings, "\(alone.reasons)")
    #expect(Set(alone.reasons.map(\.code)).isSubset(of: ["legacy-sub-filter", "signing-certificate-unnamed"]))
    #expect(alone.signatures.map(\.level) == ["legacy"] && alone.signatures.first?.chainTrusted == true)
    var demanding = VerificationPolicy()
    demanding.minimumLevel = .basic
    let low = archive.judge(old, at: Date(), policy: demanding)
    #expect(low.verdict == .invalid && low.reasons.contains { $0.code == "level-too-low" }, "\(low.reasons)")

    let both = try archive.sign(old, at: now - 10)
    let report = archive.judge(both, at: Date())
    #expect(report.verdict == .validWithWarnings, "\(report.reasons)")
    #expect(report.signatures.map(\.level) == ["legacy", "B-T"])
    try judgeByHanko(both)
    // Evidence and time-stamps come upon both.
    let archived = try archive.renew(both, at: now - 5)
    let last = archive.judge(archived, at: Date())
    #expect(last.isAcceptable && last.signatures.map(\.level) == ["legacy", "B-LTA", "doc-time-stamp"], "\(last)")

    // A byte of what the old one covers.
    var changed = both
    let place = try #require(changed.range(of: Data("/MediaBox".utf8)))
    changed[place.upperBound + 3] ^= 1
    #expect(archive.judge(changed, at: Date()).verdict == .invalid)
  }

  @Test("a signature over SHA-1 is refused as weak, and said before ours would stand after it")
  func weak() throws {
    let old = try hanko(["legacy", "sha1"])
    let report = archive.judge(old, at: Date())
    #expect(
      report.verdict == .invalid && report.reasons.contains { $0.code == "cms-algorithm-weak" }, "\(report.reasons)")
    #expect(report.reasons.contains { $0.isError && $0.detail.contains("SHA-1") }, "\(report.reasons)")
    let refusal = #expect(throws: PDFRefusal.self) { try archive.sign(old, at: now) }
    #expect(
      refusal?.code.rawValue == "signature-unaccepted" && refusal?.detail.contains("SHA-1") == true, "\(refusal as Any)"
    )

    let stamped = try hanko(["stamp", "sha1"])
    #expect(archive.judge(stamped, at: Date()).reasons.contains { $0.code == "cms-algorithm-weak" })
    let third = #expect(throws: PDFRefusal.self) { try archive.sign(stamped, at: now) }
    #expect(third?.code.rawValue == "signature-unaccepted", "\(third as Any)")
    let good = try hanko(["stamp", "sha512"])
    #expect(archive.judge(try archive.sign(good, at: now), at: Date()).verdict == .valid)

    let older = try hanko(["legacy", "sha256"]).replacing("/adbe.pkcs7.detached", with: "/adbe.pkcs7.sha1    ")
    #expect(archive.judge(older, at: Date()).reasons.contains { $0.code == "cms-algorithm-weak" })
    let second = #expect(throws: PDFRefusal.self) { try archive.sign(older, at: now) }
    #expect(second?.code.rawValue == "signature-unaccepted", "\(second as Any)")
  }

  @Test("a file certified against any change takes evidence and document time-stamps, and nothing else")
  func certified() throws {
    let made = try hanko(["certify"])
    let report = archive.judge(made, at: Date())
    #expect(report.isAcceptable, "\(report.reasons)")
    #expect(report.signatures.first?.level == "B-LTA", "\(report)")
    try judgeByHanko(made)
    // Renewed by us, and good to pyHanko and to us.
    let renewed = try archive.renew(made, at: now + 30)
    let again = archive.judge(renewed, at: now + 40)
    #expect(again.isAcceptable && again.signatures.first?.level == "B-LTA", "\(again.reasons)")
    try judgeByHanko(renewed)
    #expect(throws: PDFRefusal.self) { try archive.sign(made, at: now) }
    // A forger signs regardless: an approval is a change, though its field is like a time-stamp's.
    let signed = try archive.signRegardless(made, at: now)
    let forged = archive.judge(signed, at: now + 40)
    #expect(forged.reasons.contains { $0.code == "certified-changed" && $0.isError }, "\(forged.reasons)")
  }

  @Test(
    "locked and certified files take a document time-stamp, and pyHanko agrees",
    arguments: [
      "certified-form-filling-1.7", "locked-but-one-1.7", "empty-field-locked-later-1.7", "lock-and-close-2.0",
    ])
  func locked(_ name: String) throws {
    let original = try Fixtures.data("pdf/\(name).pdf")
    let signed = try archive.sign(original, at: now - 60)
    let stamp = try DocumentTimeStamp(PDFFile(data: signed))
    let stamped = signed + (try stamp.finish(token: try archive.token(stamp.imprint, at: now - 30)))
    let report = archive.judge(stamped, at: now)
    #expect(
      !report.reasons.contains { $0.code == "certified-changed" || $0.code == "list-changed" }, "\(report.reasons)")
    let result = try workshop.run(
      "pyhanko",
      ["sign", "validate", "--trust", workshop.folder.appendingPathComponent("root.pem").path]
        + ["--trust", Fixtures.folder.appendingPathComponent("pdf/signed-root.pem").path]
        + ["--trust", Fixtures.folder.appendingPathComponent("pdf/certified-root.pem").path]
        + ["--trust-replace", "--no-revocation-check", try workshop.write(stamped, "judged.pdf")])
    #expect(result.status == 0 && !result.output.contains("ILLEGAL"), "\(result.output.suffix(2000))")
  }
}
