import Durable
import Exchange

/// When a dropped file is whole: it didn't change for the quiet period. Somebody who holds it open for writing is found by
/// the shell (a lease), which then says `observe` again later.
public struct Settling: Equatable, Sendable {
  public enum Verdict: Equatable, Sendable {
    case settled
    /// Look again then.
    case wait(until: Instant)
  }

  private var identity: FileIdentity
  private var since: Instant

  public init(_ identity: FileIdentity, seenAt now: Instant) {
    self.identity = identity
    since = now
  }

  /// Takes in what the file looks like now. A change starts the quiet period anew; so does a clock that went back.
  public mutating func observe(_ current: FileIdentity, now: Instant, quietPeriod: Duration) -> Verdict {
    if current != identity || now < since {
      identity = current
      since = now
    }
    let end = end(of: quietPeriod)
    return now >= end ? .settled : .wait(until: end)
  }

  /// When the quiet period ends, as far as anybody knows now.
  public func end(of quietPeriod: Duration) -> Instant { since + quietPeriod }
}

/// Which document goes first: the more urgent, then the smaller, so that one large scan doesn't hold up letters, then the
/// older.
public struct SubmissionOrder: Comparable, Sendable {
  public let urgency: Urgency
  /// In bytes.
  public let size: Int64
  /// Sorts by time.
  public let document: DocumentID

  public init(urgency: Urgency, size: Int64, document: DocumentID) {
    self.urgency = urgency
    self.size = size
    self.document = document
  }

  public static func < (left: Self, right: Self) -> Bool {
    if left.urgency != right.urgency { return left.urgency > right.urgency }
    if left.size != right.size { return left.size < right.size }
    return left.document < right.document
  }
}
