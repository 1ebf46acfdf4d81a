import NIOConcurrencyHelpers

/// What goes on for hours is told now and then, and not each time it is met.
public final class Reminder: Sendable {
  private let pause: Duration
  private let next = NIOLockedValueBox<ContinuousClock.Instant?>(nil)

  /// - Parameter pause: between two times that it is told.
  public init(every pause: Duration) { self.pause = pause }

  /// Whether it is to be told now; then not for a while.
  public func isDue() -> Bool {
    let now = ContinuousClock.now
    return next.withLockedValue { next in
      if let next, now < next { return false }
      next = now + pause
      return true
    }
  }
}
