import Exchange
import Foundation
import GRDB
import Letter

/// A line of a list of units to import.
public struct UnitEntry: Sendable, Equatable {
  public var id: UnitID
  public var name: String
  public var aliases: [String]
  public var groups: [GroupID]
  /// Its line in the list, from 1, for those who have to mend it; nil where there is no list.
  public var line: Int?

  public init(id: UnitID, name: String, aliases: [String] = [], groups: [GroupID] = [], line: Int? = nil) {
    self.line = line
    self.id = id
    self.name = name
    self.aliases = aliases
    self.groups = groups
  }
}

extension SQLiteLedger {
  func directory() async throws -> Directory {
    let province = self.province
    return try await read { try Self.directory(province: province, in: $0) }
  }

  static func directory(province: UnitID, in database: Database) throws -> Directory {
    let version = try Int64.fetchOne(database.cachedStatement(sql: "SELECT version FROM directory_version")) ?? 1
    return Directory(
      version: version, province: province, units: try units(in: database), groups: try groups(in: database),
      authorities: try authorities(in: database))
  }

  private static func units(in database: Database) throws -> [Directory.Unit] {
    let signers = try signers(in: database)
    return try Row.fetchAll(database.cachedStatement(sql: "SELECT * FROM unit ORDER BY id")).map { row in
      Directory.Unit(
        id: try UnitID(row["id"] as String), name: row["name"],
        aliases: try CanonicalJSON.decode([String].self, from: Data((row["aliases"] as String).utf8)),
        isActive: row["isActive"], signers: signers[row["id"]] ?? [])
    }
  }

  private static func groups(in database: Database) throws -> [Directory.Group] {
    try Row.fetchAll(database.cachedStatement(sql: "SELECT * FROM unit_group ORDER BY id")).map { row in
      let members = try String.fetchAll(
        database.cachedStatement(
          sql: "SELECT unit FROM group_member WHERE unit_group = ? AND untilSequence IS NULL ORDER BY unit"),
        arguments: [row["id"] as String])
      return Directory.Group(
        id: try GroupID(row["id"] as String), name: row["name"],
        aliases: try CanonicalJSON.decode([String].self, from: Data((row["aliases"] as String).utf8)),
        members: try members.map { try UnitID($0) })
    }
  }

  /// Adds units and their memberships, all or none.
  /// - Throws: `Problem` of type `id-reused` or `recipient-unknown`, naming the entry.
  func add(_ entries: [UnitEntry], at now: Instant) async throws {
    try await write { try Self.add(entries, at: now, in: $0) }
  }

  static func add(_ entries: [UnitEntry], at now: Instant, in database: Database) throws {
    guard !entries.isEmpty else { return }
    var names = DirectoryNames(units: try units(in: database), groups: try groups(in: database))
    for entry in entries {
      do {
        try add(entry, to: &names, at: now, in: database)
      } catch let problem as Problem {
        guard let line = entry.line, let type = problem.type else { throw problem }
        throw Problem(type, "line \(line): \(problem.detail)")
      }
    }
    try Self.bumpVersion(database)
  }

  private static func add(
    _ entry: UnitEntry, to names: inout DirectoryNames, at now: Instant, in database: Database
  ) throws {
    guard try !Self.exists("unit", entry.id.rawValue, in: database) else {
      throw Problem(.idReused, "there is a unit \(entry.id) already")
    }
    try names.add(unit: entry)
    try database.cachedStatement(
      sql: "INSERT INTO unit (id, name, aliases, isActive, createdAt) VALUES (?, ?, ?, 1, ?)"
    ).execute(arguments: [
      entry.id.rawValue, entry.name, String(decoding: try CanonicalJSON.encode(entry.aliases), as: UTF8.self),
      now.millisecondsSinceEpoch,
    ])
    for group in entry.groups { try Self.join(group, entry.id, in: database) }
  }

  func addGroup(_ group: GroupID, name: String, aliases: [String]) async throws {
    try await write { try Self.addGroup(group, name: name, aliases: aliases, in: $0) }
  }

  static func addGroup(_ group: GroupID, name: String, aliases: [String], in database: Database) throws {
    guard try !Self.exists("unit_group", group.rawValue, in: database) else {
      throw Problem(.idReused, "there is a group \(group) already")
    }
    var names = DirectoryNames(units: try units(in: database), groups: try groups(in: database))
    try names.add(group: group, name: name, aliases: aliases)
    try database.cachedStatement(sql: "INSERT INTO unit_group (id, name, aliases) VALUES (?, ?, ?)").execute(
      arguments: [group.rawValue, name, String(decoding: try CanonicalJSON.encode(aliases), as: UTF8.self)])
    try Self.bumpVersion(database)
  }

  /// Gives a unit or a group further names, and takes some away; names are compared as people compare them.
  /// - Returns: the aliases that it has then.
  /// - Throws: `Problem` of type `recipient-unknown` where there is none, `id-reused` where a name is another's already,
  ///   `not-found` where one that is to be taken away isn't its alias. Then nothing is changed.
  func changeAliases(of addressee: Addressee, add: [String], remove: [String]) async throws -> [String] {
    try await write { try Self.changeAliases(of: addressee, add: add, remove: remove, in: $0) }
  }

