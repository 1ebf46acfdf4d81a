import Durable
import Exchange
import Foundation
import LetterReading
import Testing

@testable import Agent

@Suite("A letter is read before it is signed")
struct LetterCheckTests {
  private static let dispatches = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(components: "Fixtures", "dispatches")

  private func check(_ name: String, secretsMayGo: Bool = false) async throws -> LetterCheck.Finding {
    try await LetterCheck().run(FilePath(Self.dispatches.appending(component: name).path), secretsMayGo: secretsMayGo)
  }

  @Test("a letter marked MẬT is refused with the law quoted, unless the administrator lets it travel")
  func secret() async throws {
    let finding = try await check("019-mat.pdf")
    #expect(finding.refusal == .secret(mark: "MẬT"))
    let sentence = Messages(.vietnamese).sentence(.secret(mark: "MẬT"), fileName: "019-mat.pdf")
    #expect(sentence.happened.contains("Luật Bảo vệ bí mật nhà nước năm 2018"))
    #expect(sentence.remedy.contains("bản giấy"))
    let allowed = try await check("019-mat.pdf", secretsMayGo: true)
    #expect(allowed.refusal == nil)
    #expect(allowed.facts["secrecy"] == "MẬT")
  }

  @Test("hỏa tốc goes before khẩn, khẩn before the others")
  func urgency() async throws {
    #expect(try await check("312-CV-hoatoc.pdf").urgency == .express)
    #expect(try await check("023-KH.pdf").urgency == .urgent)
    let plain = try await check("078-LDLD.pdf")
    #expect(plain.urgency == .normal && plain.refusal == nil && plain.facts == ["reading": "read"])
  }

  @Test("a scan, or a missing tool, does not hold a letter up, but is journalled")
  func unread() async throws {
    let scan = try await check("101-HD-scan.pdf")
    #expect(scan.refusal == nil)
    #expect(scan.facts["reading"] == "not read")
    let missing = LetterCheck.judge(.failed(.toolMissing("pdftotext")), secretsMayGo: false)
    #expect(missing.refusal == nil)
    #expect(missing.facts["reading"] == "not read")
    #expect(missing.facts["why"]?.contains("poppler-utils") == true)
  }

  @Test("a letter that the system doesn't give us to read waits: it might be secret")
  func notGiven() async throws {
    await #expect(throws: SystemError.self) { try await check("no such file.pdf") }
  }
}
