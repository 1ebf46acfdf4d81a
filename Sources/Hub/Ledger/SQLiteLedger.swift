import Durable
import Exchange
import Foundation
import GRDB

/// The ledger in one SQLite file: WAL, synchronous=FULL, and one commit for all the writes that wait together.
final class SQLiteLedger: Ledger {
  let database: DatabasePool
  let province: UnitID
  private let commits: GroupCommit

  struct Newer: Error, CustomStringConvertible {
    let path: String
    var description: String {
      "the ledger \(path) was written by a newer version of congvan-hub: install that version again"
    }
  }

  /// Opens the ledger, makes it where it is missing, brings an older one up to date.
  init(path: String, province: UnitID) throws {
    database = try DatabasePool(path: path, configuration: .ours(readers: 4))
    try database.assureDurableWrites()
    let migrator = LedgerSchema.migrator
    guard try database.read({ try !migrator.hasBeenSuperseded($0) }) else { throw Newer(path: path) }
    try migrator.migrate(database)
    for suffix in ["", "-wal", "-shm"] { chmod(path + suffix, 0o600) }
    self.province = province
    commits = GroupCommit(database, name: "ledger")
  }

  func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    try await commits.write(body)
  }

  func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    // Without a change of threads where the caller may block.
    if IOThreads.mayBlock { return try readBlocking(body) }
    return try await database.read(body)
  }

  private func readBlocking<Value>(_ body: (Database) throws -> Value) throws -> Value { try database.read(body) }

  // MARK: - Callers

  func authorise(machineKey: Data, at now: Instant) async throws -> Authorisation? {
    // One statement sees one state: no transaction is needed around it, and this is asked on every request.
    if IOThreads.mayBlock { return try authoriseBlocking(machineKey, now) }
    return try await database.unsafeRead { try Self.authorise(machineKey: machineKey, at: now, in: $0) }
  }

  private func authoriseBlocking(_ key: Data, _ now: Instant) throws -> Authorisation? {
    try database.unsafeRead { try Self.authorise(machineKey: key, at: now, in: $0) }
  }

  static func authorise(machineKey: Data, at now: Instant, in database: Database) throws -> Authorisation? {
    let rows = try Row.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT k.machine, k.notAfter, k.revokedAt, u.id AS unit, u.isActive FROM machine_key k
          LEFT JOIN machine_unit s ON s.machine = k.machine
          LEFT JOIN unit u ON u.id = s.unit
          WHERE k.key = ?
          """), arguments: [machineKey])
    guard let first = rows.first else { return nil }
    func units(active: Bool) throws -> Set<UnitID> {
      Set(
        try rows.filter { ($0["isActive"] as Bool?) == active }.compactMap { $0["unit"] as String? }.map {
          try UnitID($0)
        })
    }
    let notAfter: Int64 = first["notAfter"]
    let revokedAt: Int64? = first["revokedAt"]
    return Authorisation(
      machine: try MachineID(first["machine"] as String), units: try units(active: true),
      closed: try units(active: false),
      isRevoked: revokedAt != nil || notAfter < now.millisecondsSinceEpoch)
  }

  func unit(forCertificate fingerprint: Data, at now: Instant) async throws -> UnitID? {
    try await read { try Self.unit(forCertificate: fingerprint, at: now, in: $0) }
  }

  static func unit(forCertificate fingerprint: Data, at now: Instant, in database: Database) throws -> UnitID? {
    try String.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT unit FROM unit_certificate JOIN unit ON unit.id = unit
          WHERE fingerprint = ? AND revokedAt IS NULL AND notAfter >= ? AND isActive = 1
          """), arguments: [fingerprint, now.millisecondsSinceEpoch]
    ).map { try UnitID($0) }
  }
}
