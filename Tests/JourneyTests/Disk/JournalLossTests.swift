import Foundation
import Testing

@Suite(.serialized) struct JournalLossTests {
  private let unit = "cdcs-thpt"

  private func office(_ province: Province, backupEvery: String) async throws -> Office {
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, unit])
    await office.agent.stop()
    try office.set("journalBackupEvery: \(backupEvery)")
    try office.agent.start()
    return office
  }

  private func violations(_ office: Office, _ dropped: [String: Data]) throws -> [String] {
    try Checker(dropped: dropped).violations(from: office, unit, to: [(office, Province.office)])
  }

  private func backups(_ office: Office) -> [URL] {
    let folder = office.state.appending(component: "backups")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasPrefix("journal-") }.sorted().map { folder.appending(component: $0) }
  }

  private func journal(_ office: Office) -> URL { office.state.appending(component: "journal.sqlite") }

  private func removeJournal(_ office: Office) {
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: journal(office).path + suffix)
    }
  }

  /// Letters that are through, a backup, and after it letters in every state as the power goes.
  private func midway(_ province: Province, _ dropped: inout [String: Data]) async throws -> Office {
    let office = try await office(province, backupEvery: "1s")
    try office.drop(0..<3, into: &dropped, from: unit)
    try await eventually("the first are through") { office.areThrough(3, from: unit) }
    let before = backups(office).last
    try await eventually("they stand in a backup", within: .seconds(15)) {
      backups(office).last != nil && backups(office).last != before
    }
    await office.agent.stop()
    try office.set("journalBackupEvery: 1d")
    try office.agent.start()
    try office.drop(3..<6, into: &dropped, from: unit)
    try await eventually("letters after the backup are through") { office.areThrough(6, from: unit) }
    try office.drop(6..<14, into: &dropped, from: unit)
    try await eventually("more are on their way") { office.documents("sent", of: unit).count >= 8 }
    await office.agent.kill()
    return office
  }

  @Test(
    "a journal that is broken is put aside and restored from its backup, hub and folders: nothing is lost, sent or filed twice, and numbers go on",
    .timeLimit(.minutes(2)))
  func damaged() async throws {
    let province = try await Province()
    var dropped: [String: Data] = [:]
    let office = try await midway(province, &dropped)
    // The beginning alone, and what the log would write over it.
    let handle = try FileHandle(forWritingTo: journal(office))
    try handle.write(contentsOf: Data(repeating: 0x55, count: 2000))
    try handle.close()
    try? FileManager.default.removeItem(atPath: journal(office).path + "-wal")
    let broken = try Data(contentsOf: journal(office))

    try office.agent.start()
    try await eventually("all are through", within: .seconds(40)) {
      guard office.agent.isRunning else { throw Failure("it ended:\n\(office.agent.lastLines)") }
      return office.areThrough(14, from: unit)
    }
    try office.drop(14..<16, into: &dropped, from: unit)
    try await eventually("and those that come later") { office.areThrough(16, from: unit) }
    #expect(try violations(office, dropped) == [])
    #expect(office.agent.hasSaid("the journal was lost") && office.agent.hasSaid("is made good"))
    let aside = office.state.appending(component: "damaged")
    let kept = FileManager.default.enumerator(at: aside, includingPropertiesForKeys: nil)?.allObjects as? [URL]
    let found = try #require(kept?.first { $0.lastPathComponent == "journal.sqlite" })
    #expect(try Data(contentsOf: found) == broken, "what was found of it is kept")
    let words = try await Program.tool.run(["status", "--config", office.configuration.path])
    #expect(words.contains("Sổ nhật ký bị hỏng") && words.contains("bản sao lưu") && words.contains(aside.path))
    await province.close()
  }

  @Test(
    "a journal that was deleted with all its backups is made again from hub and folders: nothing is lost, sent or filed twice, and numbers go on, though a clerk took letters away",
    .timeLimit(.minutes(2)))
  func deleted() async throws {
    let province = try await Province()
    var dropped: [String: Data] = [:]
    let office = try await midway(province, &dropped)
    removeJournal(office)
    for backup in backups(office) { try FileManager.default.removeItem(at: backup) }
    let inbox = office.documents("inbox", of: Province.office)
    let taken = try #require(inbox.keys.sorted().first)
    let elsewhere = province.folder.appending(component: "taken.pdf")
    try FileManager.default.moveItem(at: try #require(inbox[taken]), to: elsewhere)

    try office.agent.start()
    try await eventually("all are through", within: .seconds(40)) {
      guard office.agent.isRunning else { throw Failure("it ended:\n\(office.agent.lastLines)") }
      return office.documents("sent", of: unit).count == 14 && office.documents("outbox", of: unit).isEmpty
        && office.documents("inbox", of: Province.office).count == 13
    }
    try office.drop(14..<16, into: &dropped, from: unit)
    try await eventually("and those that come later") { office.documents("inbox", of: Province.office).count == 15 }
    try await eventually("all are filed as sent") { office.documents("sent", of: unit).count == 16 }
    try FileManager.default.moveItem(at: elsewhere, to: try #require(inbox[taken]))
    #expect(try violations(office, dropped) == [])
    let words = try await Program.tool.run(["status", "--config", office.configuration.path])
    #expect(words.contains("Sổ nhật ký bị mất"), "\(words)")
    // What was sent before the loss is still known: the same letter again is a duplicate, not a second letter.
    try office.drop(try #require(dropped["công văn 1.pdf"]), as: "lại.pdf", from: unit)
    try await eventually("it is refused as a duplicate") {
      office.documents("rejected", of: unit).keys.contains("lại.pdf")
    }
    await province.close()
  }

  @Test(
    "a journal that is deleted under the running daemon is saved, the daemon ends, and its next start has all of it",
    .timeLimit(.minutes(2)))
  func deletedWhileRunning() async throws {
    let province = try await Province()
    let office = try await office(province, backupEvery: "1d")
    var dropped: [String: Data] = [:]
    try office.drop(0..<3, into: &dropped, from: unit)
    try await eventually("they are through") { office.areThrough(3, from: unit) }
    removeJournal(office)
    try await eventually("the daemon ends", within: .seconds(20)) { !office.agent.isRunning }
    try office.agent.start()
    try office.drop(3..<5, into: &dropped, from: unit)
    try await eventually("all are through", within: .seconds(40)) { office.areThrough(5, from: unit) }
    #expect(try violations(office, dropped) == [])
    let log = try await office.log()
    #expect(log.components(separatedBy: "\"takenIn\"").count - 1 == 5, "the history is whole")
    await province.close()
  }

  @Test("the checker sees what a journal does that is put back behind the daemon's back", .timeLimit(.minutes(2)))
  func selfTest() async throws {
    let province = try await Province()
    var dropped: [String: Data] = [:]
    let office = try await midway(province, &dropped)
    let backup = try #require(backups(office).last)
    removeJournal(office)
    try FileManager.default.copyItem(at: backup, to: journal(office))
    try office.agent.start()
    try await eventually("letters are filed a second time", within: .seconds(40)) {
      try violations(office, dropped).contains { $0.contains("twice") }
    }
    await province.close()
  }
}
