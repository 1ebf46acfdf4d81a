import Durable
import Exchange
import Foundation
import Logging

/// Opens the journal at the daemon's start: one that is broken or gone is put aside, never removed, and the newest backup that
/// is sound takes its place. Every step may be repeated: what is written first says that the journal was lost. Blocking.
struct JournalRescue {
  let paths: StatePaths
  /// Whether a daemon ran with this state folder before: then there must be a journal.
  let hasRun: Bool
  let now: Instant
  let logger: Logger

  private var backups: JournalBackups { JournalBackups(folder: FilePath(paths.backups)) }

  /// - Throws: `Journal.Problem`, or what keeps the file from being read, moved or written: a disk that fails is no reason to
  ///   give a journal up.
  func open() throws -> Journal {
    let loss: JournalLoss? =
      switch try JournalCheck.verdict(on: paths.journal) {
      case .sound: nil
      case .damaged(let detail): JournalLoss(since: now, cause: .damaged, detail: detail)
      case .missing:
        hasRun ? JournalLoss(since: now, cause: .missing, detail: "there is none, though the daemon ran before") : nil
      }
    if let loss { try replace(loss) }
    return try Journal(opening: paths.journal)
  }

  private func replace(_ found: JournalLoss) throws {
    // A crash came in between: what was found first is the truth.
    let earlier = try JournalLoss.read(paths.journalLoss).flatMap { $0.settledAt == nil ? $0 : nil }
    var loss = earlier ?? found
    try loss.write(paths.journalLoss)
    if let aside = try putAside() { loss.aside = aside }
    // It counts the events of the journal that is gone, and is made anew.
    for suffix in ["", "-wal", "-shm"] { try DurableFile.remove(FilePath(paths.catalogue + suffix)) }
    loss.backupAt = try restore()
    try loss.write(paths.journalLoss)
    logger.critical(
      "the journal was lost: nothing is sent or filed before hub and folders were asked what it held",
      metadata: [
        "journal": "\(paths.journal)", "cause": "\(loss.cause.rawValue)", "error": "\(loss.detail)",
        "aside": "\(loss.aside ?? "nothing was left of it")",
        "backup": "\(loss.backupAt.map { "of \($0)" } ?? "none that is sound: it is begun anew")",
      ])
  }

  /// Also a WAL whose database is gone: it would be applied to what takes the place.
  private func putAside() throws -> String? {
    let files = try ["", "-wal", "-shm", "-journal"].filter { try Folder.look(FilePath(paths.journal + $0)) != nil }
    if files.isEmpty { return nil }
    let aside = FilePath("\(paths.damaged)/journal-\(now.millisecondsSinceEpoch)")
    try Folder.make(aside, permissions: 0o700)
    // The database last: while it stands there, this is done again.
    for suffix in files.reversed() {
      let file = FilePath(paths.journal + suffix)
      try DurableFile.rename(file, to: aside.appending(file.name))
    }
    try DurableFile.syncFolder(aside)
    try DurableFile.syncFolder(FilePath(paths.state))
    return "\(aside)"
  }

  /// - Returns: when the backup was made; nil where none is sound.
  private func restore() throws -> Instant? {
    for backup in try backups.all() {
      let verdict = try JournalCheck.verdict(on: "\(backup.path)")
      guard verdict == .sound else {
        logger.error("a backup is not sound", metadata: ["file": "\(backup.path)", "why": "\(verdict)"])
        continue
      }
      let temporary = FilePath("\(paths.state)/.journal.restored")
      try DurableFile.remove(temporary)
      try Placement.copy(backup.path, to: temporary)
      try DurableFile.publish(temporary, to: FilePath(paths.journal))
      return backup.at
    }
    return nil
  }
}
