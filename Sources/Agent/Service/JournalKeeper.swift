import Durable
import Exchange
import Foundation
import Logging
import ServiceLifecycle

/// Keeps backups of the journal, and sees when its file breaks or goes away under the running daemon: then the daemon ends,
/// and its next start restores what can be.
struct JournalKeeper: Service {
  let journal: Journal
  let paths: StatePaths
  /// Between backups, where anything was written.
  let every: Duration
  let logger: Logger

  /// The file was removed or replaced while the daemon wrote to it: what it wrote since would be gone with the process.
  struct FileGone: Error, CustomStringConvertible {
    let path: String
    var description: String { "the journal's file \(path) was taken away: all of it stands in a backup" }
  }

  /// Between looks at the file's name.
  private static let look: Duration = .seconds(5)
  /// The backups of a large journal must not keep the disk busy: a hundredth of the time.
  private static let share = 100
  /// Bytes that a backup leaves free, beside as much as it takes.
  private static let reserve: Int64 = 1 << 20

  func run() async throws {
    let threads = IOThreads(count: 1, name: "journal-copy")
    let file = FilePath(paths.journal)
    guard let opened = try await threads.run({ try Folder.look(file) })?.identity else {
      throw FileGone(path: paths.journal)
    }
    let newest = try? await threads.run { [backups] in try backups.all().first?.at }
    let first = newest.flatMap { $0 }.map { min($0, Instant(Date())) + every } ?? Instant(Date())
    try await cancelWhenGracefulShutdown { try await watch(file, opened, first: first, on: threads) }
  }

  private func watch(_ file: FilePath, _ opened: FileIdentity, first: Instant, on threads: IOThreads) async throws {
    var due = first
    var saved: State?
    while !Task.isCancelled {
      let state = try? await threads.run { try State(of: file) }
      if state?.isGone(opened) ?? false { try await save(on: threads, isGone: true) }
      let now = Instant(Date())
      if now >= due || due > now + every {
        let begun = ContinuousClock.now
        if state != saved, try await save(on: threads, isGone: false) { saved = state }
        due = Instant(Date()) + max(every, (ContinuousClock.now - begun) * Self.share)
      }
      try? await Task.sleep(for: min(Self.look, max(.milliseconds(50), due - Instant(Date()))))
    }
  }

  private var backups: JournalBackups { JournalBackups(folder: FilePath(paths.backups)) }

  /// - Returns: whether there is a new backup.
  @discardableResult
  private func save(on threads: IOThreads, isGone: Bool) async throws -> Bool {
    do {
      let (journal, backups) = (self.journal, self.backups)
      let file = FilePath(paths.journal)
      let backup = try await threads.run {
        // A copy that fills the disk would keep the journal itself from being written.
        let size = try Folder.look(file)?.identity.size ?? 0
        guard try DiskSpace(at: file.folder).free > size * 2 + Self.reserve else {
          throw SystemError(call: "write", path: "\(file.folder)", code: ENOSPC)
        }
        return try backups.make(at: Instant(Date())) { try journal.copy(to: $0, byWriter: isGone) }
      }
      logger.debug("journal backed up", metadata: ["file": "\(backup.path)"])
    } catch {
      if Task.isCancelled { return false }
      logger.error("the journal was not backed up", metadata: ["error": "\(error)"])
      if JournalCheck.isDamage(error) { throw error }
      return false
    }
    if isGone { throw FileGone(path: paths.journal) }
    return true
  }

  /// How the files look: while that is the same nothing was written.
  private struct State: Equatable, Sendable {
    var database: FileIdentity?
    var log: FileIdentity?

    init(of file: FilePath) throws {
      database = try Folder.look(file)?.identity
      log = try Folder.look(FilePath(bytes: file.bytes + Array("-wal".utf8)))?.identity
    }

    func isGone(_ opened: FileIdentity) -> Bool {
      database.map { $0.device != opened.device || $0.inode != opened.inode } ?? true
    }
  }
}
