import Durable
import Exchange
import Foundation
import Logging
import PDFSignature
import PKI

/// Takes one outgoing document from step to step, and journals each before the next begins.
struct OutgoingWorker: Sendable {
  let configuration: AgentConfiguration
  let journal: Journal
  let hub: any HubConnection
  let trust: DocumentTrust
  let identities: IdentityStore
  let folders: FolderKeeper
  let troubles: TroubleBoard
  let threads: IOThreads
  let retry: RetryPolicy
  let room: SpoolRoom
  let fullDisk = Reminder(every: .seconds(300))
  let logger: Logger

  private var spool: FilePath { FilePath(configuration.paths.outgoingSpool) }
  func spooled(_ document: DocumentID) -> FilePath { spool.appending("\(document).pdf") }

  /// What became of a dropped file.
  enum Intake: Sendable {
    /// It is journalled, signed or refused; its journey goes on.
    /// The fault is the hub's, where its time-stamp was in the way.
    case journalled(OutgoingRecord, HubFault? = nil)
    /// Its recipient isn't known here, and the hub, which may know it, gave no answer; nil: it wasn't asked.
    case unaddressed(HubFault?)
    /// It isn't known to whom it goes: it waits in its outbox, and a note beside it says why.
    /// With the version of the directory in which its recipients were looked for.
    case puzzling(Int64)
    /// Look again later.
    case restless
    case vanished
  }

  // MARK: - Take in, check

  /// - Parameter mayAskHub: whether the hub may be asked for a recipient that the directory doesn't know.
  func takeIn(
    _ file: DroppedFile, unit: UnitConfiguration, directory: Directory?, mayAskHub: Bool
  ) async throws -> Intake {
    let now = Instant(Date())
    let document = DocumentID(at: now)
    var record = OutgoingRecord(
      document: document, unit: unit.unit, addressees: [], source: file.path, identity: file.identity, digest: nil,
      takenAt: now)
    // Before any judgement: what is still being written isn't what the clerk means to send.
    if try await folders.work(
      in: unit.unit, { [folders] in try TakeIn.isBeingWritten(file, in: folders.open(unit.unit)) })
    {
      return .restless
    }
    var letterDirectory: Directory?
    do throws(Refused) {
      if let refusal = TakeIn.refusal(file, limit: configuration.documentSize) { throw Refused(refusal) }
      let slip: Slip?
      switch await readSlip(file, unit.unit) {
      case .success(let read): slip = read
      case .failure(is Slip.Unreadable): throw Refused(.slipUnreadable)
      // It went away, or its folder did: whoever looks again sees what is left.
      case .failure: return .restless
      }
      record.urgency = slip?.urgency ?? .normal
      record.replyTo = slip?.replyTo
      record.paperFollows = slip?.paperFollows ?? false
      let wanted = Wanted(sender: unit.unit, folder: file.recipient, addressees: slip?.addressees ?? [])
      switch await known(directory, wanted, mayAskHub: mayAskHub) {
      case .standing(let directory):
        switch try wanted.destination(in: directory) {
        case .addressees(let addressees): record.addressees = addressees
        case .asTheLetterSays: letterDirectory = directory
        }
      case .notNow(let fault): return .unaddressed(fault)
      }
    } catch {
      return .journalled(try await refuse(record, error.refusal))
    }
    let takeIn = TakeIn(spool: spool, limit: configuration.documentSize, room: room)
    let outcome: TakeIn.Outcome
    do {
      outcome = try await folders.work(in: unit.unit) { [folders] in
        try takeIn.run(file, as: document, in: folders.open(unit.unit))
      }
    } catch let error as CancellationError {
      // The share held it up until nobody waited any more.
      let copy = spooled(document)
      try await threads.run { try DurableFile.remove(copy) }
      throw error
    }
    let taken: SpooledDocument
    switch outcome {
    case .refused(let refusal): return .journalled(try await refuse(record, refusal))
    case .restless: return .restless
    case .vanished: return .vanished
    case .noRoom(let error):
      // It is looked at again when its quiet period ends anew.
      troubles.failed(error)
      if fullDisk.isDue() {
        logger.warning(
          "a file waits in its outbox: there is no room for it",
          metadata: ["unit": "\(unit.unit)", "file": "\(file.path)", "error": "\(error)"])
      }
      return .restless
    case .taken(let document): taken = document
    }
    record.digest = taken.digest
    let finding: LetterCheck.Finding
    do {
      finding = try await LetterCheck().run(taken.path, secretsMayGo: unit.secretsMayGo)
    } catch {
      // It stays in the outbox and is taken in anew.
      try await threads.run { try DurableFile.remove(taken.path) }
      throw error
    }
    if let letterDirectory {
      let addressing = LetterAddressing(directory: letterDirectory, sender: unit.unit, elsewhere: unit.elsewhere)
      let outcome = finding.names.map { addressing.resolve(addressees: $0.addressees, copies: $0.copies) }
      switch outcome ?? .puzzle(.unread) {
      case .addressees(let addressees): record.addressees = addressees
      // What may not be sent at all need not wait for its recipient.
      case .puzzle where finding.refusal != nil: break
      case .puzzle(let puzzle):
        try await wait(file, of: unit.unit, taken, for: puzzle)
        return .puzzling(letterDirectory.version)
      }
      // One that stays is looked after when the outbox is looked through.
      try? await folders.work(in: unit.unit) { [folders] in
        try WaitingNote(beside: file.path).remove(in: folders.open(unit.unit))
      }
    }
    if let earlier = try await journal.earlierCopy(
      of: taken.digest, unit: unit.unit, addressees: record.addressees)
    {
      let refusal = Refusal.duplicate(sentAt: earlier.takenAt, receiptNumber: earlier.receiptNumber)
      return .journalled(try await refuse(record, refusal))
    }
    record.urgency = max(record.urgency, finding.urgency)
    let takenIn = event(.takenIn, record, finding.facts)
    if let refusal = finding.refusal { return .journalled(try await refuse(record, refusal, after: [takenIn])) }
    if let mark = finding.facts["secrecy"] {
      logger.warning(
        "a letter marked as secret is sent, as the unit's setting allows",
        metadata: ["document": "\(document)", "unit": "\(unit.unit)", "mark": "\(mark)"])
    }
    let (after, fault) = try await sign(record, taken, unit: unit, after: [takenIn])
    return .journalled(after, fault)
  }

