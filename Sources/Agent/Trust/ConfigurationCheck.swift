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

  /// What keeps letters from moving though the configuration is right: the hub or the province said no to the machine or to
  /// a unit when the daemon asked last, or a unit's folder isn't there.
  public struct Obstacle: Sendable {
    /// nil: all of the machine's.
    public let unit: UnitID?
    public let description: String
    public let remedy: String
    /// Whether it passes by itself, as with a share that is slow to answer: nothing in the configuration is at fault.
    public let mayPass: Bool
  }

  /// By what the daemon left in the state folder, and a look at the folders. Takes up to `UnitFolder.patience`.
  public func obstacles() async -> [Obstacle] {
    let enrol = "ask the province's office for a new code, and run `congvan enroll`"
    var found: [Obstacle] = []
    if let dismissal = HubStanding.read(configuration.paths.hubStanding) {
      found.append(
        Obstacle(
          unit: nil,
          description: "the hub does not accept this machine since \(dismissal.since): \(dismissal.detail)",
          remedy: enrol, mayPass: false))
    }
    let withdrawals = UnitStandings.read(configuration.paths.unitStandings)
    for withdrawal in withdrawals where configuration.units.contains(where: { $0.unit == withdrawal.unit }) {
      found.append(
        Obstacle(
          unit: withdrawal.unit,
          description:
            "the province withdrew this machine's right to act for the unit, since \(withdrawal.since): \(withdrawal.detail)",
          remedy: enrol, mayPass: false))
    }
    for (unit, fault) in await UnitFolder.faults(of: configuration).sorted(by: { $0.key < $1.key }) {
      found.append(
        Obstacle(
          unit: unit, description: "\(fault)", remedy: FolderText.remedy(fault, of: unit).english,
          mayPass: fault == .notAnswering))
    }
    return found
  }

  func faults(of identities: IdentityStore, directory: Directory?) throws -> [SignerCheck.Fault] {
    // Without the hub's root the machine isn't enrolled; the daemon says so.
    guard let pem = FileManager.default.contents(atPath: configuration.paths.hubRoot) else { return [] }
    let trust = try DocumentTrust(configuration, root: try Certificate(pem: pem))
    return SignerCheck(trust, directory: directory)
      .faults(of: identities, units: configuration.units.map(\.unit), at: Date())
  }
}
