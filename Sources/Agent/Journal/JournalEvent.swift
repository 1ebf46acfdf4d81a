import Exchange
import Foundation
import GRDB

/// One line of a document's history. History is only ever added to.
public struct JournalEvent: Sendable, Codable {
  public enum Name: String, Sendable, Codable, CaseIterable {
    // Outgoing
    case dropped, takenIn, signed, accepted, sent, refused, rejected, delivered, deliveryFailed, read, returned
    /// A letter came that answers it.
    case replied
    /// Its structure was written anew before it was signed.
    case repaired
    /// The hub lost it, as after a restore from a backup: it is sent again.
    case forgotten
    /// So it is, and the signed copy isn't where it was filed any more: it can't be sent again.
    case lost
    /// Either direction: the journal was lost, and hub and folders told of it.
    case recovered
    // Incoming
    case announced, verified, filed, acknowledged, quarantined, withdrawn
    /// A clerk moved it to done/, to returned/, or back into the inbox.
    case handled, sentBack, takenUpAgain
    // Either
    /// A person said what the letter says of itself.
    case corrected
    /// A step that failed and will be tried again.
    case delayed

    /// Between what the log says anyway: that a document was taken in, and that the hub has it. The history has all.
    var isRoutine: Bool { self == .signed || self == .sent }
  }

  public enum Direction: String, Sendable, Codable { case outgoing, incoming }

  /// Grows with every event; 0 before it is written.
  public var id: Int64
  public var document: DocumentID
  public var unit: UnitID
  public var direction: Direction
  public var name: Name
  public var at: Instant
  /// Facts with stable keys: name, addressee, receipt, number, reason, recipient …
  public var detail: [String: String]
  /// Of a refusal: all that the reason file says, so that log and history say the same.
  public var refusal: Refusal?

  public init(
    _ name: Name, of document: DocumentID, unit: UnitID, _ direction: Direction, at: Instant,
    detail: [String: String] = [:], refusal: Refusal? = nil
  ) {
    id = 0
    self.document = document
    self.unit = unit
    self.direction = direction
    self.name = name
    self.at = at
    self.detail = detail
    self.refusal = refusal
  }
}

extension JournalEvent: FetchableRecord {
  public init(row: Row) throws {
    id = row["id"]
    document = try DocumentID(row["document"] as String)
    unit = try UnitID(row["unit"] as String)
    guard let direction = Direction(rawValue: row["direction"]) else {
      throw MalformedValue("direction", row["direction"])
    }
    self.direction = direction
    guard let name = Name(rawValue: row["name"]) else { throw MalformedValue("event", row["name"]) }
    self.name = name
    at = Instant(millisecondsSinceEpoch: row["at"])
    detail =
      try (row["detail"] as String?).map { try CanonicalJSON.decode([String: String].self, from: Data($0.utf8)) } ?? [:]
    // One of a newer version still has its code.
    refusal = detail.removeValue(forKey: Self.refusalKey).flatMap {
      try? CanonicalJSON.decode(Refusal.self, from: Data($0.utf8))
    }
  }

  /// Among the facts in the table: the refusal, as JSON.
  private static let refusalKey = "refusal"

  func insert(_ database: Database) throws {
    var detail = detail
    if let refusal { detail[Self.refusalKey] = String(decoding: try CanonicalJSON.encode(refusal), as: UTF8.self) }
    let text = detail.isEmpty ? nil : String(decoding: try CanonicalJSON.encode(detail), as: UTF8.self)
    try database.cachedStatement(
      sql: "INSERT INTO event (document, unit, direction, name, at, detail) VALUES (?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [
      document.text, unit.rawValue, direction.rawValue, name.rawValue, at.millisecondsSinceEpoch, text,
    ])
  }
}
