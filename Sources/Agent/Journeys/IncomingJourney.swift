import Exchange

/// Where an incoming document stands, per unit that it came for.
public enum IncomingState: String, Codable, Sendable, CaseIterable {
  /// The mailbox named it; nothing is fetched, or a part is.
  case announced
  /// The spool holds all bytes, and hash, signature and signer are right.
  case verified
  /// It has its incoming number (số đến) and the name under which it will be filed.
  case numbered
  /// It stands in inbox/. The end, but for the acknowledgement.
  case filed
  /// Hash or signature are wrong: kept apart, never shown, reported to the hub. The end.
  case quarantined
  /// The hub no longer gives it out (recalled, or not for us). The end.
  case withdrawn
}

/// The life of an incoming document as decisions; see `OutgoingJourney`.
public struct IncomingJourney: Equatable, Sendable {
  public enum Step: Equatable, Sendable {
    case fetchAndVerify
    case number
    case publish
  }

  public enum Outcome: Equatable, Sendable {
    case verified
    case numbered
    case published
    case untrustworthy
    case gone
    case faulted(retryAfter: Duration?)
  }

  public private(set) var state: IncomingState
  public private(set) var attempts: Int
  public private(set) var notBefore: Instant

  public init(
    state: IncomingState = .announced, attempts: Int = 0, notBefore: Instant = Instant(millisecondsSinceEpoch: 0)
  ) {
    self.state = state
    self.attempts = attempts
    self.notBefore = notBefore
  }

  /// Whether the next step may be tried now. A moment further away than any wait was set by a clock that went back since: it
  /// must not hold the document up for as long as the clock was wrong.
  public func isDue(_ now: Instant, retry: RetryPolicy = RetryPolicy()) -> Bool {
    notBefore <= now || notBefore > now + retry.longest
  }

  /// nil at the end.
  public var nextStep: Step? {
    switch state {
    case .announced: .fetchAndVerify
    case .verified: .number
    case .numbered: .publish
    case .filed, .quarantined, .withdrawn: nil
    }
  }

  /// Takes an outcome in; one that doesn't belong to the state changes nothing.
  public mutating func apply(_ outcome: Outcome, now: Instant, retry: RetryPolicy, random: Double) {
    switch (state, outcome) {
    case (.announced, .verified): advance(to: .verified, now)
    case (.verified, .numbered): advance(to: .numbered, now)
    case (.numbered, .published): advance(to: .filed, now)
    case (.announced, .untrustworthy): advance(to: .quarantined, now)
    case (.announced, .gone): advance(to: .withdrawn, now)
    case (.announced, .faulted(let retryAfter)), (.verified, .faulted(let retryAfter)),
      (.numbered, .faulted(let retryAfter)):
      notBefore = now + retry.delay(attempt: attempts, retryAfter: retryAfter, random: random)
      attempts += 1
    default: break
    }
  }

  private mutating func advance(to next: IncomingState, _ now: Instant) {
    state = next
    attempts = 0
    notBefore = now
  }
}