  /// It stays in the outbox, and the clerk is told why.
  private func wait(
    _ file: DroppedFile, of unit: UnitID, _ taken: SpooledDocument, for puzzle: LetterAddressing.Puzzle
  ) async throws {
    try await threads.run { try DurableFile.remove(taken.path) }
    let name = String(decoding: file.path.name, as: UTF8.self)
    let text = Messages(configuration.language).waitingNote(puzzle, fileName: name)
    do {
      try await folders.work(in: unit) { [folders] in
        try WaitingNote(beside: file.path).write(text, in: folders.open(unit))
      }
    } catch let error as SystemError {
      // `congvan status` names the file all the same; to take it in again and again would help nobody.
      logger.warning("no note could be put beside a letter that waits", metadata: ["error": "\(error)"])
    }
    logger.notice(
      "a letter waits in its outbox: it isn't clear to whom it goes; the note beside it says why",
      metadata: ["unit": "\(unit)", "file": "\(file.path)"])
  }

  /// nil where there is none.
  private func readSlip(_ file: DroppedFile, _ unit: UnitID) async -> Result<Slip?, any Error> {
    guard let path = file.slip else { return .success(nil) }
    do {
      return .success(try await folders.work(in: unit) { [folders] in try Slip.read(path, in: folders.open(unit)) })
    } catch { return .failure(error) }
  }

  /// To whom a file is to go, as its place in the outbox or its slip says.
  private struct Wanted: Sendable {
    let sender: UnitID
    let folder: String?
    /// As a slip has them.
    let addressees: [Addressee]

    enum Destination {
      case addressees([Addressee])
      case asTheLetterSays
    }

    func destination(in directory: Directory) throws(Refused) -> Destination {
      let addressing = Addressing(directory: directory, sender: sender)
      if !addressees.isEmpty {
        try addressing.check(addressees)
        return .addressees(addressees)
      }
      switch try addressing.destination(folder: folder) {
      case .addressee(let addressee): return .addressees([addressee])
      case .asTheLetterSays: return .asTheLetterSays
      }
    }
  }

  private enum KnownDirectory {
    /// The recipient stands in it, or in none.
    case standing(Directory)
    /// Only the hub can say whether there is such a recipient, and it can't be asked.
    case notNow(HubFault?)
  }

  /// The directory in which the recipient stands; where ours doesn't know it, the hub's is asked for first, since the unit may
  /// be new.
  private func known(_ directory: Directory?, _ wanted: Wanted, mayAskHub: Bool) async -> KnownDirectory {
    if let directory {
      do throws(Refused) {
        _ = try wanted.destination(in: directory)
        return .standing(directory)
      } catch {
        switch error.refusal {
        case .recipientUnknown, .recipientClosed: break
        default: return .standing(directory)
        }
      }
    }
    guard mayAskHub else { return .notNow(nil) }
    do {
      guard let newer = try await hub.directory(since: directory.map { Int($0.version) }),
        newer.supersedes(directory?.version)
      else {
        guard let directory else { throw HubFault(kind: .protocolViolation, detail: "the hub gave no directory") }
        return .standing(directory)
      }
      try await journal.save(newer)
      return .standing(newer)
    } catch {
      // The recipient may be new: whether there is none is seen when the hub can be asked.
      logger.debug("directory not refreshed", metadata: ["error": "\(error)"])
      return .notNow(error as? HubFault ?? HubFault(kind: .local(EIO), detail: "\(error)"))
    }
  }

