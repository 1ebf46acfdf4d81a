/// The acts under way in one unit's folder, and which of them a call of the system holds up: a value, which is looked at in
/// even steps. Steps are counted and no clock is read, so that a machine that slept isn't taken for a share that did.
struct FolderWatch: Equatable, Sendable {
  typealias ActID = UInt64

  enum Standing: Comparable, Sendable {
    case answering
    /// A call takes longer than any takes in a folder that is well: nothing new is begun, and what waits for a thread gets
    /// another.
    case slow
    /// The folder counts as away.
    case silent
  }

  /// How long a step is.
  static let step: Duration = .milliseconds(500)
  /// Without a beat: 1 to 1.5 s. A share's calls take milliseconds, and other units wait so long at most.
  static let slowAfter = 3
  /// Without a beat: 15 s. Disks that sleep take 10 s to spin up, and must not be told as faults.
  static let silentAfter = 31

  private struct Act: Equatable {
    var beats: UInt64
    /// Steps at which it hadn't beaten since the one before.
    var silence = 0
    /// Whether another thread was put in the place of the one that it holds.
    var isRelieved = false
    /// Whether nobody waits for it any more.
    var isAbandoned = false
  }

  private var acts: [ActID: Act] = [:]

  var isIdle: Bool { acts.isEmpty }
  var underWay: [ActID] { acts.keys.sorted() }

  /// The folder is as its slowest act. One that nobody waits for shuts it until it is over, whether it beats or not: what it
  /// is about is to be done again, and not by two at the same time.
  var standing: Standing {
    if acts.values.contains(where: \.isAbandoned) { return .silent }
    return switch acts.values.map(\.silence).max() ?? 0 {
    case Self.silentAfter...: .silent
    case Self.slowAfter...: .slow
    default: .answering
    }
  }

  /// - Parameter beats: of the thread that does it, so far.
  mutating func begin(_ act: ActID, beats: UInt64) { acts[act] = Act(beats: beats) }

  /// - Returns: whether it had been relieved.
  mutating func end(_ act: ActID) -> Bool { acts.removeValue(forKey: act)?.isRelieved ?? false }

  /// Nobody waits for an act any more.
  mutating func abandon(_ act: ActID) { acts[act]?.isAbandoned = true }

  /// One step is over.
  /// - Parameter beats: of the thread that does an act.
  /// - Returns: the acts whose threads are to be relieved from now on.
  mutating func look(beats: (ActID) -> UInt64) -> [ActID] {
    var relieved: [ActID] = []
    for id in acts.keys.sorted() {
      guard var act = acts[id] else { continue }
      let now = beats(id)
      act.silence = now == act.beats ? act.silence + 1 : 0
      act.beats = now
      if act.silence >= Self.slowAfter, !act.isRelieved {
        act.isRelieved = true
        relieved.append(id)
      }
      acts[id] = act
    }
    return relieved
  }
}
