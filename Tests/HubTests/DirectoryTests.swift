import Exchange
import Foundation
import Testing

@testable import Hub

@Suite struct DirectoryTests {
  @Test(
    "an identifier leads to one unit or group alone, however it is written; names may repeat, identifiers are told apart"
  )
  func names() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(component: "congvan-ledger-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let province = try UnitID("ldld-tinh")
    let ledger = try SQLiteLedger(path: folder.appending(component: "ledger.sqlite").path, province: province)
    let now = Instant(Date())
    try await ledger.add([UnitEntry(id: province, name: "LĐLĐ tỉnh")], at: now)
    try await ledger.addGroup(try GroupID("cdcs"), name: "Tất cả công đoàn cơ sở", aliases: ["toàn tỉnh"])

    func refuses(_ entry: UnitEntry) async throws -> Bool {
      do {
        try await ledger.add([UnitEntry(id: try UnitID("moi"), name: "Mới"), entry], at: now)
        return false
      } catch let problem as Problem {
        return problem.type == .idReused
      }
    }
    #expect(try await refuses(UnitEntry(id: try UnitID("cdcs"), name: "Một đơn vị")), "a group's identifier")
    #expect(try await refuses(UnitEntry(id: try UnitID("toan-tinh"), name: "Một đơn vị")), "a group's alias")
    #expect(
      try await refuses(UnitEntry(id: try UnitID("ldld--tinh"), name: "Một đơn vị")), "read as another identifier")
    #expect(
      try await refuses(UnitEntry(id: try UnitID("khac"), name: "Khác", aliases: ["CĐCS"])), "an alias that is one")
    #expect(try await refuses(UnitEntry(id: try UnitID("moi"), name: "Mới")), "twice in one list")
    #expect(try await ledger.directory().units.map(\.id) == [province], "of a list with a fault nothing is taken")
    await #expect(throws: Problem.self) {
      try await ledger.addGroup(try GroupID("ldld-tinh"), name: "Một nhóm", aliases: [])
    }

    // Two schools may be called alike: the agent asks the clerk for the identifier.
    let name = "CĐCS Trường Mầm non Hoa Sen"
    try await ledger.add(
      [UnitEntry(id: try UnitID("hoa-sen-1"), name: name), UnitEntry(id: try UnitID("hoa-sen-2"), name: name)], at: now)
    #expect(try await ledger.directory().units.count == 3)
  }
}
