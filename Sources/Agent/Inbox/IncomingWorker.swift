import Durable
import Exchange
import Foundation
import Letter
import LetterReading
import Logging
import PKI

/// One incoming document's way from the announcement to the inbox: does what `IncomingJourney` decides. Every step may be
/// repeated: the journal says where the document stands, and each act leads to the same end as before.
struct IncomingWorker: Sendable {
  let hub: any HubConnection
  let journal: Journal
  let trust: DocumentTrust
  let paths: StatePaths
  let units: [UnitID: UnitConfiguration]
  let folders: FolderKeeper
  let standings: UnitStandings
  let room: SpoolRoom
  let troubles: TroubleBoard
  let threads: IOThreads
  let now: @Sendable () -> Instant
  let logger: Logger

  /// Works until the document is at its end, or postponed by a fault that may pass.
  /// - Returns: the record as it stands now; its `nextStep` is nil at the end.
  func work(on record: IncomingRecord) async -> IncomingRecord {
    var logger = logger
    logger[metadataKey: "document"] = "\(record.document)"
    logger[metadataKey: "unit"] = "\(record.unit)"
    var current = record
    do {
      while let step = current.journey.nextStep, let unit = units[current.unit] {
        switch step {
        case .fetchAndVerify: current = try await fetchAndVerify(current, logger: logger)
        case .number: current = try await number(current)
        case .publish:
          // It waits in the queue.
          if folders.isHeld(unit.unit) { return current }
          do {
            current = try await publish(current, into: unit, logger: logger)
            troubles.cleared(.inbox, of: unit.unit)
          } catch let error as SystemError {
            troubles.blocked(.inbox, unit.inbox, of: unit.unit, by: error)
            throw error
          }
        }
      }
    } catch let failure as IncomingCheck.Failure {
      await quarantine(&current, failure, logger: logger)
    } catch let fault as HubFault {
      await handle(fault, of: &current, logger: logger)
    } catch {
      if Task.isCancelled || error is CancellationError { return current }
      await postpone(&current, retryAfter: nil, because: error, logger: logger)
    }
    return current
  }

  /// Before anything is fetched: a crash or a power cut after a document's end may have left its copy, which nobody would ever
  /// look for again.
  func sweep(keeping open: [IncomingRecord]) async {
    let known = Set(open.map(\.spoolName))
    let spool = FilePath(paths.incomingSpool)
    do {
      try await threads.run {
        for entry in try Folder.list(spool) where !known.contains(entry.text) {
          try DurableFile.remove(spool.appending(entry.name))
        }
      }
    } catch {
      logger.warning("the spool was not swept", metadata: ["error": "\(error)"])
    }
  }

  // MARK: The steps

  private func fetchAndVerify(_ record: IncomingRecord, logger: Logger) async throws -> IncomingRecord {
    let verified = try await verify(try await fetch(record))
    logger.debug("verified", metadata: ["signer": "\(verified.signer)"])
    let next = advanced(record, by: .verified)
    try await journal.save(next, [event(.verified, of: next, detail: ["signer": verified.signer])])
    return next
  }

  private func number(_ record: IncomingRecord) async throws -> IncomingRecord {
    let instant = now()
    let posted = record.posted
    let title = InboxFiling.title(of: await LetterReader().read(spoolPath(record)))
    let year = instant.inVietnam.year
    let floor = try await highestNumber(of: record.unit, in: year)
    return try await journal.number(record, year: year, above: floor, at: instant) {
      InboxFiling.fileName(number: $0, at: instant, of: posted, title: title)
    }
  }

  /// For the year's first letter: a machine that took the unit over from another goes on where that one stopped, as far as
  /// the inbox shows.
  private func highestNumber(of unit: UnitID, in year: Int) async throws -> Int {
    guard try await journal.lastNumber(of: unit, in: year) == nil,
      let inbox = units[unit]?.inbox
    else { return 0 }
    return try await folders.work(in: unit) {
      _ = try folders.open(unit)
      guard try Folder.look(FilePath(inbox)) != nil else { return 0 }
      return try Folder.list(FilePath(inbox)).compactMap { IncomingName.number(in: $0.text, of: year) }.max() ?? 0
    }
  }

