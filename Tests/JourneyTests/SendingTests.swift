import Exchange
import Foundation
import Testing

/// `congvan send`: the outbox, by command.
@Suite(.serialized) struct SendingTests {
  private struct Plan: Decodable {
    struct Recipient: Decodable {
      let addressee: String
      let members: Int?
    }

    let recipients: [Recipient]
    let urgency: Int
    let problem: String?
    let reasons: [String]
    let placed: String?
  }

  private struct Shown: Decodable {
    struct Outgoing: Decodable {
      let addressees: [String]
      let urgency: Int
      let receiptNumber: String?
      let state: String
    }

    struct Incoming: Decodable {
      let paperFollows: Bool
      let urgency: Int
      let replyTo: String?
    }

    struct Event: Decodable { let event: String }

    let document: String
    let outgoing: Outgoing?
    let incoming: [Incoming]
    let events: [Event]
  }

  private func plan(_ office: Office, _ arguments: [String]) async throws -> (status: Int32, plan: Plan) {
    let result = try await Command.run(
      try Program.tool.url, ["send", "--json", "--config", office.configuration.path] + arguments)
    return (result.status, try JSONDecoder().decode(Plan.self, from: Data(result.output.utf8)))
  }

  private func show(_ document: String, at office: Office) async throws -> Shown {
    let text = try await Program.tool.run(["show", document, "--json", "--config", office.configuration.path])
    return try JSONDecoder().decode(Shown.self, from: Data(text.utf8))
  }

  /// The newest document that an office's log names in this state.
  private func document(_ event: String, at office: Office) async throws -> String? {
    struct Line: Decodable {
      let event: String
      let document: String
    }
    return try await office.log().split(separator: "\n").compactMap {
      try? JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }.last { $0.event == event }?.document
  }

  @Test(
    "a letter that is sent by command goes to all whom it was addressed to in one act, with what was said of it, and its folder is gone; an answer is known as one"
  )
  func sending() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office])
    let district = try await province.open("huyen", units: ["cd-giaoduc", "cdcs-thpt"])
    let hub = ["--data", province.hubData.path]
    try await Program.hub.run(["group", "add", "truong-hoc", "--name", "Các trường học"] + hub)
    try await Program.hub.run(["group", "join", "truong-hoc", "cdcs-thpt", "cd-giaoduc"] + hub)
    let file = province.folder.appending(component: "Báo cáo quý.pdf")
    let bytes = Letters.small("báo cáo quý")
    try bytes.write(to: file)

    // What is told before anything is done.
    let arguments = [
      file.path, "--unit", "cdcs-thpt", "--to", "Don vi CD-GIAODUC", "--to", Province.office, "--urgent",
    ]
    let (dry, told) = try await plan(district, arguments + ["--dry-run"])
    #expect(dry == 0 && told.placed == nil && told.urgency == 1)
    #expect(told.recipients.map(\.addressee) == ["unit:cd-giaoduc", "unit:ldld-tinh"])
    let (unknown, near) = try await plan(
      district, [file.path, "--unit", "cdcs-thpt", "--to", "Công đoàn giáo dục tỉnh"])
    #expect(unknown == 1 && near.problem == "recipient-unknown")
    let secret = province.folder.appending(component: "mật.pdf")
    try Letters.dispatch("019-mat.pdf").write(to: secret)
    let (refused, why) = try await plan(district, [secret.path, "--unit", "cdcs-thpt"])
    #expect(refused == 1 && why.problem == "secret" && why.placed == nil)
    #expect(district.documents("outbox", of: "cdcs-thpt").isEmpty, "nothing was done")

    let (sent, placed) = try await plan(district, arguments + ["--paper-follows"])
    #expect(sent == 0 && placed.placed != nil)
    try await eventually("both have it, and the sender's outbox is empty, folder and all") {
      let outbox = district.folder("cdcs-thpt").appending(component: "outbox")
      return office.documents("inbox", of: Province.office).count == 1
        && district.documents("inbox", of: "cd-giaoduc").count == 1
        && district.documents("sent", of: "cdcs-thpt").count == 1
        && ((try? FileManager.default.contentsOfDirectory(atPath: outbox.path)) ?? ["?"]).isEmpty
    }
    let signed = try #require(district.documents("sent", of: "cdcs-thpt")["Báo cáo quý.pdf"])
    #expect(try Data(contentsOf: signed).starts(with: bytes))
    #expect(try Data(contentsOf: file) == bytes, "the file that was sent stays where it is")
    let document = try #require(try await document("filed", at: office))
    let received = try await show(document, at: office)
    #expect(received.incoming.first?.paperFollows == true && received.incoming.first?.urgency == 1)
    let act = try await show(document, at: district)
    #expect(act.outgoing?.addressees == ["unit:cd-giaoduc", "unit:ldld-tinh"] && act.outgoing?.receiptNumber != nil)
    let (again, duplicate) = try await plan(district, [file.path, "--unit", "cdcs-thpt", "--to", Province.office])
    #expect(again == 1 && duplicate.problem == "duplicate", "one of the two had it before")

    // The province answers, to a group.
    let answer = province.folder.appending(component: "Trả lời.pdf")
    try Letters.small("trả lời").write(to: answer)
    try await eventually("the office's directory has the new group") {
      try await plan(office, [answer.path, "--to", "các trường học", "--dry-run"]).status == 0
    }
    let (answered, group) = try await plan(
      office,
      [answer.path, "--to", "các trường học", "--reply-to", String(document.suffix(12)), "--name", "kế hoạch~.pdf"])
    #expect(answered == 0 && group.recipients.first?.members == 2)
    try await eventually("the asker's history says that it was answered") {
      try await show(document, at: district).events.contains { $0.event == "replied" }
    }
    await province.close()
  }

  @Test("a slip that can't be understood sends nothing to anybody, and the clerk is told")
  func brokenSlip() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("huyen", units: ["cdcs-thpt"])
    let folder = office.folder("cdcs-thpt").appending(component: "outbox/Gửi A")
    let hidden = folder.deletingLastPathComponent().appending(component: ".moi")
    try FileManager.default.createDirectory(at: hidden, withIntermediateDirectories: true)
    try Letters.small("a").write(to: hidden.appending(component: "a.pdf"))
    try Data("{\"addressees\":[\"unit:../x\"]}".utf8).write(to: hidden.appending(component: ".congvan-slip.json"))
    try FileManager.default.moveItem(at: hidden, to: folder)
    try await eventually("it is rejected with the reason, and its folder is gone") {
      let reason = office.folder("cdcs-thpt").appending(component: "rejected/a.pdf.reason.txt")
      return try FileManager.default.fileExists(atPath: reason.path)
        && String(contentsOf: reason, encoding: .utf8).contains("slip-unreadable")
        && !FileManager.default.fileExists(atPath: folder.path)
    }
    await province.close()
  }
}
