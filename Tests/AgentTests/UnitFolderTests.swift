import Durable
import Exchange
import Foundation
import Testing

@testable import Agent

@Suite struct UnitFolderTests {
  private let folder: TemporaryFolder
  private let paths: StatePaths
  private let unit: UnitConfiguration

  init() throws {
    folder = try TemporaryFolder()
    paths = StatePaths(state: folder.path + "/state")
    for path in paths.folders { try Folder.make(FilePath(path), permissions: 0o700) }
    unit = UnitConfiguration(unit: UnitID(unchecked: "cd-a"), name: "A", folder: folder.path + "/a", keyFile: "/unused")
    try Folder.make(FilePath(unit.folder))
  }

  private var fault: FolderFault? { UnitFolder(unit, paths: paths).fault() }
  private func adopt(_ unit: UnitConfiguration? = nil, acceptsEmpty: Bool = false, takesOver: Bool = false) throws {
    try FolderAdoption(unit ?? self.unit, paths: paths).run(acceptsEmpty: acceptsEmpty, takesOver: takesOver)
  }

  private func rename(_ from: String, _ to: String) throws {
    try DurableFile.rename(FilePath(folder.path + "/" + from), to: FilePath(folder.path + "/" + to))
  }

  @Test("a folder is the unit's only by its mark: not the disk below, another unit's, or another one of the unit's")
  func decisions() throws {
    #expect(fault == .neverMarked, "a folder that nobody named the unit's")
    try adopt()
    #expect(fault == nil)
    try rename("a", "moved")
    #expect(fault == .absent)
    try Folder.make(FilePath(unit.folder))
    #expect(fault == .unmarked, "a mount point")
    #expect(throws: FolderAdoption.Obstacle.self, "nobody takes a mount point for the folder in a hurry") {
      try adopt()
    }
    // Another unit's folder, mounted in the wrong place.
    var other = unit
    other.unit = UnitID(unchecked: "cd-b")
    try adopt(other)
    #expect(fault == .foreign(other.unit))
    #expect(throws: FolderAdoption.Obstacle.self) { try adopt() }
    // A second folder of the same unit.
    try FileManager.default.removeItem(atPath: unit.folder)
    try Folder.make(FilePath(unit.folder))
    try adopt(acceptsEmpty: true)
    try rename("a", "second")
    try rename("moved", "a")
    #expect(fault == .otherFolder)
    #expect(throws: FolderAdoption.Obstacle.self, "only by a person's order") { try adopt() }
    try adopt(takesOver: true)
    #expect(fault == nil)
  }

  @Test("two machines never serve one folder: who comes second asks, and who is replaced stands down")
  func twoMachines() throws {
    try adopt()
    let second = StatePaths(state: folder.path + "/second")
    for path in second.folders { try Folder.make(FilePath(path), permissions: 0o700) }
    #expect(UnitFolder(unit, paths: second).fault() == .servedElsewhere)
    #expect(throws: FolderAdoption.Obstacle.self) { try FolderAdoption(unit, paths: second).run() }
    #expect(fault == nil, "asking changes nothing")
    try FolderAdoption(unit, paths: second).run(takesOver: true)
    #expect(UnitFolder(unit, paths: second).fault() == nil)
    #expect(fault == .otherFolder, "the first one stands down")
    try FolderAdoption(unit, paths: second).run()
    #expect(UnitFolder(unit, paths: second).fault() == nil, "a repeat changes nothing")
  }

  @Test("a folder that was moved, or restored with its mark, is known; one whose state was lost needs a person's word")
  func known() throws {
    try adopt()
    try FileManager.default.copyItem(atPath: unit.folder, toPath: folder.path + "/backup")
    try FileManager.default.removeItem(atPath: unit.folder)
    try rename("backup", "a")
    #expect(fault == nil)
    try FileManager.default.removeItem(atPath: paths.folderRecord(unit.unit))
    #expect(fault == .servedElsewhere, "another machine's, for all that is known")
    try adopt(takesOver: true)
    #expect(fault == nil)
    try FileManager.default.removeItem(atPath: unit.folder + "/.congvan-unit")
    #expect(fault == .unmarked, "a clerk deleted the mark: only a person says again that this is the folder")
    try adopt()
    #expect(fault == nil)
  }

  @Test("what a hostile hand makes of the mark is no mark")
  func hostile() throws {
    try adopt()
    let mark = unit.folder + "/.congvan-unit"
    for text in ["", "unit: cd-a", "unit: cd-a\nfolder: ../../etc", String(repeating: "#\n", count: 4000), "\u{0}"] {
      try FileManager.default.removeItem(atPath: mark)
      try Data(text.utf8).write(to: URL(fileURLWithPath: mark))
      #expect(fault == .unmarked, "\(text.prefix(40))")
    }
    try FileManager.default.removeItem(atPath: mark)
    #expect(mkfifo(mark, 0o644) == 0 && fault == .unmarked, "and a pipe holds nothing up")
  }

  @Test("what is made in it has the unit's permissions, whatever the umask says, and only in the very folder")
  func made() throws {
    try adopt()
    let open = try UnitFolder(unit, paths: paths).open()
    let before = umask(0o077)
    try open.make(FilePath(unit.sent + "/2026/11"))
    umask(before)
    for path in [unit.outbox, unit.sent, unit.sent + "/2026", unit.sent + "/2026/11"] {
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o2770, "\(path)")
    }
    try rename("a", "gone")
    try Folder.make(FilePath(unit.folder))
    try open.make(FilePath(unit.folder + "/inbox/2026"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: unit.folder).isEmpty, "nothing on the disk below")
    #expect(throws: FolderFault.absent) { try open.confirm() }
  }

  @Test("what a crash left of a file being replaced is swept at the next start, and nothing of anybody else's is")
  func leftovers() throws {
    try adopt()
    let name = ".\(UUID().uuidString).tmp"
    let (old, start) = (Date() - 3600, Date() - 60)
    func put(_ path: String, at date: Date) throws {
      try Folder.make(FilePath(path).folder)
      try Data("x".utf8).write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    }
    // As replace makes them: that very function is stopped by a folder in the way of its rename.
    try Folder.make(FilePath(unit.rejected + "/blocked"))
    #expect(throws: SystemError.self) {
      try DurableFile.replace(FilePath(unit.rejected + "/blocked"), with: Data())
    }
    let ours = [unit.rejected, unit.inbox, unit.sent + "/2026/10", unit.sent + "/2026/11", paths.keys].map {
      "\($0)/\(name)"
    }
    for path in ours { try put(path, at: old) }
    let others =
      [
        ".\(UUID().uuidString.lowercased()).tmp", ".\(UUID().uuidString).tmp.pdf", "\(UUID().uuidString).tmp", ".tmp",
        ".congvan-x.tmp", "báo cáo.pdf",
      ].map { "\(unit.rejected)/\($0)" } + [
        "\(unit.outbox)/\(name)", "\(unit.folder)/\(name)", "\(unit.sent)/mine/\(name)",
      ]
    for path in others { try put(path, at: old) }
    let young = "\(unit.rejected)/.\(UUID().uuidString).tmp"
    try put(young, at: start)
    let (folderOfThatName, link) = (".\(UUID().uuidString).tmp", ".\(UUID().uuidString).tmp")
    try Folder.make(FilePath("\(unit.rejected)/\(folderOfThatName)"))
    try FileManager.default.createSymbolicLink(atPath: "\(unit.rejected)/\(link)", withDestinationPath: others[5])
    let twice = "\(unit.rejected)/.\(UUID().uuidString).tmp"
    try put(twice, at: old)
    try FileManager.default.linkItem(atPath: twice, toPath: unit.folder + "/second name")
    let foreign = "\(unit.rejected)/.\(UUID().uuidString).tmp"
    try put(foreign, at: old)
    let isForeign = geteuid() == 0 && chown(foreign, 65534, 65534) == 0
    let leftovers = Leftovers(start: start)
    let removed = leftovers.sweep(unit, in: try UnitFolder(unit, paths: paths).open()) + leftovers.sweep(paths)
    #expect(Set(removed.map(\.description)) == Set(ours + (isForeign ? [] : [foreign])))
    let stand = others + [young, twice, "\(unit.rejected)/\(folderOfThatName)", "\(unit.rejected)/\(link)"]
    for path in stand { #expect(try Folder.look(FilePath(path)) != nil, "\(path)") }
    for path in ours { #expect(try Folder.look(FilePath(path)) == nil, "\(path)") }
  }

  @Test("letters that wait for a folder wait at their stage, without an attempt, and hold nothing else up")
  func queues() throws {
    var queue = IncomingQueue()
    let start = Instant(millisecondsSinceEpoch: 1_790_000_000_000)
    func record(_ unit: String, _ state: IncomingState) throws -> IncomingRecord {
      let id = UnitID(unchecked: unit)
      let posted = PostedDocument(
        document: DocumentID(at: start), sender: id, senderName: "S", addressee: .unit(id),
        digest: try SHA256Digest(bytes: Data(count: 32)), size: 1, name: "x.pdf", urgency: .normal, acceptedAt: start,
        receiptNumber: "1")
      var record = IncomingRecord(unit: id, sequence: MailboxCursor(1), posted: posted, announcedAt: start)
      record.journey = IncomingJourney(state: state)
      return record
    }
    queue.add([try record("cd-a", .numbered), try record("cd-a", .announced), try record("cd-b", .numbered)])
    let away: Set<UnitID> = [UnitID(unchecked: "cd-a")]
    let (ready, pause) = queue.next(start, inFlight: 10, away: away)
    #expect(Set(ready.map(\.key)).count == 2 && pause == nil)
    #expect(!ready.contains { $0.unit == UnitID(unchecked: "cd-a") && $0.journey.state == .numbered })
    #expect(queue.next(start, inFlight: 10).ready.count == 1, "it goes on when the folder is back")
  }
}
