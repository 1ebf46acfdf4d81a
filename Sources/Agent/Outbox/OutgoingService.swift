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

  init(
    configuration: AgentConfiguration, journal: Journal, hub: any HubConnection, trust: TrustAnchors,
    folders: FolderKeeper, threads: IOThreads,
    identities: IdentityStore, logger: Logger
  ) {
    let worker = OutgoingWorker(
      configuration: configuration, journal: journal, hub: hub, trust: trust, identities: identities, folders: folders,
      threads: threads, retry: RetryPolicy(), logger: logger)
    desk = OutgoingDesk(
      configuration: configuration, worker: worker, journal: journal, folders: folders, threads: threads,
      logger: logger)
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
  private let folders: FolderKeeper
  private let threads: IOThreads
  private let logger: Logger
  private let bell = WakeUp()

  private let work = WakeUp()
  private var queue: OutgoingQueue
  private var watcher: OutboxWatcher?
  /// Whether an outbox could not be read when it was last looked at.
  private var isAnyAway = false
  /// When originals that stay in the outbox were last tried again.
  private var leftTried: Instant?

  init(
    configuration: AgentConfiguration, worker: OutgoingWorker, journal: Journal, folders: FolderKeeper,
    threads: IOThreads, logger: Logger
  ) {
    self.configuration = configuration
    self.worker = worker
    self.journal = journal
    self.folders = folders
    self.threads = threads
    self.logger = logger
    queue = OutgoingQueue(quietPeriod: configuration.quietPeriod)
    folders.wake(bell)
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
      for _ in 0..<configuration.inFlight { group.addTask(executorPreference: threads) { await self.workLane() } }
      while !Task.isCancelled {
        await scan()
        work.ring()
        let nextScan = Instant(Date()) + scanPause
        queue.away = Set(folders.away.keys)
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
    let left = try await journal.leftBehind()
    let known = Set(queue.recover(try await journal.openOutgoing(), leftBehind: left).map { "\($0).pdf" })
    let spool = FilePath(configuration.paths.outgoingSpool)
    try await threads.run {
      // A crash between taking in and journalling leaves a copy that nobody knows; the file still stands in its outbox.
      for entry in try Folder.list(spool) where !known.contains(entry.text) {
        try DurableFile.remove(spool.appending(entry.name))
      }
    }
  }

  // MARK: - Looking

  private func scan() async {
    isAnyAway = false
    var seen: Set<FilePath> = []
    var standing: [FilePath: FileIdentity] = [:]
    var scanned: Set<UnitID> = []
    var watched: [FilePath] = []
    let now = Instant(Date())
    for unit in configuration.units {
      let outbox = FilePath(unit.outbox)
      let folders = self.folders
      do {
        let found = try await threads.run {
          // An outbox that a clerk removed is made again; in a folder that is away nothing is.
          try folders.open(unit.unit).make(outbox)
          return try OutboxScan(outbox: outbox).run()
        }
        watched += found.folders
        scanned.insert(unit.unit)
        for file in found.files {
          seen.insert(file.path)
          standing[file.path] = file.identity
          queue.look(at: file, of: unit.unit, now: now)
        }
      } catch {
        // The share is gone for the moment: what was known of it is kept.
        if !(error is FolderFault) {
          isAnyAway = true
          logger.warning("outbox cannot be read", metadata: ["unit": "\(unit.unit)", "error": "\(error)"])
        }
        seen.formUnion(queue.watched.filter { $0.description.hasPrefix("\(unit.outbox)/") })
      }
    }
    queue.endScan(seen: seen)
    watcher?.watch(watched)
    await lookAfterLeft(standing, scanned, now)
  }

  /// Originals that stay in the outbox: those that are gone by now are forgotten, the others tried again now and then.
  private func lookAfterLeft(_ standing: [FilePath: FileIdentity], _ scanned: Set<UnitID>, _ now: Instant) async {
    let triesAgain = leftTried.map { now >= $0 + configuration.scanEvery || now < $0 } ?? true
    for var record in queue.leftBehind where scanned.contains(record.unit) {
      do {
        let left = record
        var isOut = standing[record.source].map { !$0.isSameContent(as: left.identity) } ?? true
        if !isOut, triesAgain { isOut = try await threads.run { try LeftBehind(left).tryAgain() } }
        guard isOut else { continue }
        try await threads.run { try LeftBehind(left).settle() }
        record.leftBehind = nil
        try await journal.save(record)
        queue.settleLeft(record)
        logger.notice("an original that stayed is out of the outbox", metadata: ["document": "\(record.document)"])
      } catch {
        if error is CancellationError { return }
        logger.warning(
          "an original that stays in the outbox was not looked after",
          metadata: ["document": "\(record.document)", "error": "\(error)"])
      }
    }
    if triesAgain { leftTried = now }
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
    queue.away = Set(folders.away.keys)
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
      case .journalled(let record, let fault):
        // Whoever comes while the gate is shut says nothing new: it must not stay shut longer for that.
        if let fault, queue.gate.mayPass(Instant(Date())) { leaveGate(unreachable: fault.isUnreachable) }
        next = note(fault, of: record)
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
        let asks = queue.asksHub(record)
        let (after, fault) = try await worker.step(record)
        if asks || fault != nil { leaveGate(unreachable: fault?.isUnreachable ?? false) }
        record = note(fault, of: after)
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

  /// Takes in whether it is the hub that was in the way.
  private func note(_ fault: HubFault?, of record: OutgoingRecord) -> OutgoingRecord {
    var record = record
    queue.note(record, waitsForStamp: record.journey.nextStep == .sign && fault?.isUnreachable == true)
    // It is the hub that is away, not this document that is at fault: when the gate opens it must not stand behind less
    // urgent ones that hadn't tried.
    if let fault, fault.isUnreachable, !fault.isBusy { record.journey.mayGoOn(from: queue.gate.opens) }
    return record
  }

  private func leaveGate(unreachable: Bool) {
    queue.leaveGate(unreachable: unreachable, now: Instant(Date()), random: Double.random(in: 0..<1))
  }
}
