import Foundation
import PKI
import Testing

@testable import PDFSignature

/// Signatures that can be proven after their certificates are gone.
@Suite("Long-term evidence")
struct LongTermTests {
  private let archive: Archive
  private let workshop: Workshop
  private let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))

  init() throws {
    archive = try Archive()
    workshop = try Workshop()
    try archive.equip(workshop, at: now - 60)
  }

  private func hanko(_ arguments: [String]) throws -> String {
    let script = Fixtures.folder.appendingPathComponent("making/longterm.py").path
    let result = try workshop.run("python3", [script] + arguments + [workshop.folder.path])
    #expect(result.status == 0, "\(arguments): \(result.output.suffix(3000))")
    return result.output
  }

  /// The algorithm of EN 319 102-1 §5.6.3, with the document's evidence alone.
  private func judgeByHanko(_ path: String, at date: Date? = nil, valid: Bool = true) throws {
    let root = workshop.folder.appendingPathComponent("root.pem").path
    let time = date.map { ["--validation-time", $0.formatted(.iso8601)] } ?? []
    let result = try workshop.run(
      "pyhanko", ["sign", "adesverify", "--pretty-print", "--trust", root, "--trust-replace"] + time + [path])
    #expect((result.status == 0) == valid, "\(result.output.suffix(3000))")
  }

  private func judgeStructure(_ path: String) throws {
    let qpdf = try workshop.run("qpdf", ["--check", path])
    #expect(qpdf.status == 0 && !qpdf.output.contains("WARNING"), "\(qpdf.output)")
  }

  static let papers = [
    "dispatches/078-LDLD.pdf", "dispatches/071-TB.pdf", "dispatches/145-QD.pdf", "pdf/table-1.4.pdf",
    "pdf/object-streams-1.5.pdf", "pdf/empty-field-1.4.pdf", "pdf/empty-field-streams-2.0.pdf",
  ]

  @Test("a letter raised to B-LT and B-LTA is good to pyHanko's long-term profiles and to qpdf", arguments: papers)
  func raised(_ path: String) throws {
    let original = try Fixtures.data(path)
    let signed = try archive.sign(original, at: now - 60)
    let long = try archive.keepEvidence(signed, at: now - 30)
    #expect(long.starts(with: signed))
    let ours = archive.judge(long, at: now)
    #expect(ours.verdict == .validWithWarnings || ours.verdict == .valid, "\(ours.reasons)")
    #expect(ours.signatures.first?.level == "B-LT", "\(ours)")
    let longPath = try workshop.write(long, "long.pdf")
    try judgeStructure(longPath)
    try judgeByHanko(longPath)

    let archived = try archive.renew(long, at: now - 20)
    let report = archive.judge(archived, at: now)
    #expect(report.verdict == .valid, "\(report.reasons)")
    #expect(report.signatures.map(\.level) == ["B-LTA", "doc-time-stamp"])
    let archivedPath = try workshop.write(archived, "archived.pdf")
    try judgeStructure(archivedPath)
    try judgeByHanko(archivedPath)
    // Two implementations' revisions over one another: pyHanko renews ours, we renew that.
    _ = try hanko(["update", archivedPath])
    let updated = try Data(contentsOf: URL(fileURLWithPath: archivedPath))
    #expect(updated.count > archived.count && updated.starts(with: archived))
    let again = archive.judge(updated, at: now + 5)
    #expect(again.verdict == .valid && again.signatures.first?.level == "B-LTA", "\(again.reasons)")
    let renewed = try archive.renew(updated, at: now + 10)
    let last = archive.judge(renewed, at: now + 20)
    #expect(last.verdict == .valid && last.signatures.first?.level == "B-LTA", "\(last.reasons)")
    let renewedPath = try workshop.write(renewed, "renewed.pdf")
    try judgeStructure(renewedPath)
  }

  @Test("what pyHanko signs at each level is judged at that level", arguments: ["B-B", "B-T", "B-LT", "B-LTA"])
  func judged(_ level: String) throws {
    for path in Self.papers {
      let source = try workshop.write(try Fixtures.data(path), "source.pdf")
      let target = workshop.folder.appendingPathComponent("made.pdf").path
      _ = try hanko(["make", level, source, target])
      let report = archive.judge(try Data(contentsOf: URL(fileURLWithPath: target)), at: Date())
      #expect(report.isAcceptable, "\(path): \(report.reasons)")
      #expect(report.signatures.first { $0.fieldName == "Hanko" }?.level == level, "\(path): \(report)")
    }
  }
}
