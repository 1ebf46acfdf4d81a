import Exchange
import Foundation
import PKI

/// Reads all that a configuration names, and asks of each unit's signing certificate whether the province would take it.
public struct ConfigurationCheck: Sendable {
  private let configuration: AgentConfiguration

  public init(_ configuration: AgentConfiguration) { self.configuration = configuration }

  /// By the directory that the daemon keeps, if it has run yet and may be read.
  /// - Throws: `ConfigurationError` where the daemon would not start.
  public func run() async throws -> [SignerCheck.Fault] {
    let identities = try IdentityStore.load(configuration)
    return try faults(of: identities, directory: try? await Journal(reading: configuration.paths.journal).directory())
  }

  func faults(of identities: IdentityStore, directory: Directory?) throws -> [SignerCheck.Fault] {
    // Without the hub's root the machine isn't enrolled; the daemon says so.
    guard let pem = FileManager.default.contents(atPath: configuration.paths.hubRoot) else { return [] }
    let trust = try DocumentTrust(configuration, root: try Certificate(pem: pem))
    return SignerCheck(trust, directory: directory)
      .faults(of: identities, units: configuration.units.map(\.unit), at: Date())
  }
}
