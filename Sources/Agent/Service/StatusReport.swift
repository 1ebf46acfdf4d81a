import Durable
import Exchange
import Foundation
import PKI

/// How the agent of a machine is, for people and for programs. Field names are stable.
public struct StatusReport: Encodable, Sendable {
  public struct Unit: Encodable, Sendable {
    public var unit: UnitID
    public var name: String
    public var folder: String
    /// Why nothing is done in it now; nil where it is there.
    public var folderProblem: FolderFault?
    /// There while the hub does not let this machine act for the unit.
    public var withdrawal: UnitStandings.Withdrawal?
    /// Documents by state.
    public var outgoing: [String: Int]
    public var incoming: [String: Int]
    /// On their way.
    public var waitingOutgoing: Int
    public var waitingIncoming: Int
    /// Originals that stay in the outbox though their documents are at their end; absolute paths, at most 20.
    public var leftBehind: [String]
    public var leftBehindCount: Int
    /// Why the province would refuse what the unit's signing certificate signs, for administrators; nil where nothing is
    /// known to be wrong.
    public var signerProblem: String?
    /// Of the document certificate; nil where it cannot be read.
    public var certificateExpires: Instant?
  }

  /// Whether there is anything to read yet.
  public enum JournalState: String, Encodable, Sendable {
    case ready
    /// No daemon has run with this state folder.
    case missing
    /// The daemon is making it, or bringing it up to date.
    case starting
  }

  /// Whether a daemon holds the state folder.
  public var running: Bool
  /// Its process; nil where it isn't known.
  public var process: Int32?
  public var hub: String
  /// There while the hub does not accept this machine.
  public var dismissal: HubStanding.Dismissal?
  /// What the running daemon says is in its way; empty where none runs.
  public var troubles: Troubles
  public var state: String
  /// Where it isn't ready, everything below is zero.
  public var journal: JournalState
  /// There once a journal was lost: what was done about it.
  public var journalLoss: JournalLoss?
  /// Of the directory that is known here.
  public var directoryVersion: Int64?
  public var machineCertificateExpires: Instant?
  public var units: [Unit]
  /// No unit is served because there is no folder of units.
  public var unitsFolderMissing: Bool
  /// Tokens whose PIN is not tried until `congvan token retry`.
  public var heldTokens: [HeldToken]

  public struct HeldToken: Encodable, Sendable {
    /// Label and serial number.
    public var token: String
    public var state: PINGuard.Marker.State
    public var since: Instant
  }

  /// Reads the journal beside the running daemon. One that hasn't run yet has no journal: everything is zero then.
  /// - Throws: `Journal.Problem.unreadable` where this user may not look into the state folder; the database's error.
  public static func make(_ configuration: AgentConfiguration) async throws -> StatusReport {
    let paths = configuration.paths
    let holder = StateLock.holder(of: paths.lock)
    var counts: [StateCount] = []
    var directory: Directory?
    var left: [OutgoingRecord] = []
    var state = JournalState.ready
    do {
      let journal = try Journal(reading: paths.journal)
      counts = try await journal.counts()
      directory = try await journal.directory()
      left = try await journal.leftBehind()
    } catch Journal.Problem.missing {
      state = .missing
    } catch Journal.Problem.unfinished {
      state = .starting
    }
    var troubles = holder.map { TroubleBoard.read(paths.troubles, of: $0) } ?? Troubles()
    // A full disk may keep the daemon from saying so.
    if holder != nil, !TroubleBoard.hasRoom(paths.state, bytes: 1 << 20) {
      troubles.diskIsFull(SystemError(call: "write", path: paths.state, code: ENOSPC), now: Instant(Date()))
    }
    let withdrawals = UnitStandings.read(paths.unitStandings)
    let check = signerCheck(configuration, directory)
    let faults = await UnitFolder.faults(of: configuration)
    let units = configuration.units.map { unit in
      func states(_ direction: JournalEvent.Direction) -> [String: Int] {
        let own = counts.filter { $0.unit == unit.unit && $0.direction == direction }
        return Dictionary(own.map { ($0.state, $0.count) }, uniquingKeysWith: +)
      }
      let outgoing = states(.outgoing)
      let stays = left.filter { $0.unit == unit.unit }.map { "\($0.source)" }
      let incoming = states(.incoming)
      return Unit(
        unit: unit.unit, name: unit.name, folder: unit.folder, folderProblem: faults[unit.unit],
        withdrawal: withdrawals.first { $0.unit == unit.unit }, outgoing: outgoing,
        incoming: incoming,
        waitingOutgoing: OutgoingState.allCases.filter { OutgoingJourney(state: $0).nextStep != nil }
          .reduce(0) { $0 + (outgoing[$1.rawValue] ?? 0) },
        waitingIncoming: IncomingState.allCases.filter { IncomingJourney(state: $0).nextStep != nil }
          .reduce(0) { $0 + (incoming[$1.rawValue] ?? 0) },
        leftBehind: Array(stays.prefix(20)), leftBehindCount: stays.count,
        signerProblem: check?.fault(of: signer(of: unit), for: unit.unit, at: Date())?.description,
        certificateExpires: expiry(of: unit))
    }
    return StatusReport(
      running: holder != nil, process: holder.flatMap { $0 > 0 ? $0 : nil }, hub: configuration.hub.api,
      dismissal: HubStanding.read(paths.hubStanding),
      troubles: troubles, state: configuration.state, journal: state,
      journalLoss: try? JournalLoss.read(paths.journalLoss), directoryVersion: directory?.version,
      machineCertificateExpires: expiry(key: paths.machineIdentity, certificate: paths.machineIdentity), units: units,
      unitsFolderMissing: configuration.lacksUnitsFolder,
      heldTokens: PINGuard(folder: paths.tokens).markers().filter { $0.state != .trying }.map {
        HeldToken(token: $0.token, state: $0.state, since: Instant($0.at))
      })
  }

  /// nil where this machine isn't enrolled, or its files can't be read.
  private static func signerCheck(_ configuration: AgentConfiguration, _ directory: Directory?) -> SignerCheck? {
    guard let pem = FileManager.default.contents(atPath: configuration.paths.hubRoot),
      let root = try? Certificate(pem: pem), let trust = try? DocumentTrust(configuration, root: root)
    else { return nil }
    return SignerCheck(trust, directory: directory)
  }

  /// The signing certificate and its chain, as far as they stand in a file that can be read.
  private static func signer(of unit: UnitConfiguration) -> [Certificate] {
    guard let file = unit.signing.key == nil ? unit.certificateFile : unit.signing.certificate,
      let text = FileManager.default.contents(atPath: file), text.count <= 1 << 20
    else { return [] }
    return (try? Certificate.all(pem: text)) ?? []
  }

  private static func expiry(of unit: UnitConfiguration) -> Instant? {
    // The token isn't asked: its certificate is in the file.
    guard unit.signing.key != nil, let file = unit.signing.certificate else {
      return expiry(key: unit.keyFile, certificate: unit.certificateFile)
    }
    guard let text = FileManager.default.contents(atPath: file), text.count <= 1 << 20 else { return nil }
    return (try? Certificate.all(pem: text))?.first.map { Instant($0.notAfter) }
  }

  /// The keys belong to the daemon's user: who may not read them sees no date, and that is no error.
  private static func expiry(key: String, certificate: String) -> Instant? {
    guard let identity = try? SigningIdentity.load(keyFile: key, certificateFile: certificate) else { return nil }
    return Instant(identity.certificate.notAfter)
  }
}
