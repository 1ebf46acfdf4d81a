import Exchange
import Foundation
import Testing

@testable import Hub

@Suite struct DirectoryTests {
  @Test(
    "an identifier or a name leads to one unit or group alone, however it is written; a closed unit's name is its successor's"
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

    // Of two schools called alike a letter would reach neither: the second is told apart.
    let name = "CĐCS Trường Mầm non Hoa Sen"
    let first = try UnitID("hoa-sen-1")
    try await ledger.add([UnitEntry(id: first, name: name, aliases: ["Mầm non Hoa Sen"])], at: now)
    let second = try UnitID("hoa-sen-2")
    for other in [name, "CDCS truong mam non  HOA SEN", "mầm non hoa sen", "Toàn tỉnh"] {
      #expect(try await refuses(UnitEntry(id: second, name: other)), "\(other)")
    }
    do {
      try await ledger.add([UnitEntry(id: second, name: name, line: 7)], at: now)
      Issue.record("accepted")
    } catch let problem as Problem {
      #expect(problem.detail.hasPrefix("line 7: ") && problem.detail.contains("hoa-sen-1"), "\(problem.detail)")
    }
    try await ledger.close(first, at: now)
    try await ledger.add([UnitEntry(id: second, name: name)], at: now)
    #expect(try await ledger.directory().units.filter(\.isActive).count == 2)
  }

  @Test("a unit gets and loses other names while nobody else's is taken, and agents see it as a newer directory")
  func aliases() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(component: "congvan-ledger-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (province, health, all) = (try UnitID("ldld-tinh"), try UnitID("cdn-y-te"), try GroupID("cdcs"))
    let ledger = try SQLiteLedger(path: folder.appending(component: "ledger.sqlite").path, province: province)
    try await ledger.add(
      [UnitEntry(id: province, name: "LĐLĐ tỉnh"), UnitEntry(id: health, name: "Công đoàn ngành Y tế")],
      at: Instant(Date()))
    try await ledger.addGroup(all, name: "Công đoàn cơ sở", aliases: [])
    let version = try await ledger.directory().version

    _ = try await ledger.changeAliases(of: .unit(health), add: ["CĐN Y tế", "cdn y te"], remove: [])
    _ = try await ledger.changeAliases(of: .group(all), add: ["Các CĐCS trực thuộc"], remove: [])
    var directory = try await ledger.directory()
    #expect(directory.units.first { $0.id == health }?.aliases == ["CĐN Y tế"], "once, however it is written")
    #expect(directory.groups.first?.aliases == ["Các CĐCS trực thuộc"])
    #expect(directory.version > version)

    for (add, remove) in [(["lđlđ TỈNH"], []), ([], ["Y tế"]), (["Mới", "Công đoàn cơ sở"], [String]())] {
      await #expect(throws: Problem.self) {
        try await ledger.changeAliases(of: .unit(health), add: add, remove: remove)
      }
    }
    await #expect(throws: Problem.self) {
      try await ledger.changeAliases(of: .unit(try UnitID("khong-co")), add: ["A"], remove: [])
    }
    directory = try await ledger.directory()
    #expect(directory.units.first { $0.id == health }?.aliases == ["CĐN Y tế"], "of a refused change nothing is done")
    #expect(try await ledger.changeAliases(of: .unit(health), add: ["Y tế"], remove: ["CDN y te"]) == ["Y tế"])
  }
}
