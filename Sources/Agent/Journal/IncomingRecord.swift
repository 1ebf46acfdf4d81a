import Exchange
import Foundation
import GRDB

/// A row of the journal: one document that came for one unit.
public struct IncomingRecord: Sendable {
  public var unit: UnitID
  public var sequence: MailboxCursor
  public var posted: PostedDocument
  public var journey: IncomingJourney
  /// Số đến, and the year in which it counts.
  public var number: Int?
  public var year: Int?
  /// The file name in inbox/. Journalled with the number, before the file is put there.
  public var target: String?
  /// Why it is quarantined or withdrawn.
  public var detail: String?
  /// What a clerk did with it since it was filed.
  public var handling = Handling.waiting
  public var announcedAt: Instant
  public var updatedAt: Instant

  public init(unit: UnitID, sequence: MailboxCursor, posted: PostedDocument, announcedAt: Instant) {
    self.unit = unit
    self.sequence = sequence
    self.posted = posted
    journey = IncomingJourney()
    self.announcedAt = announcedAt
    updatedAt = announcedAt
  }

  public var document: DocumentID { posted.document }
}

extension IncomingRecord: FetchableRecord {
  public init(row: Row) throws {
    unit = try UnitID(row["unit"] as String)
    sequence = MailboxCursor(row["sequence"])
    posted = try CanonicalJSON.decode(PostedDocument.self, from: Data((row["posted"] as String).utf8))
    guard let state = IncomingState(rawValue: row["state"]) else { throw MalformedValue("state", row["state"]) }
    journey = IncomingJourney(
      state: state, attempts: row["attempts"], notBefore: Instant(millisecondsSinceEpoch: row["notBefore"]))
    number = row["number"]
    year = row["year"]
    target = row["target"]
    detail = row["detail"]
    handling = (row["handling"] as String?).flatMap { Handling(rawValue: $0) } ?? .waiting
    announcedAt = Instant(millisecondsSinceEpoch: row["announcedAt"])
    updatedAt = Instant(millisecondsSinceEpoch: row["updatedAt"])
  }

  /// Adds the row unless the unit has the document already: a posting seen twice is one document.
  func insert(_ database: Database) throws -> Bool {
    try database.cachedStatement(
      sql: """
        INSERT INTO incoming (document, unit, sequence, state, posted, attempts, notBefore, announcedAt, updatedAt)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """
    ).execute(arguments: [
      document.text, unit.rawValue, sequence.value, journey.state.rawValue,
      String(decoding: try CanonicalJSON.encode(posted), as: UTF8.self), journey.attempts,
      journey.notBefore.millisecondsSinceEpoch, announcedAt.millisecondsSinceEpoch, updatedAt.millisecondsSinceEpoch,
    ])
    return database.changesCount == 1
  }

  func update(_ database: Database) throws {
    try database.cachedStatement(
      sql: """
        UPDATE incoming SET state = ?, number = ?, year = ?, target = ?, attempts = ?, notBefore = ?, detail = ?, updatedAt = ?
        WHERE document = ? AND unit = ?
        """
    ).execute(arguments: [
      journey.state.rawValue, number, year, target, journey.attempts, journey.notBefore.millisecondsSinceEpoch, detail,
      updatedAt.millisecondsSinceEpoch, document.text, unit.rawValue,
    ])
  }
}
