import Durable
import Exchange
import Foundation
import Logging
import PKI
import ServiceLifecycle

/// Renews the machine's and the units' certificates at two thirds of their life, each with a new key. The new key is durable
/// before the hub hears of it; key and certificate lie in one file, so that one rename swaps both.
public struct RenewalService: Service {
  private let configuration: AgentConfiguration
  private let identities: IdentityStore
  private let client: EnrolmentClient
  private let root: Certificate
  /// Told when the machine's identity changed: connections must be made anew.
  private let machineChanged: @Sendable (SigningIdentity) async -> Void
  private let logger: Logger

  /// Looking costs nothing; a certificate lives for months.
  private static let interval: Duration = .seconds(3600)

  init(
    configuration: AgentConfiguration, identities: IdentityStore, client: EnrolmentClient, root: Certificate,
    logger: Logger,
    machineChanged: @escaping @Sendable (SigningIdentity) async -> Void
  ) {
    self.configuration = configuration
    self.identities = identities
    self.client = client
    self.root = root
    self.logger = logger
    self.machineChanged = machineChanged
  }

  public func run() async throws {
    try await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await renewAll()
        // Jitter: machines that were enrolled on one day don't come back in one minute.
        try await Task.sleep(for: Self.interval + .seconds(Int.random(in: 0...900)))
      }
    }
  }

  /// Whether two thirds of the time between both dates are over.
  static func isDue(notBefore: Date, notAfter: Date, now: Date) -> Bool {
    now >= notBefore + notAfter.timeIntervalSince(notBefore) * 2 / 3
  }

  private func renewAll() async {
    let paths = configuration.paths
    if due(identities.machine.certificate) {
      await renew(.machine, unit: nil, path: paths.machineIdentity, name: ProcessInfo.processInfo.hostName) { new in
        identities.replaceMachine(new)
        await machineChanged(new)
      }
    }
    for unit in configuration.units {
      // A key that `signing.key` names (in a token, or of another authority) is not ours to renew.
      if let signer = identities.foreignSigner(of: unit.unit), due(signer.certificate) {
        logger.notice(
          "signing certificate ends and is not renewed here",
          metadata: ["unit": "\(unit.unit)", "ends": "\(Instant(signer.certificate.notAfter))"])
      }
      guard let identity = identities.identity(of: unit.unit), due(identity.certificate) else { continue }
      // A key from elsewhere (a government's authority) is not ours to renew.
      guard unit.keyFile == unit.certificateFile else {
        logger.notice("certificate ends soon and is not renewed here", metadata: ["unit": "\(unit.unit)"])
        continue
      }
      await renew(.unit, unit: unit.unit, path: unit.keyFile, name: unit.unit.rawValue) { new in
        identities.replace(new, of: unit.unit)
      }
    }
  }

  private func due(_ certificate: Certificate) -> Bool {
    Self.isDue(notBefore: certificate.notBefore, notAfter: certificate.notAfter, now: Date())
  }

  private func renew(
    _ slot: Routes.CertificateSlot, unit: UnitID?, path: String, name: String,
    swap: (SigningIdentity) async -> Void
  ) async {
    let metadata: Logger.Metadata = ["slot": "\(slot.rawValue)", "unit": "\(unit?.rawValue ?? "-")"]
    do {
      let pending = path + ".new"
      let key: PrivateKey
      if FileManager.default.fileExists(atPath: pending) {
        key = try PrivateKeyFile.read(pending)
      } else {
        key = try PrivateKey.generate(identities.machine.key.algorithm)
        try DurableFile.replace(FilePath(pending), with: try key.pem, permissions: 0o600)
      }
      let request = try CertificateRequest.make(key: key, commonName: name)
      let certificate = try await client.renew(
        slot: slot, unit: unit, request: request, apiURL: configuration.hub.api, identity: identities.machine,
        trusting: root)
      let identity = try SigningIdentity(key: key, certificates: [certificate])
      try DurableFile.replace(FilePath(path), with: identity.pem, permissions: 0o600)
      try DurableFile.remove(FilePath(pending))
      await swap(identity)
      logger.info("certificate renewed", metadata: metadata)
    } catch {
      if Task.isCancelled { return }
      logger.error("certificate not renewed", metadata: metadata.merging(["error": "\(error)"]) { $1 })
    }
  }
}
