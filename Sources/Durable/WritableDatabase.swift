import GRDB

extension DatabaseWriter {
  /// Begins a write and gives it up again. Where SQLite could not open one of its files for writing (too many open files, a
  /// disk that failed for a moment), it opens the file for reading, and says nothing until the first write, which then fails,
  /// as does every one after it (sqlite3_open_v2(), SQLITE_OPEN_READWRITE). A daemon that begins so would never recover.
  /// - Throws: the database's error: opening it anew may help.
  public func assureWritable() throws {
    try writeWithoutTransaction { database in try database.inTransaction(.immediate) { .rollback } }
  }
}
