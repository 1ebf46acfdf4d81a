import Durable
import Exchange
import Foundation
import Logging
import PKI
import ServiceLifecycle

/// Everything that leaves this machine: scans the outboxes, and takes several documents at once through their journeys, the
/// urgent and the small first.
public struct OutgoingService: Service {
  private let desk: OutgoingDesk
  private let lookout: OutboxLookout
  private let bell = WakeUp()
  private let lanes: Int
  private let threads: IOThreads
  private let tasks = LooseTasks()
  private let configuration: AgentConfiguration
  private let folders: FolderKeeper
  private let started: Date
  private let logger: Logger

  /// - Parameter started: when the process began.
  init(
    configuration: AgentConfiguration, journal: Journal, hub: any HubConnection, trust: DocumentTrust,
    folders: FolderKeeper, standings: UnitStandings, troubles: TroubleBoard, threads: IOThreads,
    identities: IdentityStore, started: Date, logger: Logger
  ) {
    let worker = OutgoingWorker(
      configuration: configuration, journal: journal, hub: hub, trust: trust, identities: identities, folders: folders,
      troubles: troubles, threads: threads, retry: RetryPolicy(),
      room: SpoolRoom(FilePath(configuration.paths.outgoingSpool)), logger: logger)
    desk = OutgoingDesk(
      configuration: configuration, worker: worker, journal: journal, folders: folders, standings: standings,
      troubles: troubles, bell: bell,
      logger: logger)
    lookout = OutboxLookout(
      configuration: configuration, desk: desk, journal: journal, folders: folders, troubles: troubles,
      threads: threads,
      bell: bell, logger: logger)
    lanes = configuration.inFlight
    self.threads = threads
    self.configuration = configuration
    self.folders = folders
    self.started = started
    self.logger = logger
    folders.wake(bell)
    journal.whenDirectoryChanges(bell)
    standings.wake(bell)
  }

  /// Documents that were at their end are to be sent again.
  func takeUp(_ records: [OutgoingRecord]) {
    if records.isEmpty { return }
    desk.takeUp(records)
    bell.ring()
  }

  public func run() async throws {
    try await cancelWhenGracefulShutdown {
      try await lookout.recover()
      tasks.whenOneIsHeldUp { [tasks, threads, desk] in tasks.add(on: threads) { await desk.workLane() } }
      tasks.add(on: threads) { await sweep() }
      for _ in 0..<lanes { tasks.add(on: threads) { [desk] in await desk.workLane() } }
      while !Task.isCancelled {
        let nextScan = await lookout.look()
        await bell.wait(atMost: desk.pause(until: nextScan, now: Instant(Date())))
        // Events come in bursts: what follows at once is seen by the same scan.
        try? await Task.sleep(for: .milliseconds(50))
      }
      await tasks.end()
      await lookout.end()
    }
  }

  /// What a crash left of files that were being replaced, in the folders that are there now.
  private func sweep() async {
    let (leftovers, folders, configuration) = (Leftovers(start: started), self.folders, self.configuration)
    var removed = (try? await threads.run { leftovers.sweep(configuration.paths) }) ?? []
    for unit in configuration.units {
      removed +=
        (try? await folders.work(in: unit.unit) { leftovers.sweep(unit, in: try folders.open(unit.unit)) }) ?? []
    }
    for path in removed { logger.notice("a rest of a crash is removed", metadata: ["file": "\(path)"]) }
  }
}
