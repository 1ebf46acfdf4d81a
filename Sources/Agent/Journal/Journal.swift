import Durable
import Exchange
import Foundation
import GRDB
import NIOConcurrencyHelpers

/// What happened to the documents of this machine's units, in either direction: the daemon's memory. SQLite in WAL mode with
/// synchronous=FULL: a write that returned is on the disk. One daemon writes; the tool reads while it runs.
public final class Journal: Sendable {
  let database: DatabasePool
  private let commits: GroupCommit
  /// The directory as it was last read or written; kept by the daemon alone, which is its only writer.
  let directoryKept = NIOLockedValueBox<Directory?>(nil)
  let keepsDirectory: Bool
  /// Rung when a letter came to where it was going, for who reads it there.
  let lettersFiled = WakeUp()
  /// Rung when another directory is known.
  private let directoryBells = NIOLockedValueBox<[WakeUp]>([])

  public enum Problem: Error, CustomStringConvertible {
    case newer(path: String)
    case missing(path: String)
    /// Who asks may not read it: the state folder is the service's alone.
    case unreadable(path: String, SystemError)
    /// Its tables aren't all there: the daemon is making them, or has not run since the program was updated.
    case unfinished(path: String)

    public var description: String {
      switch self {
      case .newer(let path):
        "the journal \(path) was written by a newer version of congvan: install that version again, or a newer one"
      case .missing(let path):
        "there is no journal at \(path): the daemon congvand has not run yet with this configuration"
      case .unreadable(let path, let error):
        "the journal \(path) cannot be read (\(String(cString: strerror(error.code)))): run it with sudo, or as the service's user"
      case .unfinished(let path):
        "the journal \(path) is just being made or brought up to date by the daemon congvand: try again in a moment, and if "
          + "that doesn't help, start the daemon"
      }
    }
  }

  /// Opens the journal for the daemon; makes it where it is missing, and brings an older one up to date.
  /// - Throws: `Problem.newer`, or the database's error.
  public init(opening path: String) throws {
    database = try DatabasePool(path: path, configuration: .ours(readers: 3))
    try database.assureDurableWrites()
    let migrator = JournalSchema.migrator
    guard try database.read({ try !migrator.hasBeenSuperseded($0) }) else { throw Problem.newer(path: path) }
    try migrator.migrate(database)
    // Private: the journal says who wrote to whom.
    for suffix in ["", "-wal", "-shm"] { chmod(path + suffix, 0o600) }
    keepsDirectory = true
    commits = GroupCommit(database, name: "journal")
  }

  /// Rings this bell whenever a directory was saved.
  func whenDirectoryChanges(_ bell: WakeUp) { directoryBells.withLockedValue { $0.append(bell) } }
  func ringDirectoryBells() { for bell in directoryBells.withLockedValue({ $0 }) { bell.ring() } }

  /// Opens the journal for reading, while the daemon runs or not.
  /// - Throws: `Problem`, or the database's error.
  public init(reading path: String) throws {
    do {
      // SQLite would say no more than that it can't be opened.
      _ = try OwnedDescriptor(opening: path, flags: O_RDONLY)
    } catch {
      throw error.code == ENOENT ? Problem.missing(path: path) : Problem.unreadable(path: path, error)
    }
    database = try DatabasePool(path: path, configuration: .ours(readers: 1, isReadOnly: true))
    let migrator = JournalSchema.migrator
    let (isNewer, isFinished) = try database.read {
      (try migrator.hasBeenSuperseded($0), try migrator.hasCompletedMigrations($0))
    }
    if isNewer { throw Problem.newer(path: path) }
    guard isFinished else { throw Problem.unfinished(path: path) }
    keepsDirectory = false
    commits = GroupCommit(database, name: "journal")
  }

  /// The same, and waits for a daemon that is just starting: its first moments are spent on making the journal.
  public static func reading(_ path: String, waitingAtMost limit: Duration = .seconds(5)) async throws -> Journal {
    let end = ContinuousClock.now + limit
    while true {
      do { return try Journal(reading: path) } catch Problem.unfinished(let path) {
        guard ContinuousClock.now < end else { throw Problem.unfinished(path: path) }
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  /// Opens the journal to add to the history of a document, while the daemon runs or not. No table is made or changed.
  /// - Throws: `Problem`, or the database's error.
  public init(addingTo path: String) throws {
    _ = try Journal(reading: path)
    database = try DatabasePool(path: path, configuration: .ours(readers: 1))
    try database.assureDurableWrites()
    keepsDirectory = false
    commits = GroupCommit(database, name: "journal")
  }

  /// Copies the journal, as it is at one moment, into a new file that is not synced yet. Blocking.
  /// - Parameter byWriter: holds writers up meanwhile; for a journal whose file has no name any more, which nobody can open.
  func copy(to path: String, byWriter: Bool) throws {
    let copy: (Database) throws -> Void = { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
    if byWriter { try database.writeWithoutTransaction(copy) } else { try database.unsafeRead(copy) }
  }

  /// Writes together with whatever else is being written; durable on return.
  func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    try await commits.write(body)
  }

  func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    // Without a change of threads where the caller may block.
    if IOThreads.mayBlock { return try readBlocking(body) }
    return try await database.read(body)
  }

  private func readBlocking<Value>(_ body: (Database) throws -> Value) throws -> Value { try database.read(body) }
}
