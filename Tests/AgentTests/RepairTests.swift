import Durable
import Foundation
import PDFSignature
import Testing

@testable import Agent

/// Files whose structure is refused, written anew by the real qpdf.
@Suite("Repairing before signing")
struct RepairTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  private func inFolder<T>(_ body: (String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("congvan-repair-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }

  private func path(_ name: String) -> String { Self.fixtures.appendingPathComponent(name).path }

  @Test(
    "doubtful structure is written anew, and what comes out is read strictly",
    arguments: [
      ("hybrid", PDFRefusal.Code.hybrid), ("junk-before-header", .notPDF), ("size-too-small", .damaged),
      ("wrong-startxref", .damaged), ("wrong-offset", .damaged), ("entries-of-19-bytes", .damaged),
    ])
  func repaired(_ name: String, _ code: PDFRefusal.Code) throws {
    try inFolder { folder in
      let result = try Repair().normalise(
        path("hostile/\(name).pdf"), refusedFor: PDFRefusal(code, "test"), into: folder)
      #expect(try !PDFSignatures.areIn(PDFFile(path: result.path)))
    }
  }

  @Test("what repairing must not touch stays refused")
  func refused() throws {
    let cases: [(String, PDFRefusal.Code, Repair.Failure)] = [
      ("hostile/truncated.pdf", .truncated, .notRepairable), ("hostile/text.pdf", .notPDF, .notRepairable),
      ("hostile/encrypted-password.pdf", .encrypted, .notRepairable),
      ("hostile/launch.pdf", .activeContent, .notRepairable),
      ("pdf/signed-once-1.4.pdf", .damaged, .signed),
    ]
    for (name, code, failure) in cases {
      try inFolder { (folder: String) -> Void in
        _ = #expect(throws: failure) {
          try Repair().normalise(path(name), refusedFor: PDFRefusal(code, "test"), into: folder)
        }
      }
    }
  }

  @Test("without qpdf the refusal says so; a bomb ends at its limits")
  func bounded() throws {
    try inFolder { folder in
      #expect(throws: Repair.Failure.notInstalled) {
        try Repair(executable: nil).normalise(
          path("hostile/hybrid.pdf"), refusedFor: PDFRefusal(.hybrid, "test"), into: folder)
      }
      #expect(throws: (any Error).self) {
        try Repair().normalise(
          path("hostile/bomb-xref-stream.pdf"), refusedFor: PDFRefusal(.damaged, "test"), into: folder)
      }
    }
  }

  @Test("interrupted before its signature is journalled, a repaired document is signed from what was dropped")
  func takenBack() throws {
    try inFolder { folder in
      let original = try Data(contentsOf: URL(fileURLWithPath: path("hostile/hybrid.pdf")))
      let spooled = FilePath("\(folder)/document.pdf")
      try original.write(to: URL(fileURLWithPath: "\(spooled)"))
      func stands() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: "\(spooled)")) }
      let repair = SpoolRepair(spooled)
      try repair.takeBack()
      #expect(try stands() == original, "nothing was repaired yet")
      let done = try repair.run(refusedFor: .hybrid)
      #expect(try stands() != original && stands().count == Int(done.document.size))
      try repair.takeBack()
      #expect(try stands() == original)
      _ = try repair.run(refusedFor: .hybrid)
      try repair.forget()
      try repair.takeBack()
      #expect(try stands() != original)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["document.pdf"])
      #expect(throws: Repair.Failure.notRepairable) { try repair.run(refusedFor: .encrypted) }
    }
  }
}
