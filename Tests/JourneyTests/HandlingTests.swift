import Exchange
import Foundation
import Testing

/// The life of a letter after it was filed: what clerks do by moving files, and what its sender sees of it.
@Suite(.serialized) struct HandlingTests {
  private struct Letter: Decodable {
    struct Recipient: Decodable {
      let recipient: String
      let stage: String
      let reason: String?
      let answer: String?
    }

    let document: String
    let name: String
    let recipients: [Recipient]
  }

  private func outstanding(_ office: Office, _ more: String...) async throws -> (status: Int32, letters: [Letter]) {
    let result = try await Command.run(
      try Program.tool.url, ["outstanding", "--json", "--config", office.configuration.path] + more)
    guard result.status < 2 else { throw Failure(result.errors) }
    return (result.status, try JSONDecoder().decode([Letter].self, from: Data(result.output.utf8)))
  }

  private func events(_ name: String, at office: Office) async throws -> Int {
    struct Line: Decodable { let event: String }
    return try await office.log().split(separator: "\n").count {
      (try? JSONDecoder().decode(Line.self, from: Data($0.utf8)))?.event == name
    }
  }

  @Test(
    "moving a letter to done/ or returned/ is what the sender sees of each recipient; moving it back is understood, also under another name"
  )
  func moves() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office])
    let district = try await province.open("huyen", units: ["cd-giaoduc", "cdcs-thpt"])
    let file = province.folder.appending(component: "Thông báo.pdf")
    try Letters.small("thông báo").write(to: file)
    let send = [
      "send", file.path, "--to", "cd-giaoduc", "--to", "cdcs-thpt", "--config", office.configuration.path,
    ]
    try await eventually("the office's directory has the new units") {
      try await Command.run(try Program.tool.url, send + ["--dry-run"]).status == 0
    }
    try await Program.tool.run(send)
    try await eventually("both recipients have it, and the sender knows") {
      try await outstanding(office).letters.first?.recipients.map(\.stage) == ["delivered", "delivered"]
    }
    #expect(try await outstanding(office).status == 1, "something is outstanding")

    func inbox(_ unit: String, _ place: String = "") -> URL {
      district.folder(unit).appending(component: "inbox" + (place.isEmpty ? "" : "/\(place)"))
    }
    let name = try #require(district.documents("inbox", of: "cd-giaoduc").keys.first)
    func move(_ unit: String, _ from: URL, _ to: URL) throws { try FileManager.default.moveItem(at: from, to: to) }

    // One handles it, sorted into a folder of the year and renamed on the way; the other sends it back with a reason.
    let year = inbox("cd-giaoduc", "done/2026")
    try FileManager.default.createDirectory(at: year, withIntermediateDirectories: true)
    try move("cd-giaoduc", inbox("cd-giaoduc", name), year.appending(component: "đã xong.pdf"))
    let other = try #require(district.documents("inbox", of: "cdcs-thpt").keys.first)
    // Notepad's “Unicode” of old.
    var reason = Data([0xFF, 0xFE])
    reason += try #require("Không thuộc thẩm quyền\r\ncủa đơn vị".data(using: .utf16LittleEndian))
    try reason.write(to: inbox("cdcs-thpt", "returned/\(other).txt"))
    try move("cdcs-thpt", inbox("cdcs-thpt", other), inbox("cdcs-thpt", "returned/\(other)"))

    try await eventually("the sender sees both") {
      let states = try await outstanding(office, "--all").letters.first?.recipients ?? []
      return states.first { $0.recipient == "cd-giaoduc" }?.stage == "handled"
        && states.first { $0.recipient == "cdcs-thpt" }?.stage == "returned"
    }
    let states = try await outstanding(office).letters.first?.recipients ?? []
    #expect(states.first { $0.stage == "returned" }?.reason == "Không thuộc thẩm quyền của đơn vị")

    // A copy is no move, until what it was made of is gone.
    let copied = inbox("cdcs-thpt", other)
    try FileManager.default.copyItem(at: inbox("cdcs-thpt", "returned/\(other)"), to: copied)
    // Another letter's two moves, so that the copy was surely looked at.
    try move("cd-giaoduc", year.appending(component: "đã xong.pdf"), inbox("cd-giaoduc", name))
    try await eventually("the other letter is back") { try await events("takenUpAgain", at: district) >= 1 }
    try move("cd-giaoduc", inbox("cd-giaoduc", name), inbox("cd-giaoduc", "done/\(name)"))
    try await eventually("and handled again") { try await events("handled", at: district) == 2 }
    #expect(try await events("takenUpAgain", at: district) == 1, "the other letter alone")
    try FileManager.default.removeItem(at: copied)

    // Back into the inbox, and handled after all.
    try move("cdcs-thpt", inbox("cdcs-thpt", "returned/\(other)"), inbox("cdcs-thpt", other))
    try await eventually("the move back is understood") { try await events("takenUpAgain", at: district) == 2 }
    try move("cdcs-thpt", inbox("cdcs-thpt", other), inbox("cdcs-thpt", "done/\(other)"))
    try await eventually("nothing is outstanding any more") { try await outstanding(office).status == 0 }
    #expect(try await outstanding(office, "--unanswered").letters.count == 1, "nobody answered")

    // What happens while the daemon doesn't run is seen when it starts; another file of the name moves nothing.
    await district.agent.stop()
    try move("cdcs-thpt", inbox("cdcs-thpt", "done/\(other)"), inbox("cdcs-thpt", other))
    let stranger = inbox("cd-giaoduc", "returned/\(name)")
    try Letters.small("another").write(to: stranger)
    try district.agent.start()
    try await eventually("the second move back") { try await events("takenUpAgain", at: district) == 3 }
    #expect(try await events("sentBack", at: district) == 1)
    await province.close()
  }
}
