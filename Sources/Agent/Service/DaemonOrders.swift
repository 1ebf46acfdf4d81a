import Durable
import NIOConcurrencyHelpers
import UnixSignals

/// What the administrator wants of the running daemon, by signal: SIGTERM and SIGINT stop it, SIGHUP makes it read its
/// configuration again.
final class DaemonOrders: Sendable {
  enum Order: Sendable { case stop, reload }

  private let pending = NIOLockedValueBox<Order?>(nil)
  private let bell = WakeUp()

  /// Listens until the task is cancelled. There must be one listener per process.
  func listen() async {
    for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup) {
      give(signal == .sighup ? .reload : .stop)
    }
  }

  /// A stop is never taken back by a reload.
  func give(_ order: Order) {
    pending.withLockedValue { if $0 != .stop { $0 = order } }
    bell.ring()
  }

  /// Waits for the next order; nil when the task is cancelled.
  func next() async -> Order? {
    while !Task.isCancelled {
      let order = pending.withLockedValue { pending -> Order? in
        defer { pending = nil }
        return pending
      }
      if let order { return order }
      await bell.wait()
    }
    return nil
  }
}
