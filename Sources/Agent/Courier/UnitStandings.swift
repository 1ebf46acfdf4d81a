import Durable
import Exchange
import Foundation
import Logging
import NIOConcurrencyHelpers

/// For which of its units the hub no longer lets this machine act, though it knows the machine: the province withdrew that
/// one's right. Its letters wait, and what comes in for it stays at the hub; the machine's other units go on. The mailbox is
/// asked on, so that a right that is given back is seen by itself.
public final class UnitStandings: Sendable {
  /// What is remembered beside the journal, for `congvan status`.
  public struct Withdrawal: Codable, Sendable, Equatable {
    public var unit: UnitID
    public var since: Instant
    /// The hub's words, for administrators.
    public var detail: String
  }

  private struct State {
    var withdrawals: [UnitID: Withdrawal]
    /// Rung when a right is back.
    var bells: [WakeUp] = []
  }

  private let path: String
  private let threads: IOThreads
  private let logger: Logger
  /// Rung when a standing changed, for who tells of it.
  private let changed: WakeUp
  private let state: NIOLockedValueBox<State>
  private let writing = NIOLock()

  /// - Parameters:
  ///   - path: of the file that tells `congvan status`; there is none while nothing was withdrawn.
  ///   - units: those that are served now.
  public init(path: String, units: [UnitID], threads: IOThreads, changed: WakeUp, logger: Logger) {
    self.path = path
    self.threads = threads
    self.logger = logger
    self.changed = changed
    let known = Self.read(path).filter { units.contains($0.unit) }
    state = NIOLockedValueBox(State(withdrawals: Dictionary(known.map { ($0.unit, $0) }, uniquingKeysWith: { $1 })))
  }

  /// What the daemon remembered at this path.
  public static func read(_ path: String) -> [Withdrawal] {
    guard let data = FileManager.default.contents(atPath: path), data.count <= 1 << 20 else { return [] }
    return (try? CanonicalJSON.decode([Withdrawal].self, from: data)) ?? []
  }

  var withdrawn: Set<UnitID> { state.withLockedValue { Set($0.withdrawals.keys) } }

  /// Rings when a right is back.
  func wake(_ bell: WakeUp) { state.withLockedValue { $0.bells.append(bell) } }

  /// Takes note of a fault that an act for the unit met.
  func note(_ fault: HubFault, of unit: UnitID) async {
    guard case .refused(let problem) = fault.kind, problem.type == .notYours else { return }
    let isNew = state.withLockedValue { state in
      guard state.withdrawals[unit] == nil else { return false }
      state.withdrawals[unit] = Withdrawal(unit: unit, since: Instant(Date()), detail: "\(problem)")
      return true
    }
    guard isNew else { return }
    logger.error(
      "the hub no longer lets this machine act for a unit: ask the province's office, and with a new code run `congvan enroll`; the unit's documents wait meanwhile, other units go on",
      metadata: ["unit": "\(unit)", "detail": "\(problem)"])
    await remember()
  }

  /// The hub gave the unit's mailbox out.
  func noteServed(_ unit: UnitID) async {
    let bells = state.withLockedValue { state -> [WakeUp]? in
      state.withdrawals.removeValue(forKey: unit) == nil ? nil : state.bells
    }
    guard let bells else { return }
    logger.notice("the hub lets this machine act for a unit again", metadata: ["unit": "\(unit)"])
    await remember()
    for bell in bells { bell.ring() }
  }

  /// Writes down what holds now. One at a time, and each asks anew: whoever comes last leaves what is true.
  private func remember() async {
    changed.ring()
    do {
      try await threads.run { [self] in
        try writing.withLock {
          let now = state.withLockedValue { $0.withdrawals.values.sorted { $0.unit < $1.unit } }
          if now.isEmpty {
            try DurableFile.remove(FilePath(path))
          } else {
            try DurableFile.replace(FilePath(path), with: try CanonicalJSON.encode(now))
          }
        }
      }
    } catch {
      logger.warning("not remembered for congvan status", metadata: ["file": "\(path)", "error": "\(error)"])
    }
  }
}
