import Exchange

/// Keeps a hub that is away from being asked by every document at once: after a fault one goes ahead and tries; when it
/// comes through, all may follow.
struct HubGate: Sendable {
  private var faults = 0
  private(set) var opens = Instant(millisecondsSinceEpoch: 0)
  /// How long it was to stay shut when it was shut last.
  private var wait: Duration = .zero
  /// Somebody tries the hub for all.
  private(set) var isProbing = false
  private let retry = RetryPolicy(base: .milliseconds(500), cap: .seconds(60))

  func mayPass(_ now: Instant) -> Bool { faults == 0 || (!isProbing && isDue(now)) }

  /// A moment further away than the wait was set by a clock that went back since.
  private func isDue(_ now: Instant) -> Bool { now >= opens || opens > now + wait }

  mutating func enter(_ now: Instant) -> Bool {
    guard mayPass(now) else { return false }
    if faults > 0 { isProbing = true }
    return true
  }

  /// - Parameters:
  ///   - retryAfter: how long the hub asked to be left alone: it means all of this machine's documents.
  ///   - random: from 0 up to 1, for the jitter.
  mutating func leave(unreachable: Bool, retryAfter: Duration? = nil, now: Instant, random: Double) {
    let wasProbe = isProbing
    isProbing = false
    guard unreachable else {
      faults = 0
      opens = Instant(millisecondsSinceEpoch: 0)
      return
    }
    // Of many that were on their way together, each after the first says nothing new: the gate must not stay shut longer
    // for every one of them. But the hub may ask for more time.
    let isNews = wasProbe || faults == 0 || isDue(now)
    let delay = retry.delay(attempt: isNews ? faults : 0, retryAfter: retryAfter, random: 0.5 + random / 2)
    if isNews {
      faults += 1
    } else if now + delay <= opens {
      return
    }
    wait = delay
    opens = now + delay
  }
}

extension HubFault {
  /// Whether it says something about the hub or the way to it, rather than about one document.
  var isUnreachable: Bool {
    switch kind {
    case .unreachable, .tls, .unauthorised, .busy, .full: true
    // An answer that makes no sense may be this document's alone: it must not keep the gate shut before the others.
    case .protocolViolation, .refused, .cancelled, .local: false
    }
  }

  /// Whether the hub answered that it has too much to do, or no room, and perhaps when to come again.
  var isBusy: Bool {
    switch kind {
    case .busy, .full: true
    default: false
    }
  }
}
