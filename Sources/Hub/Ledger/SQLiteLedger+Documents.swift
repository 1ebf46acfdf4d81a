import Exchange
import Foundation
import GRDB

extension SQLiteLedger {
  func acceptance(of document: DocumentID) async throws -> AcceptedDocument? {
    try await read { try Self.accepted(document, in: $0) }
  }

  static func accepted(_ document: DocumentID, in database: Database) throws -> AcceptedDocument? {
    guard
      let row = try Row.fetchOne(
        database.cachedStatement(sql: "SELECT * FROM document WHERE id = ?"), arguments: [document.text])
    else {
      return nil
    }
    return AcceptedDocument(
      submission: try CanonicalJSON.decode(Submission.self, from: Data((row["record"] as String).utf8)),
      receipt: row["receipt"], digest: try SHA256Digest(hex: row["digest"] as String), size: row["size"])
  }

  func sent(by unit: UnitID, after document: DocumentID?, limit: Int) async throws -> SentPage {
    try await read { database in
      let rows = try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT record, receiptNumber, acceptedAt, digest, size FROM document
            WHERE sender = ? AND id > ? ORDER BY id LIMIT ?
            """), arguments: [unit.rawValue, document?.text ?? "", limit + 1])
      let items = try rows.prefix(limit).map { row in
        let submission = try CanonicalJSON.decode(Submission.self, from: Data((row["record"] as String).utf8))
        return AcceptedSending(
          document: submission.document, addressees: submission.addressees,
          digest: try SHA256Digest(hex: row["digest"] as String), size: row["size"], name: submission.name,
          urgency: submission.urgency, replyTo: submission.replyTo, paperFollows: submission.paperFollows,
          acceptedAt: Instant(millisecondsSinceEpoch: row["acceptedAt"]),
          receiptNumber: row["receiptNumber"])
      }
      return SentPage(items: items, more: rows.count > limit)
    }
  }

  func accept(
    _ submission: Submission, submissionBytes: Data, digest: SHA256Digest, size: Int64, at now: Instant,
    receipt: @escaping @Sendable (String) throws -> Data
  ) async throws -> (receipt: Data, isNew: Bool, notify: Set<UnitID>, cursor: MailboxCursor) {
    try await write { database in
      try Self.accept(
        submission, submissionBytes: submissionBytes, digest: digest, size: size, at: now, in: database,
        receipt: receipt)
    }
  }

  static func accept(
    _ submission: Submission, submissionBytes: Data, digest: SHA256Digest, size: Int64, at now: Instant,
    in database: Database, receipt: (String) throws -> Data
  ) throws -> (receipt: Data, isNew: Bool, notify: Set<UnitID>, cursor: MailboxCursor) {
    // Two requests with the same act may both have come this far: here they stand in line.
    if let earlier = try Self.accepted(submission.document, in: database) {
      guard submission.isSameAct(as: earlier.submission) else {
        throw Problem(.idReused, "this identifier stands for another document or other addressees")
      }
      return (earlier.receipt, false, [], .start)
    }
    var notify: Set<UnitID> = []
    for addressee in submission.addressees { notify.formUnion(try Self.members(of: addressee, in: database)) }
    guard notify.contains(where: { $0 != submission.sender }) else {
      throw Problem(.recipientUnknown, "the groups named have no other member than the sender")
    }
    let number = try Self.nextNumber(at: now, in: database)
    let signed = try receipt(number)
    let record = String(decoding: try CanonicalJSON.encode(submission), as: UTF8.self)
    try database.cachedStatement(
      sql: """
        INSERT INTO document (id, sender, digest, size, record, submission, receipt, receiptNumber, acceptedAt)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      submission.document.text, submission.sender.rawValue, digest.hex, size, record, submissionBytes, signed, number,
      now.millisecondsSinceEpoch,
    ])
    for addressee in submission.addressees {
      try database.cachedStatement(sql: "INSERT INTO posting (addressee, document) VALUES (?, ?)")
        .execute(arguments: [addressee.description, submission.document.text])
    }
    // The postings of one act stand one after another; the last insert was the newest of them.
    return (signed, true, notify, MailboxCursor(database.lastInsertedRowID))
  }

  /// The units that an addressee means now.
  /// - Throws: `Problem` of type `recipient-unknown`.
  private static func members(of addressee: Addressee, in database: Database) throws -> Set<UnitID> {
    switch addressee {
    case .unit(let unit):
      let active = try Bool.fetchOne(
        database.cachedStatement(sql: "SELECT isActive FROM unit WHERE id = ?"), arguments: [unit.rawValue])
      guard active == true else { throw Problem(.recipientUnknown, "\(addressee) is unknown or closed") }
      return [unit]
    case .group(let group):
      guard
        try Bool.fetchOne(
          database.cachedStatement(sql: "SELECT 1 FROM unit_group WHERE id = ?"), arguments: [group.rawValue]) == true
      else { throw Problem(.recipientUnknown, "\(addressee) is unknown") }
      let units = try String.fetchAll(
        database.cachedStatement(sql: "SELECT unit FROM group_member WHERE unit_group = ? AND untilSequence IS NULL"),
        arguments: [group.rawValue])
      guard !units.isEmpty else { throw Problem(.recipientUnknown, "\(addressee) has no members") }
      return Set(try units.map { try UnitID($0) })
    }
  }

  /// Counts the year's acceptances, by Vietnam's calendar, without gaps: the count moves with the document.
  private static func nextNumber(at now: Instant, in database: Database) throws -> String {
    let year = now.inVietnam.year
    try database.cachedStatement(
      sql: "INSERT INTO receipt_count (year, last) VALUES (?, 1) ON CONFLICT (year) DO UPDATE SET last = last + 1"
    ).execute(arguments: [year])
    let count =
      try Int.fetchOne(
        database.cachedStatement(sql: "SELECT last FROM receipt_count WHERE year = ?"), arguments: [year]) ?? 1
    let digits = String(count)
    return "\(year)-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits)"
  }
}