  private func publish(
    _ record: IncomingRecord, into unit: UnitConfiguration, logger: Logger
  ) async throws -> IncomingRecord {
    guard let numbered = NumberedDocument(record, path: spoolPath(record)) else { return record }
    let filing = InboxFiling(unit: unit)
    let folders = self.folders
    let path: String
    do {
      path = try await folders.work(in: unit.unit) { try filing.publish(numbered, in: try folders.open(unit.unit)) }
    } catch let error as SystemError where error.code == ENOENT && error.path == numbered.path {
      // The spooled file is gone, as after a restored backup: it comes again, under the number that it already has.
      // Under another name until it is verified: a part of it, after a cut, must not pass for the document.
      let again = try await verify(try await fetch(record, into: numbered.path + ".again"))
      try await threads.run { try DurableFile.rename(FilePath(again.path), to: FilePath(numbered.path)) }
      path = try await folders.work(in: unit.unit) { try filing.publish(numbered, in: try folders.open(unit.unit)) }
    }
    var next = advanced(record, by: .published)
    next.target = String(path.dropFirst(unit.inbox.utf8.count + 1))
    let receipt = Acknowledgement(
      document: next.document, digest: next.posted.digest, event: .contentHandover, at: now())
    let detail = ["number": String(numbered.number), "name": next.target ?? "", "sender": next.posted.senderName]
    try await journal.save(next, [event(.filed, of: next, detail: detail)], acknowledging: receipt)
    try? await threads.run { try DurableFile.remove(FilePath(numbered.path)) }
    logger.info(
      "filed",
      metadata: ["number": "\(numbered.number)", "from": "\(next.posted.sender)", "size": "\(next.posted.size)"])
    return next
  }

  private func fetch(_ record: IncomingRecord, into other: String? = nil) async throws -> FetchedDocument {
    let path = other ?? spoolPath(record)
    let room = self.room
    let size = record.posted.size
    let wanted = try await threads.run { try Self.takeRoom(room, for: size, at: FilePath(path)) }
    defer { room.giveBack(wanted) }
    do {
      try await hub.fetch(record.document, size: size, digest: record.posted.digest, into: path)
    } catch {
      // What can't be finished mustn't stand in the way of what can.
      if case .local(let code) = error.kind, code == ENOSPC || code == EDQUOT {
        try? await threads.run { try DurableFile.remove(FilePath(path)) }
      }
      throw error
    }
    return FetchedDocument(record: record, path: path)
  }

  /// Takes room for what isn't there yet of a letter; a part of it for which there is none is removed.
  /// - Returns: how much was taken, in bytes.
  private static func takeRoom(_ room: SpoolRoom, for size: Int64, at path: FilePath) throws -> Int64 {
    let wanted = max(0, size - (try Folder.look(path)?.identity.size ?? 0))
    if wanted == 0 { return 0 }
    do { try room.take(wanted) } catch {
      try DurableFile.remove(path)
      throw error
    }
    return wanted
  }

  private func verify(_ fetched: FetchedDocument) async throws -> VerifiedDocument {
    let directory = try await journal.directory()
    let rules = trust.rules(directory)
    do {
      return try await threads.run { try IncomingCheck.verify(fetched, trust: rules) }
    } catch let failure as IncomingCheck.Failure where failure.code == .signature || failure.code == .signer {
      // The sender's certificate, or its authority, may be newer to the province than our directory: nobody is put into
      // quarantine on old knowledge.
      guard let newer = try await hub.directory(since: directory.map { Int($0.version) }),
        directory.map({ newer.version > $0.version }) ?? true
      else { throw failure }
      try await journal.save(newer)
      let rules = trust.rules(newer)
      return try await threads.run { try IncomingCheck.verify(fetched, trust: rules) }
    }
  }

  // MARK: What goes wrong

