import Durable
import Exchange
import Foundation
import Logging
import NIOConcurrencyHelpers

/// Looks into the outboxes: what lies there goes to the desk; what an earlier run left is taken up.
actor OutboxLookout {
  private let configuration: AgentConfiguration
  private let desk: OutgoingDesk
  private let journal: Journal
  private let folders: FolderKeeper
  private let troubles: TroubleBoard
  private let threads: IOThreads
  private let bell: WakeUp
  private let logger: Logger

  private var watcher: OutboxWatcher?
  private let scans = LooseTasks()
  /// Units whose outboxes are being looked through.
  private var scanning: Set<UnitID> = []
  /// Units whose outboxes could not be read when they were last looked at.
  private var unread: Set<UnitID> = []
  /// Units whose shares were slow to be looked through: not before these moments again.
  private var resting: [UnitID: Instant] = [:]
  /// Folders in outboxes that could not be read, so that each is told once.
  private var closed: Set<String> = []
  /// When originals that stay in the outbox were last tried again.
  private var leftTried: [UnitID: Instant] = [:]

  init(
    configuration: AgentConfiguration, desk: OutgoingDesk, journal: Journal, folders: FolderKeeper,
    troubles: TroubleBoard,
    threads: IOThreads, bell: WakeUp, logger: Logger
  ) {
    self.configuration = configuration
    self.desk = desk
    self.journal = journal
    self.folders = folders
    self.troubles = troubles
    self.threads = threads
    self.bell = bell
    self.logger = logger
  }

  /// Between scans of a share that tells of no events, or is slow.
  private static let rest: Duration = .seconds(5)

  // MARK: - Start

  /// Takes up what an earlier run left open, and begins to watch.
  func recover() async throws {
    let left = try await journal.leftBehind()
    let open = try await journal.openOutgoing()
    let documents = desk.recover(open, leftBehind: left)
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
    if configuration.watching == .polling { return }
    do {
      watcher = try OutboxWatcher { [bell] in bell.ring() }
    } catch {
      logger.warning("no inotify, outboxes are scanned by the clock", metadata: ["error": "\(error)"])
    }
  }

  /// Waits for the scans that go on, but for those that a share holds up.
  func end() async { await scans.end() }

  // MARK: - Looking

  /// Looks into every outbox once.
  /// - Returns: when to look again, though nothing stirs.
  func look() async -> Instant {
    let now = Instant(Date())
    resting = resting.filter { $0.value > now && $0.value <= now + Self.rest }
    // What was begun in one whose share is slow goes on; a second look there would only wait behind it.
    let units = configuration.units.filter {
      !scanning.contains($0.unit) && resting[$0.unit] == nil && folders.answers($0.unit)
    }
    let round = ScanRound(units.map(\.unit))
    // Where it can't be read now, the one before is the one that is known.
    if let directory = try? await journal.directory() { desk.directoryIs(directory.version) }
    for unit in units {
      scanning.insert(unit.unit)
      scans.add { await self.scan(unit, round, now: now) }
    }
    await round.wait()
    desk.wakeLanes()
    // Without inotify, or where it sees nothing, the clock is the only watcher; so it is for a share that is away.
    let isBlind = watcher == nil || !unread.isEmpty || !resting.isEmpty
    return Instant(Date()) + (isBlind ? min(configuration.scanEvery, Self.rest) : configuration.scanEvery)
  }

  /// What lies in a folder that the daemon may not enter isn't sent, and nobody would know.
  private func tell(_ errors: [SystemError]) {
    for error in errors where closed.count < 1000 && closed.insert(error.path).inserted {
      logger.error(
        "a folder in an outbox cannot be read: what lies in it is not sent; give the daemon's user the right to read, write and enter it",
        metadata: ["folder": "\(error.path)", "error": "\(error)"])
    }
  }

  /// Looks into one unit's outbox.
  private func scan(_ unit: UnitConfiguration, _ round: ScanRound, now: Instant) async {
    let outbox = FilePath(unit.outbox)
    let (folders, watcher) = (self.folders, self.watcher)
    do {
      let (found, isNew) = try await folders.work(
        in: unit.unit, onRelief: { round.leave(unit.unit) },
        {
          // An outbox that a clerk removed is made again; in a folder that is away nothing is.
          let open = try folders.open(unit.unit)
          try open.make(outbox)
          let found = try OutboxScan(outbox: outbox).run(in: open)
          // What can't be removed is no reason to send nothing.
          for note in found.orphanedNotes { try? WaitingNote(at: note).remove(in: open) }
          for package in found.spentPackages { try? LetterPackage(package).clear(in: open) }
          return (found, watcher?.watch(found.folders, of: unit.unit) ?? false)
        })
      unread.remove(unit.unit)
      tell(found.closed)
      troubles.outboxRead(of: unit.unit, except: found.closed.map { ($0.path, $0) })
      var standing: [FilePath: FileIdentity] = [:]
      for file in found.files {
        standing[file.path] = file.identity
        desk.look(at: file, of: unit.unit, now: now)
      }
      desk.endScan(seen: Set(standing.keys), of: unit.unit)
      if isNew { bell.ring() }
      await lookAfterLeft(of: unit.unit, standing, round, now)
    } catch {
      // The share is gone for the moment: what was known of it is kept.
      if error is FolderFault || error is CancellationError {
        unread.remove(unit.unit)
        if error is FolderFault { troubles.outboxRead(of: unit.unit, except: []) }
      } else {
        unread.insert(unit.unit)
        troubles.outboxRead(of: unit.unit, except: [(unit.outbox, error)])
        logger.warning("outbox cannot be read", metadata: ["unit": "\(unit.unit)", "error": "\(error)"])
      }
    }
    scanning.remove(unit.unit)
    // Nobody waited for what was seen this late. It is looked at again before long, but not without a pause.
    if !round.leave(unit.unit) { resting[unit.unit] = Instant(Date()) + Self.rest }
  }

  /// Originals that stay in the outbox: those that are gone by now are forgotten, the others tried again now and then.
  private func lookAfterLeft(
    of unit: UnitID, _ standing: [FilePath: FileIdentity], _ round: ScanRound, _ now: Instant
  ) async {
    let leave: @Sendable () -> Void = { round.leave(unit) }
    let triesAgain = leftTried[unit].map { now >= $0 + configuration.scanEvery || now < $0 } ?? true
    for var record in desk.leftBehind where record.unit == unit {
      do {
        let left = record
        var isOut = standing[record.source].map { !$0.isSameContent(as: left.identity) } ?? true
        if !isOut, triesAgain {
          isOut = try await folders.work(in: unit, onRelief: leave) { [folders] in
            try LeftBehind(left).tryAgain(in: folders.open(unit))
          }
        }
        guard isOut else { continue }
        try await folders.work(in: unit, onRelief: leave) { [folders] in
          try LeftBehind(left).settle(in: folders.open(unit))
        }
        record.leftBehind = nil
        try await journal.save(record)
        desk.settleLeft(record)
        logger.notice("an original that stayed is out of the outbox", metadata: ["document": "\(record.document)"])
      } catch {
        if error is CancellationError || error is FolderFault { return }
        logger.warning(
          "an original that stays in the outbox was not looked after",
          metadata: ["document": "\(record.document)", "error": "\(error)"])
      }
    }
    if triesAgain { leftTried[unit] = now }
  }
}

/// The scans that one look at all outboxes waits for: each unit leaves it when it was looked through, or when its share is
/// slow to answer.
private final class ScanRound: Sendable {
  private let state: NIOLockedValueBox<(units: Set<UnitID>, waiter: CheckedContinuation<Void, Never>?)>

  init(_ units: some Sequence<UnitID>) { state = NIOLockedValueBox((Set(units), nil)) }

  /// - Returns: false where it had left already.
  @discardableResult
  func leave(_ unit: UnitID) -> Bool {
    let (wasThere, waiter) = state.withLockedValue { state in
      let wasThere = state.units.remove(unit) != nil
      guard state.units.isEmpty else { return (wasThere, nil as CheckedContinuation<Void, Never>?) }
      defer { state.waiter = nil }
      return (wasThere, state.waiter)
    }
    waiter?.resume()
    return wasThere
  }

  /// Returns when all have left. For one who waits.
  func wait() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLockedValue { state in
        if !state.units.isEmpty { state.waiter = continuation }
        return state.units.isEmpty
      }
      if isOver { continuation.resume() }
    }
  }
}
