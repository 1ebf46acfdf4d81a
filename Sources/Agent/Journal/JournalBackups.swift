import Durable
import Exchange
import Foundation

/// Copies of the journal beside it: whole, checked and synced before they have their name. Blocking.
struct JournalBackups: Sendable {
  let folder: FilePath

  /// The newest ones, and of days before the last one of each.
  private static let newest = 2
  private static let days = 3

  private static let prefix = "journal-"
  private static let suffix = ".sqlite"
  private var unfinished: FilePath { folder.appending(".journal.new") }

  struct Backup: Equatable, Sendable {
    let path: FilePath
    let at: Instant
  }

  struct Unsound: Error, CustomStringConvertible {
    let description: String
  }

  /// The backups, the newest first.
  func all() throws -> [Backup] {
    try Folder.list(folder).compactMap { entry in
      let name = entry.text
      guard entry.kind == .regular, name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix),
        let moment = Int64(name.dropFirst(Self.prefix.count).dropLast(Self.suffix.count))
      else { return nil }
      return Backup(path: folder.appending(entry.name), at: Instant(millisecondsSinceEpoch: moment))
    }
    .sorted { $0.at > $1.at }
  }

  /// - Parameter copy: writes the journal, as it is now, to a path at which nothing stands.
  /// - Throws: what `copy` throws; `Unsound` where the copy does not pass the check.
  @discardableResult
  func make(at now: Instant, _ copy: (String) throws -> Void) throws -> Backup {
    for rest in ["", "-journal", "-wal", "-shm"] {
      try DurableFile.remove(FilePath(bytes: unfinished.bytes + Array(rest.utf8)))
    }
    do {
      try copy("\(unfinished)")
      let verdict = try JournalCheck.verdict(on: "\(unfinished)")
      guard verdict == .sound else { throw Unsound(description: "the copy of the journal is not sound: \(verdict)") }
    } catch {
      // What is half there would only take room.
      try? DurableFile.remove(unfinished)
      throw error
    }
    _ = unfinished.withCString { chmod($0, 0o600) }
    let target = folder.appending("\(Self.prefix)\(now.millisecondsSinceEpoch)\(Self.suffix)")
    try DurableFile.publish(unfinished, to: target)
    try rotate()
    return Backup(path: target, at: now)
  }

  private func rotate() throws {
    let all = try all()
    var kept = Set(all.prefix(Self.newest).map(\.at))
    var days: [String] = []
    for backup in all {
      let day = backup.at.inVietnam.dateText
      guard !days.contains(day), days.count <= Self.days else { continue }
      days.append(day)
      kept.insert(backup.at)
    }
    for backup in all where !kept.contains(backup.at) { try DurableFile.remove(backup.path) }
  }
}
