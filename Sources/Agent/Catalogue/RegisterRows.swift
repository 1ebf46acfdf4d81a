import Exchange
import Foundation
import GRDB

/// A letter of a register: what the journal knows of its way, and what the catalogue knows of its contents.
public struct RegisteredLetter: Sendable {
  public var document: DocumentID
  /// When it was filed or sent.
  public var at: Instant
  /// Số đến; nil for outgoing ones.
  public var number: Int?
  /// Who sent it, or to whom it went, by name or, where the directory has none, by identifier.
  public var party: String
  /// The file's name.
  public var name: String
  /// Of the delivery; normal for most.
  public var urgency: Urgency
  /// nil where the catalogue hasn't read it yet.
  public var facts: LetterFacts?
}

/// Puts journal and catalogue together for the registers. The journal counts: a letter that the catalogue doesn't know yet
/// has its row all the same.
public struct RegisterRows: Sendable {
  public let journal: Journal
  private let catalogue: Catalogue?

  /// - Parameter catalogue: nil where there is none yet.
  public init(journal: Journal, catalogue: Catalogue?) {
    self.journal = journal
    self.catalogue = catalogue
  }

  /// The unit's letters that were filed or sent between two moments: incoming ones by year and number, outgoing ones by when
  /// they went.
  public func letters(
    _ direction: JournalEvent.Direction, of unit: UnitID, from start: Instant, until end: Instant
  ) async throws -> [RegisteredLetter] {
    let facts = try await catalogue?.facts(direction, of: unit, from: start, until: end) ?? [:]
    var letters =
      switch direction {
      case .incoming: try await journal.numberedLetters(of: unit, from: start, until: end)
      case .outgoing: try await journal.sentLetters(of: unit, from: start, until: end)
      }
    for index in letters.indices { letters[index].facts = facts[letters[index].document] }
    return letters
  }

  /// One letter that is in the unit's inbox; nil where it isn't.
  public func incoming(_ document: DocumentID, of unit: UnitID) async throws -> RegisteredLetter? {
    guard var letter = try await journal.numberedLetters(of: unit, only: document).first else { return nil }
    letter.facts = try await catalogue?.entries(of: document)
      .first { $0.key.unit == unit && $0.key.direction == .incoming }?.facts
    return letter
  }
}

extension Journal {
  /// - Parameter document: nil for all.
  func numberedLetters(
    of unit: UnitID, from start: Instant = Instant(millisecondsSinceEpoch: .min),
    until end: Instant = Instant(millisecondsSinceEpoch: .max), only document: DocumentID? = nil
  ) async throws -> [RegisteredLetter] {
    try await read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT incoming.*, min(event.at) AS filedAt FROM incoming
          JOIN event ON event.document = incoming.document AND event.unit = incoming.unit AND event.direction = 'incoming'
            AND event.name IN ('filed', 'recovered')
          WHERE incoming.unit = ? AND incoming.state = 'filed' AND incoming.number IS NOT NULL
            AND incoming.document = coalesce(?, incoming.document)
          GROUP BY incoming.document HAVING filedAt >= ? AND filedAt < ?
          ORDER BY incoming.year, incoming.number
          """, arguments: [unit.rawValue, document?.text, start.millisecondsSinceEpoch, end.millisecondsSinceEpoch])
      var letters: [RegisteredLetter] = []
      while let row = try rows.next() {
        let record = try IncomingRecord(row: row)
        letters.append(
          RegisteredLetter(
            document: record.document, at: Instant(millisecondsSinceEpoch: row["filedAt"]), number: record.number,
            party: record.posted.senderName, name: record.target ?? record.posted.name,
            urgency: record.posted.urgency))
      }
      return letters
    }
  }

  func sentLetters(of unit: UnitID, from start: Instant, until end: Instant) async throws -> [RegisteredLetter] {
    try await read { database in
      let names = AddresseeNames(try Self.directory(in: database))
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT outgoing.*, min(event.at) AS sentAt FROM outgoing
          JOIN event ON event.document = outgoing.document AND event.direction = 'outgoing'
            AND event.name IN ('sent', 'recovered')
          WHERE outgoing.unit = ? AND outgoing.state = 'sent'
          GROUP BY outgoing.document HAVING sentAt >= ? AND sentAt < ?
          ORDER BY sentAt, outgoing.document
          """, arguments: [unit.rawValue, start.millisecondsSinceEpoch, end.millisecondsSinceEpoch])
      var letters: [RegisteredLetter] = []
      while let row = try rows.next() {
        let record = try OutgoingRecord(row: row)
        letters.append(
          RegisteredLetter(
            document: record.document, at: Instant(millisecondsSinceEpoch: row["sentAt"]),
            party: names.text(of: record.addressees), name: record.nameText,
            urgency: record.urgency))
      }
      return letters
    }
  }
}
