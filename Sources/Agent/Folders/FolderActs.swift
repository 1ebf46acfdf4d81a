import Durable
import Exchange
import NIOConcurrencyHelpers

/// What is being done in the units' folders now, and how their shares answer. One for the life of the process: a call that a
/// share holds up can't be ended, and outlives the configuration under which it began.
final class FolderActs: Sendable {
  private struct Act {
    let unit: UnitID
    let pulse: Pulse?
    /// Called once, when a call holds it up.
    let onRelief: @Sendable (FolderWatch.ActID) -> Void
  }

  private struct State {
    var watches: [UnitID: FolderWatch] = [:]
    var acts: [FolderWatch.ActID: Act] = [:]
    var next: FolderWatch.ActID = 0
    /// Units in whose folders nothing new is begun.
    var held: Set<UnitID> = []
    var isWatched = false
  }

  private let state = NIOLockedValueBox(State())
  /// Rung when something is under way and nobody looks.
  let stirred = WakeUp()

  /// Units whose shares are slow to answer, or silent.
  var held: Set<UnitID> { state.withLockedValue { $0.held } }

  func standing(_ unit: UnitID) -> FolderWatch.Standing {
    state.withLockedValue { $0.watches[unit]?.standing ?? .answering }
  }

  /// The calling thread begins something in a unit's folder.
  /// - Parameter onRelief: called once, where a call holds it up, from another thread.
  /// - Returns: nil where the share is silent: nothing more is begun there.
  func begin(_ unit: UnitID, onRelief: @escaping @Sendable (FolderWatch.ActID) -> Void) -> FolderWatch.ActID? {
    let pulse = Pulse.current
    let (id, stirs) = state.withLockedValue { state -> (FolderWatch.ActID?, Bool) in
      // Where all is well the watch isn't asked: it is on every letter's way.
      if state.held.contains(unit), state.watches[unit]?.standing == .silent { return (nil, false) }
      state.next += 1
      let id = state.next
      state.acts[id] = Act(unit: unit, pulse: pulse, onRelief: onRelief)
      state.watches[unit, default: FolderWatch()].begin(id, beats: pulse?.beats ?? 0)
      defer { state.isWatched = true }
      return (id, !state.isWatched)
    }
    if stirs { stirred.ring() }
    return id
  }

  /// What the calling thread began is over.
  /// - Returns: whether it had been relieved, and whether the folder answers again with that.
  func end(_ id: FolderWatch.ActID) -> (wasRelieved: Bool, answersAgain: Bool) {
    state.withLockedValue { state in
      guard let unit = state.acts.removeValue(forKey: id)?.unit else { return (false, false) }
      let wasRelieved = state.watches[unit]?.end(id) ?? false
      guard state.held.contains(unit) else { return (wasRelieved, false) }
      let answers = state.watches[unit]?.standing == .answering
      if answers { state.held.remove(unit) }
      return (wasRelieved, answers)
    }
  }

  /// Nobody waits for an act any more: until it is over, its folder is shut.
  func abandon(_ id: FolderWatch.ActID) {
    state.withLockedValue { state in
      guard let unit = state.acts[id]?.unit else { return }
      state.watches[unit]?.abandon(id)
      state.held.insert(unit)
    }
  }

  /// What a step of watching shows.
  struct Findings: Sendable {
    /// Units that have become slow, silent, or answer again, with how they stand now.
    var changed: [UnitID: FolderWatch.Standing] = [:]
    /// Whether nothing is under way: nobody need look until `stirred` rings.
    var isIdle = false
  }

  /// Looks once; to be called every `FolderWatch.step`.
  func look() -> Findings {
    var findings = Findings()
    let relieved = state.withLockedValue { state -> [(FolderWatch.ActID, Act)] in
      var relieved: [(FolderWatch.ActID, Act)] = []
      for (unit, before) in state.watches {
        var watch = before
        let acts = state.acts
        relieved += watch.look { acts[$0]?.pulse?.beats ?? 0 }.compactMap { id in acts[id].map { (id, $0) } }
        if watch.standing != before.standing { findings.changed[unit] = watch.standing }
        if watch.standing == .answering { state.held.remove(unit) } else { state.held.insert(unit) }
        state.watches[unit] = watch
      }
      findings.isIdle = state.acts.isEmpty
      state.isWatched = !findings.isIdle
      return relieved
    }
    for (id, act) in relieved { act.onRelief(id) }
    return findings
  }
}
