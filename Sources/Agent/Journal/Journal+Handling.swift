import Exchange
import Foundation
import GRDB

extension Journal {
  /// Letters that were filed under these names in a unit's inbox, by name.
  public func incoming(named names: [String], of unit: UnitID) async throws -> [String: IncomingRecord] {
    var found: [String: IncomingRecord] = [:]
    // SQLite binds so many values in one statement.
    for start in stride(from: 0, to: names.count, by: 500) {
      let some = Array(names[start..<min(start + 500, names.count)])
      let records = try await read { database in
        try IncomingRecord.fetchAll(
          database,
          sql: """
            SELECT * FROM incoming WHERE unit = ? AND target IN (\(databaseQuestionMarks(count: some.count)))
            """, arguments: StatementArguments([unit.rawValue] + some))
      }
      for record in records { if let name = record.target { found[name] = record } }
    }
    return found
  }

  /// The letter with these bytes that came for a unit; the newest where it came several times.
  public func incoming(with digest: SHA256Digest, of unit: UnitID) async throws -> IncomingRecord? {
    try await read { database in
      try IncomingRecord.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT * FROM incoming WHERE unit = ? AND json_extract(posted, '$.digest') = ? ORDER BY sequence DESC LIMIT 1
            """), arguments: [unit.rawValue, digest.hex])
    }
  }

  /// Whether a letter of so many bytes came for a unit.
  public func hasIncoming(of size: Int64, for unit: UnitID) async throws -> Bool {
    try await read { database in
      try Bool.fetchOne(
        database.cachedStatement(
          sql: "SELECT EXISTS (SELECT 1 FROM incoming WHERE unit = ? AND json_extract(posted, '$.size') = ?)"),
        arguments: [unit.rawValue, size]) ?? false
    }
  }

  /// Writes what a clerk did with a letter, and what the hub is to learn of it; all or nothing.
  public func save(
    _ handling: Handling, of record: IncomingRecord, _ event: JournalEvent, acknowledging: Acknowledgement?
  ) async throws {
    try await write { database in
      try database.cachedStatement(sql: "UPDATE incoming SET handling = ? WHERE document = ? AND unit = ?").execute(
        arguments: [handling.rawValue, record.document.text, record.unit.rawValue])
      try event.insert(database)
      if let acknowledging { try Self.enter(acknowledging, of: record.unit, in: database) }
    }
  }

  static func enter(_ acknowledgement: Acknowledgement, of unit: UnitID, in database: Database) throws {
    try database.cachedStatement(sql: "INSERT INTO acknowledgement (unit, document, body) VALUES (?, ?, ?)").execute(
      arguments: [
        unit.rawValue, acknowledgement.document.text,
        String(decoding: try CanonicalJSON.encode(acknowledgement), as: UTF8.self),
      ])
  }
}

extension Journal {
  /// What a unit sent and the hub took, taken in since then, the newest first.
  public func accepted(of unit: UnitID, since: Instant) async throws -> [OutgoingRecord] {
    try await read { database in
      try OutgoingRecord.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM outgoing WHERE unit = ? AND takenAt >= ? AND state IN ('accepted', 'sent') ORDER BY takenAt DESC
            """), arguments: [unit.rawValue, since.millisecondsSinceEpoch])
    }
  }

  /// Letters that came for a unit in answer to one of its own, by who sent them; the newest of each.
  public func answers(to document: DocumentID, of unit: UnitID) async throws -> [UnitID: DocumentID] {
    try await read { database in
      let records = try IncomingRecord.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM incoming WHERE unit = ? AND json_extract(posted, '$.replyTo') = ? AND state = 'filed'
            ORDER BY sequence
            """), arguments: [unit.rawValue, document.text])
      return Dictionary(records.map { ($0.posted.sender, $0.document) }, uniquingKeysWith: { $1 })
    }
  }
}
