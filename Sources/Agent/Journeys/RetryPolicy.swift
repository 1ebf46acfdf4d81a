/// How long to wait before trying again what may pass: exponential with full jitter, so that a thousand offices don't come
/// back in one instant. There is no last attempt.
public struct RetryPolicy: Equatable, Sendable {
  /// The first wait is random up to this, and doubles.
  public var base: Duration
  /// No wait is longer, but for what the other side asks.
  public var cap: Duration
  /// Not even the hub may ask for more.
  public var longest: Duration

  public init(base: Duration = .seconds(1), cap: Duration = .seconds(300), longest: Duration = .seconds(3600)) {
    self.base = base
    self.cap = cap
    self.longest = longest
  }

  /// - Parameters:
  ///   - attempt: how many faults came before this one, from 0.
  ///   - retryAfter: what the other side asked for (RFC 9110 §10.2.3): obeyed, with jitter on top.
  ///   - random: from 0 up to 1.
  public func delay(attempt: Int, retryAfter: Duration?, random: Double) -> Duration {
    let ceiling = min(cap, base * (1 << min(attempt, 20)))
    let jittered = ceiling * min(max(random, 0), 1)
    return min(longest, (retryAfter ?? .zero) + jittered)
  }
}
