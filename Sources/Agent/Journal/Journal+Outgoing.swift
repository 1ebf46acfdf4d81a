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

  /// An earlier document with the same dropped bytes that the hub took or will take, and that went to all of these.
  public func earlierCopy(of digest: SHA256Digest, unit: UnitID, addressees: [Addressee]) async throws
    -> OutgoingRecord?
  {
    try await read { try Self.earlierCopy(of: digest, unit: unit, addressees: addressees, in: $0) }
  }

  static func earlierCopy(
    of digest: SHA256Digest, unit: UnitID, addressees: [Addressee], in database: Database
  ) throws -> OutgoingRecord? {
    try copies(of: digest, unit: unit, covering: addressees, in: database).first
  }

  private static func copies(
    of digest: SHA256Digest, unit: UnitID, covering addressees: [Addressee], in database: Database
  ) throws -> [OutgoingRecord] {
    if addressees.isEmpty { return [] }
    let all = try OutgoingRecord.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT * FROM outgoing WHERE digest = ? AND unit = ? AND state NOT IN ('refused', 'rejected') ORDER BY takenAt
          """), arguments: [digest.hex, unit.rawValue])
    return all.filter { Set($0.addressees).isSuperset(of: addressees) }
  }

  /// Writes that a document is signed, unless the same dropped bytes go to the same addressees under another identifier. One
  /// commit, since lanes that take in equal files at the same moment don't see each other before.
  /// - Returns: that other document; then nothing is written.
  public func saveSigned(_ record: OutgoingRecord, _ events: [JournalEvent]) async throws -> OutgoingRecord? {
    try await write { try Self.saveSigned(record, events, in: $0) }
  }

  static func saveSigned(_ record: OutgoingRecord, _ events: [JournalEvent], in database: Database) throws
    -> OutgoingRecord?
  {
    let copies =
      try record.digest.map { try Self.copies(of: $0, unit: record.unit, covering: record.addressees, in: database) }
      ?? []
    // Of two that wait to be signed the first one goes.
    let other = copies.first {
      $0.document != record.document && ($0.journey.state != .spooled || $0.document < record.document)
    }
    if let other { return other }
    try save(record, events, in: database)
    return nil
  }
}
