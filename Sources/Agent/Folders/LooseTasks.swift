import Durable
import NIOConcurrencyHelpers

/// Tasks of which a share may hold some up for ever. A task group waits for every one of its own; this waits, at the end, for
/// all but those that are held up in a unit's folder at that moment. Of these nothing comes any more: when the call returns
/// after all, the task is cancelled, and what it was about is done again by whoever is there then.
final class LooseTasks: Sendable {
  /// One of the tasks, as what it calls sees it.
  final class Member: Sendable {
    @TaskLocal static var current: Member?

    private struct State {
      /// The calls that hold it up now, with whom to tell when nobody waits for them any more.
      var heldUp: [UInt64: @Sendable () -> Void] = [:]
      /// Calls that came back before it was known that they held it up.
      var early: Set<UInt64> = []
      var wasRelieved = false
      var isLetGo = false
      /// It takes up nothing any more, and needs no relief.
      var isLeaving = false
    }

    private let state = NIOLockedValueBox(State())
    private let owner: LooseTasks

    fileprivate init(_ owner: LooseTasks) { self.owner = owner }

    /// Whether a call in a folder held it up, now or before: another works in its place, and it is one too many.
    var wasRelieved: Bool { state.withLockedValue { $0.wasRelieved } }

    /// It is about to end: it isn't relieved from now on.
    /// - Returns: whether it was before.
    func leave() -> Bool {
      state.withLockedValue { state in
        state.isLeaving = true
        return state.wasRelieved
      }
    }

    /// A call in a folder holds it up.
    /// - Parameters:
    ///   - call: tells it from others.
    ///   - onLetGo: called when nobody waits for it any more.
    func holdUp(by call: UInt64, onLetGo: @escaping @Sendable () -> Void) {
      let isFirst = state.withLockedValue { state in
        if state.early.remove(call) == nil { state.heldUp[call] = onLetGo }
        guard !state.isLeaving, !state.wasRelieved else { return false }
        state.wasRelieved = true
        return true
      }
      if isFirst { owner.onRelief() }
      owner.look()
    }

    /// The call came back.
    /// - Throws: `CancellationError` where nobody waits for it any more.
    func comeBack(from call: UInt64) throws(CancellationError) {
      let isLetGo = state.withLockedValue { state in
        if state.heldUp.removeValue(forKey: call) == nil { state.early.insert(call) }
        return state.isLetGo
      }
      if isLetGo { throw CancellationError() }
    }

    /// - Returns: whether it is held up, and so let go.
    fileprivate func letGo() -> Bool {
      let (isLetGo, told) = state.withLockedValue { state in
        guard !state.heldUp.isEmpty, !state.isLetGo else { return (state.isLetGo, [@Sendable () -> Void]()) }
        state.isLetGo = true
        return (true, Array(state.heldUp.values))
      }
      for tell in told { tell() }
      return isLetGo
    }
  }

  private struct State {
    var next: UInt64 = 0
    var running: [UInt64: (member: Member, task: Task<Void, Never>?)] = [:]
    var isEnding = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = NIOLockedValueBox(State())
  private let relief = NIOLockedValueBox<(@Sendable () -> Void)?>(nil)

  /// - Parameter body: called once for each task that is held up, for another to be put in its place.
  func whenOneIsHeldUp(_ body: @escaping @Sendable () -> Void) { relief.withLockedValue { $0 = body } }

  private func onRelief() { relief.withLockedValue { $0 }?() }

  /// Begins a task; after `end` none.
  /// - Parameter threads: those that it prefers.
  func add(on threads: IOThreads? = nil, _ body: @escaping @Sendable () async -> Void) {
    let member = Member(self)
    let id = state.withLockedValue { state -> UInt64? in
      guard !state.isEnding else { return nil }
      state.next += 1
      state.running[state.next] = (member, nil)
      return state.next
    }
    guard let id else { return }
    // Not of a group: that is the point.
    let task = Task(executorPreference: threads) {
      await Member.$current.withValue(member) { await body() }
      self.state.withLockedValue { $0.running[id] = nil }
      self.look()
    }
    let isEnding = state.withLockedValue { state in
      // It may be over already.
      if state.running[id] != nil { state.running[id]?.task = task }
      return state.isEnding
    }
    if isEnding { task.cancel() }
  }

  /// Cancels all, and returns when none runs but those that are held up.
  func end() async {
    let tasks = state.withLockedValue { state in
      state.isEnding = true
      return state.running.values.compactMap(\.task)
    }
    for task in tasks { task.cancel() }
    await withCheckedContinuation { continuation in
      state.withLockedValue { $0.waiter = continuation }
      look()
    }
    relief.withLockedValue { $0 = nil }
  }

  /// Whether the end is reached.
  private func look() {
    let waiter = state.withLockedValue { state -> CheckedContinuation<Void, Never>? in
      guard state.waiter != nil, state.running.values.allSatisfy({ $0.member.letGo() }) else { return nil }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }
}
