import Durable
import Exchange
import Foundation
import GRDB

/// What hub and folders tell of an incoming document that the journal doesn't know to be at its end.
struct IncomingFinding: Sendable {
  var document: DocumentID
  /// Where the journey ended.
  var state: IncomingState
  /// Relative to inbox/; nil where it isn't there any more.
  var target: String?
  /// As its name says.
  var number: Int?
  /// In which it was numbered.
  var year: Int
  /// The hub knows already what became of it.
  var isAcknowledged: Bool
}

/// What a journal that was lost learns again.
extension Journal {
  /// From where a unit's mailbox must be read so that every document is met whose end isn't known.
  func recoveryStart(of unit: UnitID) async throws -> MailboxCursor {
    try await read { database in
      let open = try Int64.fetchOne(
        database,
        sql: """
          SELECT min(sequence) FROM incoming WHERE unit = ? AND state IN ('announced', 'verified', 'numbered')
          """, arguments: [unit.rawValue])
      let cursor = try Self.cursor(of: unit, in: database)
      return open.map { min(cursor, MailboxCursor($0 - 1)) } ?? cursor
    }
  }

  /// The documents of these whose end the journal does not know.
  func unfinishedIncoming(of unit: UnitID, among documents: [DocumentID]) async throws -> Set<DocumentID> {
    try await read { database in
      var unfinished: Set<DocumentID> = []
      for document in documents {
        let state = try String.fetchOne(
          database.cachedStatement(sql: "SELECT state FROM incoming WHERE document = ? AND unit = ?"),
          arguments: [document.text, unit.rawValue])
        let journey = state.flatMap { IncomingState(rawValue: $0) }.map { IncomingJourney(state: $0) }
        if journey?.nextStep != nil || journey == nil { unfinished.insert(document) }
      }
      return unfinished
    }
  }

  /// Takes in a page of a mailbox with what was found of its documents, all or nothing.
  /// - Returns: how many documents, by year, had a number that the journal did not count.
  func recover(_ page: MailboxPage, of unit: UnitID, _ findings: [IncomingFinding], at now: Instant) async throws
    -> [Int: Int]
  {
    try await write { database in
      _ = try Self.announce(page, to: unit, at: now, in: database)
      var uncounted: [Int: Int] = [:]
      for finding in findings {
        guard
          var record = try IncomingRecord.fetchOne(
            database, sql: "SELECT * FROM incoming WHERE document = ? AND unit = ?",
            arguments: [finding.document.text, unit.rawValue]), record.journey.nextStep != nil
        else { continue }
        let hadNumber = record.number != nil
        record.journey = IncomingJourney(state: finding.state)
        if finding.state == .filed {
          if !hadNumber {
            record.year = finding.year
            uncounted[finding.year, default: 0] += 1
            let taken = try Bool.fetchOne(
              database, sql: "SELECT EXISTS (SELECT 1 FROM incoming WHERE unit = ? AND year = ? AND number = ?)",
              arguments: [unit.rawValue, finding.year, finding.number])
            // A copy that a person made bears the same number.
            if taken != true { record.number = finding.number }
          }
          record.target = finding.target ?? record.target
        } else {
          record.detail = "known from the hub alone: the journal was lost"
        }
        record.updatedAt = now
        let handover = Acknowledgement(
          document: record.document, digest: record.posted.digest, event: .contentHandover, at: now)
        var detail = ["name": record.target ?? record.posted.name, "sender": record.posted.senderName]
        detail["number"] = record.number.map(String.init)
        try Self.save(
          record,
          [JournalEvent(.recovered, of: record.document, unit: unit, .incoming, at: now, detail: detail)],
          acknowledging: finding.state == .filed && !finding.isAcknowledged ? handover : nil, in: database)
      }
      return uncounted
    }
  }

  /// Sets the year's count so that no number is given twice and none is left out.
  /// - Parameters:
  ///   - uncounted: documents that were numbered after what the journal counted.
  ///   - highest: the highest number that a name in the inbox bears.
  func recoverCount(of unit: UnitID, in year: Int, uncounted: Int, highest: Int) async throws {
    try await write { database in
      let counted =
        try Int.fetchOne(
          database, sql: "SELECT last FROM incoming_count WHERE unit = ? AND year = ?",
          arguments: [unit.rawValue, year]) ?? 0
      let last = max(counted + uncounted, highest)
      guard last > 0 else { return }
      try database.execute(
        sql: """
          INSERT INTO incoming_count (unit, year, last) VALUES (?, ?, ?)
          ON CONFLICT (unit, year) DO UPDATE SET last = excluded.last
          """, arguments: [unit.rawValue, year, last])
    }
  }

  /// Outgoing documents of a unit that are on their way.
  func openOutgoing(of unit: UnitID) async throws -> [OutgoingRecord] {
    try await openOutgoing().filter { $0.unit == unit }
  }

  /// Writes what was learned again of outgoing documents, all or nothing.
  func recover(_ records: [(OutgoingRecord, JournalEvent)]) async throws {
    try await write { database in
      for (record, event) in records { try Self.save(record, [event], in: database) }
    }
  }
}
