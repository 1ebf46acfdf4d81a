import Exchange
import Foundation
import GRDB

extension Journal {
  public func cursor(of unit: UnitID) async throws -> MailboxCursor {
    try await read { try Self.cursor(of: unit, in: $0) }
  }

  static func cursor(of unit: UnitID, in database: Database) throws -> MailboxCursor {
    MailboxCursor(
      try Int64.fetchOne(
        database.cachedStatement(sql: "SELECT value FROM cursor WHERE unit = ?"), arguments: [unit.rawValue]) ?? 0)
  }

  /// Takes in a page of a unit's mailbox: new documents, news of deliveries, and the cursor, all or nothing.
  /// - Returns: the rows that are new.
  public func announce(_ page: MailboxPage, to unit: UnitID, at now: Instant) async throws -> [IncomingRecord] {
    try await write { try Self.announce(page, to: unit, at: now, in: $0) }
  }

  static func announce(_ page: MailboxPage, to unit: UnitID, at now: Instant, in database: Database) throws
    -> [IncomingRecord]
  {
    var added: [IncomingRecord] = []
    for item in page.items {
      if let posted = item.document {
        let record = IncomingRecord(unit: unit, sequence: item.sequence, posted: posted, announcedAt: now)
        guard try record.insert(database) else {
          // An older hub doesn't tell what was said of a document: nothing follows from that it stands there.
          guard page.ledger != nil else { continue }
          if let again = try Self.meetAgain(item, posted, of: unit, at: now, in: database) { added.append(again) }
          continue
        }
        added.append(record)
        var detail = ["name": posted.name, "sender": posted.senderName, "receipt": posted.receiptNumber]
        detail["replyTo"] = posted.replyTo?.text
        if posted.paperFollows == true { detail["paper"] = "follows" }
        try JournalEvent(.announced, of: posted.document, unit: unit, .incoming, at: now, detail: detail).insert(
          database)
      } else if let report = item.delivery {
        try Self.record(report, for: unit, in: database)
      }
    }
    try database.cachedStatement(
      sql: """
        INSERT INTO cursor (unit, value, epoch) VALUES (?, ?, ?)
        ON CONFLICT (unit) DO UPDATE SET value = max(value, excluded.value), epoch = coalesce(epoch, excluded.epoch)
        """
    ).execute(arguments: [unit.rawValue, page.next.value, page.ledger?.epoch])
    return added
  }

  private static func record(_ report: DeliveryReport, for unit: UnitID, in database: Database) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO delivery (document, recipient, recipientName, event, at, reason) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (document, recipient, event) DO UPDATE SET at = excluded.at, reason = excluded.reason
        WHERE excluded.at > at AND event IN ('ContentAccessTracking', 'ConsignmentRejection')
        """
    ).execute(arguments: [
      report.document.text, report.recipient.rawValue, report.recipientName, report.event.rawValue,
      report.at.millisecondsSinceEpoch, report.reason,
    ])
    guard database.changesCount == 1 else { return }
    let name: JournalEvent.Name =
      switch report.event {
      case .submissionAcceptance: .accepted
      case .contentHandover: .delivered
      case .contentHandoverFailure: .deliveryFailed
      case .contentAccessTracking: .read
      case .consignmentRejection: .returned
      }
    var detail = ["recipient": report.recipientName]
    detail["reason"] = report.reason
    try JournalEvent(name, of: report.document, unit: unit, .outgoing, at: report.at, detail: detail).insert(database)
  }

  public func openIncoming() async throws -> [IncomingRecord] {
    try await read { try Self.openIncoming(in: $0) }
  }

  static func openIncoming(in database: Database) throws -> [IncomingRecord] {
    try IncomingRecord.fetchAll(
      database.cachedStatement(
        sql: "SELECT * FROM incoming WHERE state IN ('announced', 'verified', 'numbered') ORDER BY sequence"))
  }

  /// Writes the row as it is now, with what happened and, where the hub must learn of it, the acknowledgement to send; all
  /// or nothing.
  public func save(_ record: IncomingRecord, _ events: [JournalEvent] = [], acknowledging: Acknowledgement? = nil)
    async throws
  {
    try await write { try Self.save(record, events, acknowledging: acknowledging, in: $0) }
    if record.journey.state == .filed { lettersFiled.ring() }
  }

  static func save(
    _ record: IncomingRecord, _ events: [JournalEvent], acknowledging: Acknowledgement?, in database: Database
  ) throws {
    try record.update(database)
    for event in events { try event.insert(database) }
    if events.contains(where: { $0.name == .filed }) { try noteReply(record, in: database) }
    if let acknowledging { try enter(acknowledging, of: record.unit, in: database) }
  }

  /// A letter of ours that it answers learns of it.
  private static func noteReply(_ record: IncomingRecord, in database: Database) throws {
    guard let answered = record.posted.replyTo, let sent = try outgoing(answered, in: database),
      sent.unit == record.unit
    else { return }
    try JournalEvent(
      .replied, of: answered, unit: sent.unit, .outgoing, at: record.updatedAt,
      detail: ["name": sent.nameText, "recipient": record.posted.senderName, "reply": record.document.text]
    ).insert(database)
  }

  /// Gives the document its incoming number (số đến) and its name in inbox/, once: the counter moves in the same
  /// transaction, so that no number is left out or given twice, whatever crashes.
  /// - Parameters:
  ///   - floor: the year's first number is above this one.
  ///   - name: makes the file name from the number.
  public func number(
    _ record: IncomingRecord, year: Int, above floor: Int = 0, at now: Instant,
    name: @escaping @Sendable (Int) -> String
  ) async throws -> IncomingRecord {
    try await write { try Self.number(record, year: year, above: floor, at: now, name: name, in: $0) }
  }

  /// The last number that was given; nil where none was in that year.
  public func lastNumber(of unit: UnitID, in year: Int) async throws -> Int? {
    try await read { database in
      try Int.fetchOne(
        database.cachedStatement(sql: "SELECT last FROM incoming_count WHERE unit = ? AND year = ?"),
        arguments: [unit.rawValue, year])
    }
  }

  static func number(
    _ record: IncomingRecord, year: Int, above floor: Int = 0, at now: Instant, name: (Int) -> String,
    in database: Database
  ) throws -> IncomingRecord {
    let last = try Int.fetchOne(
      database.cachedStatement(sql: "SELECT last FROM incoming_count WHERE unit = ? AND year = ?"),
      arguments: [record.unit.rawValue, year])
    let number = (last ?? floor) + 1
    try database.cachedStatement(
      sql: """
        INSERT INTO incoming_count (unit, year, last) VALUES (?, ?, ?)
        ON CONFLICT (unit, year) DO UPDATE SET last = excluded.last
        """
    ).execute(arguments: [record.unit.rawValue, year, number])
    var numbered = record
    numbered.number = number
    numbered.year = year
    numbered.target = name(number)
    numbered.journey.apply(.numbered, now: now, retry: RetryPolicy(), random: 0)
    numbered.updatedAt = now
    try numbered.update(database)
    return numbered
  }
}
