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

  public init(
    configuration: AgentConfiguration, journal: Journal, hub: any HubConnection, trust: TrustAnchors,
    threads: IOThreads,
    identities: IdentityStore, logger: Logger
  ) {
    let worker = OutgoingWorker(
      configuration: configuration, journal: journal, hub: hub, trust: trust, identities: identities, threads: threads,
      retry: RetryPolicy(), logger: logger)
    desk = OutgoingDesk(
      configuration: configuration, worker: worker, journal: journal, threads: threads, logger: logger)
  }

  public func run() async throws {
    try await cancelWhenGracefulShutdown { try await desk.run() }
  }
}

/// Who is being worked on, who waits, and for what.
actor OutgoingDesk {
  private let configuration: AgentConfiguration
  private let worker: OutgoingWorker
  private let journal: Journal
  private let threads: IOThreads
  private let logger: Logger
  private let bell = WakeUp()

  private let work = WakeUp()
  private var queue: OutgoingQueue
  private var watcher: OutboxWatcher?
  /// Whether an outbox could not be read when it was last looked at.
  private var isAnyAway = false

  init(
    configuration: AgentConfiguration, worker: OutgoingWorker, journal: Journal, threads: IOThreads, logger: Logger
  ) {
    self.configuration = configuration
    self.worker = worker
    self.journal = journal
    self.threads = threads
    self.logger = logger
    queue = OutgoingQueue(quietPeriod: configuration.quietPeriod)
  }

  func run() async throws {
    try await recover()
    if configuration.watching != .polling {
      do {
        watcher = try OutboxWatcher { [bell] in bell.ring() }
      } catch {
        logger.warning("no inotify, outboxes are scanned by the clock", metadata: ["error": "\(error)"])
      }
    }
    try await withThrowingDiscardingTaskGroup { group in
      for _ in 0..<configuration.inFlight { group.addTask { await self.workLane() } }
      while !Task.isCancelled {
        await scan()
        work.ring()
        let nextScan = Instant(Date()) + scanPause
        let earliest = queue.earliest(nextScan, now: Instant(Date()))
        let pause = min(max(.milliseconds(20), earliest - Instant(Date())), .seconds(3600))
        await bell.wait(atMost: pause)
        // Events come in bursts: what follows at once is seen by the same scan.
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  private var scanPause: Duration {
    // Without inotify, or where it sees nothing, the clock is the only watcher; so it is for a share that is away.
    watcher == nil || isAnyAway ? min(configuration.scanEvery, .seconds(5)) : configuration.scanEvery
  }

  // MARK: - Start

  private func recover() async throws {
    let documents = queue.recover(try await journal.openOutgoing())
    let known = Set(documents.map { "\($0).pdf" } + documents.map(SpoolRepair.keeps))
    let spool = FilePath(configuration.paths.outgoingSpool)
    try await threads.run {
      // A crash between taking in and journalling leaves a copy that nobody knows; the file still stands in its outbox.
      for entry in try Folder.list(spool) where !known.contains(entry.text) {
        let path = spool.appending(entry.name)
        // A folder is one in which a repair was going on.
        if entry.kind == .folder {
          try FileManager.default.removeItem(atPath: "\(path)")
        } else {
          try DurableFile.remove(path)
        }
      }
    }
  }

  // MARK: - Looking

  private func scan() async {
    isAnyAway = false
    var seen: Set<FilePath> = []
    var folders: [FilePath] = []
    let now = Instant(Date())
    for unit in configuration.units {
      let scan = OutboxScan(outbox: FilePath(unit.outbox))
      do {
        let found = try await threads.run { try scan.run() }
        folders += found.folders
        for file in found.files {
          seen.insert(file.path)
          queue.look(at: file, of: unit.unit, now: now)
        }
      } catch {
        // The share is gone for the moment: what was known of it is kept.
        isAnyAway = true
        logger.warning("outbox cannot be read", metadata: ["unit": "\(unit.unit)", "error": "\(error)"])
        seen.formUnion(queue.watched.filter { $0.description.hasPrefix(unit.outbox) })
      }
    }
    queue.endScan(seen: seen)
    watcher?.watch(folders)
  }

  // MARK: - Working

  /// One of the lanes in which documents are worked on: as many as may be in flight.
  private func workLane() async {
    while !Task.isCancelled {
      if let next = takeNext() {
        await next()
      } else {
        await work.wait()
      }
    }
  }

  private func takeNext() -> (() async -> Void)? {
    switch queue.takeNext(Instant(Date())) {
    case .takeIn(let file, let id):
      guard let unit = configuration.units.first(where: { $0.unit == id }) else { return nil }
      return { await self.takeIn(file, unit) }
    case .carryOn(let record): return { await self.carryOn(record) }
    case nil: return nil
    }
  }

  private func takeIn(_ file: DroppedFile, _ unit: UnitConfiguration) async {
    var next: OutgoingRecord?
    do {
      let directory = try await journal.directory()
      switch try await worker.takeIn(file, unit: unit, directory: directory) {
      case .journalled(let record): next = record
      case .restless: queue.letSettle(file, now: Instant(Date()))
      case .vanished: queue.forget(file)
      }
    } catch {
      queue.letSettle(file, now: Instant(Date()))
      if !(error is CancellationError) {
        logger.error("file could not be taken in", metadata: ["file": "\(file.path)", "error": "\(error)"])
      }
    }
    guard let next else { return }
    await carryOn(next)
  }

  /// Step after step, until the end, a fault, or the hub's gate.
  private func carryOn(_ record: OutgoingRecord) async {
    var record = record
    do {
      while !Task.isCancelled, queue.mayGoOn(record, now: Instant(Date())) {
        let submits = record.journey.nextStep == .submit
        let (after, fault) = try await worker.step(record)
        if submits { leaveGate(unreachable: fault?.isUnreachable ?? false) }
        record = after
        // It is the hub that is away, not this document that is at fault: when the gate opens it must not stand behind less
        // urgent ones that hadn't tried.
        if let fault, fault.isUnreachable, !fault.isBusy {
          record.journey.mayGoOn(from: queue.gate.opens)
        }
      }
    } catch {
      leaveGate(unreachable: false)
      if !(error is CancellationError) {
        // The journal itself fails (a full disk): wait, and take the step again.
        logger.error("journal cannot be written", metadata: ["document": "\(record.document)", "error": "\(error)"])
        record.journey.apply(
          .faulted(retryAfter: .seconds(5)), now: Instant(Date()), retry: RetryPolicy(),
          random: Double.random(in: 0..<1))
      }
    }
    queue.rest(record)
    // Whoever sleeps until the next moment must learn of this one.
    if record.journey.nextStep != nil { bell.ring() }
  }

  private func leaveGate(unreachable: Bool) {
    queue.leaveGate(unreachable: unreachable, now: Instant(Date()), random: Double.random(in: 0..<1))
  }
}
