import Exchange
import Foundation
import GRDB

extension SQLiteLedger {
  /// Fan-out happens here, on reading: a document for a group is one posting, seen by whoever was a member when it came.
  func mailbox(of unit: UnitID, after cursor: MailboxCursor, limit: Int) async throws -> MailboxPage {
    try await read { try Self.mailbox(of: unit, after: cursor, limit: limit, in: $0) }
  }

  static func mailbox(of unit: UnitID, after cursor: MailboxCursor, limit: Int, in database: Database) throws
    -> MailboxPage
  {
    let rows = try Row.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT p.sequence, p.addressee, p.delivery, d.id, d.record, d.receiptNumber, d.acceptedAt, d.digest, d.size,
            u.id AS sender, u.name AS senderName, e.event AS ownEvent, e.at AS ownAt
          FROM (
            SELECT sequence, addressee, document, delivery FROM posting WHERE addressee = 'unit:' || ?1 AND sequence > ?2
            UNION
            SELECT p.sequence, p.addressee, p.document, p.delivery FROM group_member m
              JOIN posting p ON p.addressee = 'group:' || m.unit_group AND p.sequence > m.fromSequence
                AND (m.untilSequence IS NULL OR p.sequence <= m.untilSequence)
            WHERE m.unit = ?1 AND p.sequence > ?2
            ORDER BY 1 LIMIT ?3
          ) p JOIN document d ON d.id = p.document JOIN unit u ON u.id = d.sender
            LEFT JOIN evidence e ON e.document = d.id AND e.recipient = ?1 AND e.event = (
              SELECT event FROM evidence WHERE document = d.id AND recipient = ?1
              ORDER BY event = 'ContentHandover' DESC, at DESC LIMIT 1)
          ORDER BY p.sequence
          """), arguments: [unit.rawValue, cursor.value, limit + 1])
    let more = rows.count > limit
    let items = try rows.prefix(limit).compactMap { row -> MailboxItem? in
      let sequence = MailboxCursor(row["sequence"])
      if let delivery = row["delivery"] as String? {
        let report = try CanonicalJSON.decode(DeliveryReport.self, from: Data(delivery.utf8))
        return MailboxItem(sequence: sequence, delivery: report)
      }
      let submission = try CanonicalJSON.decode(Submission.self, from: Data((row["record"] as String).utf8))
      // A sender that belongs to the group which it writes to doesn't get its own letter.
      guard submission.sender != unit else { return nil }
      let posted = PostedDocument(
        document: submission.document, sender: submission.sender, senderName: row["senderName"],
        addressee: try Addressee(row["addressee"] as String), digest: try SHA256Digest(hex: row["digest"] as String),
        size: row["size"], name: submission.name, urgency: submission.urgency,
        replyTo: submission.replyTo, paperFollows: submission.paperFollows,
        acceptedAt: Instant(millisecondsSinceEpoch: row["acceptedAt"]), receiptNumber: row["receiptNumber"])
      let event = (row["ownEvent"] as String?).flatMap { EvidenceEvent(rawValue: $0) }
      let evidence = event.map { OwnEvidence(event: $0, at: Instant(millisecondsSinceEpoch: row["ownAt"])) }
      return MailboxItem(sequence: sequence, document: posted, evidence: evidence)
    }
    let last = rows.prefix(limit).last.map { MailboxCursor($0["sequence"]) }
    return MailboxPage(
      items: items, next: last ?? cursor, more: more, ledger: try Self.standing(in: database))
  }

  func changes(since mark: LedgerMark?) async throws -> LedgerChanges {
    try await read { database in
      let now = LedgerMark(
        directory: try Int64.fetchOne(database.cachedStatement(sql: "SELECT version FROM directory_version")) ?? 1,
        sequence: try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(sequence) FROM posting")) ?? 0)
      var changes = LedgerChanges(mark: now)
      guard let mark else { return changes }
      changes.isDirectoryNew = now.directory != mark.directory
      guard now.sequence > mark.sequence else { return changes }
      // Whatever came by request was told by that request.
      let returned = try String.fetchAll(
        database.cachedStatement(
          sql: "SELECT DISTINCT addressee FROM posting WHERE sequence > ? AND delivery LIKE ?"),
        arguments: [mark.sequence, "%\"\(DeliveryReport.unitClosed)\"%"])
      for text in returned { if case .unit(let unit) = try Addressee(text) { changes.returned.insert(unit) } }
      return changes
    }
  }

  func newestSequence() async throws -> MailboxCursor {
    try await read { database in
      MailboxCursor(try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(sequence) FROM posting")) ?? 0)
    }
  }

  func isParty(_ units: Set<UnitID>, to document: DocumentID) async throws -> Bool {
    try await read { try Self.isParty(units, to: document, in: $0) }
  }

  static func isParty(_ units: Set<UnitID>, to document: DocumentID, in database: Database) throws -> Bool {
    for unit in units where try Self.isParty(unit, to: document, in: database) { return true }
    return false
  }

  private static func isParty(_ unit: UnitID, to document: DocumentID, in database: Database) throws -> Bool {
    if try String.fetchOne(
      database.cachedStatement(sql: "SELECT sender FROM document WHERE id = ?"), arguments: [document.text])
      == unit.rawValue
    {
      return true
    }
    return try isAddressed(unit, by: document, in: database)
  }

  private static func isAddressed(_ unit: UnitID, by document: DocumentID, in database: Database) throws -> Bool {
    try Bool.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT EXISTS (
            SELECT 1 FROM posting p WHERE p.document = ?1 AND p.delivery IS NULL AND (p.addressee = 'unit:' || ?2 OR EXISTS (
              SELECT 1 FROM group_member m WHERE m.unit = ?2 AND p.addressee = 'group:' || m.unit_group
                AND p.sequence > m.fromSequence AND (m.untilSequence IS NULL OR p.sequence <= m.untilSequence))))
          """), arguments: [document.text, unit.rawValue]) ?? false
  }

  func acknowledge(_ batch: AcknowledgementBatch, digest: SHA256Digest, at now: Instant) async throws
    -> (result: AcknowledgementResult, notify: Set<UnitID>)
  {
    try await write { try Self.acknowledge(batch, digest: digest, at: now, in: $0) }
  }

  static func acknowledge(_ batch: AcknowledgementBatch, digest: SHA256Digest, at now: Instant, in database: Database)
    throws -> (result: AcknowledgementResult, notify: Set<UnitID>)
  {
    if let row = try Row.fetchOne(
      database.cachedStatement(sql: "SELECT unit, answer FROM acknowledgement_batch WHERE id = ?"),
      arguments: [batch.evidence.text])
    {
      guard row["unit"] as String == batch.unit.rawValue else {
        throw Problem(.idReused, "this identifier stands for another batch")
      }
      let answer = try CanonicalJSON.decode(AcknowledgementResult.self, from: Data((row["answer"] as String).utf8))
      return (answer, [])
    }
    var result = AcknowledgementResult(accepted: [], rejected: [])
    var notify: Set<UnitID> = []
    let name = try String.fetchOne(
      database.cachedStatement(sql: "SELECT name FROM unit WHERE id = ?"), arguments: [batch.unit.rawValue])
    for item in batch.items {
      if let problem = try Self.problem(with: item, of: batch.unit, in: database) {
        result.rejected.append(.init(document: item.document, type: problem))
        continue
      }
      result.accepted.append(item.document)
      try database.cachedStatement(
        // What a person did may be undone and done again: the newest counts. A handover is said once.
        sql: """
          INSERT INTO evidence (document, recipient, event, at, reason, batch) VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (document, recipient, event) DO UPDATE SET at = excluded.at, reason = excluded.reason,
            batch = excluded.batch
          WHERE excluded.at > at AND event IN ('ContentAccessTracking', 'ConsignmentRejection')
          """
      ).execute(arguments: [
        item.document.text, batch.unit.rawValue, item.event.rawValue, item.at.millisecondsSinceEpoch, item.reason,
        batch.evidence.text,
      ])
      guard database.changesCount == 1,
        let sender = try String.fetchOne(
          database.cachedStatement(sql: "SELECT sender FROM document WHERE id = ?"), arguments: [item.document.text])
      else { continue }
      let report = DeliveryReport(
        document: item.document, recipient: batch.unit, recipientName: name ?? batch.unit.rawValue, event: item.event,
        at: item.at, reason: item.reason)
      let senderID = try UnitID(sender)
      try post(report, to: senderID, in: database)
      notify.insert(senderID)
    }
    try database.cachedStatement(
      sql: "INSERT INTO acknowledgement_batch (id, unit, digest, answer) VALUES (?, ?, ?, ?)"
    ).execute(arguments: [
      batch.evidence.text, batch.unit.rawValue, digest.hex,
      String(decoding: try CanonicalJSON.encode(result), as: UTF8.self),
    ])
    return (result, notify)
  }

  /// Tells the senders of all documents of which the unit has said nothing yet that it won't get them.
  /// - Returns: those senders.
  static func returnMail(to unit: UnitID, at now: Instant, in database: Database) throws -> Set<UnitID> {
    let name = try String.fetchOne(
      database.cachedStatement(sql: "SELECT name FROM unit WHERE id = ?"), arguments: [unit.rawValue])
    let rows = try Row.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT d.id, d.sender FROM (
            SELECT document FROM posting WHERE addressee = 'unit:' || ?1 AND delivery IS NULL
            UNION
            SELECT p.document FROM group_member m
              JOIN posting p ON p.addressee = 'group:' || m.unit_group AND p.sequence > m.fromSequence
                AND (m.untilSequence IS NULL OR p.sequence <= m.untilSequence)
            WHERE m.unit = ?1 AND p.delivery IS NULL
          ) p JOIN document d ON d.id = p.document
          WHERE d.sender <> ?1
            AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.document = d.id AND e.recipient = ?1)
          ORDER BY d.id
          """), arguments: [unit.rawValue])
    var senders: Set<UnitID> = []
    for row in rows {
      let sender = try UnitID(row["sender"] as String)
      let report = DeliveryReport(
        document: try DocumentID(row["id"] as String), recipient: unit, recipientName: name ?? unit.rawValue,
        event: .consignmentRejection, at: now, reason: DeliveryReport.unitClosed)
      // No batch: it is the hub that says so.
      try database.cachedStatement(
        sql: "INSERT INTO evidence (document, recipient, event, at, reason, batch) VALUES (?, ?, ?, ?, ?, '')"
      ).execute(arguments: [
        report.document.text, unit.rawValue, report.event.rawValue, now.millisecondsSinceEpoch, report.reason,
      ])
      try post(report, to: sender, in: database)
      senders.insert(sender)
    }
    return senders
  }

  private static func post(_ report: DeliveryReport, to sender: UnitID, in database: Database) throws {
    try database.cachedStatement(sql: "INSERT INTO posting (addressee, document, delivery) VALUES (?, ?, ?)").execute(
      arguments: [
        "unit:\(sender)", report.document.text, String(decoding: try CanonicalJSON.encode(report), as: UTF8.self),
      ])
  }

  private static func problem(with item: Acknowledgement, of unit: UnitID, in database: Database) throws -> ProblemType?
  {
    guard try isAddressed(unit, by: item.document, in: database),
      let document = try accepted(item.document, in: database)
    else { return .notFound }
    switch item.event {
    case .submissionAcceptance: return .state
    case .contentHandover, .contentAccessTracking: return document.digest == item.digest ? nil : .digestMismatch
    case .contentHandoverFailure, .consignmentRejection:
      return item.reason?.isEmpty ?? true ? .reasonRequired : nil
    }
  }

  func recipients(of document: DocumentID) async throws -> [DeliveryStatus] {
    try await read { database in
      try Row.fetchAll(
        database.cachedStatement(
          sql: """
            WITH addressed(unit) AS (
              SELECT substr(addressee, 6) FROM posting WHERE document = ?1 AND delivery IS NULL AND addressee LIKE 'unit:%'
              UNION
              SELECT m.unit FROM posting p JOIN group_member m ON p.addressee = 'group:' || m.unit_group
                AND p.sequence > m.fromSequence AND (m.untilSequence IS NULL OR p.sequence <= m.untilSequence)
              WHERE p.document = ?1 AND p.delivery IS NULL
            )
            SELECT u.id, u.name, e.event, max(e.at) AS at, e.reason FROM addressed a JOIN unit u ON u.id = a.unit
              LEFT JOIN evidence e ON e.document = ?1 AND e.recipient = u.id
            WHERE u.id <> (SELECT sender FROM document WHERE id = ?1) GROUP BY u.id ORDER BY u.name
            """), arguments: [document.text]
      ).map { row in
        DeliveryStatus(
          recipient: try UnitID(row["id"] as String), recipientName: row["name"],
          event: (row["event"] as String?).flatMap { EvidenceEvent(rawValue: $0) },
          at: (row["at"] as Int64?).map { Instant(millisecondsSinceEpoch: $0) }, reason: row["reason"])
      }
    }
  }
}
