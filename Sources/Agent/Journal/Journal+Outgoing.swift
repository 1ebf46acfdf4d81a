import Exchange
import GRDB

extension Journal {
  /// Writes the document's row as it is now, and what happened to it; durable on return.
  public func save(_ record: OutgoingRecord, _ events: [JournalEvent] = []) async throws {
    try await write { try Self.save(record, events, in: $0) }
    if record.journey.state == .sent { lettersFiled.ring() }
  }

  static func save(_ record: OutgoingRecord, _ events: [JournalEvent], in database: Database) throws {
    try record.save(database)
    for event in events { try event.insert(database) }
  }

  /// The documents whose journey isn't over: what a start takes up again.
  public func openOutgoing() async throws -> [OutgoingRecord] {
    try await read { try Self.openOutgoing(in: $0) }
  }

  static func openOutgoing(in database: Database) throws -> [OutgoingRecord] {
    try OutgoingRecord.fetchAll(
      database.cachedStatement(sql: "SELECT * FROM outgoing WHERE state NOT IN ('sent', 'rejected')"))
  }

  /// The documents that are at their end, but whose originals still stand in an outbox.
  public func leftBehind() async throws -> [OutgoingRecord] {
    try await read { database in
      try OutgoingRecord.fetchAll(
        database.cachedStatement(sql: "SELECT * FROM outgoing WHERE leftBehind IS NOT NULL ORDER BY takenAt"))
    }
  }

  public func outgoing(_ document: DocumentID) async throws -> OutgoingRecord? {
    try await read { try Self.outgoing(document, in: $0) }
  }

  static func outgoing(_ document: DocumentID, in database: Database) throws -> OutgoingRecord? {
    try OutgoingRecord.fetchOne(
      database.cachedStatement(sql: "SELECT * FROM outgoing WHERE document = ?"), arguments: [document.text])
  }

  /// An earlier document with the same dropped bytes for the same addressee that the hub took or will take.
  public func earlierCopy(of digest: SHA256Digest, unit: UnitID, addressee: Addressee) async throws -> OutgoingRecord? {
    try await read { try Self.earlierCopy(of: digest, unit: unit, addressee: addressee, in: $0) }
  }

  static func earlierCopy(of digest: SHA256Digest, unit: UnitID, addressee: Addressee, in database: Database) throws
    -> OutgoingRecord?
  {
    try OutgoingRecord.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT * FROM outgoing WHERE digest = ? AND addressee = ? AND unit = ? AND state NOT IN ('refused', 'rejected')
          ORDER BY takenAt LIMIT 1
          """), arguments: [digest.hex, addressee.description, unit.rawValue])
  }

  /// Writes that a document is signed, unless the same dropped bytes go to the same addressee under another identifier. One
  /// commit, since lanes that take in equal files at the same moment don't see each other before.
  /// - Returns: that other document; then nothing is written.
  public func saveSigned(_ record: OutgoingRecord, _ events: [JournalEvent]) async throws -> OutgoingRecord? {
    try await write { try Self.saveSigned(record, events, in: $0) }
  }

  static func saveSigned(_ record: OutgoingRecord, _ events: [JournalEvent], in database: Database) throws
    -> OutgoingRecord?
  {
    // Of two that wait to be signed the first one goes.
    let other = try OutgoingRecord.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT * FROM outgoing WHERE digest = ?1 AND addressee = ?2 AND unit = ?3 AND document <> ?4
            AND state NOT IN ('refused', 'rejected') AND (state <> 'spooled' OR document < ?4)
          ORDER BY takenAt LIMIT 1
          """),
      arguments: [record.digest?.hex, record.addressee?.description, record.unit.rawValue, record.document.text])
    if let other { return other }
    try save(record, events, in: database)
    return nil
  }
}
