import Durable
import Exchange
import Foundation
import Logging
import PKI

/// What the province's administrator does by hand. Works while the hub serves: both use the same ledger.
public struct HubAdministration: Sendable {
  private let dataFolder: String
  private let ledger: SQLiteLedger
  private let province: UnitID
  private let configuration: HubConfiguration

  public init(dataFolder: String) throws {
    self.dataFolder = dataFolder
    configuration = try HubConfiguration.load(dataFolder: dataFolder)
    province = configuration.province
    ledger = try SQLiteLedger(path: "\(dataFolder)/ledger.sqlite", province: configuration.province)
  }

  /// Makes a new hub: authority, keys, ledger, the province's own unit.
  /// - Throws: `HubConfiguration.Wrong` where there is one already.
  public static func create(dataFolder: String, configuration: HubConfiguration, unitName: String) async throws {
    let folder = FilePath(dataFolder)
    guard try Folder.look(folder.appending("hub.yaml")) == nil else {
      throw HubConfiguration.Wrong(description: "there is a hub in \(dataFolder) already")
    }
    _ = try (configuration.publicAddress, configuration.apiAddress)
    try Folder.make(folder, permissions: 0o750)
    let lock = try HubLock.take(dataFolder)
    let hosts = configuration.hosts
    try Authority.create(
      in: folder, name: configuration.name, hosts: hosts.names, ips: hosts.addresses, now: Date())
    let ledger = try SQLiteLedger(path: "\(dataFolder)/ledger.sqlite", province: configuration.province)
    try await ledger.add([UnitEntry(id: configuration.province, name: unitName)], at: Instant(Date()))
    // The configuration last: a hub without one isn't there, and init can be run again.
    try configuration.save(dataFolder: dataFolder)
    withExtendedLifetime(lock) {}
  }

  /// Says that the ledger was restored from a backup: agents then send again what it forgot, and ask anew for their mail.
  /// The hub, where it serves, needs no restart.
  public func noteRestore() async throws {
    let epoch = try await ledger.beginEpoch()
    let mark = try await ledger.changes(since: nil).mark
    try HighWaterMark(epoch: epoch, mark).write(in: FilePath(dataFolder))
  }

  public func add(_ units: [UnitEntry]) async throws { try await ledger.add(units, at: Instant(Date())) }
  /// Nothing more is sent to the unit or by it; what was under way to it goes back.
  /// - Returns: how many units get something back.
  public func close(_ unit: UnitID) async throws -> Int {
    guard unit != province else {
      throw Problem(.recipientUnknown, "\(unit) is the province's own unit: to it goes all that names no recipient")
    }
    return try await ledger.close(unit, at: Instant(Date())).count
  }
  public func directory() async throws -> Directory { try await ledger.directory() }

  public func addGroup(_ group: GroupID, name: String, aliases: [String]) async throws {
    try await ledger.addGroup(group, name: name, aliases: aliases)
  }

  /// Gives a unit or a group further names, and takes some away.
  /// - Returns: the aliases that it has then.
  public func changeAliases(of addressee: Addressee, add: [String], remove: [String]) async throws -> [String] {
    try await ledger.changeAliases(of: addressee, add: add, remove: remove)
  }

  public func join(_ group: GroupID, _ units: [UnitID]) async throws { try await ledger.join(group, units) }
  public func leave(_ group: GroupID, _ units: [UnitID]) async throws { try await ledger.leave(group, units) }

  /// Registers a signing certificate of another authority for a unit.
  /// - Parameter pem: the signer's certificate first, then its chain if wanted.
  /// - Throws: `HubConfiguration.Wrong` where documents signed by it would be refused all the same, saying why; `Problem`.
  public func addSigner(pem: Data, of unit: UnitID) async throws -> Certificate {
    let chain = try Certificate.all(pem: pem)
    guard let certificate = chain.first else {
      throw HubConfiguration.Wrong(description: "the file holds no certificate in PEM")
    }
    let authority = try Authority.load(dataFolder: dataFolder, ledger: ledger)
    let trust = try SigningTrust(
      configuration, dataFolder: dataFolder, root: authority.root, logger: Logger(label: "congvan-hub"))
    if let fault = trust.fault(of: certificate, chain: Array(chain.dropFirst()), at: Date()) {
      throw HubConfiguration.Wrong(description: "“\(certificate.subject)” is not registered: \(fault)")
    }
    try await ledger.addSigner(certificate, of: unit, at: Instant(Date()))
    return certificate
  }

  /// - Parameter fingerprint: SHA-256 in hexadecimal, or 8 digits or more of its beginning.
  public func removeSigner(_ fingerprint: String, of unit: UnitID) async throws -> Certificate {
    try await ledger.removeSigner(fingerprint, of: unit, at: Instant(Date()))
  }

  /// - Parameter unit: nil for all.
  public func signers(of unit: UnitID?) async throws -> [RegisteredSigner] {
    try await ledger.registeredSigners().filter { unit == nil || $0.unit == unit }
  }

  /// A code that enrols one machine for the unit, once, within seven days.
  public func makeCode(for unit: UnitID) async throws -> EnrolmentCode {
    let authority = try Authority.load(dataFolder: dataFolder, ledger: ledger)
    let code = EnrolmentCode(
      unit: unit, randomBytes: try Random.bytes(13), authorityFingerprint: authority.root.fingerprint)
    try await ledger.addCode(for: unit, secretHash: sha256(Data(code.secret.utf8)), at: Instant(Date()))
    return code
  }

  /// Ends the unit's certificates and those of machines that serve it alone.
  /// - Returns: how many.
  public func revoke(_ unit: UnitID) async throws -> Int {
    guard try await ledger.directory().units.contains(where: { $0.id == unit }) else {
      throw Problem(.recipientUnknown, "there is no unit \(unit)")
    }
    return try await ledger.revokeKeys(of: unit, at: Instant(Date()))
  }
}
