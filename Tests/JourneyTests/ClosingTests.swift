import Foundation
import Testing

@Suite(.serialized) struct ClosingTests {
  @Test("a letter under way to a unit that is closed goes back to its sender, who is told why", .timeLimit(.minutes(2)))
  func returned() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office])
    let school = try await province.open("truong", units: ["cdcs-thpt", "cd-giaoduc"])
    try await Program.hub.run(["group", "add", "tat-ca", "--name", "Tất cả", "--data", province.hubData.path])
    try await Program.hub.run(
      ["group", "join", "tat-ca", "cdcs-thpt", "cd-giaoduc", "--data", province.hubData.path])
    try office.drop(Letters.small("fetched"), as: "đã nhận.pdf", from: Province.office, to: "cdcs-thpt")
    try await eventually("it is delivered") { try await office.log().contains("\"delivered\"") }
    await school.agent.stop()
    try office.drop(Letters.small("under way"), as: "đang đi.pdf", from: Province.office, to: "cdcs-thpt")
    try office.drop(Letters.small("to all"), as: "cho tất cả.pdf", from: Province.office, to: "tat-ca")
    try await eventually("the hub has them") { office.documents("sent", of: Province.office).count == 3 }

    await office.agent.stop()
    try await Program.hub.run(["unit", "close", "cdcs-thpt", "--data", province.hubData.path])
    try office.agent.start()
    try await eventually("the sender is told of both, and not of the one that was delivered") {
      try await office.log().components(separatedBy: "\"returned\"").count == 3
    }
    let log = try await Program.tool.run(["log", "--config", office.configuration.path])
    #expect(log.contains("bị trả lại") && log.contains("đã ngừng hoạt động"))
    // The group goes on without it.
    try school.agent.start()
    try await eventually("the other member gets the letter") { school.documents("inbox", of: "cd-giaoduc").count == 1 }
    let members = try await Program.hub.run(["group", "list", "--data", province.hubData.path])
    #expect(members.contains("cd-giaoduc") && !members.contains("cdcs-thpt"))
    await province.close()
  }
}
