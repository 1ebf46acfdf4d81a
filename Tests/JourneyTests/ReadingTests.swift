import Foundation
import Testing

/// What the reading of a letter means for its journey.
@Suite(.serialized) struct ReadingTests {
  @Test(
    "a letter marked MẬT comes back with the law quoted and never leaves the machine; one that speaks of secrecy goes",
    .timeLimit(.minutes(3)))
  func secrecy() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    let secret = try Letters.dispatch("019-mat.pdf")
    try office.drop(secret, as: "kiểm tra.pdf", from: "cdcs-thpt")
    let speaking = try Data(
      contentsOf: Letters.fixtures.appending(components: "letters", "words-of-secrecy.pdf"))
    try office.drop(speaking, as: "bảo mật.pdf", from: "cdcs-thpt")

    let rejected = office.folder("cdcs-thpt").appending(component: "rejected")
    let reasonFile = rejected.appending(component: "kiểm tra.pdf.reason.txt")
    try await eventually("one is rejected, the other sent and received") {
      FileManager.default.fileExists(atPath: reasonFile.path)
        && office.documents("outbox", of: "cdcs-thpt").isEmpty
        && office.documents("inbox", of: Province.office).count == 1
    }
    let reason = try String(contentsOf: reasonFile, encoding: .utf8).split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    #expect(reason.contains("dấu độ mật “MẬT”"))
    #expect(reason.contains("Luật Bảo vệ bí mật nhà nước năm 2018 (Điều 5)"))
    #expect(reason.contains("Gửi bản giấy"))
    #expect(try Data(contentsOf: rejected.appending(component: "kiểm tra.pdf")) == secret, "it comes back unchanged")
    #expect(office.documents("sent", of: "cdcs-thpt").keys.sorted() == ["bảo mật.pdf"])
    #expect(!holds(province.hubData, anyOf: secret), "nothing of it reached the hub")
    #expect(!holds(office.state, anyOf: secret), "nothing of it stays in the agent's own folders")
    let log = try await office.log().split(separator: "\n").filter { $0.contains("kiểm tra.pdf") }
    #expect(log.contains { $0.contains("\"refused\"") && $0.contains("secret") })
    #expect(!log.contains { $0.contains("\"signed\"") || $0.contains("\"accepted\"") })
    await province.close()
  }

  @Test("after the hub was away, the letter marked HỎA TỐC goes before all others", .timeLimit(.minutes(3)))
  func urgency() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    // One lane: who goes first is then also who arrives first.
    await office.agent.stop()
    try (try String(contentsOf: office.configuration, encoding: .utf8) + "inFlight: 1\n")
      .write(to: office.configuration, atomically: true, encoding: .utf8)
    try office.agent.start()
    try office.drop(Letters.small("before"), as: "trước.pdf", from: "cdcs-thpt")
    try await eventually("the agent knows the directory") { office.documents("sent", of: "cdcs-thpt").count == 1 }
    await province.hub.kill()
    for number in 1...12 {
      try office.drop(Letters.small("ordinary \(number)"), as: "thường \(number).pdf", from: "cdcs-thpt")
    }
    try office.drop(try Letters.dispatch("312-CV-hoatoc.pdf"), as: "hỏa tốc.pdf", from: "cdcs-thpt")
    try await eventually("all are taken in") {
      try await office.log().components(separatedBy: "\"takenIn\"").count == 1 + 1 + 13
    }
    try await province.startHub()
    try await eventually("all are sent") { office.documents("sent", of: "cdcs-thpt").count == 14 }
    let accepted = try await office.log().split(separator: "\n").filter { $0.contains("\"accepted\"") }
    #expect(accepted.count == 14)
    let afterwards = try #require(accepted.first { !$0.contains("trước.pdf") })
    #expect(afterwards.contains("hỏa tốc.pdf"), "\(accepted)")
    await province.close()
  }

  /// Whether a file under the folder holds the document's beginning or a part from its middle.
  private func holds(_ folder: URL, anyOf document: Data) -> Bool {
    let parts = [document.prefix(2000), document.dropFirst(document.count / 2).prefix(2000)]
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    while let url = all?.nextObject() as? URL {
      guard let data = try? Data(contentsOf: url) else { continue }
      if parts.contains(where: { data.range(of: $0) != nil }) { return true }
    }
    return false
  }
}
