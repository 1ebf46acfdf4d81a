import Exchange
import Foundation
import GRDB
import Letter

/// What is looked for in the catalogue.
public struct CatalogueQuery: Sendable, Equatable {
  /// As a person types it: words, all of which must be there; what stands in quotation marks must be there as it stands.
  /// `78/LĐLĐ` is words that must follow each other.
  public var words: String
  /// A part of the other side's name, or of the issuer's; accents don't matter.
  public var party: String?
  /// A part of the type's name.
  public var type: String?
  /// By the letter's own date, or where it has none by when it was sent or filed; both days are included. `2016-04-13`
  public var from: String?
  public var to: String?
  public var unit: UnitID?
  public var direction: JournalEvent.Direction?
  public var limit: Int

  public init(words: String, limit: Int = 20) {
    self.words = words
    self.limit = limit
  }

  /// The words, as FTS5 takes them.
  var match: String? { Self.strings(words).map { $0.joined(separator: " AND ") } }

  /// The name's words in their order, the last of which may be a beginning.
  var partyMatch: String? {
    guard let party, let name = Self.strings("\"\(party.replacing("\"", with: " "))\"")?.first else { return nil }
    return "{people} : (\(name) *)"
  }

  /// Each word or quoted phrase as a string of FTS5's: no operator of its language can come from outside.
  private static func strings(_ words: String) -> [String]? {
    var parts: [String] = []
    for (index, piece) in words.replacing("“", with: "\"").replacing("”", with: "\"")
      .split(separator: "\"", omittingEmptySubsequences: false).enumerated()
    {
      if index.isMultiple(of: 2) {
        parts += piece.split(whereSeparator: \.isWhitespace).map(String.init)
      } else {
        parts.append(String(piece))
      }
    }
    let strings = parts.prefix(32).filter { $0.contains { $0.isLetter || $0.isNumber } }
      .map { "\"\($0.unicodeScalars.filter { $0.value != 0 }.map(String.init).joined())\"" }
    return strings.isEmpty ? nil : strings
  }
}

/// A letter that was found.
public struct CatalogueHit: Sendable {
  public let entry: CatalogueEntry
  /// The place where the words stand, with `⟦` and `⟧` around them; nil where nothing was looked for but by date or sender.
  public let snippet: String?
}

extension Catalogue {
  /// The newest letters first, those before all others that have the words in number, type or abstract.
  public func search(_ query: CatalogueQuery) async throws -> [CatalogueHit] {
    try await database.read { database in
      guard let words = query.match else {
        return try Self.find(query, match: query.partyMatch, excluding: [], in: database).map(\.hit)
      }
      let party = query.partyMatch.map { " AND \($0)" } ?? ""
      let match = "(\(words))\(party)"
      let first = try Self.find(query, match: "({title} : (\(words)))\(party)", excluding: [], in: database)
      if first.count >= query.limit { return first.map(\.hit) }
      let known = Set(first.map(\.id))
      return try first.map(\.hit)
        + Self.find(query, match: match, excluding: known, in: database).map(\.hit)
    }
  }

  private struct Found {
    let id: Int64
    let hit: CatalogueHit
  }

  private static func find(
    _ query: CatalogueQuery, match: String?, excluding known: Set<Int64>, in database: Database
  ) throws -> [Found] {
    var conditions: [String] = []
    var arguments: [(any DatabaseValueConvertible)?] = []
    if let match {
      conditions.append("words MATCH ?")
      arguments.append(match)
    }
    // A moment's day in Vietnam (UTC+7), where the letter has no date.
    let day = "coalesce(letter.date, date(letter.at / 1000 + 25200, 'unixepoch'))"
    if let from = query.from {
      conditions.append("\(day) >= ?")
      arguments.append(from)
    }
    if let to = query.to {
      conditions.append("\(day) <= ?")
      arguments.append(to)
    }
    if let unit = query.unit {
      conditions.append("letter.unit = ?")
      arguments.append(unit.rawValue)
    }
    if let direction = query.direction {
      conditions.append("letter.direction = ?")
      arguments.append(direction.rawValue)
    }
    if let type = query.type.map({ FoldedName($0).text }), !type.isEmpty {
      // Folded text has no sign that LIKE would take for another.
      conditions.append("letter.type LIKE ?")
      arguments.append("%\(type)%")
    }
    let snippet = match == nil ? "NULL" : "snippet(words, -1, '⟦', '⟧', '…', 16)"
    let source =
      match == nil ? "letter" : "words CROSS JOIN letter ON letter.id = words.rowid"
    let filter = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
    let order = match == nil ? "letter.id" : "words.rowid"
    let rows = try Row.fetchCursor(
      database,
      sql: "SELECT letter.*, \(snippet) AS snippet FROM \(source) \(filter) ORDER BY \(order) DESC",
      arguments: StatementArguments(arguments))
    var found: [Found] = []
    while found.count + known.count < query.limit, let row = try rows.next() {
      let id: Int64 = row["id"]
      if known.contains(id) { continue }
      let entry = try CatalogueEntry(row: row)
      found.append(Found(id: id, hit: CatalogueHit(entry: entry, snippet: row["snippet"])))
    }
    return found
  }
}
