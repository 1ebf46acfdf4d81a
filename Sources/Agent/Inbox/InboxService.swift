import Durable
import Exchange
import Foundation
import Logging
import PKI
import ServiceLifecycle

/// Everything incoming: notices, mailboxes, documents, acknowledgements, the directory.
public struct InboxService: Service {
  private let listener: NoticeListener
  private let reader: MailboxReader
  private let pump: IncomingPump
  private let acknowledger: Acknowledger
  private let directory: DirectoryKeeper
  private let handling: HandlingService
  private let mailBell: WakeUp
  private let directoryBell: WakeUp
  private let acknowledgementBell: WakeUp
  private let pollEvery: Duration
  private let logger: Logger

  /// - Parameters:
  ///   - resend: takes up documents that the hub forgot.
  ///   - room: of the disk that the spool lies on; a test brings its own.
  ///   - now: the clock; a simulation brings its own.
  init(
    configuration: AgentConfiguration, hub: any HubConnection, journal: Journal, identities: IdentityStore,
    trust: DocumentTrust, folders: FolderKeeper, standings: UnitStandings, troubles: TroubleBoard,
    threads: IOThreads, logger: Logger, room: SpoolRoom? = nil,
    resend: @escaping @Sendable ([OutgoingRecord]) -> Void = { _ in },
    now: @escaping @Sendable () -> Instant = { Instant(Date()) }
  ) {
    let units = configuration.units.map(\.unit)
    mailBell = WakeUp()
    directoryBell = WakeUp()
    acknowledgementBell = WakeUp()
    listener = NoticeListener(hub: hub, bell: mailBell, logger: logger)
    reader = MailboxReader(
      hub: hub, journal: journal, units: units, standings: standings, troubles: troubles,
      ledgerReturn: LedgerReturn(hub: hub, journal: journal, resend: resend, now: now, logger: logger), now: now,
      logger: logger)
    let worker = IncomingWorker(
      hub: hub, journal: journal, trust: trust, paths: configuration.paths,
      units: Dictionary(configuration.units.map { ($0.unit, $0) }, uniquingKeysWith: { first, _ in first }),
      folders: folders, standings: standings, room: room ?? SpoolRoom(FilePath(configuration.paths.incomingSpool)),
      troubles: troubles, threads: threads, now: now, logger: logger)
    pump = IncomingPump(
      journal: journal, worker: worker, inFlight: configuration.inFlight, done: acknowledgementBell, now: now,
      logger: logger)
    acknowledger = Acknowledger(
      hub: hub, journal: journal, identities: identities, units: units, bell: acknowledgementBell, now: now,
      logger: logger)
    handling = HandlingService(
      configuration: configuration, journal: journal, folders: folders, told: acknowledgementBell, now: now,
      logger: logger)
    directory = DirectoryKeeper(hub: hub, journal: journal, bell: directoryBell, logger: logger)
    pollEvery = configuration.pollEvery
    self.logger = logger
  }

  /// Whether the stream of notices is up.
  public var isConnected: Bool { listener.isConnected }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        group.addTask { await listener.run() }
        group.addTask { await pump.run() }
        group.addTask { await acknowledger.run() }
        group.addTask { await directory.run() }
        group.addTask { await handling.run() }
        group.addTask { await readMailboxes() }
      }
    }
  }

  /// A healthy stream makes polling a mere safety net.
  private static let rarePolls = 5

  private func readMailboxes() async {
    var failures = 0
    while !Task.isCancelled {
      let (announced, fault) = await reader.readAll()
      pump.add(announced)
      directoryBell.ring()
      // A ledger that was restored may have to hear again of what was filed long ago.
      acknowledgementBell.ring()
      let usual = listener.isConnected ? pollEvery * Self.rarePolls : pollEvery
      guard let fault else {
        failures = 0
        await mailBell.wait(atMost: usual)
        continue
      }
      await mailBell.wait(atMost: min(usual, RetryPolicy().delay(attempt: failures, after: fault)))
      failures += 1
    }
  }
}
