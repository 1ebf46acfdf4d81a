import Durable
import Exchange
import Foundation
import GRDB
import Letter

/// What the letters of this machine's units say of themselves, for registers and searches. Everything in it is made from the
/// journal and the filed documents, and can be made again: whoever deletes the file loses nothing but time. Private, since
/// it holds letters' texts.
public final class Catalogue: Sendable {
  let database: DatabasePool

  public enum Problem: Error, Equatable {
    case missing(path: String)
    case newer(path: String)
    /// Who asks may not read it, or not write to it: the state folder is the service's alone.
    case closed(path: String)
    /// Its tables aren't all there: the daemon is making them.
    case unfinished(path: String)
  }

  /// Opens it for the daemon; makes it where it is missing, or where it can't be used: it is made of other things.
  public static func opening(_ path: String) throws -> Catalogue {
    do {
      return try making(path)
    } catch  where JournalCheck.isDamage(error) {
      for suffix in ["", "-wal", "-shm"] { try DurableFile.remove(FilePath(path + suffix)) }
      return try making(path)
    }
  }

  private static func making(_ path: String) throws -> Catalogue {
    let catalogue = try Catalogue(path: path, isReadOnly: false)
    try CatalogueSchema.migrator.migrate(catalogue.database)
    for suffix in ["", "-wal", "-shm"] { chmod(path + suffix, 0o600) }
    return catalogue
  }

  /// Opens it for a command that reads.
  /// - Throws: `Problem`, or the database's error.
  public static func reading(_ path: String) throws -> Catalogue { try using(path, access: O_RDONLY) }

  /// Opens it for a command that corrects.
  /// - Throws: `Problem`, or the database's error.
  public static func correcting(_ path: String) throws -> Catalogue { try using(path, access: O_RDWR) }

  private static func using(_ path: String, access: Int32) throws -> Catalogue {
    do {
      // SQLite would say no more than that it can't be opened.
      _ = try OwnedDescriptor(opening: path, flags: access)
    } catch {
      throw error.code == ENOENT ? Problem.missing(path: path) : Problem.closed(path: path)
    }
    let catalogue = try Catalogue(path: path, isReadOnly: access == O_RDONLY)
    guard try catalogue.database.read({ try CatalogueSchema.migrator.hasCompletedMigrations($0) }) else {
      throw Problem.unfinished(path: path)
    }
    return catalogue
  }

  private init(path: String, isReadOnly: Bool) throws {
    var configuration = Configuration.ours(readers: 1, isReadOnly: isReadOnly)
    configuration.prepareDatabase { $0.add(tokenizer: FoldingTokenizer.self) }
    database = try DatabasePool(path: path, configuration: configuration)
    if try database.read({ try CatalogueSchema.migrator.hasBeenSuperseded($0) }) { throw Problem.newer(path: path) }
  }

  // MARK: - How far it has come

  /// The last event of the journal that is in it.
  func cursor() async throws -> Int64 {
    try await database.read { try Int64.fetchOne($0, sql: "SELECT event FROM progress") ?? 0 }
  }

  // MARK: - Letters

  /// Puts letters in, or in the place of what was known of them, with their texts. Corrections that people made stay.
  /// - Parameter cursor: the last event of the journal that is in it then; nil where that doesn't change.
  func put(_ letters: [(entry: CatalogueEntry, text: String)], cursor: Int64?) async throws {
    try await database.write { database in
      for letter in letters { try Self.put(letter.entry, text: letter.text, in: database) }
      if let cursor {
        try database.execute(sql: "UPDATE progress SET event = max(event, ?)", arguments: [cursor])
      }
    }
  }

  private static func put(_ entry: CatalogueEntry, text: String, in database: Database) throws {
    let read = try CanonicalJSON.encode(entry.facts)
    try database.cachedStatement(
      sql: """
        INSERT INTO letter (document, unit, direction, at, number, name, path, party, reading, read, facts)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '{}')
        ON CONFLICT (document, unit, direction) DO UPDATE SET at = excluded.at, number = excluded.number,
          name = excluded.name, path = excluded.path, party = excluded.party, reading = excluded.reading,
          read = excluded.read
        """
    ).execute(arguments: [
      entry.key.document.text, entry.key.unit.rawValue, entry.key.direction.rawValue,
      entry.at.millisecondsSinceEpoch, entry.number, entry.name, entry.path, entry.party, entry.reading.rawValue,
      String(decoding: read, as: UTF8.self),
    ])
    try refresh(entry.key, text: text, in: database)
  }

  /// Lays a correction over what was read. The same one twice changes nothing.
  /// - Returns: false where the letter isn't in it yet.
  @discardableResult
  func correct(_ key: CatalogueEntry.Key, _ correction: LetterCorrection, event: Int64) async throws -> Bool {
    try await database.write { try Self.correct(key, correction, event: event, in: $0) }
  }

