import Durable
import Exchange
import Logging
import NIOConcurrencyHelpers
import ServiceLifecycle

/// Knows which units' folders are away now. Whoever does anything in a folder does it through here; for one that is away it
/// is looked for every few seconds, and who waits is woken when it is back.
final class FolderKeeper: Service {
  private struct State {
    var away: [UnitID: FolderFault] = [:]
    /// Rung when a folder is back.
    var bells: [WakeUp] = []
  }

  private let folders: [UnitID: UnitFolder]
  private let threads: IOThreads
  private let acts: FolderActs
  private let logger: Logger
  private let state = NIOLockedValueBox(State())
  private let gone = WakeUp()
  /// Rung when a folder went away or is back, for who tells of it.
  let changed = WakeUp()

  private static let interval: Duration = .seconds(5)

  /// - Parameter acts: what goes on in the folders, also from before this configuration.
  init(
    units: [UnitConfiguration], paths: StatePaths, threads: IOThreads, acts: FolderActs = FolderActs(), logger: Logger
  ) {
    folders = Dictionary(
      units.map { ($0.unit, UnitFolder($0, paths: paths)) }, uniquingKeysWith: { first, _ in first })
    self.threads = threads
    self.acts = acts
    self.logger = logger
  }

  /// The units whose folders are away, as they were last found.
  var away: [UnitID: FolderFault] { state.withLockedValue { $0.away } }

  /// The units in whose folders nothing is begun now: they are away, or slow to answer.
  var held: Set<UnitID> { acts.held.union(state.withLockedValue { $0.away.keys }) }

  /// Whether its share answers, as far as anything that is under way shows.
  func answers(_ unit: UnitID) -> Bool { acts.standing(unit) == .answering }

  func isHeld(_ unit: UnitID) -> Bool { held.contains(unit) }

  /// Rings when a folder is back.
  func wake(_ bell: WakeUp) { state.withLockedValue { $0.bells.append(bell) } }

  /// Does something in a unit's folder: on the threads that may block, and watched. Where one call of the system isn't
  /// answered for a while, thread and task are replaced, so that other units go on; this returns when the call does.
  /// - Parameter onRelief: called once, from another thread, where that happens.
  /// - Throws: what the closure throws; `FolderFault.notAnswering` at once where the share is silent; `CancellationError`
  ///   where the call came back too late, and nobody waits for it any more.
  func work<Value: Sendable>(
    in unit: UnitID, onRelief: (@Sendable () -> Void)? = nil, _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    let member = LooseTasks.Member.current
    let (result, relieved) = try await threads.run { [self] in act(in: unit, relieving: member, onRelief, body) }
    if let relieved { try member?.comeBack(from: relieved) }
    return try result.get()
  }

  /// - Returns: what came of it, and its number where it had been relieved.
  private func act<Value>(
    in unit: UnitID, relieving member: LooseTasks.Member?, _ onRelief: (@Sendable () -> Void)?,
    _ body: () throws -> Value
  ) -> (result: Result<Value, any Error>, relieved: FolderWatch.ActID?) {
    let (threads, acts) = (self.threads, self.acts)
    let begun = acts.begin(unit) { act in
      threads.relieve()
      member?.holdUp(by: act) { acts.abandon(act) }
      onRelief?()
    }
    guard let begun else {
      note(.notAnswering, of: unit)
      return (.failure(FolderFault.notAnswering), nil)
    }
    let result = Result { try body() }
    let (wasRelieved, answersAgain) = acts.end(begun)
    if wasRelieved { threads.relieved() }
    if answersAgain { tellAnswering(unit) }
    return (result, wasRelieved ? begun : nil)
  }

  /// A unit's folder, to work in. Blocking, and so inside of `work`.
  func open(_ unit: UnitID) throws(FolderFault) -> OpenFolder {
    guard let folder = folders[unit] else { throw .neverMarked }
    do {
      let open = try folder.open()
      note(nil, of: unit)
      return open
    } catch {
      note(error, of: unit)
      throw error
    }
  }

  // MARK: - Watching

  func run() async throws {
    let probes = LooseTasks()
    await cancelWhenGracefulShutdown { [self] in
      await withDiscardingTaskGroup { group in
        group.addTask { [self] in await watch() }
        group.addTask { [self] in await lookFor(probes) }
      }
    }
    await probes.end()
  }

  /// Sees calls that don't come back.
  private func watch() async {
    // What an earlier configuration left in the kernel is told by this one too.
    for unit in folders.keys where acts.standing(unit) == .silent { note(.notAnswering, of: unit) }
    while !Task.isCancelled {
      let findings = acts.look()
      for (unit, standing) in findings.changed {
        switch standing {
        case .answering: tellAnswering(unit)
        case .slow: logger.debug("a unit's folder is slow to answer", metadata: ["unit": "\(unit)"])
        case .silent: note(.notAnswering, of: unit)
        }
      }
      if findings.isIdle { await acts.stirred.wait() }
      try? await Task.sleep(for: FolderWatch.step)
    }
  }

  /// Looks for folders that are away.
  private func lookFor(_ probes: LooseTasks) async {
    let probed = NIOLockedValueBox<Set<UnitID>>([])
    while !Task.isCancelled {
      let units = away.keys.filter { acts.standing($0) == .answering }
      for unit in units where probed.withLockedValue({ $0.insert(unit).inserted }) {
        probes.add { [self] in
          // What is the matter is noted where it is opened.
          _ = try? await work(in: unit) { [self] in _ = try open(unit) }
          probed.withLockedValue { _ = $0.remove(unit) }
        }
      }
      if away.isEmpty { await gone.wait() } else { await gone.wait(atMost: Self.interval) }
    }
  }

  private func tellAnswering(_ unit: UnitID) {
    if away[unit] == nil {
      for bell in state.withLockedValue({ $0.bells }) { bell.ring() }
    } else {
      gone.ring()
    }
  }

  private func note(_ fault: FolderFault?, of unit: UnitID) {
    // One call came back, but not all: it is looked at again when they have.
    if fault == nil, away[unit] == .notAnswering, acts.standing(unit) == .silent { return }
    let (before, bells) = state.withLockedValue { state in
      defer { state.away[unit] = fault }
      return (state.away[unit], state.bells)
    }
    guard before != fault else { return }
    let folder = folders[unit]?.unit.folder ?? ""
    if let fault {
      logger.error(
        "a unit's folder is away: nothing is done in it, and letters wait",
        metadata: [
          "unit": "\(unit)", "folder": "\(folder)", "why": "\(fault)",
          "todo": "\(FolderText.remedy(fault, of: unit).english)",
        ])
      gone.ring()
    } else {
      logger.notice("a unit's folder is back", metadata: ["unit": "\(unit)", "folder": "\(folder)"])
      for bell in bells { bell.ring() }
    }
    changed.ring()
  }
}
