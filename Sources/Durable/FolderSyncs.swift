import Foundation

/// fsync of folders, shared: whoever asks while a sync of the same folder runs waits for the next one together with all the
/// others, so that eight documents filed at once cost two flushes of the disk and not eight. A sync that somebody joins
/// begins after they asked, and so covers what they did before.
final class FolderSyncs: @unchecked Sendable {
  // Sendable: everything is touched under the condition's lock.
  static let shared = FolderSyncs()

  private struct Line {
    var isRunning = false
    /// How many syncs were begun, and the results of those that somebody waits for.
    var begun: UInt64 = 0
    var ended: UInt64 = 0
    var waiting = 0
    var failures: [UInt64: SystemError] = [:]
  }

  private let condition = NSCondition()
  private var lines: [FilePath: Line] = [:]

  /// Durable on return: the names that were added, renamed or removed in the folder before the call. Blocks.
  /// - Parameters:
  ///   - folder: a name that all who mean the same folder give.
  ///   - flush: syncs the folder itself.
  func sync(_ folder: FilePath, flush: (FilePath) throws(SystemError) -> Void) throws(SystemError) {
    condition.lock()
    // A sync that is under way may have passed our change by: the next one counts.
    let wanted = lines[folder, default: Line()].begun + 1
    lines[folder, default: Line()].waiting += 1
    while let line = lines[folder], line.ended < wanted, line.isRunning { condition.wait() }
    if let line = lines[folder], line.ended < wanted {
      lines[folder]?.isRunning = true
      lines[folder]?.begun += 1
      condition.unlock()
      var failure: SystemError?
      do throws(SystemError) { try flush(folder) } catch { failure = error }
      condition.lock()
      lines[folder]?.isRunning = false
      lines[folder]?.ended = wanted
      lines[folder]?.failures[wanted] = failure
      condition.broadcast()
    }
    let failure = lines[folder]?.failures[wanted]
    lines[folder]?.waiting -= 1
    if lines[folder]?.waiting == 0 { lines[folder] = nil }
    condition.unlock()
    if let failure { throw failure }
  }
}