  static func correct(
    _ key: CatalogueEntry.Key, _ correction: LetterCorrection, event: Int64, in database: Database
  ) throws -> Bool {
    let detail = correction.detail
    try database.execute(
      sql: """
        INSERT INTO correction (event, document, unit, direction, fields) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """,
      arguments: [
        event, key.document.text, key.unit.rawValue, key.direction.rawValue,
        String(decoding: try CanonicalJSON.encode(detail), as: UTF8.self),
      ])
    return try refresh(key, in: database)
  }

  /// Makes a letter's facts of what was read and what was corrected, and its words for the search.
  /// - Parameter text: nil where it stays as it is.
  @discardableResult
  private static func refresh(_ key: CatalogueEntry.Key, text: String? = nil, in database: Database) throws -> Bool {
    let arguments: StatementArguments = [key.document.text, key.unit.rawValue, key.direction.rawValue]
    guard
      let row = try Row.fetchOne(
        database.cachedStatement(
          sql: "SELECT id, read, party, name FROM letter WHERE document = ? AND unit = ? AND direction = ?"),
        arguments: arguments)
    else { return false }
    var facts = try decode(row["read"])
    let corrections = try String.fetchAll(
      database.cachedStatement(
        sql: "SELECT fields FROM correction WHERE document = ? AND unit = ? AND direction = ? ORDER BY event"),
      arguments: arguments)
    for fields in corrections {
      LetterCorrection(detail: try CanonicalJSON.decode([String: String].self, from: Data(fields.utf8)))
        .apply(to: &facts)
    }
    let id: Int64 = row["id"]
    try database.cachedStatement(sql: "UPDATE letter SET facts = ?, date = ?, type = ? WHERE id = ?").execute(
      arguments: [
        String(decoding: try CanonicalJSON.encode(facts), as: UTF8.self), facts.date,
        facts.typeName.map { FoldedName($0).text }, id,
      ])
    let title = [facts.numberSymbol, facts.typeAndAbstract].compactMap { $0 }.joined(separator: " ")
    let people =
      [row["party"], facts.issuer, facts.parentIssuer, facts.signer, facts.signerPosition].compactMap { $0 }
      + facts.addressees + facts.copies
    let body =
      try text ?? String.fetchOne(
        database.cachedStatement(sql: "SELECT body FROM words WHERE rowid = ?"), arguments: [id]) ?? ""
    try database.cachedStatement(sql: "DELETE FROM words WHERE rowid = ?").execute(arguments: [id])
    try database.cachedStatement(
      sql: "INSERT INTO words (rowid, title, people, name, body) VALUES (?, ?, ?, ?, ?)"
    ).execute(arguments: [id, title, people.joined(separator: "\n"), row["name"] as String, body])
    return true
  }

  static func decode(_ facts: String) throws -> LetterFacts {
    try CanonicalJSON.decode(LetterFacts.self, from: Data(facts.utf8))
  }

  /// Letters whose folders didn't answer when they were to be read, of these units.
  func waiting(of units: Set<UnitID>, limit: Int) async throws -> [CatalogueEntry] {
    try await database.read { database in
      let rows = try Row.fetchCursor(
        database.cachedStatement(sql: "SELECT * FROM letter WHERE reading = 'waiting' ORDER BY id"))
      var found: [CatalogueEntry] = []
      while found.count < limit, let row = try rows.next() {
        let entry = try CatalogueEntry(row: row)
        if units.contains(entry.key.unit) { found.append(entry) }
      }
      return found
    }
  }

  /// What is known of a document, in each direction and of each unit.
  public func entries(of document: DocumentID) async throws -> [CatalogueEntry] {
    try await database.read { database in
      try CatalogueEntry.fetchAll(database, sql: "SELECT * FROM letter WHERE document = ?", arguments: [document.text])
    }
  }

  /// What the letters that were filed or sent between two moments say, by which they are.
  public func facts(
    _ direction: JournalEvent.Direction, of unit: UnitID, from start: Instant, until end: Instant
  ) async throws -> [DocumentID: LetterFacts] {
    try await database.read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: "SELECT document, facts FROM letter WHERE unit = ? AND direction = ? AND at >= ? AND at < ?",
        arguments: [
          unit.rawValue, direction.rawValue, start.millisecondsSinceEpoch, end.millisecondsSinceEpoch,
        ])
      var found: [DocumentID: LetterFacts] = [:]
      while let row = try rows.next() {
        found[try DocumentID(row["document"] as String)] = try Self.decode(row["facts"])
      }
      return found
    }
  }
}

extension CatalogueEntry: FetchableRecord {
  public init(row: Row) throws {
    guard let direction = JournalEvent.Direction(rawValue: row["direction"]) else {
      throw MalformedValue("direction", row["direction"])
    }
    key = Key(
      document: try DocumentID(row["document"] as String), unit: try UnitID(row["unit"] as String),
      direction: direction)
    at = Instant(millisecondsSinceEpoch: row["at"])
    number = row["number"]
    name = row["name"]
    path = row["path"]
    party = row["party"]
    reading = Reading(rawValue: row["reading"]) ?? .unreadable
    facts = try Catalogue.decode(row["facts"])
  }
}
