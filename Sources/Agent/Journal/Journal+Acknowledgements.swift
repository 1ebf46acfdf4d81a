import Exchange
import Foundation
import GRDB

/// A batch of acknowledgements that has its identifier, and so is sent again under the same one until the hub answers.
public struct PendingBatch: Sendable {
  public var batch: AcknowledgementBatch
  /// The rows that it settles.
  var rows: [Int64]
}

extension Journal {
  /// The next batch to send for a unit: one that was begun before, or a new one, whose identifier is journalled first.
  public func nextBatch(for unit: UnitID, new identifier: EvidenceID) async throws -> PendingBatch? {
    try await write { try Self.nextBatch(for: unit, new: identifier, in: $0) }
  }

  static func nextBatch(for unit: UnitID, new identifier: EvidenceID, in database: Database) throws -> PendingBatch? {
    let begun = try String.fetchOne(
      database.cachedStatement(
        sql: "SELECT batch FROM acknowledgement WHERE unit = ? AND done = 0 AND batch IS NOT NULL LIMIT 1"),
      arguments: [unit.rawValue])
    if begun == nil {
      // The hub takes a batch up to `Limits.signedRecord` bytes, and reasons are people's words.
      var bytes = 0
      var rows: [Int64] = []
      let waiting = try Row.fetchCursor(
        database.cachedStatement(
          sql: """
            SELECT id, length(CAST(body AS BLOB)) AS size FROM acknowledgement
            WHERE unit = ? AND done = 0 AND batch IS NULL ORDER BY id LIMIT ?
            """), arguments: [unit.rawValue, Limits.acknowledgementsPerBatch])
      while let row = try waiting.next() {
        bytes += row["size"] as Int
        if !rows.isEmpty, bytes > Limits.signedRecord / 2 { break }
        rows.append(row["id"])
      }
      guard let first = rows.first, let last = rows.last else { return nil }
      try database.cachedStatement(
        sql: "UPDATE acknowledgement SET batch = ? WHERE unit = ? AND done = 0 AND batch IS NULL AND id BETWEEN ? AND ?"
      ).execute(arguments: [identifier.text, unit.rawValue, first, last])
    }
    let batch = begun ?? identifier.text
    let rows = try Row.fetchAll(
      database.cachedStatement(
        sql: "SELECT id, body FROM acknowledgement WHERE unit = ? AND batch = ? AND done = 0 ORDER BY id"),
      arguments: [unit.rawValue, batch])
    let items = try rows.map {
      try CanonicalJSON.decode(Acknowledgement.self, from: Data(($0["body"] as String).utf8))
    }
    return PendingBatch(
      batch: AcknowledgementBatch(evidence: try EvidenceID(batch), unit: unit, items: items),
      rows: rows.map { $0["id"] })
  }

  /// The hub has answered: the batch is settled, and the history says so.
  public func settle(_ pending: PendingBatch, result: AcknowledgementResult, at now: Instant) async throws {
    try await write { try Self.settle(pending, result: result, at: now, in: $0) }
  }

  static func settle(_ pending: PendingBatch, result: AcknowledgementResult, at now: Instant, in database: Database)
    throws
  {
    for row in pending.rows {
      try database.cachedStatement(sql: "UPDATE acknowledgement SET done = 1 WHERE id = ?").execute(arguments: [row])
    }
    for document in result.accepted {
      try JournalEvent(.acknowledged, of: document, unit: pending.batch.unit, .incoming, at: now).insert(database)
    }
    for rejection in result.rejected {
      try JournalEvent(
        .delayed, of: rejection.document, unit: pending.batch.unit, .incoming, at: now,
        detail: ["step": "acknowledge", "problem": rejection.type.rawValue]
      ).insert(database)
    }
  }
}
