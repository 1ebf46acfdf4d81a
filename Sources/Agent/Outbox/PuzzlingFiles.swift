import Durable
import Exchange

/// Whole files in outboxes of which it isn't known to whom they go: they wait there until the clerk, or the directory, says
/// it. While neither the file nor the directory changes, nothing is gained by reading them again.
struct PuzzlingFiles: Sendable {
  private var files: [FilePath: (file: DroppedFile, unit: UnitID)] = [:]
  /// Of the directory in which their recipients were looked for.
  private var version: Int64?

  /// - Returns: false where another directory is known than the one of this version, in which it was looked for.
  mutating func hold(_ file: DroppedFile, of unit: UnitID, since version: Int64) -> Bool {
    guard version == self.version else { return false }
    files[file.path] = (file, unit)
    return true
  }

  /// Whether this very file waits here; another one under its name takes its place.
  mutating func holds(_ file: DroppedFile) -> Bool {
    guard let known = files[file.path] else { return false }
    if known.file.identity.isSameContent(as: file.identity) { return true }
    files[file.path] = nil
    return false
  }

  /// All are looked at anew where another directory is known now.
  mutating func directoryIs(_ version: Int64?) {
    if version != self.version { files = [:] }
    self.version = version
  }

  /// A unit's outbox was looked through: what wasn't seen is gone.
  mutating func keep(_ seen: Set<FilePath>, of unit: UnitID) {
    files = files.filter { $0.value.unit != unit || seen.contains($0.key) }
  }

  /// How many wait, and a few of them, without looking at all.
  func some(_ most: Int) -> (count: Int, some: [FilePath]) { (files.count, Array(files.keys.prefix(most))) }
}
