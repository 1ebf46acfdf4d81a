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
  let folders: FolderKeeper
  let standings: UnitStandings
  let troubles: TroubleBoard
  /// The state folder.
  let state: String
  let units: [UnitID]
  let logger: Logger

  /// Where nobody watches, nobody has to be told often.
  private static let unwatched: Duration = .seconds(300)

  func run() async throws {
    await troubles.tell()
    notifier.ready(await status() ?? "starting")
    logger.info("ready", metadata: ["units": "\(units.map(\.rawValue).joined(separator: " "))"])
    await cancelWhenGracefulShutdown {
      let interval = notifier.watchdogInterval.map { $0 / 2 } ?? Self.unwatched
      while !Task.isCancelled {
        // A folder that went away, or a right that was withdrawn, is told at once.
        await folders.changed.wait(atMost: min(interval, troubles.patience ?? interval))
        // Changes come in bursts, as where many files wait: one writing tells of all.
        try? await Task.sleep(for: .milliseconds(100))
        guard !Task.isCancelled else { break }
        await troubles.tell()
        guard !Task.isCancelled, let text = await status() else { continue }
        notifier.alive()
        notifier.status(text)
      }
    }
  }

  /// nil where the journal doesn't answer.
  private func status() async -> String? {
    do {
      let open = try await journal.openCounts()
      let away = folders.away.sorted { $0.key < $1.key }.map { unit, fault in
        "; the folder of \(unit) is away (\(fault)): \(FolderText.remedy(fault, of: unit).english)"
      }.joined()
      let withdrawn = standings.withdrawn.sorted().map {
        "; may no longer act for \($0): ask the province's office"
      }.joined()
      let inTheWay = TroubleText.all(troubles.troubles, state: state).map { "; \($0.english)" }.joined()
      if units.isEmpty { return "serves no unit, hub \(hubState())\(inTheWay)" }
      return "\(open.outgoing) going out, \(open.incoming) coming in, hub \(hubState())\(away)\(withdrawn)\(inTheWay)"
    } catch {
      logger.error("journal not read", metadata: ["error": "\(error)"])
      return nil
    }
  }
}
