import Exchange
import Foundation
import GRDB

/// How far a unit's mailbox was read, and in which ledger of the hub.
struct MailboxPlace: Sendable {
  var cursor: MailboxCursor
  /// nil where no hub told it yet.
  var epoch: String?

  /// Whether what is known here was learned of another ledger than this.
  func isOfAnother(than ledger: LedgerStanding) -> Bool {
    epoch.map { $0 != ledger.epoch } ?? false || cursor > ledger.newest
  }
}

extension Journal {
  func place(of unit: UnitID) async throws -> MailboxPlace {
    try await read { database in
      let row = try Row.fetchOne(
        database.cachedStatement(sql: "SELECT value, epoch FROM cursor WHERE unit = ?"), arguments: [unit.rawValue])
      return MailboxPlace(cursor: MailboxCursor(row?["value"] ?? 0), epoch: row?["epoch"])
    }
  }

  /// Remembers which ledger answers, where none was known.
  func note(_ ledger: LedgerStanding, of unit: UnitID) async throws {
    try await write { database in
      try database.execute(
        sql: """
          INSERT INTO cursor (unit, value, epoch) VALUES (?, 0, ?)
          ON CONFLICT (unit) DO UPDATE SET epoch = coalesce(epoch, excluded.epoch)
          """, arguments: [unit.rawValue, ledger.epoch])
    }
  }

  /// The hub has another ledger: what was sent and isn't in it is to be sent again, and the mailbox to be read from its
  /// start, all or nothing.
  /// - Parameter known: the unit's documents that the ledger has.
  /// - Returns: those that are to be sent again; and whether that is all, or some are just being filed.
  func forgotten(by ledger: LedgerStanding, of unit: UnitID, except known: Set<DocumentID>, at now: Instant)
    async throws
    -> (reopened: [OutgoingRecord], isWhole: Bool)
  {
    try await write { database in
      let rows = try Row.fetchAll(
        database, sql: "SELECT document, state FROM outgoing WHERE unit = ? AND receipt IS NOT NULL",
        arguments: [unit.rawValue])
      var reopened: [OutgoingRecord] = []
      var isWhole = true
      for row in rows {
        let document = try DocumentID(row["document"] as String)
        guard !known.contains(document) else { continue }
        // A lane has it in its hands.
        guard row["state"] as String == OutgoingState.sent.rawValue else {
          isWhole = false
          continue
        }
        guard var record = try Self.outgoing(document, in: database) else { continue }
        let receipt = record.receiptNumber
        record.journey = OutgoingJourney(state: .signed, notBefore: now)
        record.upload = nil
        record.receipt = nil
        record.receiptNumber = nil
        record.leftBehind = nil
        record.updatedAt = now
        var detail = ["name": record.nameText]
        detail["receipt"] = receipt
        try Self.save(
          record, [JournalEvent(.forgotten, of: document, unit: unit, .outgoing, at: now, detail: detail)],
          in: database)
        reopened.append(record)
      }
      if isWhole {
        try database.execute(
          sql: """
            INSERT INTO cursor (unit, value, epoch) VALUES (?, 0, ?)
            ON CONFLICT (unit) DO UPDATE SET value = 0, epoch = excluded.epoch
            """, arguments: [unit.rawValue, ledger.epoch])
      }
      return (reopened, isWhole)
    }
  }

  /// A document that the journal knows stands in the mailbox anew: the ledger that forgot it, and what became of it, learns
  /// that again. One that the hub no longer gave out it gives out now.
  /// - Returns: the row where its journey begins anew.
  static func meetAgain(
    _ item: MailboxItem, _ posted: PostedDocument, of unit: UnitID, at now: Instant, in database: Database
  )
    throws -> IncomingRecord?
  {
    guard
      var record = try IncomingRecord.fetchOne(
        database.cachedStatement(sql: "SELECT * FROM incoming WHERE document = ? AND unit = ?"),
        arguments: [posted.document.text, unit.rawValue])
    else { return nil }
    if record.journey.state == .withdrawn, record.sequence != item.sequence {
      try database.cachedStatement(sql: "UPDATE incoming SET sequence = ? WHERE document = ? AND unit = ?").execute(
        arguments: [item.sequence.value, posted.document.text, unit.rawValue])
      record.sequence = item.sequence
      record.journey = IncomingJourney()
      record.detail = nil
      record.updatedAt = now
      try record.update(database)
      return record
    }
    guard item.evidence == nil, [.filed, .quarantined].contains(record.journey.state) else { return nil }
    let isPending = try Bool.fetchOne(
      database.cachedStatement(
        sql: "SELECT EXISTS (SELECT 1 FROM acknowledgement WHERE unit = ? AND document = ? AND done = 0)"),
      arguments: [unit.rawValue, posted.document.text])
    if isPending == true { return nil }
    let acknowledgement =
      record.journey.state == .filed
      ? Acknowledgement(document: record.document, digest: record.posted.digest, event: .contentHandover, at: now)
      : Acknowledgement(
        document: record.document, digest: record.posted.digest, event: .contentHandoverFailure, at: now,
        reason: record.detail ?? "quarantined")
    try save(record, [], acknowledging: acknowledgement, in: database)
    return nil
  }
}
