import Exchange
import GRDB

/// The ledger's epoch: a random text that tells this ledger from what a backup brings back of it.
extension SQLiteLedger {
  func standing() async throws -> LedgerStanding { try await read { try Self.standing(in: $0) } }

  static func standing(in database: Database) throws -> LedgerStanding {
    let newest = try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(sequence) FROM posting")) ?? 0
    return LedgerStanding(epoch: try epoch(in: database), newest: MailboxCursor(newest))
  }

  static func epoch(in database: Database) throws -> String {
    try String.fetchOne(database.cachedStatement(sql: "SELECT epoch FROM ledger_epoch WHERE id = 1")) ?? ""
  }

  /// From now on whoever knows the ledger compares what it holds with what the ledger does.
  /// - Returns: the new epoch.
  func beginEpoch() async throws -> String {
    try await write { database in
      try database.execute(sql: "UPDATE ledger_epoch SET epoch = lower(hex(randomblob(16))) WHERE id = 1")
      return try Self.epoch(in: database)
    }
  }
}
