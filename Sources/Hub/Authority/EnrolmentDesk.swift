import Exchange
import Foundation
import PKI

/// Gives certificates out: to whoever shows a code that works once, and to whoever holds a current one. What the request
/// says of its subject is ignored: the hub writes the identity that it knows.
struct EnrolmentDesk: Sendable {
  let ledger: any Ledger
  let authority: Authority

  /// How long the same key gets the same certificate again, so that an answer that was lost can be asked for again.
  private static let repeatWindow: Duration = .seconds(3600)

  func enrol(
    unit: UnitID, secret: String, slot: Routes.CertificateSlot, request: CertificateRequest, at now: Instant
  ) async throws -> Certificate {
    let normalised = secret.uppercased().filter { $0 != "-" && !$0.isWhitespace }
    let code = try await ledger.openCode(of: unit, secretHash: sha256(Data(normalised.utf8)), at: now)
    let key = try await usable(request)
    if let used = try await ledger.use(ofCode: code, slot: slot) {
      guard used.key == key, now - used.at < Self.repeatWindow else {
        throw Problem(.codeInvalid, "the code was used already")
      }
      return try Certificate(der: used.certificate)
    }
    switch slot {
    case .machine:
      // A machine that serves another unit already shows the same key, and stays one machine.
      let machine = try await ledger.machine(withKey: key) ?? MachineID(at: now)
      let certificate = try authority.issueMachine(machine, request: request, at: now)
      try await ledger.register(
        issued(certificate, .machine(machine), key, now, code: (code, slot), servedUnit: unit))
      return certificate
    case .unit:
      let certificate = try await issueUnit(unit, request, now)
      try await ledger.register(issued(certificate, .unit(unit), key, now, code: (code, slot), servedUnit: nil))
      return certificate
    }
  }

  func renew(
    machine: MachineID, slot: Routes.CertificateSlot, unit: UnitID?, request: CertificateRequest, at now: Instant
  ) async throws -> Certificate {
    let key = try await usable(request)
    switch slot {
    case .machine:
      if let holder = try await ledger.machine(withKey: key), holder != machine {
        throw Problem(.requestBad, "another machine has this key")
      }
      let certificate = try authority.issueMachine(machine, request: request, at: now)
      try await ledger.register(issued(certificate, .machine(machine), key, now, code: nil, servedUnit: nil))
      return certificate
    case .unit:
      guard let unit else { throw Problem(.malformed, "the unit is not named") }
      let certificate = try await issueUnit(unit, request, now)
      try await ledger.register(issued(certificate, .unit(unit), key, now, code: nil, servedUnit: nil))
      return certificate
    }
  }

  /// The fingerprint of the key that is to be certified. One that was revoked is dead: whoever has it may not be who he says.
  private func usable(_ request: CertificateRequest) async throws -> Data {
    let key = Data(request.publicKeyFingerprint)
    guard try await !ledger.isRevoked(key: key) else {
      throw Problem(.keyRevoked, "this key was revoked: a new one is needed")
    }
    return key
  }

  private func issueUnit(_ unit: UnitID, _ request: CertificateRequest, _ now: Instant) async throws -> Certificate {
    guard let entry = try await ledger.directory().units.first(where: { $0.id == unit }), entry.isActive else {
      throw Problem(.unitSuspended, "\(unit) is unknown or closed")
    }
    return try authority.issueUnit(unit, name: entry.name, request: request, at: now)
  }

  private func issued(
    _ certificate: Certificate, _ holder: IssuedCertificate.Holder, _ key: Data, _ now: Instant,
    code: (id: Int64, slot: Routes.CertificateSlot)?, servedUnit: UnitID?
  ) -> IssuedCertificate {
    IssuedCertificate(
      holder: holder, key: key, fingerprint: Data(certificate.fingerprint), serial: certificate.serialNumber,
      der: certificate.der, notAfter: Instant(certificate.notAfter), issuedAt: now, code: code, servedUnit: servedUnit)
  }
}
