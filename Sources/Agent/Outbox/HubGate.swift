import Exchange

/// Keeps a hub that is away from being asked by every document at once: after a fault one goes ahead and tries; when it
/// comes through, all may follow.
struct HubGate: Sendable {
  private var faults = 0
  private(set) var opens = Instant(millisecondsSinceEpoch: 0)
  /// Somebody tries the hub for all.
  private(set) var isProbing = false
  private let retry = RetryPolicy(base: .milliseconds(500), cap: .seconds(60))

  func mayPass(_ now: Instant) -> Bool {
    // A moment further away than any wait was set by a clock that went back since.
    faults == 0 || (!isProbing && (now >= opens || opens > now + retry.cap))
  }

  mutating func enter(_ now: Instant) -> Bool {
    guard mayPass(now) else { return false }
    if faults > 0 { isProbing = true }
    return true
  }

  /// - Parameter random: from 0 up to 1, for the jitter.
  mutating func leave(unreachable: Bool, now: Instant, random: Double) {
    isProbing = false
    if unreachable {
      opens = now + retry.delay(attempt: faults, retryAfter: nil, random: 0.5 + random / 2)
      faults += 1
    } else {
      faults = 0
    }
  }
}

extension HubFault {
  /// Whether it says something about the hub or the way to it, rather than about one document.
  var isUnreachable: Bool {
    switch kind {
    case .unreachable, .tls, .unauthorised, .busy: true
    // An answer that makes no sense may be this document's alone: it must not keep the gate shut before the others.
    case .protocolViolation, .refused, .cancelled, .local: false
    }
  }

  /// Whether the hub answered that it has too much to do, and perhaps when to come again.
  var isBusy: Bool {
    if case .busy = kind { true } else { false }
  }
}
