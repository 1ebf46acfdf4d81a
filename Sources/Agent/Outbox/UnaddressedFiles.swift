import Durable
import Exchange

/// Whole files whose recipient stands in no directory that is known here, while the hub, which may know it, can't be asked:
/// they wait for it as documents do, behind its gate, and not by asking again whenever they are looked at.
struct UnaddressedFiles: Sendable {
  private struct Entry: Sendable {
    let file: DroppedFile
    let unit: UnitID
    var attempts = 0
    /// It isn't asked for before, whatever the gate says.
    var notBefore: Instant
    /// A lane has it, and was let through the gate for it.
    var isLetThrough = false
  }

  private var entries: [FilePath: Entry] = [:]
  private let retry = RetryPolicy()

  /// Takes one in, or back from a lane that asked in vain.
  /// - Parameters:
  ///   - fault: why the hub gave no answer; nil where it wasn't asked.
  ///   - random: from 0 up to 1, for the jitter.
  /// - Returns: whether it is the first time.
  mutating func hold(_ file: DroppedFile, of unit: UnitID, after fault: HubFault?, now: Instant, random: Double) -> Bool
  {
    let known = entries[file.path]
    var entry = Entry(file: file, unit: unit, attempts: known?.attempts ?? 0, notBefore: now)
    // A hub that is away shuts the gate, which counts the attempts of all; any other fault may be met at an open gate.
    if let fault, !fault.isUnreachable {
      entry.notBefore =
        now + retry.delay(attempt: entry.attempts, retryAfter: fault.retryAfter, random: 0.5 + random / 2)
      entry.attempts += 1
    }
    entries[file.path] = entry
    return known == nil
  }

  /// Whether this very file waits here; another one under its name takes its place.
  mutating func holds(_ file: DroppedFile) -> Bool {
    guard let entry = entries[file.path] else { return false }
    if entry.file.identity.isSameContent(as: file.identity) { return true }
    entries[file.path] = nil
    return false
  }

  /// Those that may ask now, if the gate is open.
  func due(_ now: Instant) -> [DroppedFile] { entries.values.filter { isDue($0, now) }.map(\.file) }

  /// One of them, for a lane that was let through the gate.
  mutating func letThrough(_ path: FilePath) -> (file: DroppedFile, unit: UnitID)? {
    guard let entry = entries[path] else { return nil }
    entries[path]?.isLetThrough = true
    return (entry.file, entry.unit)
  }

  /// The unit of a file that may ask now, if the gate is open; nil for any other.
  func due(_ path: FilePath, _ now: Instant) -> UnitID? { entries[path].flatMap { isDue($0, now) ? $0.unit : nil } }
  func isLetThrough(_ file: DroppedFile) -> Bool { entries[file.path]?.isLetThrough ?? false }

  /// How many wait, and a few of them, without looking at all.
  func some(_ most: Int) -> (count: Int, some: [FilePath]) { (entries.count, Array(entries.keys.prefix(most))) }

  /// When the first of those that wait may ask.
  /// - Parameter away: units whose files can't be taken in now.
  func earliest(except away: Set<UnitID>) -> Instant? {
    entries.values.filter { !$0.isLetThrough && !away.contains($0.unit) }.map(\.notBefore).min()
  }

  mutating func forget(_ path: FilePath) { entries[path] = nil }
  /// A unit's outbox was looked through: what wasn't seen is gone.
  mutating func keep(_ seen: Set<FilePath>, of unit: UnitID) {
    entries = entries.filter { $0.value.unit != unit || seen.contains($0.key) }
  }

  private func isDue(_ entry: Entry, _ now: Instant) -> Bool {
    // A moment further away than any wait was set by a clock that went back since.
    !entry.isLetThrough && (entry.notBefore <= now || entry.notBefore > now + retry.longest)
  }
}
