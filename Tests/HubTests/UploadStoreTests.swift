import Durable
import Exchange
import Foundation
import GRDB
import Logging
import Testing

@testable import Hub

@Suite struct UploadStoreTests {
  private func inFolder(_ body: (FilePath) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(component: "congvan-uploads-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(FilePath(folder.path))
  }

  @Test("an upload whose wrong bytes can't be taken back is gone, not stuck, and its place is free again")
  func uncut() async throws {
    try await inFolder { folder in
      let threads = IOThreads(count: 1, name: "test")
      let store = UploadStore(
        folder: folder, threads: threads, limits: .init(open: 1, reserve: 0),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      try await store.recover()
      let (now, owner) = (Instant(Date()), MachineID(at: Instant(Date())))
      let upload = try await store.create(owner: owner, length: 10, metadata: nil, now: now)
      let writing = try store.beginWriting(upload.id, owner: owner, at: 0)
      let written = try await store.write(Data("12345".utf8), to: writing, sync: true)
      // What truncate(2) needs is taken away: the file.
      try DurableFile.remove(store.path(of: upload))
      await #expect(throws: SystemError.self) { try await store.truncate(written, to: 0) }
      let gone = #expect(throws: Problem.self) { try store.find(upload.id, owner: owner) }
      #expect(gone?.type == .uploadGone)
      // Of the one upload that this machine may have open, there is room for another; and it can be cut.
      let second = try await store.create(owner: owner, length: 10, metadata: nil, now: now)
      let again = try await store.write(
        Data("12345".utf8), to: try store.beginWriting(second.id, owner: owner, at: 0), sync: true)
      try await store.truncate(again, to: 2)
      #expect(try Folder.look(store.path(of: second))?.identity.size == 2)
      let cut = try store.beginWriting(second.id, owner: owner, at: 2)
      _ = try await store.write(Data("34567890".utf8), to: cut, sync: true)
      #expect(try store.find(second.id, owner: owner).isComplete)
    }
  }

  @Test("a commit of the ledger is synced before it is answered")
  func durable() async throws {
    try await inFolder { folder in
      let ledger = try SQLiteLedger(path: "\(folder)/ledger.sqlite", province: try UnitID("ldld-tinh"))
      // 2 is FULL: sqlite.org/pragma.html#pragma_synchronous.
      #expect(try await ledger.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
    }
  }
}
