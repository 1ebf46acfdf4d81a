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

  init(
    configuration: AgentConfiguration, journal: Journal, hub: any HubConnection, trust: TrustAnchors,
    folders: FolderKeeper, threads: IOThreads, identities: IdentityStore, logger: Logger
  ) {
    let worker = OutgoingWorker(
      configuration: configuration, journal: journal, hub: hub, trust: trust, identities: identities, folders: folders,
      threads: threads, retry: RetryPolicy(), logger: logger)
    desk = OutgoingDesk(
      configuration: configuration, worker: worker, journal: journal, folders: folders, bell: bell, logger: logger)
    lookout = OutboxLookout(
      configuration: configuration, desk: desk, journal: journal, folders: folders, threads: threads, bell: bell,
      logger: logger)
    lanes = configuration.inFlight
    self.threads = threads
    folders.wake(bell)
  }

  public func run() async throws {
    try await cancelWhenGracefulShutdown {
      try await lookout.recover()
      tasks.whenOneIsHeldUp { [tasks, threads, desk] in tasks.add(on: threads) { await desk.workLane() } }
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
}
