import Durable
import Exchange
import Logging

/// Keeps the journal's copy of the directory fresh: at start, every ten minutes, and when a notice rings.
struct DirectoryKeeper: Sendable {
  let hub: any HubConnection
  let journal: Journal
  let bell: WakeUp
  let logger: Logger

  private static let interval: Duration = .seconds(600)
  /// A burst of notices asks once.
  private static let shortest: Duration = .seconds(15)

  func run() async {
    var attempts = 0
    while !Task.isCancelled {
      do {
        try await refresh()
        attempts = 0
        try await Task.sleep(for: Self.shortest)
        await bell.wait(atMost: Self.interval)
      } catch {
        if Task.isCancelled { return }
        let pause = RetryPolicy().delay(attempt: attempts, after: error as? HubFault)
        attempts += 1
        logger.warning(
          "directory not refreshed",
          metadata: ["pause": "\(pause)", "error": "\((error as? HubFault)?.detail ?? "\(error)")"])
        try? await Task.sleep(for: pause)
      }
    }
  }

  private func refresh() async throws {
    let known = try await journal.directory()?.version
    guard let directory = try await hub.directory(since: known.map { Int($0) }), directory.supersedes(known) else {
      return
    }
    try await journal.save(directory)
    logger.info(
      "directory refreshed",
      metadata: [
        "version": "\(directory.version)", "units": "\(directory.units.count)", "groups": "\(directory.groups.count)",
      ])
  }
}

extension Directory {
  /// Whether it takes the place of the version that we have. An older one would be a hub restored from a backup, or a
  /// replay: it is not taken.
  func supersedes(_ known: Int64?) -> Bool { known.map { version >= $0 } ?? true }
}
