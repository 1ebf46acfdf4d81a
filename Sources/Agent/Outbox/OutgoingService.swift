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

  /// Files that aren't settled yet.
  private var settling: [FilePath: Settling] = [:]
  /// Files that are whole and wait for their turn, with their unit.
  private var settled: [FilePath: (file: DroppedFile, unit: UnitConfiguration)] = [:]
  /// Which file of an outbox belongs to a journey that isn't over.
  private var owned: [FilePath: FileIdentity] = [:]
  /// Documents that wait for their next step.
  private var waiting: [DocumentID: OutgoingRecord] = [:]
  /// What can be done now, the most pressing last; made anew when something was added.
  private var backlog: [Job] = []
  private var isStale = true
  private let work = WakeUp()
  private var gate = HubGate()
  private var watcher: OutboxWatcher?

  init(
    configuration: AgentConfiguration, worker: OutgoingWorker, journal: Journal, threads: IOThreads, logger: Logger
  ) {
    self.configuration = configuration
    self.worker = worker
    self.journal = journal
    self.threads = threads
    self.logger = logger
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
        isStale = true
        work.ring()
        let nextScan = Instant(Date()) + scanPause
        let pause = min(max(.milliseconds(20), earliest(nextScan) - Instant(Date())), .seconds(3600))
        await bell.wait(atMost: pause)
        // Events come in bursts: what follows at once is seen by the same scan.
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  private var scanPause: Duration {
    // Without inotify, or where it sees nothing, the clock is the only watcher.
    watcher == nil ? min(configuration.scanEvery, .seconds(5)) : configuration.scanEvery
  }

  // MARK: - Start

  private func recover() async throws {
    for record in try await journal.openOutgoing() {
      waiting[record.document] = record
      owned[record.source] = record.identity
    }
    let known = Set(waiting.keys.map { "\($0).pdf" })
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
          look(at: file, of: unit, now: now)
        }
      } catch {
        // The share is gone for the moment: what was known of it is kept.
        logger.warning("outbox cannot be read", metadata: ["unit": "\(unit.unit)", "error": "\(error)"])
        seen.formUnion(settling.keys.filter { $0.description.hasPrefix(unit.outbox) })
      }
    }
    settling = settling.filter { seen.contains($0.key) }
    settled = settled.filter { seen.contains($0.key) }
    watcher?.watch(folders)
  }

  private func look(at file: DroppedFile, of unit: UnitConfiguration, now: Instant) {
    if let identity = owned[file.path], identity.isSameContent(as: file.identity) { return }
    var state = settling[file.path] ?? Settling(file.identity, seenAt: now)
    switch state.observe(file.identity, now: now, quietPeriod: configuration.quietPeriod) {
    case .settled: settled[file.path] = (file, unit)
    case .wait: settled[file.path] = nil
    }
    settling[file.path] = state
  }

  // MARK: - Working

  private struct Job {
    enum Work {
      case file(FilePath)
      case record(DocumentID)
    }

    let urgency: Urgency
    let size: Int64
    let since: Instant
    let work: Work

    /// Whether it goes before the other; see `SubmissionOrder`.
    func precedes(_ other: Job) -> Bool {
      if urgency != other.urgency { return urgency > other.urgency }
      if size != other.size { return size < other.size }
      return since < other.since
    }
  }

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
    let now = Instant(Date())
    if isStale {
      backlog = settled.values.map {
        Job(urgency: .normal, size: $0.file.identity.size, since: now, work: .file($0.file.path))
      }
      for record in waiting.values where record.journey.notBefore <= now {
        let size = record.signedSize ?? record.identity.size
        backlog.append(Job(urgency: record.urgency, size: size, since: record.takenAt, work: .record(record.document)))
      }
      backlog.sort { $1.precedes($0) }
      isStale = false
    }
    while let job = backlog.popLast() {
      switch job.work {
      case .file(let path):
        guard let (file, unit) = settled.removeValue(forKey: path) else { continue }
        settling[path] = nil
        owned[path] = file.identity
        return { await self.takeIn(file, unit) }
      case .record(let document):
        guard let record = waiting[document], record.journey.notBefore <= now else { continue }
        if record.journey.nextStep == .submit, !gate.mayPass(now) { continue }
        waiting[document] = nil
        return { await self.carryOn(record) }
      }
    }
    return nil
  }

  private func takeIn(_ file: DroppedFile, _ unit: UnitConfiguration) async {
    var next: OutgoingRecord?
    do {
      let directory = try await journal.directory()
      switch try await worker.takeIn(file, unit: unit, directory: directory) {
      case .journalled(let record): next = record
      case .restless:
        owned[file.path] = nil
        settling[file.path] = Settling(file.identity, seenAt: Instant(Date()))
      case .vanished: owned[file.path] = nil
      }
    } catch {
      owned[file.path] = nil
      settling[file.path] = Settling(file.identity, seenAt: Instant(Date()))
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
      while record.journey.nextStep != nil, record.journey.notBefore <= Instant(Date()), !Task.isCancelled {
        let submits = record.journey.nextStep == .submit
        if submits, !gate.enter(Instant(Date())) { break }
        let (after, fault) = try await worker.step(record)
        if submits { gate.leave(unreachable: fault?.isUnreachable ?? false, now: Instant(Date())) }
        record = after
        // It is the hub that is away, not this document that is at fault: when the gate opens it must not stand behind less
        // urgent ones that hadn't tried.
        if let fault, fault.isUnreachable, !fault.isBusy {
          record.journey.mayGoOn(from: gate.opens)
        }
      }
    } catch {
      gate.leave(unreachable: false, now: Instant(Date()))
      if !(error is CancellationError) {
        // The journal itself fails (a full disk): wait, and take the step again.
        logger.error("journal cannot be written", metadata: ["document": "\(record.document)", "error": "\(error)"])
        record.journey.apply(
          .faulted(retryAfter: .seconds(5)), now: Instant(Date()), retry: RetryPolicy(),
          random: Double.random(in: 0..<1))
      }
    }
    if record.journey.nextStep == nil {
      owned[record.source] = nil
    } else {
      waiting[record.document] = record
      // Whoever sleeps until the next moment must learn of this one.
      bell.ring()
    }
  }

  /// The next moment at which there is something to do.
  private func earliest(_ nextScan: Instant) -> Instant {
    var moments = [nextScan]
    // What is settled already is in the lanes' hands.
    if settling.contains(where: { settled[$0.key] == nil }) {
      moments.append(Instant(Date()) + min(configuration.quietPeriod, .milliseconds(500)))
    }
    for record in waiting.values {
      moments.append(
        record.journey.nextStep == .submit ? max(record.journey.notBefore, gate.opens) : record.journey.notBefore)
    }
    return moments.min() ?? nextScan
  }
}
