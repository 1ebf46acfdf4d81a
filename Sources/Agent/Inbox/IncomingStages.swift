import Exchange

extension IncomingRecord {
  /// The same document may have come for several units of one machine.
  struct Key: Hashable, Sendable {
    let document: DocumentID
    let unit: UnitID
  }

  var key: Key { Key(document: document, unit: unit) }

  /// What it is called in the private spool.
  var spoolName: String { "\(unit)-\(document).pdf" }

  /// Which goes first where several wait.
  var order: SubmissionOrder { SubmissionOrder(urgency: posted.urgency, size: posted.size, document: document) }
}

/// The bytes are in the spool, durable.
struct FetchedDocument: Sendable {
  let record: IncomingRecord
  /// In the spool.
  let path: String
}

/// It has its incoming number and the name under which it will stand in the inbox; both are journalled, which the journal
/// does for verified documents alone.
struct NumberedDocument: Sendable {
  let record: IncomingRecord
  /// In the spool.
  let path: String
  let number: Int
  /// Inside the inbox.
  let fileName: String

  init?(_ record: IncomingRecord, path: String) {
    guard record.journey.state == .numbered, let number = record.number, let target = record.target else { return nil }
    self.record = record
    self.path = path
    self.number = number
    fileName = target
  }
}