  static func changeAliases(of addressee: Addressee, add: [String], remove: [String], in database: Database) throws
    -> [String]
  {
    let (units, groups) = (try units(in: database), try groups(in: database))
    let (table, known): (String, [String]?) =
      switch addressee {
      case .unit(let id): ("unit", units.first { $0.id == id && $0.isActive }?.aliases)
      case .group(let id): ("unit_group", groups.first { $0.id == id }?.aliases)
      }
    guard var aliases = known else { throw Problem(.recipientUnknown, "\(addressee) is unknown or closed") }
    for name in remove {
      guard let index = aliases.firstIndex(where: { FoldedName($0) == FoldedName(name) }) else {
        throw Problem(.notFound, "\"\(name)\" is no alias of \(addressee)")
      }
      aliases.remove(at: index)
    }
    for name in add where !aliases.contains(where: { FoldedName($0) == FoldedName(name) }) { aliases.append(name) }
    // Against all others: its own names don't stand in its way.
    var names = DirectoryNames(
      units: units.filter { addressee != .unit($0.id) }, groups: groups.filter { addressee != .group($0.id) })
    switch addressee {
    case .unit(let id):
      let name = units.first { $0.id == id }?.name ?? id.rawValue
      try names.add(unit: UnitEntry(id: id, name: name, aliases: aliases))
    case .group(let id):
      let name = groups.first { $0.id == id }?.name ?? id.rawValue
      try names.add(group: id, name: name, aliases: aliases)
    }
    try database.execute(
      sql: "UPDATE \(table) SET aliases = ? WHERE id = ?",
      arguments: [String(decoding: try CanonicalJSON.encode(aliases), as: UTF8.self), addressee.identifier])
    try Self.bumpVersion(database)
    return aliases
  }

  /// From the next posting on the units belong to the group; what came before isn't theirs.
  func join(_ group: GroupID, _ units: [UnitID]) async throws {
    try await write { try Self.join(group, units, in: $0) }
  }

  static func join(_ group: GroupID, _ units: [UnitID], in database: Database) throws {
    for unit in units { try join(group, unit, in: database) }
    try Self.bumpVersion(database)
  }

  func leave(_ group: GroupID, _ units: [UnitID]) async throws {
    try await write { try Self.leave(group, units, in: $0) }
  }

  static func leave(_ group: GroupID, _ units: [UnitID], in database: Database) throws {
    let now = try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(sequence) FROM posting")) ?? 0
    for unit in units {
      try database.cachedStatement(
        sql: "UPDATE group_member SET untilSequence = ? WHERE unit_group = ? AND unit = ? AND untilSequence IS NULL"
      ).execute(arguments: [now, group.rawValue, unit.rawValue])
      guard database.changesCount > 0 else { throw Problem(.notFound, "\(unit) is not in the group \(group)") }
    }
    try Self.bumpVersion(database)
  }

  /// A closed unit is sent nothing more, and sends nothing; its letters stay. What was under way to it goes back to its
  /// senders: nobody will fetch it any more.
  /// - Returns: the senders to whom something goes back.
  @discardableResult
  func close(_ unit: UnitID, at now: Instant) async throws -> Set<UnitID> {
    try await write { try Self.close(unit, at: now, in: $0) }
  }

  @discardableResult
  static func close(_ unit: UnitID, at now: Instant, in database: Database) throws -> Set<UnitID> {
    try database.cachedStatement(sql: "UPDATE unit SET isActive = 0 WHERE id = ?").execute(arguments: [unit.rawValue])
    guard database.changesCount == 1 else { throw Problem(.notFound, "there is no unit \(unit)") }
    let senders = try Self.returnMail(to: unit, at: now, in: database)
    // A group means its members at the time of writing: this one is none any more.
    try database.cachedStatement(
      sql: """
        UPDATE group_member SET untilSequence = (SELECT coalesce(max(sequence), 0) FROM posting)
        WHERE unit = ? AND untilSequence IS NULL
        """
    ).execute(arguments: [unit.rawValue])
    try Self.bumpVersion(database)
    return senders
  }

  private static func join(_ group: GroupID, _ unit: UnitID, in database: Database) throws {
    guard try exists("unit_group", group.rawValue, in: database) else {
      throw Problem(.recipientUnknown, "there is no group \(group)")
    }
    let isActive = try Bool.fetchOne(
      database.cachedStatement(sql: "SELECT isActive FROM unit WHERE id = ?"), arguments: [unit.rawValue])
    guard let isActive else { throw Problem(.recipientUnknown, "there is no unit \(unit)") }
    guard isActive else { throw Problem(.recipientUnknown, "the unit \(unit) is closed") }
    let member = try Bool.fetchOne(
      database.cachedStatement(
        sql: "SELECT 1 FROM group_member WHERE unit_group = ? AND unit = ? AND untilSequence IS NULL"),
      arguments: [group.rawValue, unit.rawValue])
    if member == true { return }
    let now = try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(sequence) FROM posting")) ?? 0
    // A unit that left and comes back between two postings takes its old membership up again.
    try database.cachedStatement(
      sql: """
        INSERT INTO group_member (unit_group, unit, fromSequence) VALUES (?, ?, ?)
        ON CONFLICT (unit_group, unit, fromSequence) DO UPDATE SET untilSequence = NULL
        """
    ).execute(arguments: [group.rawValue, unit.rawValue, now])
  }

  private static func exists(_ table: String, _ id: String, in database: Database) throws -> Bool {
    try Bool.fetchOne(database, sql: "SELECT 1 FROM \(table) WHERE id = ?", arguments: [id]) == true
  }

  static func bumpVersion(_ database: Database) throws {
    try database.execute(sql: "UPDATE directory_version SET version = version + 1")
  }
}
