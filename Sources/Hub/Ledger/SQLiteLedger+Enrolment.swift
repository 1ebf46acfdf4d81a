import Exchange
import Foundation
import GRDB

extension SQLiteLedger {
  static let codeLifetime: Duration = .seconds(7 * 86400)
  static let codeAttempts = 5

  func addCode(for unit: UnitID, secretHash: Data, at now: Instant) async throws {
    try await write { database in
      let active = try Bool.fetchOne(
        database.cachedStatement(sql: "SELECT isActive FROM unit WHERE id = ?"), arguments: [unit.rawValue])
      guard active == true else { throw Problem(.recipientUnknown, "there is no active unit \(unit)") }
      try database.cachedStatement(
        sql: "INSERT INTO enrolment_code (unit, secretHash, expiresAt, attemptsLeft) VALUES (?, ?, ?, ?)"
      ).execute(arguments: [
        unit.rawValue, secretHash, (now + Self.codeLifetime).millisecondsSinceEpoch, Self.codeAttempts,
      ])
    }
  }

  func openCode(of unit: UnitID, secretHash: Data, at now: Instant) async throws -> Int64 {
    // The count of a wrong attempt must stay: the answer is thrown after the commit, not inside.
    let found: Result<Int64, Problem> = try await write { database in
      let codes = try Row.fetchAll(
        database.cachedStatement(sql: "SELECT * FROM enrolment_code WHERE unit = ? AND attemptsLeft > 0"),
        arguments: [unit.rawValue])
      for code in codes where Self.isEqual(code["secretHash"], secretHash) {
        guard code["expiresAt"] as Int64 >= now.millisecondsSinceEpoch else {
          return .failure(Problem(.codeExpired, "the code has expired: ask the province's office for a new one"))
        }
        return .success(code["id"])
      }
      try database.cachedStatement(
        sql: "UPDATE enrolment_code SET attemptsLeft = attemptsLeft - 1 WHERE unit = ? AND attemptsLeft > 0"
      ).execute(arguments: [unit.rawValue])
      return .failure(Problem(.codeInvalid, "the code is wrong, or it was used or tried too often"))
    }
    return try found.get()
  }

  /// Takes the same time whatever differs.
  private static func isEqual(_ left: Data, _ right: Data) -> Bool {
    left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  func use(ofCode code: Int64, slot: Routes.CertificateSlot) async throws -> (
    key: Data, certificate: Data, at: Instant
  )? {
    try await read { database in
      try Row.fetchOne(
        database.cachedStatement(sql: "SELECT * FROM enrolment_use WHERE code = ? AND slot = ?"),
        arguments: [code, slot.rawValue]
      ).map { ($0["key"], $0["certificate"], Instant(millisecondsSinceEpoch: $0["at"])) }
    }
  }

  func machine(withKey key: Data) async throws -> MachineID? {
    try await read { database in
      try String.fetchOne(
        database.cachedStatement(sql: "SELECT machine FROM machine_key WHERE key = ? AND revokedAt IS NULL"),
        arguments: [key]
      ).map { try MachineID($0) }
    }
  }

  func isRevoked(certificate fingerprint: Data) async throws -> Bool {
    try await read { database in
      try Bool.fetchOne(
        database.cachedStatement(sql: "SELECT revokedAt IS NOT NULL FROM unit_certificate WHERE fingerprint = ?"),
        arguments: [fingerprint]) == true
    }
  }

  func isRevoked(key: Data) async throws -> Bool {
    try await read { database in
      try Bool.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT EXISTS (SELECT 1 FROM machine_key WHERE key = ?1 AND revokedAt IS NOT NULL)
              OR EXISTS (SELECT 1 FROM unit_certificate WHERE key = ?1 AND revokedAt IS NOT NULL)
            """), arguments: [key]) == true
    }
  }

  func register(_ issued: IssuedCertificate) async throws {
    try await write { database in
      if let (code, slot) = issued.code {
        // The primary key lets one key in: of two that come at once, the second fails here.
        try database.cachedStatement(
          sql: "INSERT INTO enrolment_use (code, slot, key, certificate, at) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [code, slot.rawValue, issued.key, issued.der, issued.issuedAt.millisecondsSinceEpoch])
      }
      switch issued.holder {
      case .machine(let machine):
        try database.cachedStatement(sql: "INSERT INTO machine (id, createdAt) VALUES (?, ?) ON CONFLICT DO NOTHING")
          .execute(arguments: [machine.text, issued.issuedAt.millisecondsSinceEpoch])
        try database.cachedStatement(
          sql: """
            INSERT INTO machine_key (key, machine, serial, notAfter) VALUES (?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET serial = excluded.serial, notAfter = excluded.notAfter
            """
        ).execute(arguments: [issued.key, machine.text, issued.serial, issued.notAfter.millisecondsSinceEpoch])
        if let unit = issued.servedUnit {
          try database.cachedStatement(
            sql: "INSERT INTO machine_unit (machine, unit) VALUES (?, ?) ON CONFLICT DO NOTHING"
          ).execute(arguments: [machine.text, unit.rawValue])
        }
      case .unit(let unit):
        try database.cachedStatement(
          sql: "INSERT INTO unit_certificate (fingerprint, unit, key, serial, der, notAfter) VALUES (?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
          issued.fingerprint, unit.rawValue, issued.key, issued.serial, issued.der,
          issued.notAfter.millisecondsSinceEpoch,
        ])
      }
    }
  }

  /// Ends every key of the machines that serve the unit alone, and the unit's document certificates.
  func revokeKeys(of unit: UnitID, at now: Instant) async throws -> Int {
    try await write { database in
      try database.cachedStatement(
        sql: """
          UPDATE machine_key SET revokedAt = ?1 WHERE revokedAt IS NULL AND machine IN
            (SELECT machine FROM machine_unit WHERE unit = ?2)
            AND machine NOT IN (SELECT machine FROM machine_unit WHERE unit <> ?2)
          """
      ).execute(arguments: [now.millisecondsSinceEpoch, unit.rawValue])
      var count = database.changesCount
      try database.cachedStatement(sql: "DELETE FROM machine_unit WHERE unit = ?").execute(arguments: [unit.rawValue])
      try database.cachedStatement(
        sql: "UPDATE unit_certificate SET revokedAt = ? WHERE unit = ? AND revokedAt IS NULL"
      ).execute(arguments: [now.millisecondsSinceEpoch, unit.rawValue])
      count += database.changesCount
      // Rings the machines: one that was dismissed hears so now, not at the next heartbeat of its stream.
      if count > 0 { try Self.bumpVersion(database) }
      return count
    }
  }

  func revoked() async throws -> [(serial: Data, at: Instant)] {
    try await read { database in
      try Row.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT serial, revokedAt FROM machine_key WHERE revokedAt IS NOT NULL
            UNION ALL SELECT serial, revokedAt FROM unit_certificate WHERE revokedAt IS NOT NULL
            """)
      ).map { ($0["serial"], Instant(millisecondsSinceEpoch: $0["revokedAt"])) }
    }
  }
}
