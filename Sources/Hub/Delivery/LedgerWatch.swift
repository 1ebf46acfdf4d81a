import Durable
import Exchange
import Logging
import ServiceLifecycle

/// Rings the notice board for what administration commands do beside the serving hub: a unit that is closed sends letters
/// back, and units, groups and signing certificates come and go. They only write to the ledger; here it is looked at every
/// second, which needs neither a process's number nor a socket's permissions, and finds whoever wrote, from wherever.
struct LedgerWatch: Service {
  let ledger: any Ledger
  let board: NoticeBoard
  /// Where the high-water mark is kept.
  let dataFolder: FilePath
  let threads: IOThreads
  let logger: Logger

  private static let interval: Duration = .seconds(1)
  /// Everybody comes to ask after the directory: a list of units added one by one must not ring them all at each.
  private static let betweenRings: Duration = .seconds(5)

  func run() async throws {
    let start = try await ledger.changes(since: nil).mark
    await cancelWhenGracefulShutdown {
      var mark = start
      var isDirectoryNew = false
      var rungAt: ContinuousClock.Instant?
      while !Task.isCancelled {
        do {
          try await Task.sleep(for: Self.interval)
          let changes = try await ledger.changes(since: mark)
          if changes.mark != mark { try await keep(changes.mark) }
          mark = changes.mark
          let cursor = MailboxCursor(mark.sequence)
          if !changes.returned.isEmpty { board.tell(changes.returned, cursor: cursor) }
          isDirectoryNew = isDirectoryNew || changes.isDirectoryNew
          guard isDirectoryNew, rungAt.map({ .now - $0 >= Self.betweenRings }) ?? true else { continue }
          board.tellAll(cursor: cursor)
          rungAt = .now
          isDirectoryNew = false
        } catch {
          if Task.isCancelled { return }
          logger.error("ledger not watched", metadata: ["error": "\(error)"])
        }
      }
    }
  }

  /// Once a second at most: what came since the last one is known to be there all the same when the hub starts.
  private func keep(_ mark: LedgerMark) async throws {
    let highest = HighWaterMark(epoch: try await ledger.standing().epoch, mark)
    let folder = dataFolder
    try await threads.run { try highest.write(in: folder) }
  }
}
