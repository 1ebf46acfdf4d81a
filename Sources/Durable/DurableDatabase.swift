import GRDB

extension Configuration {
  /// As all our databases are opened.
  /// - Parameter readers: how many may read at the same time.
  public static func ours(readers: Int, isReadOnly: Bool = false) -> Configuration {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.readonly = isReadOnly
    configuration.busyMode = .timeout(10)
    configuration.maximumReaderCount = readers
    return configuration
  }
}

extension DatabasePool {
  /// Makes each commit outlive a power cut, and finds out whether there can be any. To be called once the pool is open.
  ///
  /// Opening a pool sets `synchronous = NORMAL` after `Configuration.prepareDatabase` has run (GRDB, `setUpWALMode`); in WAL
  /// mode a commit then isn't synced, and a power cut takes back what was answered for (sqlite.org/pragma.html#pragma_synchronous).
  ///
  /// Where SQLite could not open one of its files for writing (too many open files, a disk that failed for a moment), it
  /// opens it for reading and says nothing until a write, which then fails, as does every one after it (sqlite3_open_v2(),
  /// SQLITE_OPEN_READWRITE). A daemon that begins so would never recover.
  /// - Throws: the database's error: opening it anew may help.
  public func assureDurableWrites() throws {
    try writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA synchronous = FULL")
      try database.inTransaction(.immediate) { .rollback }
    }
  }
}