  private func handle(_ fault: HubFault, of record: inout IncomingRecord, logger: Logger) async {
    if Task.isCancelled { return }
    switch IncomingFault(fault, attempts: record.journey.attempts) {
    case .stopping: return
    case .gone(let reason):
      // To a machine that may no longer act for the unit every letter of its looks gone. It isn't: whoever may, gets it.
      do {
        _ = try await hub.inbox(of: record.unit, after: .start, limit: 1)
      } catch {
        if Task.isCancelled { return }
        await standings.note(error, of: record.unit)
        return await postpone(&record, retryAfter: error.retryAfter, because: error, logger: logger)
      }
      logger.error("the hub no longer gives it out", metadata: ["error": "\(reason)"])
      var end = advanced(record, by: .gone)
      end.detail = reason
      let told = event(.withdrawn, of: end, detail: ["reason": reason])
      let isSaved = await save(end, [told], logger: logger)
      record = isSaved ? end : advanced(record, by: .faulted(retryAfter: nil))
    case .untrustworthy(let failure): await quarantine(&record, failure, logger: logger)
    case .passing(let retryAfter):
      await postpone(&record, retryAfter: retryAfter, because: fault, logger: logger)
    }
  }

  private func postpone(
    _ record: inout IncomingRecord, retryAfter: Duration?, because error: any Error, logger: Logger
  ) async {
    troubles.failed(error)
    record = advanced(record, by: .faulted(retryAfter: retryAfter))
    logger.warning(
      "incoming document postponed", metadata: ["attempt": "\(record.journey.attempts)", "error": "\(error)"])
    // The first fault is told to people; the rest would only fill the history.
    let isFirst = record.journey.attempts == 1
    let delayed = isFirst ? [event(.delayed, of: record, detail: DelayCause.facts(error))] : []
    _ = await save(record, delayed, logger: logger)
  }

  /// Out of everyone's sight, with the reason; the hub and the sender learn of it.
  private func quarantine(_ record: inout IncomingRecord, _ failure: IncomingCheck.Failure, logger: Logger) async {
    logger.error(
      "quarantined",
      metadata: [
        "code": "\(failure.code.rawValue)", "from": "\(record.posted.sender)", "error": "\(failure.detail)",
      ])
    let source = FilePath(spoolPath(record))
    let target = FilePath("\(paths.quarantine)/\(record.spoolName)")
    do {
      try await threads.run {
        guard try Folder.look(source) != nil else { return }
        try DurableFile.rename(source, to: target)
        try DurableFile.syncFolder(target.folder)
      }
    } catch {
      return await postpone(&record, retryAfter: nil, because: error, logger: logger)
    }
    var end = advanced(record, by: .untrustworthy)
    end.detail = "\(failure.code.rawValue): \(failure.detail)"
    let report = Acknowledgement(
      document: record.document, digest: record.posted.digest, event: .contentHandoverFailure, at: now(),
      reason: failure.reason)
    let told = event(.quarantined, of: end, detail: ["reason": failure.reason, "code": failure.code.rawValue])
    let isSaved = await save(end, [told], acknowledging: report, logger: logger)
    record = isSaved ? end : advanced(record, by: .faulted(retryAfter: nil))
  }

  /// - Returns: false where the journal could not be written: an end that it doesn't know is none, and is tried again.
  private func save(
    _ record: IncomingRecord, _ events: [JournalEvent], acknowledging: Acknowledgement? = nil, logger: Logger
  ) async -> Bool {
    do {
      try await journal.save(record, events, acknowledging: acknowledging)
      return true
    } catch {
      troubles.failed(error)
      logger.error("journal not written", metadata: ["error": "\(error)"])
      return false
    }
  }

  // MARK: Small things

  private func advanced(_ record: IncomingRecord, by outcome: IncomingJourney.Outcome) -> IncomingRecord {
    var next = record
    next.journey.apply(outcome, now: now(), retry: RetryPolicy(), random: Double.random(in: 0..<1))
    next.updatedAt = now()
    return next
  }

  private func event(
    _ name: JournalEvent.Name, of record: IncomingRecord, detail: [String: String]
  ) -> JournalEvent {
    JournalEvent(name, of: record.document, unit: record.unit, .incoming, at: now(), detail: detail)
  }

  private func spoolPath(_ record: IncomingRecord) -> String { "\(paths.incomingSpool)/\(record.spoolName)" }
}
