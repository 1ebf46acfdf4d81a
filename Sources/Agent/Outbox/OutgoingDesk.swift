import Durable
import Exchange
import Foundation
import Logging
import NIOConcurrencyHelpers

/// Who is being worked on, who waits, and for what. Its lanes run on threads that may block; what they share is the queue.
final class OutgoingDesk: Sendable {
  private let configuration: AgentConfiguration
  private let worker: OutgoingWorker
  private let journal: Journal
  private let folders: FolderKeeper
  private let standings: UnitStandings
  private let troubles: TroubleBoard
  /// Rung for whoever sleeps until something is due.
  private let bell: WakeUp
  private let logger: Logger
  /// Rung for lanes that have nothing to do.
  private let work = WakeUp()
  private let queue: NIOLockedValueBox<OutgoingQueue>

  init(
    configuration: AgentConfiguration, worker: OutgoingWorker, journal: Journal, folders: FolderKeeper,
    standings: UnitStandings, troubles: TroubleBoard, bell: WakeUp, logger: Logger
  ) {
    self.configuration = configuration
    self.worker = worker
    self.journal = journal
    self.folders = folders
    self.standings = standings
    self.troubles = troubles
    self.bell = bell
    self.logger = logger
    queue = NIOLockedValueBox(OutgoingQueue(quietPeriod: configuration.quietPeriod))
  }

  // MARK: - What the lookout sees

  func recover(_ open: [OutgoingRecord], leftBehind: [OutgoingRecord]) -> Set<DocumentID> {
    queue.withLockedValue { $0.recover(open, leftBehind: leftBehind) }
  }

  func takeUp(_ records: [OutgoingRecord]) {
    queue.withLockedValue { $0.takeUp(records) }
    work.ring()
  }

  func look(at file: DroppedFile, of unit: UnitID, now: Instant) {
    queue.withLockedValue { $0.look(at: file, of: unit, now: now) }
  }

  var leftBehind: [OutgoingRecord] { queue.withLockedValue { $0.leftBehind } }
  func settleLeft(_ record: OutgoingRecord) { queue.withLockedValue { $0.settleLeft(record) } }

  /// A unit's outbox was looked through: what wasn't seen is gone.
  func endScan(seen: Set<FilePath>, of unit: UnitID) {
    queue.withLockedValue { $0.endScan(seen: seen, of: unit) }
    tellUnaddressed()
    tellPuzzling()
  }

  /// The directory in which recipients are looked for from now on.
  func directoryIs(_ version: Int64?) { queue.withLockedValue { $0.directoryIs(version) } }

  /// How many files wait until it is clear to whom they go.
  private func tellPuzzling() {
    let (count, files) = queue.withLockedValue { $0.puzzlingFiles }
    troubles.puzzle(count, files: files)
  }

  /// How many files wait for their recipient to be known.
  private func tellUnaddressed() {
    let (count, files) = queue.withLockedValue { $0.unaddressedFiles }
    troubles.wait(count, files: files)
  }

  /// The lanes may have work: a file settled, or a moment came at which something is due.
  func wakeLanes() {
    queue.withLockedValue { $0.wakeUp() }
    work.ring()
  }

  /// How long nothing is due.
  func pause(until nextScan: Instant, now: Instant) -> Duration {
    let earliest = queue.withLockedValue { queue in
      takeInHolds(&queue)
      return queue.earliest(nextScan, now: now)
    }
    return min(max(.milliseconds(20), earliest - now), .seconds(3600))
  }

  /// Whose documents wait, for their folder or for the hub's leave.
  private func takeInHolds(_ queue: inout OutgoingQueue) {
    queue.away = folders.held
    queue.withdrawn = standings.withdrawn
  }

  // MARK: - Working

  /// One of the lanes in which documents are worked on: as many as may be in flight. One that a share held up meanwhile was
  /// replaced, and ends with its document.
  func workLane() async {
    while !Task.isCancelled, LooseTasks.Member.current?.wasRelieved != true {
      if let next = takeNext() {
        await next()
      } else {
        await work.wait()
      }
    }
  }

  private func takeNext() -> (() async -> Void)? {
    let (job, hasMore) = queue.withLockedValue { queue in
      takeInHolds(&queue)
      return (queue.takeNext(Instant(Date())), queue.hasMore)
    }
    // A lane that came too late for the last ring would sleep beside work that waits for it.
    if job != nil, hasMore { work.ring() }
    switch job {
    case .takeIn(let file, let id):
      guard let unit = configuration.units.first(where: { $0.unit == id }) else { return nil }
      return { await self.takeIn(file, unit) }
    case .carryOn(let record): return { await self.carryOn(record) }
    case nil: return nil
    }
  }

