import Exchange
import Foundation
import GRDB
import PKI

/// A signing certificate of another authority, registered for a unit.
public struct RegisteredSigner: Sendable {
  public let unit: UnitID
  public let certificate: Certificate
  public let addedAt: Instant
}

/// Which certificates of other authorities count, and for whom.
extension SQLiteLedger {
  /// Takes over the authorities that the configuration names; the directory has a new version where they changed.
  func use(_ authorities: SigningAuthorities) async throws {
    try await write { database in
      let wanted = authorities.roots.map { ($0, true) } + authorities.intermediates.map { ($0, false) }
      let known = try Set(Data.fetchAll(database, sql: "SELECT fingerprint FROM signing_authority"))
      guard known != Set(wanted.map(\.0.fingerprint)) else { return }
      try database.execute(sql: "DELETE FROM signing_authority")
      for (certificate, isRoot) in wanted {
        try database.execute(
          sql: "INSERT INTO signing_authority (fingerprint, der, isRoot) VALUES (?, ?, ?)",
          arguments: [certificate.fingerprint, certificate.der, isRoot])
      }
      try Self.bumpVersion(database)
    }
  }

  static func authorities(in database: Database) throws -> Directory.Authorities {
    var found = Directory.Authorities()
    let statement = try database.cachedStatement(sql: "SELECT der, isRoot FROM signing_authority ORDER BY fingerprint")
    for row in try Row.fetchAll(statement) {
      let text = (row["der"] as Data).base64EncodedString()
      if row["isRoot"] { found.roots.append(text) } else { found.intermediates.append(text) }
    }
    return found
  }

  static func signers(in database: Database) throws -> [String: [Directory.Signer]] {
    var found: [String: [Directory.Signer]] = [:]
    let statement = try database.cachedStatement(
      sql: "SELECT unit, fingerprint, removedAt FROM unit_signer ORDER BY unit, fingerprint")
    for row in try Row.fetchAll(statement) {
      found[row["unit"], default: []].append(
        Directory.Signer(
          certificate: try SHA256Digest(bytes: row["fingerprint"] as Data),
          until: (row["removedAt"] as Int64?).map { Instant(millisecondsSinceEpoch: $0) }))
    }
    return found
  }

  func unit(forSigner fingerprint: Data) async throws -> UnitID? {
    try await read { database in
      try String.fetchOne(
        database.cachedStatement(sql: "SELECT unit FROM unit_signer WHERE fingerprint = ? AND removedAt IS NULL"),
        arguments: [fingerprint]
      ).map { try UnitID($0) }
    }
  }

  /// - Throws: `Problem`: `recipient-unknown` for a unit that is none, `id-reused` where another unit has the certificate.
  func addSigner(_ certificate: Certificate, of unit: UnitID, at now: Instant) async throws {
    try await write { database in
      let active = try Bool.fetchOne(
        database.cachedStatement(sql: "SELECT isActive FROM unit WHERE id = ?"), arguments: [unit.rawValue])
      guard active == true else { throw Problem(.recipientUnknown, "there is no active unit \(unit)") }
      let holder = try String.fetchOne(
        database.cachedStatement(sql: "SELECT unit FROM unit_signer WHERE fingerprint = ? AND removedAt IS NULL"),
        arguments: [certificate.fingerprint])
      if let holder, holder != unit.rawValue {
        throw Problem(
          .idReused,
          "this certificate is registered for \(holder): one certificate signs for one unit; remove it there first")
      }
      try database.cachedStatement(
        sql: """
          INSERT INTO unit_signer (fingerprint, unit, der, addedAt) VALUES (?, ?, ?, ?)
          ON CONFLICT (fingerprint, unit) DO UPDATE SET removedAt = NULL
          """
      ).execute(arguments: [certificate.fingerprint, unit.rawValue, certificate.der, now.millisecondsSinceEpoch])
      try Self.bumpVersion(database)
    }
  }

  /// Takes a registration back, from now on: what was accepted before stays the unit's.
  /// - Parameter fingerprint: SHA-256 in hexadecimal, or enough of its beginning.
  /// - Returns: the certificate.
  func removeSigner(_ fingerprint: String, of unit: UnitID, at now: Instant) async throws -> Certificate {
    try await write { database in
      let found = try Self.registered(in: database).filter {
        $0.unit == unit && Hex.encode($0.certificate.fingerprint).hasPrefix(fingerprint.lowercased())
      }
      guard let signer = found.first, found.count == 1, fingerprint.count >= 8 else {
        throw Problem(
          .notFound,
          "\(found.count) signing certificates of \(unit) begin with \(fingerprint): give 8 digits or more of one")
      }
      try database.cachedStatement(
        sql: "UPDATE unit_signer SET removedAt = ? WHERE fingerprint = ? AND unit = ?"
      ).execute(arguments: [now.millisecondsSinceEpoch, signer.certificate.fingerprint, unit.rawValue])
      try Self.bumpVersion(database)
      return signer.certificate
    }
  }

  func registeredSigners() async throws -> [RegisteredSigner] { try await read { try Self.registered(in: $0) } }

  private static func registered(in database: Database) throws -> [RegisteredSigner] {
    let statement = try database.cachedStatement(
      sql: "SELECT unit, der, addedAt FROM unit_signer WHERE removedAt IS NULL ORDER BY unit, addedAt")
    return try Row.fetchAll(statement).map { row in
      RegisteredSigner(
        unit: try UnitID(row["unit"] as String), certificate: try Certificate(der: row["der"]),
        addedAt: Instant(millisecondsSinceEpoch: row["addedAt"]))
    }
  }
}
