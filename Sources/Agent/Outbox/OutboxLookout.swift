import Durable
import Exchange
import Foundation
import Logging

/// Looks into the outboxes: what lies there goes to the desk; what an earlier run left is taken up.
actor OutboxLookout {
  private let configuration: AgentConfiguration
  private let desk: OutgoingDesk
  private let journal: Journal
  private let folders: FolderKeeper
  private let threads: IOThreads
  private let bell: WakeUp
  private let logger: Logger

  private var watcher: OutboxWatcher?
  /// Whether an outbox could not be read when it was last looked at.
  private var isAnyAway = false
  /// Folders in outboxes that could not be read, so that each is told once.
  private var closed: Set<String> = []
  /// When originals that stay in the outbox were last tried again.
  private var leftTried: Instant?

  init(
    configuration: AgentConfiguration, desk: OutgoingDesk, journal: Journal, folders: FolderKeeper, threads: IOThreads,
    bell: WakeUp, logger: Logger
  ) {
    self.configuration = configuration
    self.desk = desk
    self.journal = journal
    self.folders = folders
    self.threads = threads
    self.bell = bell
    self.logger = logger
  }

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

  // MARK: - Looking

  /// Looks into every outbox once.
  /// - Returns: when to look again, though nothing stirs.
  func look() async -> Instant {
    await scan()
    // Without inotify, or where it sees nothing, the clock is the only watcher; so it is for a share that is away.
    let isBlind = watcher == nil || isAnyAway
    return Instant(Date()) + (isBlind ? min(configuration.scanEvery, .seconds(5)) : configuration.scanEvery)
  }

  /// What lies in a folder that the daemon may not enter isn't sent, and nobody would know.
  private func tell(_ errors: [SystemError]) {
    for error in errors where closed.count < 1000 && closed.insert(error.path).inserted {
      logger.error(
        "a folder in an outbox cannot be read: what lies in it is not sent; give the daemon's user the right to read, write and enter it",
        metadata: ["folder": "\(error.path)", "error": "\(error)"])
    }
  }

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
        tell(found.closed)
        scanned.insert(unit.unit)
        for file in found.files {
          seen.insert(file.path)
          standing[file.path] = file.identity
          desk.look(at: file, of: unit.unit, now: now)
        }
      } catch {
        // The share is gone for the moment: what was known of it is kept.
        if !(error is FolderFault) {
          isAnyAway = true
          logger.warning("outbox cannot be read", metadata: ["unit": "\(unit.unit)", "error": "\(error)"])
        }
        seen.formUnion(desk.watched.filter { $0.description.hasPrefix("\(unit.outbox)/") })
      }
    }
    desk.endScan(seen: seen)
    if watcher?.watch(watched) == true { bell.ring() }
    await lookAfterLeft(standing, scanned, now)
  }

  /// Originals that stay in the outbox: those that are gone by now are forgotten, the others tried again now and then.
  private func lookAfterLeft(_ standing: [FilePath: FileIdentity], _ scanned: Set<UnitID>, _ now: Instant) async {
    let triesAgain = leftTried.map { now >= $0 + configuration.scanEvery || now < $0 } ?? true
    for var record in desk.leftBehind where scanned.contains(record.unit) {
      do {
        let left = record
        var isOut = standing[record.source].map { !$0.isSameContent(as: left.identity) } ?? true
        if !isOut, triesAgain { isOut = try await threads.run { try LeftBehind(left).tryAgain() } }
        guard isOut else { continue }
        try await threads.run { try LeftBehind(left).settle() }
        record.leftBehind = nil
        try await journal.save(record)
        desk.settleLeft(record)
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
}