  private func takeIn(_ file: DroppedFile, _ unit: UnitConfiguration) async {
    var next: OutgoingRecord?
    let (isLetThrough, mayAskHub) = queue.withLockedValue {
      ($0.isLetThrough(file), $0.mayAskHub(for: file, now: Instant(Date())))
    }
    func leaveGateIfPassed(after fault: HubFault?) {
      // Whoever comes while the gate is shut says nothing new: it must not stay shut longer for that.
      let saysNews = fault != nil && queue.withLockedValue { $0.gate.mayPass(Instant(Date())) }
      if isLetThrough || saysNews { leaveGate(after: fault) }
    }
    do {
      let directory = try await journal.directory()
      switch try await worker.takeIn(file, unit: unit, directory: directory, mayAskHub: mayAskHub) {
      case .journalled(let record, let fault):
        leaveGateIfPassed(after: fault)
        queue.withLockedValue { $0.takenIn(file) }
        next = note(fault, of: record)
      case .unaddressed(let fault):
        leaveGateIfPassed(after: fault)
        awaitAddress(file, of: unit.unit, after: fault)
      case .puzzling(let version):
        leaveGateIfPassed(after: nil)
        let isHeld = queue.withLockedValue { $0.hold(puzzling: file, of: unit.unit, since: version) }
        // The directory changed while it was read.
        if !isHeld { letSettle(file, unit.unit) }
        tellPuzzling()
      case .restless:
        leaveGateIfPassed(after: nil)
        letSettle(file, unit.unit)
      case .vanished:
        leaveGateIfPassed(after: nil)
        queue.withLockedValue { $0.forget(file) }
      }
      if isLetThrough { tellUnaddressed() }
    } catch {
      troubles.failed(error)
      leaveGateIfPassed(after: nil)
      letSettle(file, unit.unit)
      // That a share doesn't answer is told once, where it is seen.
      if !(error is CancellationError || error is FolderFault) {
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
      while !Task.isCancelled, mayGoOn(record) {
        let asks = queue.withLockedValue { $0.asksHub(record) }
        let (after, fault) = try await worker.step(record)
        if let fault { await standings.note(fault, of: record.unit) }
        if asks || fault != nil { leaveGate(after: fault) }
        record = note(fault, of: after)
      }
    } catch {
      leaveGate(after: nil)
      troubles.failed(error)
      if !(error is CancellationError) {
        // The journal itself fails (a full disk): wait, and take the step again.
        logger.error("journal cannot be written", metadata: ["document": "\(record.document)", "error": "\(error)"])
        record.journey.apply(
          .faulted(retryAfter: .seconds(5)), now: Instant(Date()), retry: RetryPolicy(),
          random: Double.random(in: 0..<1))
      }
    }
    let resting = record
    queue.withLockedValue { $0.rest(resting) }
    // Whoever sleeps until the next moment must learn of this one.
    if record.journey.nextStep != nil { bell.ring() }
  }

  /// Takes in whether it is the hub that was in the way.
  private func note(_ fault: HubFault?, of after: OutgoingRecord) -> OutgoingRecord {
    var record = after
    let waitsForStamp = record.journey.nextStep == .sign && fault?.isUnreachable == true
    let opens = queue.withLockedValue { queue in
      queue.note(after, waitsForStamp: waitsForStamp)
      return queue.gate.opens
    }
    // It is the hub that is away, not this document that is at fault: when the gate opens it must not stand behind less
    // urgent ones that hadn't tried.
    if let fault, fault.isUnreachable, !fault.isBusy { record.journey.mayGoOn(from: opens) }
    return record
  }

  private func awaitAddress(_ file: DroppedFile, of unit: UnitID, after fault: HubFault?) {
    let isNew = queue.withLockedValue {
      $0.awaitAddress(file, of: unit, after: fault, now: Instant(Date()), random: Double.random(in: 0..<1))
    }
    if isNew {
      tellUnaddressed()
      logger.notice(
        "a file waits in its outbox: its recipient isn't in the directory that is known here, and the hub can't be asked for a newer one",
        metadata: ["unit": "\(unit)", "file": "\(file.path)", "error": "\(fault?.detail ?? "the hub is away")"])
    }
    // Whoever sleeps until the next moment must learn of this one.
    bell.ring()
  }

  private func letSettle(_ file: DroppedFile, _ unit: UnitID) {
    queue.withLockedValue { $0.letSettle(file, of: unit, now: Instant(Date())) }
    // Whoever sleeps until the next scan must learn of this moment: nothing else may stir before.
    bell.ring()
  }

  private func mayGoOn(_ record: OutgoingRecord) -> Bool {
    queue.withLockedValue { queue in
      takeInHolds(&queue)
      return queue.mayGoOn(record, now: Instant(Date()))
    }
  }

  private func leaveGate(after fault: HubFault?) {
    let wasProbing = queue.withLockedValue { queue in
      defer {
        queue.leaveGate(
          unreachable: fault?.isUnreachable ?? false, retryAfter: fault?.retryAfter, now: Instant(Date()),
          random: Double.random(in: 0..<1))
      }
      return queue.gate.isProbing
    }
    // The others wait for what came of it.
    if wasProbing { bell.ring() }
  }
}
