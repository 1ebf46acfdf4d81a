import Exchange
import Foundation
import GRDB

/// How many documents of a unit are in which state.
public struct StateCount: Sendable, Codable {
  public var unit: UnitID
  public var direction: JournalEvent.Direction
  public var state: String
  public var count: Int
}

extension Journal {
  /// The units and groups as the hub last told them; nil before it was first reached.
  public func directory() async throws -> Directory? {
    if let kept = directoryKept.withLockedValue({ $0 }) { return kept }
    let directory = try await read { try Self.directory(in: $0) }
    if keepsDirectory { directoryKept.withLockedValue { $0 = $0 ?? directory } }
    return directory
  }

  static func directory(in database: Database) throws -> Directory? {
    try String.fetchOne(database.cachedStatement(sql: "SELECT body FROM directory WHERE id = 1"))
      .map { try CanonicalJSON.decode(Directory.self, from: Data($0.utf8)) }
  }

  public func save(_ directory: Directory) async throws {
    try await write { [self] database in
      try Self.save(directory, in: database)
      directoryKept.withLockedValue { $0 = directory }
    }
    ringDirectoryBells()
  }

  static func save(_ directory: Directory, in database: Database) throws {
    let body = String(decoding: try CanonicalJSON.encode(directory), as: UTF8.self)
    try database.cachedStatement(
      sql: "INSERT INTO directory (id, body) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body"
    ).execute(arguments: [body])
  }

  /// The newest events, oldest first.
  public func events(after id: Int64 = 0, limit: Int) async throws -> [JournalEvent] {
    try await read { database in
      try JournalEvent.fetchAll(
        database.cachedStatement(
          sql: "SELECT * FROM (SELECT * FROM event WHERE id > ? ORDER BY id DESC LIMIT ?) ORDER BY id"),
        arguments: [id, limit])
    }
  }

  /// What happened after an event that the catalogue has to know, oldest first.
  func eventsOfLetters(after id: Int64, limit: Int) async throws -> [JournalEvent] {
    try await read { database in
      try JournalEvent.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT * FROM event WHERE id > ? AND name IN ('filed', 'sent', 'recovered', 'corrected') ORDER BY id LIMIT ?
            """), arguments: [id, limit])
    }
  }

  /// Adds to a document's history.
  /// - Returns: the event's number.
  public func append(_ event: JournalEvent) async throws -> Int64 {
    try await write { database in
      try event.insert(database)
      return database.lastInsertedRowID
    }
  }

  public func events(of document: DocumentID) async throws -> [JournalEvent] {
    try await read { database in
      try JournalEvent.fetchAll(
        database.cachedStatement(sql: "SELECT * FROM event WHERE document = ? ORDER BY id"), arguments: [document.text])
    }
  }

  /// The documents, in either direction, whose identifier begins or ends with this text: the last characters differ most.
  public func documents(like text: String) async throws -> [DocumentID] {
    guard text.allSatisfy({ $0.isHexDigit || $0 == "-" }) else { return [] }
    return try await read { database in
      try String.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT document FROM outgoing WHERE document LIKE ?1 || '%' OR document LIKE '%' || ?1
            UNION SELECT document FROM incoming WHERE document LIKE ?1 || '%' OR document LIKE '%' || ?1 LIMIT 20
            """), arguments: [text.lowercased()]
      ).map { try DocumentID($0) }
    }
  }

  public func incoming(_ document: DocumentID) async throws -> [IncomingRecord] {
    try await read { database in
      try IncomingRecord.fetchAll(
        database.cachedStatement(sql: "SELECT * FROM incoming WHERE document = ?"), arguments: [document.text])
    }
  }

  /// What is known of a document's arrival at each recipient, the latest last.
  public func deliveries(of document: DocumentID) async throws -> [DeliveryReport] {
    try await read { database in
      try Row.fetchAll(
        database.cachedStatement(sql: "SELECT * FROM delivery WHERE document = ? ORDER BY at"),
        arguments: [document.text]
      )
      .compactMap { row in
        guard let event = EvidenceEvent(rawValue: row["event"]) else { return nil }
        return DeliveryReport(
          document: document, recipient: try UnitID(row["recipient"] as String), recipientName: row["recipientName"],
          event: event, at: Instant(millisecondsSinceEpoch: row["at"]), reason: row["reason"])
      }
    }
  }

  public func counts() async throws -> [StateCount] {
    try await read { database in
      try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT unit, 'outgoing' AS direction, state, count(*) AS count FROM outgoing GROUP BY unit, state
            UNION ALL SELECT unit, 'incoming', state, count(*) FROM incoming GROUP BY unit, state ORDER BY 1, 2, 3
            """)
      ).compactMap { row in
        guard let direction = JournalEvent.Direction(rawValue: row["direction"]) else { return nil }
        return StateCount(
          unit: try UnitID(row["unit"] as String), direction: direction, state: row["state"], count: row["count"])
      }
    }
  }
}
