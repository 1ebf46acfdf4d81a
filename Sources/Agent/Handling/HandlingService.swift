import Durable
import Exchange
import Foundation
import Logging

/// Sees what clerks do with incoming letters: a letter that is moved to inbox/done/ was handled, one that is moved to
/// inbox/returned/ goes back, and either may be moved into the inbox again. Moves are seen however they were made: by name
/// first, and by the letter's bytes before anything is told.
actor HandlingService {
  private let configuration: AgentConfiguration
  private let journal: Journal
  private let folders: FolderKeeper
  /// Rung when the hub has something to learn.
  private let told: WakeUp
  private let now: @Sendable () -> Instant
  private let logger: Logger
  private let bell = WakeUp()

  private var watcher: OutboxWatcher?
  /// Files about which nothing new is to be learnt, by unit.
  private var settled: [UnitID: Set<Int>] = [:]
  /// Files that could not be read, so that each is told once.
  private var unreadable: Set<FilePath> = []
  /// Letters in returned/ whose reason isn't there yet, since when.
  private var awaited: [FilePath: Instant] = [:]

  /// For the reason to be written.
  private static let patience: Duration = .seconds(900)
  /// Between looks while a reason is waited for.
  private static let pace: Duration = .seconds(5)
  /// Moves come in bursts.
  private static let gathering: Duration = .milliseconds(500)

  init(
    configuration: AgentConfiguration, journal: Journal, folders: FolderKeeper, told: WakeUp,
    now: @escaping @Sendable () -> Instant, logger: Logger
  ) {
    self.configuration = configuration
    self.journal = journal
    self.folders = folders
    self.told = told
    self.now = now
    self.logger = logger
  }

  func run() async {
    if configuration.watching != .polling {
      do { watcher = try OutboxWatcher { [bell] in bell.ring() } } catch {
        logger.warning("no inotify, inboxes are looked through by the clock", metadata: ["error": "\(error)"])
      }
    }
    folders.wake(bell)
    while !Task.isCancelled {
      for unit in configuration.units where !folders.isHeld(unit.unit) { await look(at: unit) }
      await bell.wait(atMost: awaited.isEmpty ? configuration.scanEvery : min(configuration.scanEvery, Self.pace))
      try? await Task.sleep(for: Self.gathering)
    }
  }

  private func look(at unit: UnitConfiguration) async {
    let (folders, watcher) = (self.folders, self.watcher)
    do {
      let (files, isNew) = try await folders.work(in: unit.unit) {
        let folder = try folders.open(unit.unit)
        for path in [unit.inbox, unit.done, unit.returned] { try folder.make(FilePath(path)) }
        let found = try InboxScan(unit: unit).run(in: folder)
        return (found.files, watcher?.watch(found.folders, of: unit.unit) ?? false)
      }
      if isNew { bell.ring() }
      var settled: Set<Int> = []
      let known = self.settled[unit.unit] ?? []
      let fresh = files.filter { !known.contains($0.mark) }
      settled.formUnion(files.lazy.map(\.mark).filter { known.contains($0) })
      let records = try await journal.incoming(
        named: fresh.map { String(decoding: $0.path.name, as: UTF8.self) }, of: unit.unit)
      let standing = Dictionary(grouping: files, by: \.path.name)
      for file in fresh {
        do {
          if try await handle(file, of: unit, records, standing) { settled.insert(file.mark) }
        } catch let error as SystemError {
          // One that can't be read must not hold up the others.
          if unreadable.count < 1000, unreadable.insert(file.path).inserted {
            logger.warning(
              "a letter in the inbox can't be read: what is done with it isn't seen",
              metadata: ["file": "\(file.path)", "error": "\(error)"])
          }
        }
      }
      self.settled[unit.unit] = settled
      let paths = Set(files.map(\.path))
      awaited = awaited.filter { paths.contains($0.key) || !$0.key.bytes.starts(with: Array("\(unit.inbox)/".utf8)) }
    } catch {
      if error is CancellationError || error is FolderFault { return }
      logger.warning("inbox not looked through", metadata: ["unit": "\(unit.unit)", "error": "\(error)"])
    }
  }

  /// - Parameters:
  ///   - named: letters that were filed under the names of the files, by name.
  ///   - standing: all files of the inbox, by name.
  /// - Returns: whether nothing more is to be learnt of the file as it is.
  private func handle(
    _ file: PlacedFile, of unit: UnitConfiguration, _ named: [String: IncomingRecord],
    _ standing: [[UInt8]: [PlacedFile]]
  ) async throws -> Bool {
    let name = String(decoding: file.path.name, as: UTF8.self)
    // What lies where it was filed is what nearly all files are.
    if let record = named[name], record.handling == file.place { return true }
    if let record = named[name], isCopy(file, of: record, standing) { return false }
    // To read a file costs as much as it is large, and a clerk may keep any file there.
    guard try await journal.hasIncoming(of: file.identity.size, for: unit.unit) else { return true }
    let folders = self.folders
    let digest = try await folders.work(in: unit.unit) { () -> SHA256Digest? in
      do {
        return try Placement.digest(of: try folders.open(unit.unit).open(file.path), file.path)
      } catch let error as SystemError {
        // Moved on meanwhile: whoever looks again sees where to.
        if [ENOENT, ELOOP, ENOTDIR, ENXIO].contains(error.code) { return nil }
        throw error
      }
    }
    guard let digest else { return false }
    // A clerk may have given it another name.
    var record = named[name].flatMap { $0.posted.digest == digest ? $0 : nil }
    if record == nil { record = try await journal.incoming(with: digest, of: unit.unit) }
    guard let record, record.journey.state == .filed else { return true }
    if isCopy(file, of: record, standing) { return false }
    return try await apply(file, to: record)
  }

  /// Whether the letter still stands where it was known to: what is elsewhere too was copied, not moved. It may yet turn out
  /// as a move, in which the copying came first.
  private func isCopy(_ file: PlacedFile, of record: IncomingRecord, _ standing: [[UInt8]: [PlacedFile]]) -> Bool {
    guard record.handling != file.place else { return false }
    let names = [record.target.map { Array($0.utf8) }, file.path.name].compactMap(\.self)
    return names.contains { name in
      standing[name]?.contains { $0.place == record.handling && $0.identity.size == record.posted.size } ?? false
    }
  }

  private func apply(_ file: PlacedFile, to record: IncomingRecord) async throws -> Bool {
    let since = awaited[file.path] ?? now()
    var reason: String?
    if file.place == .returned, record.handling != .returned {
      let folders = self.folders
      reason = try await folders.work(in: record.unit) {
        try ReturnReason.beside(file.path, in: folders.open(record.unit), now: Instant(Date()))
      }
    }
    let decision = HandlingDecision.decide(
      known: record.handling, place: file.place, reason: reason, isPatienceOver: now() >= since + Self.patience,
      otherwise: HandlingText.noReason[configuration.language])
    awaited[file.path] = decision == .awaitReason ? since : nil
    let name: JournalEvent.Name
    var acknowledgement: Acknowledgement?
    var detail = ["name": record.target ?? record.posted.name, "sender": record.posted.senderName]
    func tell(_ event: EvidenceEvent, _ reason: String? = nil) {
      acknowledgement = Acknowledgement(
        document: record.document, digest: record.posted.digest, event: event, at: now(), reason: reason)
    }
    switch decision {
    case .nothing: return true
    case .awaitReason: return false
    case .done:
      name = .handled
      tell(.contentAccessTracking)
    case .returned(let reason):
      name = .sentBack
      detail["reason"] = reason
      tell(.consignmentRejection, reason)
    case .takenUpAgain: name = .takenUpAgain
    }
    let event = JournalEvent(name, of: record.document, unit: record.unit, .incoming, at: now(), detail: detail)
    try await journal.save(file.place, of: record, event, acknowledging: acknowledgement)
    if acknowledgement != nil { told.ring() }
    logger.info(
      "\(name.rawValue)", metadata: ["document": "\(record.document)", "unit": "\(record.unit)"])
    return true
  }
}
