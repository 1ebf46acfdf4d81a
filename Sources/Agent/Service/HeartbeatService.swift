import Exchange
import Logging
import ServiceLifecycle

/// Tells systemd that the daemon is ready, how it is, and that it lives. The sign of life comes only after the journal
/// answered: a daemon that cannot read its journal is not alive, and is started anew.
struct HeartbeatService: Service {
  let notifier: SystemdNotifier
  let journal: Journal
  /// In a few words, for `systemctl status`.
  let hubState: @Sendable () -> String
  let units: [UnitID]
  let logger: Logger

  /// Where nobody watches, nobody has to be told often.
  private static let unwatched: Duration = .seconds(300)

  func run() async throws {
    notifier.ready(await status() ?? "starting")
    logger.info("ready", metadata: ["units": "\(units.map(\.rawValue).joined(separator: " "))"])
    try await cancelWhenGracefulShutdown {
      let interval = notifier.watchdogInterval.map { $0 / 2 } ?? Self.unwatched
      while !Task.isCancelled {
        try await Task.sleep(for: interval)
        guard let text = await status() else { continue }
        notifier.alive()
        notifier.status(text)
      }
    }
  }

  /// nil where the journal doesn't answer.
  private func status() async -> String? {
    do {
      let open = try await journal.openCounts()
      return
        "\(open.outgoing) going out, \(open.incoming) coming in, hub \(hubState())"
    } catch {
      logger.error("journal not read", metadata: ["error": "\(error)"])
      return nil
    }
  }
}
