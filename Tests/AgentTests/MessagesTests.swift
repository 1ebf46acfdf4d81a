import Durable
import Exchange
import Foundation
import PDFSignature
import PKI
import Testing

@testable import Agent

@Suite struct MessagesTests {
  static let marks = Set("ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ")

  /// What stands in quotation marks is quoted off the letter, in its own language.
  static func isBilingual(_ phrase: Phrase) -> Bool {
    !phrase.vietnamese.isEmpty && !phrase.english.isEmpty
      && phrase.vietnamese.lowercased().contains { marks.contains($0) }
      && !phrase.english.replacing(/“[^”]*”/, with: "").lowercased().contains { marks.contains($0) }
  }

  @Test("every refusal says in both languages what happened and how to mend it")
  func complete() {
    for refusal in RefusalText.samples {
      let entry = RefusalText.entry(for: refusal)
      #expect(Self.isBilingual(entry.happened), "\(refusal): \(entry.happened)")
      #expect(Self.isBilingual(entry.remedy), "\(refusal): \(entry.remedy)")
    }
  }

  @Test("events, states and labels are named in both languages")
  func names() {
    for name in JournalEvent.Name.allCases { #expect(Self.isBilingual(JourneyText.event(name)), "\(name)") }
    for state in OutgoingState.allCases { #expect(Self.isBilingual(JourneyText.state(state)), "\(state)") }
    for state in IncomingState.allCases { #expect(Self.isBilingual(JourneyText.state(state)), "\(state)") }
    for code in IncomingCheck.Failure.Code.allCases { #expect(Self.isBilingual(IncomingText.failure(code)), "\(code)") }
    for cause in DelayCause.allCases { #expect(Self.isBilingual(DelayText.cause(cause)), "\(cause)") }
    for code in [ENOENT, EACCES, EISDIR, ELOOP, EINVAL, EFBIG, EIO] {
      #expect(Self.isBilingual(SystemText.why(code)), "\(code)")
    }
    for problem in [
      Journal.Problem.newer(path: "/j"), .missing(path: "/j"), .unfinished(path: "/j"),
      .unreadable(path: "/j", SystemError(call: "open", path: "/j", code: EACCES)),
    ] { #expect(Self.isBilingual(JournalText.problem(problem))) }
    let unit = UnitID(unchecked: "cd-a")
    for fault in [
      FolderFault.absent, .unmarked, .neverMarked, .foreign(unit), .otherFolder, .servedElsewhere, .unreadable(EACCES),
    ] {
      #expect(Self.isBilingual(FolderText.happened(fault, folder: "/srv/a")), "\(fault)")
      #expect(Self.isBilingual(FolderText.remedy(fault, of: unit)), "\(fault)")
    }
    #expect(JourneyText.reason(DeliveryReport.unitClosed).map(Self.isBilingual) == true)
    for phrase in ReasonText.all + JourneyText.facts.map(\.label) { #expect(Self.isBilingual(phrase)) }
  }

  @Test("whatever verifying notices in a file is said in Vietnamese too", arguments: ["hostile", "pdf"])
  func findings(_ folder: String) throws {
    let place = SealConfigurationTests.fixtures.appending(path: folder)
    var codes: Set<String> = []
    for name in try FileManager.default.contentsOfDirectory(atPath: place.path) where name.hasSuffix(".pdf") {
      guard let file = try? PDFFile(path: place.appending(path: name).path) else { continue }
      let report = PDFVerifier.verify(file, trust: TrustAnchors([]), at: Date())
      codes.formUnion(report.reasons.map(\.code))
    }
    #expect(!codes.isEmpty)
    for code in codes.union(FindingText.findings.keys).union(PKIError.Code.allCases.map(\.rawValue)) {
      let text = FindingText.vietnamese(code)
      #expect(text?.contains { Self.marks.contains($0) } == true, "\(code): \(text ?? "nothing")")
    }
  }

  @Test("a journalled code finds its sentence again")
  func byCode() {
    for refusal in RefusalText.samples {
      #expect(Messages(.vietnamese).sentence(forProblem: refusal.code) != refusal.code)
    }
    #expect(Messages(.english).sentence(forProblem: "of-a-newer-version") == "of-a-newer-version")
  }

  @Test("a reason file opens right in any Notepad, and names the file, the reason and the way out")
  func reasonFile() throws {
    let data = Messages(.vietnamese).reasonFile(
      .pdf(.encrypted), fileName: "báo cáo.pdf", at: try Instant("2026-11-23T16:59:00Z"))
    #expect(data.starts(with: [0xEF, 0xBB, 0xBF]))
    let text = try #require(String(validating: data.dropFirst(3), as: UTF8.self))
    #expect(text.replacing("\r\n", with: "").contains("\n") == false, "every line ends in CRLF")
    #expect(text.contains("báo cáo.pdf") && text.contains("mật khẩu") && text.contains("encrypted"))
    #expect(text.contains("23/11/2026 23:59"), "people see Vietnam's time")
    #expect(text.split(separator: "\r\n").allSatisfy { $0.count <= 78 })
  }

  @Test("a hostile file name cannot bend the text of a reason file")
  func hostileName() throws {
    let data = Messages(.vietnamese).reasonFile(
      .pdf(.empty), fileName: "a\r\nb\u{202E}fdp.exe\u{0007}", at: Instant(millisecondsSinceEpoch: 0))
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains("a??b?fdp.exe?"))
  }

  @Test("an unknown recipient's refusal lists the near names")
  func nearNames() {
    let sentence = Messages(.vietnamese).sentence(
      .recipientUnknown(asked: "cdcs-thtp", near: ["CĐCS Trường THPT (cdcs-thpt)"]), fileName: "x.pdf")
    #expect(sentence.happened.contains("cdcs-thtp") && sentence.happened.contains("CĐCS Trường THPT (cdcs-thpt)"))
  }

  @Test("a refusal says what tells the two apart, what can't be seen, and nothing that isn't so")
  func exact() {
    let messages = Messages(.vietnamese)
    let large = messages.line(.tooLarge(size: 4_294_967_297, limit: 4_294_967_296))
    #expect(large == "Tệp quá lớn: 4.294.967.297 byte. Giới hạn là 4.294.967.296 byte.")
    #expect(messages.line(.tooLarge(size: 2_000_000, limit: 999)) == "Tệp quá lớn: 2,0 MB. Giới hạn là 999 B.")
    #expect(messages.line(.wrongKind(suffix: "PDF \u{00A0}")).contains("khoảng trắng ở cuối"))
    #expect(messages.line(.wrongKind(suffix: "docx ")).contains("docx"))
    #expect(!messages.sentence(.pdf(.notPDF), fileName: "r.p7m").happened.contains(".pdf"))
    #expect(messages.sentence(.pdf(.notPDF), fileName: "R.PDF").happened.contains("đuôi .pdf"))
    #expect(FindingText.vietnamese("not-pdf")?.contains("đuôi") == false, "verify is given files of any name")
  }

  @Test("a history passes over facts that are empty")
  func emptyFacts() throws {
    let now = try Instant("2026-11-23T13:41:48Z")
    let unit = UnitID(unchecked: "cd-a")
    let directory = Directory(
      version: 1, province: unit, units: [.init(id: unit, name: " ", aliases: [], isActive: true)], groups: [])
    let event = JournalEvent(
      .refused, of: DocumentID(at: now), unit: unit, .outgoing, at: now,
      detail: ["name": "a.pdf", "recipient": "", "addressee": "unit:cd-a", "reason": " "])
    let line = Timeline(Messages(.vietnamese), directory: directory).line(event)
    #expect(line.hasSuffix(", nơi nhận cd-a"), "\(line)")
    #expect(!line.contains("lý do"), "\(line)")
  }

  @Test("sizes and moments read as people write them")
  func measures() throws {
    #expect(Messages(.vietnamese).size(1_400_000) == "1,4 MB")
    #expect(Messages(.english).size(512) == "512 B")
    #expect(Messages(.english).moment(try Instant("2026-11-23T13:41:48Z")) == "23/11/2026 20:41")
  }
}
