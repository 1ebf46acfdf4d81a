import Durable
import GRDB

/// Whether a journal's file is whole, asked before it is believed. Blocking: every page is read.
enum JournalCheck {
  enum Verdict: Equatable {
    case sound
    /// There is no file, or one that no journal was ever written to.
    case missing
    /// Not a database, or one whose pages don't fit together; in SQLite's words.
    case damaged(String)
  }

  /// - Throws: the database's error where the file cannot be read now, which says nothing of what is in it.
  static func verdict(on path: String) throws -> Verdict {
    guard try Folder.look(FilePath(path)) != nil else { return .missing }
    do {
      let database = try DatabaseQueue(path: path, configuration: .ours(readers: 1))
      return try database.inDatabase { database in
        // `PRAGMA quick_check`: all but whether indexes match their tables (sqlite.org/pragma.html#pragma_quick_check).
        let found = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
        guard found == "ok" else { return .damaged(found) }
        return try database.tableExists("outgoing") ? .sound : .missing
      }
    } catch let error as DatabaseError where isDamage(error) {
      return .damaged(error.message ?? "\(error.resultCode)")
    }
  }

  /// Whether an error says that the file is broken, and not that the disk is.
  static func isDamage(_ error: any Error) -> Bool {
    guard let code = (error as? DatabaseError)?.resultCode.primaryResultCode else { return false }
    return code == .SQLITE_CORRUPT || code == .SQLITE_NOTADB
  }
}
