import Exchange
import Foundation
import Testing

@Suite(.serialized) struct CommandTests {
  @Test("every program says which version it is")
  func version() async throws {
    for program in [Program.tool, .agent, .hub] {
      let said = try await program.run(["--version"]).trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(said == ProgramVersion.text)
    }
    let changes = Letters.fixtures.deletingLastPathComponent().deletingLastPathComponent()
      .appending(component: "CHANGELOG.md")
    let number = ProgramVersion.text.prefix { $0 != "-" }
    #expect(try String(contentsOf: changes, encoding: .utf8).contains(number), "and the changelog knows it")
  }

  @Test("verify names each file that it can't read, for programs too")
  func unreadable() async throws {
    let root = FileManager.default.temporaryDirectory.appending(component: "congvan-\(UUID().uuidString.prefix(8)).pem")
    defer { try? FileManager.default.removeItem(at: root) }
    _ = try await Command.judge(
      "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=Root", "-out",
      root.path)
    let garbage = root.path
    let result = try await Command.run(
      try Program.tool.url, ["verify", "/nonexist.pdf", garbage, "--json", "--trust", root.path])
    #expect(result.status == 2)
    let list = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]], "\(result.output)")
    #expect(list.compactMap { $0["file"] as? String } == ["/nonexist.pdf", garbage])
    #expect(list.allSatisfy { $0["valid"] as? Bool == false })
    let codes = list.compactMap { ($0["problem"] as? [String: Any])?["code"] as? String }
    #expect(codes == ["unreadable"] && list.last?["report"] != nil)
  }

  @Test("a reload that finds no folder of units keeps the units, and says so", .timeLimit(.minutes(2)))
  func reload() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    let units = office.base.appending(components: "etc", "units.d")
    let aside = office.base.appending(component: "aside")
    try FileManager.default.moveItem(at: units, to: aside)
    office.agent.reload()
    try await eventually("it is told") { office.agent.hasSaid("configuration not taken") }
    try await eventually("the agent goes on") { office.agent.logText.components(separatedBy: " ready ").count == 3 }
    try office.drop(Letters.small("still served"), as: "vẫn gửi.pdf", from: "cdcs-thpt")
    try await eventually("it is sent") { office.documents("sent", of: "cdcs-thpt").count == 1 }
    try FileManager.default.moveItem(at: aside, to: units)
    office.agent.reload()
    try await eventually("the right one is taken") { office.agent.hasSaid("configuration read again") }
    await province.close()
  }

  @Test("however often the configuration is read again, threads and open files stay as many", .timeLimit(.minutes(2)))
  func reloads() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    try office.drop(Letters.small("all is in use"), as: "trước.pdf", from: "cdcs-thpt")
    try await eventually("it is sent") { office.documents("sent", of: "cdcs-thpt").count == 1 }
    let before = try office.agent.holdings()
    for times in 2...9 {
      office.agent.reload()
      try await eventually("it is ready again") {
        office.agent.logText.components(separatedBy: " ready ").count == times + 1
      }
    }
    try await eventually("what the earlier ones held is given back", within: .seconds(20)) {
      let now = try office.agent.holdings()
      return now.threads <= before.threads + 8 && now.files <= before.files + 8
    }
    await province.close()
  }
}
