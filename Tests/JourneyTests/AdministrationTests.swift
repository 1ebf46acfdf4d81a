import Foundation
import Testing

@Suite struct AdministrationTests {
  @Test(
    "two hubs never serve one data folder, and administration goes on beside the one that does", .timeLimit(.minutes(2))
  )
  func oneHub() async throws {
    let province = try await Province()
    try await province.startHub()
    let data = province.hubData.path
    let second = try await Command.run(try Program.hub.url, ["serve", "--data", data])
    #expect(second.status == 69, "\(second.status)")
    #expect(
      second.errors.contains("another daemon (process ") && second.errors.contains("works with this data folder"),
      "\(second.errors)")
    let again = try await Command.run(
      try Program.hub.url, ["init", "--data", data, "--name", "B", "--unit", "b", "--unit-name", "B"])
    #expect(again.status != 0)
    #expect(province.hub.isRunning)
    try await Program.hub.run(["unit", "add", "cdcs-moi", "--name", "Đơn vị mới", "--data", data])
    #expect(try await Program.hub.run(["unit", "list", "--data", data]).contains("cdcs-moi"))
    // Killed, it leaves the folder free at once.
    await province.hub.kill()
    try await province.startHub()
    await province.close()
  }

  @Test(
    "what an administrator changes rings the waiting streams: a closed unit's letters go back at once",
    .timeLimit(.minutes(2)))
  func rings() async throws {
    let province = try await Province()
    try await province.startHub()
    let hall = try await province.open("van-phong", units: [Province.office])
    let data = province.hubData.path
    try await Program.hub.run(["unit", "add", "cdcs-dong", "--name", "Đơn vị sẽ đóng", "--data", data])
    // Its agent asks by itself every five minutes at the earliest: what it learns sooner, it was told.
    try await eventually("the agent listens") { hall.agent.hasSaid("notices connected") }
    try hall.drop(Letters.small("gửi đơn vị sẽ đóng"), as: "tb.pdf", from: Province.office, to: "cdcs-dong")
    try await eventually("it is sent") { hall.documents("sent", of: Province.office).count == 1 }
    try await Program.hub.run(["unit", "close", "cdcs-dong", "--data", data])
    try await eventually("the sender knows that it went back", within: .seconds(20)) {
      try await hall.log().contains("unit-closed")
    }
    await province.close()
  }

  @Test(
    "a list of units is taken in UTF-8 and in Excel's Unicode text, and refused with line and remedy in anything else",
    .timeLimit(.minutes(2)))
  func encodings() async throws {
    let province = try await Province()
    let data = province.hubData.path
    let list = province.folder.appending(component: "units.csv")
    func importing(_ bytes: Data) async throws -> Command.Result {
      try bytes.write(to: list)
      return try await Command.run(try Program.hub.url, ["unit", "import", list.path, "--data", data])
    }
    func names() async throws -> String { try await Program.hub.run(["unit", "list", "--data", data]) }

    // As Excel writes it on a Vietnamese Windows without being asked for UTF-8: iconv is the judge.
    let lines = "id,name\nmot,Công đoàn cơ sở Một\nhai,Công đoàn Đội Hai\n"
    try Data(lines.utf8).write(to: list)
    let old = province.folder.appending(component: "1258.csv")
    let converted = try await Command.judge(
      "sh", "-c", "iconv -f UTF-8 -t WINDOWS-1258//TRANSLIT '\(list.path)' > '\(old.path)'")
    #expect(converted.status == 0, "\(converted.errors)")
    let windows = try await importing(try Data(contentsOf: old))
    #expect(windows.status != 0 && windows.errors.contains("line 2"), "\(windows.errors)")
    #expect(windows.errors.contains("CSV UTF-8"), "\(windows.errors)")
    let lost = try await importing(Data("id,name\nmot,C\u{FFFD}ng đoàn\n".utf8))
    #expect(lost.status != 0 && lost.errors.contains("line 2"), "\(lost.errors)")
    let unmarked = try await importing(Data("id,name\nmot,M\n".utf8.flatMap { [$0, 0] }))
    #expect(unmarked.status != 0 && unmarked.errors.contains("line 1"), "\(unmarked.errors)")
    let twice = try await importing(Data("id,name\nmot,Công đoàn Một\nmot-2,CÔNG ĐOÀN MỘT\n".utf8))
    #expect(twice.status != 0 && twice.errors.contains("line 3"), "\(twice.errors)")
    let headless = try await importing(Data("mot,Công đoàn Một\nhai,Công đoàn Hai\n".utf8))
    #expect(headless.status != 0 && headless.errors.contains("heading id,name"), "\(headless.errors)")
    let nameless = try await importing(Data("id,name\nmot,Công đoàn Một\nhai,\n".utf8))
    #expect(nameless.status != 0 && nameless.errors.contains("line 3"), "\(nameless.errors)")
    for blank in ["", "  ", "…"] {
      let added = try await Command.run(
        try Program.hub.url, ["unit", "add", "hai", "--name", blank, "--data", data])
      #expect(added.status != 0 && added.errors.contains("no name for the unit hai"), "\(added)")
    }
    #expect(try await names().split(separator: "\n").count == 1, "of a list with a fault nothing is taken")

    #expect(try await importing(Data([0xEF, 0xBB, 0xBF]) + Data(lines.utf8)).status == 0)
    let tabs = "\u{FEFF}id\tname\taliases\nba\tCông đoàn, \"Ba\"\tBa; Số 3\n".replacing("\"Ba\"", with: "Ba")
    let unicode = try await importing(Data(tabs.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }))
    #expect(unicode.status == 0, "\(unicode.errors)")
    let all = try await names()
    #expect(all.contains("Công đoàn Đội Hai") && all.contains("Công đoàn, Ba"), "\(all)")

    let settings = try String(contentsOf: province.hubData.appending(component: "hub.yaml"), encoding: .utf8)
    #expect(settings.contains("LĐLĐ tỉnh thử nghiệm"), "hub.yaml is for people: \(settings)")
    await province.close()
  }
}
