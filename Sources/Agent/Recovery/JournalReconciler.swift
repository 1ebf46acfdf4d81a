import Durable
import Exchange
import Foundation
import Logging
import NIOConcurrencyHelpers
import ServiceLifecycle

/// After a journal was lost: asks hub and folders what it held, before anything is sent, numbered or filed.
final class JournalReconciler: Service {
  private let units: [UnitConfiguration]
  private let paths: StatePaths
  private let hub: any HubConnection
  private let journal: Journal
  private let folders: FolderKeeper
  private let trust: DocumentTrust
  private let threads: IOThreads
  private let logger: Logger
  private let state: NIOLockedValueBox<(isSettled: Bool, bells: [WakeUp])>

  init(
    units: [UnitConfiguration], paths: StatePaths, hub: any HubConnection, journal: Journal, folders: FolderKeeper,
    trust: DocumentTrust, threads: IOThreads, logger: Logger
  ) throws(SystemError) {
    self.units = units
    self.paths = paths
    self.hub = hub
    self.journal = journal
    self.folders = folders
    self.trust = trust
    self.threads = threads
    self.logger = logger
    let loss = try JournalLoss.read(paths.journalLoss)
    state = NIOLockedValueBox((loss.map { $0.settledAt != nil } ?? true, []))
  }

  var isSettled: Bool { state.withLockedValue { $0.isSettled } }

  /// A service that begins once the journal can be believed.
  func holdingBack(_ service: any Service) -> any Service { HeldBack(service: service, reconciler: self) }

  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      if !isSettled { await settle() }
      // A service that ends ends the daemon.
      await WakeUp().wait()
    }
  }

  private func settle() async {
    var attempts = 0
    var done: Set<UnitID> = []
    while !Task.isCancelled {
      let fault = await reconcile(except: &done)
      if Task.isCancelled { return }
      if let fault {
        let pause = RetryPolicy().delay(attempt: attempts, after: fault as? HubFault)
        attempts += 1
        logger.warning("the lost journal waits", metadata: ["pause": "\(pause)", "error": "\(fault)"])
        try? await Task.sleep(for: min(pause, .seconds(30)))
        continue
      }
      do {
        let path = paths.journalLoss
        try await threads.run {
          guard var loss = try JournalLoss.read(path) else { return }
          loss.settledAt = Instant(Date())
          try loss.write(path)
        }
        logger.notice("the lost journal is made good: hub and folders said what it held")
        let bells = state.withLockedValue { state in
          state.isSettled = true
          return state.bells
        }
        for bell in bells { bell.ring() }
        return
      } catch {
        logger.error("that the journal is made good was not written", metadata: ["error": "\(error)"])
        try? await Task.sleep(for: .seconds(5))
      }
    }
  }

  /// - Returns: what is in the way of one unit; the others are done all the same.
  private func reconcile(except done: inout Set<UnitID>) async -> (any Error)? {
    var met: (any Error)?
    for unit in units where !done.contains(unit.unit) {
      do {
        let now = Instant(Date())
        let outgoing = OutgoingReconciliation(
          unit: unit, paths: paths, hub: hub, journal: journal, folders: folders, trust: trust, threads: threads,
          logger: logger)
        let sent = try await outgoing.run(at: now)
        let incoming = IncomingReconciliation(unit: unit, hub: hub, journal: journal, folders: folders)
        let received = try await incoming.run(at: now)
        done.insert(unit.unit)
        logger.notice(
          "known again from hub and folders",
          metadata: ["unit": "\(unit.unit)", "outgoing": "\(sent)", "incoming": "\(received)"])
      } catch let fault as HubFault where !fault.mayPass {
        // The hub won't speak of this unit to this machine: neither can anything be sent or fetched for it.
        done.insert(unit.unit)
        logger.error("not known again", metadata: ["unit": "\(unit.unit)", "error": "\(fault.detail)"])
      } catch {
        if Task.isCancelled { return nil }
        met = error
      }
    }
    return met
  }

  fileprivate func wait() async {
    let bell = WakeUp()
    let isSettled = state.withLockedValue { state in
      if !state.isSettled { state.bells.append(bell) }
      return state.isSettled
    }
    if !isSettled { await bell.wait() }
  }
}

private struct HeldBack: Service {
  let service: any Service
  let reconciler: JournalReconciler

  func run() async throws {
    await cancelWhenGracefulShutdown { await reconciler.wait() }
    guard reconciler.isSettled else { return }
    try await service.run()
  }
}