  // MARK: - The steps of a journalled document

  /// Does the document's next step.
  /// - Returns: the record after it, and the hub's fault where that was in the way.
  func step(_ record: OutgoingRecord) async throws -> (record: OutgoingRecord, fault: HubFault?) {
    guard let unit = configuration.units.first(where: { $0.unit == record.unit }) else {
      return (try await delay(record, step: "configuration", UnitNotServed(unit: record.unit), retryAfter: nil), nil)
    }
    switch record.journey.nextStep {
    case .sign: return try await signAgain(record, unit)
    case .submit: return try await submit(record, unit)
    case .file: return (try await file(record, unit), nil)
    case .reject: return (try await reject(record, unit), nil)
    case nil: return (record, nil)
    }
  }

  // MARK: - Outcomes

  /// The document is at its end, but its original stays where it is.
  func end(
    _ record: inout OutgoingRecord, by outcome: OutgoingJourney.Outcome, _ name: JournalEvent.Name,
    leaving error: SystemError
  ) async throws {
    let why = String(cString: strerror(error.code))
    record.leftBehind = why
    advance(&record, outcome)
    let ended = record
    let text = Messages(configuration.language).notice(
      ofOriginal: "\(record.source)", why: why, at: record.updatedAt)
    try await folders.work(in: record.unit) { [folders] in
      try LeftBehind(ended).explain(text, in: folders.open(ended.unit))
    }
    let target = record.target.map { "\($0)" } ?? ""
    try await journal.save(record, [event(name, record, ["path": target, "left": why])])
    logger.error(
      "the original stays in the outbox: it may not be taken out; it is not sent again",
      metadata: [
        "document": "\(record.document)", "unit": "\(record.unit)", "file": "\(record.source)", "why": "\(error)",
        "todo": "remove the file, or let the service write to its folder",
      ])
  }

  func refuse(_ record: OutgoingRecord, _ refusal: Refusal, after events: [JournalEvent] = []) async throws
    -> OutgoingRecord
  {
    var record = record
    record.refusal = refusal
    advance(&record, .refused)
    var refused = event(.refused, record, ["problem": refusal.code])
    refused.refusal = refusal
    try await journal.save(record, events + [refused])
    logger.notice("document refused", metadata: ["document": "\(record.document)", "problem": "\(refusal.code)"])
    return record
  }

  func delay(
    _ record: OutgoingRecord, step: String, _ error: any Error, retryAfter: Duration?, after events: [JournalEvent] = []
  ) async throws -> OutgoingRecord {
    if error is CancellationError { throw error }
    troubles.failed(error)
    var record = record
    let first = record.journey.attempts == 0
    advance(&record, .faulted(retryAfter: retryAfter))
    // Only the first fault of a row goes into the history: a hub that is away for a week must not fill the disk.
    let facts = DelayCause.facts(error).merging(["step": step]) { $1 }
    let delayed = first ? [event(.delayed, record, facts)] : []
    try await journal.save(record, events + delayed)
    logger.warning(
      "step failed, will be tried again",
      metadata: [
        "document": "\(record.document)", "step": "\(step)", "attempt": "\(record.journey.attempts)",
        "error": "\(error)",
      ])
    return record
  }

  func advance(_ record: inout OutgoingRecord, _ outcome: OutgoingJourney.Outcome) {
    let now = Instant(Date())
    record.journey.apply(outcome, now: now, retry: retry, random: Double.random(in: 0..<1))
    record.updatedAt = now
  }

  func event(_ name: JournalEvent.Name, _ record: OutgoingRecord, _ detail: [String: String] = [:])
    -> JournalEvent
  {
    var facts = detail
    facts["name"] = record.nameText
    if !record.addressees.isEmpty { facts["addressee"] = Addressee.text(of: record.addressees) }
    if name == .takenIn {
      if let replyTo = record.replyTo { facts["replyTo"] = replyTo.text }
      if record.paperFollows { facts["paper"] = "follows" }
    }
    logger.log(
      level: name.isRoutine ? .debug : .info, "\(name.rawValue)",
      metadata: ["document": "\(record.document)", "unit": "\(record.unit)"])
    return JournalEvent(name, of: record.document, unit: record.unit, .outgoing, at: Instant(Date()), detail: facts)
  }
}

/// The configuration was changed while a document of the unit was under way.
struct UnitNotServed: Error, CustomStringConvertible {
  let unit: UnitID
  var description: String { "no file in units.d names the unit \(unit) any more" }
}
