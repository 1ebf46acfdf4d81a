import NIOConcurrencyHelpers

/// A bell: who waits is woken when it rings; a ring that nobody heard is kept for the next who waits. Rings add up to one.
public final class WakeUp: Sendable {
  private struct State {
    var rung = false
    var nextID: UInt64 = 0
    var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = NIOLockedValueBox(State())

  public init() {}

  public func ring() {
    let woken = state.withLockedValue { state -> [CheckedContinuation<Void, Never>] in
      if state.waiting.isEmpty { state.rung = true }
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for continuation in woken { continuation.resume() }
  }

  /// Returns when it rings or the task is cancelled.
  public func wait() async {
    let id = state.withLockedValue { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let goesOn = state.withLockedValue { state in
          if state.rung {
            state.rung = false
            return true
          }
          if Task.isCancelled { return true }
          state.waiting[id] = continuation
          return false
        }
        if goesOn { continuation.resume() }
      }
    } onCancel: {
      state.withLockedValue { $0.waiting.removeValue(forKey: id) }?.resume()
    }
  }

  /// The same, and no longer than this.
  public func wait(atMost limit: Duration) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.wait() }
      group.addTask { try? await Task.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
  }
}
