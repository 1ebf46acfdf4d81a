import Durable
import Exchange
import Foundation
import Logging
import NIOConcurrencyHelpers

/// Keeps one stream of notices to the hub. A notice is only a hint: it rings a bell, and the list call is the truth. So a
/// stream that breaks costs at most one poll interval.
final class NoticeListener: Sendable {
  private let hub: any HubConnection
  private let bell: WakeUp
  private let logger: Logger
  private let health = NIOLockedValueBox(Health())

  private struct Health {
    var isConnected = false
    var lastEventID: MailboxCursor?
    /// Streams in a row that broke soon after they began.
    var shortLives = 0
  }

  /// A stream that lived this long counts as healthy, and its end is no reason to wait longer.
  private static let healthy: Duration = .seconds(120)
  /// After this many short lives in a row the way to the hub is taken for one that breaks streams (a proxy does): polling
  /// carries the mail, and the stream is tried now and then.
  private static let shortLivesAllowed = 6
  private static let rareTry: Duration = .seconds(600)

  init(hub: any HubConnection, bell: WakeUp, logger: Logger) {
    self.hub = hub
    self.bell = bell
    self.logger = logger
  }

  /// Whether notices come in: polling may then be rare.
  var isConnected: Bool { health.withLockedValue { $0.isConnected } }

  func run() async {
    var attempts = 0
    while !Task.isCancelled {
      let start = ContinuousClock.now
      let fault = await listen()
      if Task.isCancelled { return }
      let lived = ContinuousClock.now - start
      let shortLives = health.withLockedValue { health in
        health.isConnected = false
        health.shortLives = lived >= Self.healthy ? 0 : health.shortLives + 1
        return health.shortLives
      }
      attempts = lived >= Self.healthy ? 1 : attempts + 1
      var pause = RetryPolicy().delay(attempt: attempts - 1, after: fault)
      // A hub that cannot be reached at all is no proxy that breaks streams.
      if shortLives > Self.shortLivesAllowed, fault == nil { pause = max(pause, Self.rareTry) }
      logger.debug(
        "notice stream ended",
        metadata: [
          "lived": "\(lived)", "attempt": "\(attempts)", "pause": "\(pause)", "error": "\(fault?.detail ?? "none")",
        ])
      try? await Task.sleep(for: pause)
    }
  }

  /// One stream, to its end. Returns the fault that ended it; nil for a plain end.
  private func listen() async -> HubFault? {
    do {
      for try await notice in hub.notices(lastEventID: health.withLockedValue({ $0.lastEventID })) {
        let isNew = health.withLockedValue { health in
          defer { health.isConnected = true }
          health.lastEventID = max(health.lastEventID ?? .start, notice.cursor)
          return !health.isConnected
        }
        if isNew { logger.info("notices connected", metadata: ["cursor": "\(notice.cursor)"]) }
        bell.ring()
      }
      return nil
    } catch {
      return error as? HubFault
    }
  }
}
