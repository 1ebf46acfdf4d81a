import Exchange

/// Where an outgoing document stands. A document is in exactly one of these states, and what the state promises is durable.
public enum OutgoingState: String, Codable, Sendable, CaseIterable {
  /// The spool holds the bytes as they were dropped. Nothing was sent.
  case spooled
  /// The spool holds the signed bytes, which every attempt sends.
  case signed
  /// The hub's receipt is in the journal.
  case accepted
  /// The signed copy stands in sent/, and the outbox is empty of it. The end.
  case sent
  /// It will not be sent; the reason is in the journal. The file still stands in the outbox.
  case refused
  /// The file stands in rejected/ with its reason beside it. The end.
  case rejected
}

/// The life of an outgoing document as decisions: what to do next, and what an outcome leads to. No clock, no randomness, no
/// disk: the agent's shell and the simulator both run this.
public struct OutgoingJourney: Equatable, Sendable {
  public enum Step: Equatable, Sendable {
    case sign
    /// Upload what the hub lacks, then submit.
    case submit
    /// Put the signed copy into sent/, then take the original out of the outbox.
    case file
    /// Put the reason and the original into rejected/.
    case reject
  }

  public enum Outcome: Equatable, Sendable {
    case signed
    case accepted
    case filed
    /// The key that signed it is no longer the unit's: it is signed anew.
    case outdated
    /// Our own checks or the hub said no, for good.
    case refused
    case moved
    /// Something that may pass: the network, the hub, the disk. `retryAfter` is what the other side asked for.
    case faulted(retryAfter: Duration?)
  }

  public private(set) var state: OutgoingState
  /// Faults since the last step forward.
  public private(set) var attempts: Int
  /// The next step isn't tried before.
  public private(set) var notBefore: Instant

  public init(
    state: OutgoingState = .spooled, attempts: Int = 0, notBefore: Instant = Instant(millisecondsSinceEpoch: 0)
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

  /// nil at the end of the journey.
  public var nextStep: Step? {
    switch state {
    case .spooled: .sign
    case .signed: .submit
    case .accepted: .file
    case .refused: .reject
    case .sent, .rejected: nil
    }
  }

  /// Takes an outcome in. One that doesn't belong to the state (a late repeat) changes nothing.
  /// - Parameter random: a number from 0 up to 1, for the jitter of a retry.
  public mutating func apply(_ outcome: Outcome, now: Instant, retry: RetryPolicy, random: Double) {
    switch (state, outcome) {
    case (.spooled, .signed): advance(to: .signed, now)
    case (.signed, .accepted): advance(to: .accepted, now)
    case (.signed, .outdated): advance(to: .spooled, now)
    case (.accepted, .filed): advance(to: .sent, now)
    case (.spooled, .refused), (.signed, .refused): advance(to: .refused, now)
    case (.refused, .moved): advance(to: .rejected, now)
    case (.sent, _), (.rejected, _): break
    case (_, .faulted(let retryAfter)):
      notBefore = now + retry.delay(attempt: attempts, retryAfter: retryAfter, random: random)
      attempts += 1
    default: break
    }
  }

  /// The next step needn't wait beyond this moment: what was in the way was not of this document.
  public mutating func mayGoOn(from moment: Instant) { notBefore = min(notBefore, moment) }

  private mutating func advance(to next: OutgoingState, _ now: Instant) {
    state = next
    attempts = 0
    notBefore = now
  }
}
