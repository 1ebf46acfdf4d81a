import Durable
import Exchange
import Foundation
import Logging
import PDFSignature
import PKI
import Synchronization

/// Takes one outgoing document from step to step, and journals each before the next begins.
struct OutgoingWorker: Sendable {
  let configuration: AgentConfiguration
  let journal: Journal
  let hub: any HubConnection
  let trust: TrustAnchors
  let identities: IdentityStore
  let folders: FolderKeeper
  let threads: IOThreads
  let retry: RetryPolicy
  let logger: Logger

  private var spool: FilePath { FilePath(configuration.paths.outgoingSpool) }
  private func spooled(_ document: DocumentID) -> FilePath { spool.appending("\(document).pdf") }

  /// What became of a dropped file.
  enum Intake: Sendable {
    /// It is journalled, signed or refused; its journey goes on.
    /// The fault is the hub's, where its time-stamp was in the way.
    case journalled(OutgoingRecord, HubFault? = nil)
    /// Look again later.
    case restless
    case vanished
  }

  // MARK: - Take in, check, sign

  func takeIn(_ file: DroppedFile, unit: UnitConfiguration, directory: Directory?) async throws -> Intake {
    let now = Instant(Date())
    let document = DocumentID(at: now)
    var record = OutgoingRecord(
      document: document, unit: unit.unit, addressee: nil, source: file.path, identity: file.identity, digest: nil,
      takenAt: now)
    // Before any judgement: what is still being written isn't what the clerk means to send.
    if try await threads.run({ try TakeIn.isBeingWritten(file) }) { return .restless }
    do throws(Refused) {
      if let refusal = TakeIn.refusal(file, limit: configuration.documentSize) { throw Refused(refusal) }
      guard let directory = await known(directory, folder: file.recipient, sender: unit.unit) else { return .restless }
      record.addressee = try Addressing(directory: directory, sender: unit.unit).addressee(folder: file.recipient)
    } catch {
      return .journalled(try await refuse(record, error.refusal))
    }
    let takeIn = TakeIn(spool: spool, limit: configuration.documentSize)
    let outcome = try await threads.run { try takeIn.run(file, as: document) }
    let taken: SpooledDocument
    switch outcome {
    case .refused(let refusal): return .journalled(try await refuse(record, refusal))
    case .restless: return .restless
    case .vanished: return .vanished
    case .taken(let document): taken = document
    }
    record.digest = taken.digest
    if let addressee = record.addressee,
      let earlier = try await journal.earlierCopy(of: taken.digest, unit: unit.unit, addressee: addressee)
    {
      let refusal = Refusal.duplicate(sentAt: earlier.takenAt, receiptNumber: earlier.receiptNumber)
      return .journalled(try await refuse(record, refusal))
    }
    let finding = await LetterCheck().run(taken.path, secretsMayGo: unit.secretsMayGo)
    record.urgency = finding.urgency
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

  /// The directory in which the recipient stands; where ours doesn't know it, the hub's is asked for first, since the unit may
  /// be new. nil when that can't be known now, because the hub isn't reached.
  private func known(_ directory: Directory?, folder: String?, sender: UnitID) async -> Directory? {
    if let directory {
      do throws(Refused) {
        _ = try Addressing(directory: directory, sender: sender).addressee(folder: folder)
        return directory
      } catch {
        switch error.refusal {
        case .recipientUnknown, .recipientClosed: break
        default: return directory
        }
      }
    }
    do {
      guard let newer = try await hub.directory(since: directory.map { Int($0.version) }),
        newer.supersedes(directory?.version)
      else { return directory }
      try await journal.save(newer)
      return newer
    } catch {
      // The recipient may be new: whether there is none is seen when the hub can be asked.
      logger.debug("directory not refreshed", metadata: ["error": "\(error)"])
      return nil
    }
  }

  /// Signs what stands in the spool. For a new document, taking in and signing are journalled in one commit: nothing was
  /// sent before, and a crash in between leaves only an orphan in the spool.
  /// - Returns: the record after it, and the hub's fault where its time-stamp was in the way.
  private func sign(
    _ record: OutgoingRecord, _ taken: SpooledDocument, unit: UnitConfiguration, after takenIn: [JournalEvent]
  ) async throws -> (OutgoingRecord, HubFault?) {
    var record = record
    do {
      guard let identity = identities.signer(of: unit.unit) else {
        throw SystemError(call: "key of", path: unit.unit.rawValue, code: ENOKEY)
      }
      let signing = Signing(identity: identity, unit: unit, seal: identities.seals[unit.unit])
      let now = Instant(Date())
      let begun = try await begin(signing, taken, at: now)
      let pending = begun.pending
      let token = try await firstStamp(pending.timeStampImprint, unit.signing)
      let stamped = try await threads.run { try signing.finish(pending, token: token, of: begun.document) }
      let signed = try await raise(stamped, signing)
      record.signedDigest = signed.digest
      record.signedSize = signed.size
      advance(&record, .signed)
      var facts = ["level": signed.level.rawValue]
      let remarks = pending.seal?.remarks ?? []
      if !remarks.isEmpty { facts["seal"] = remarks.map(\.rawValue).joined(separator: ",") }
      let events = begun.repaired.map { [event(.repaired, record, $0)] } ?? []
      if let earlier = try await journal.saveSigned(record, takenIn + events + [event(.signed, record, facts)]) {
        throw Refused(.duplicate(sentAt: earlier.takenAt, receiptNumber: earlier.receiptNumber))
      }
      if begun.repaired != nil { try await threads.run { try SpoolRepair(taken.path).forget() } }
      return (record, nil)
    } catch let refused as Refused {
      let refused = try await refuse(record, refused.refusal, after: takenIn)
      if unit.repair { try await threads.run { try SpoolRepair(taken.path).forget() } }
      return (refused, nil)
    } catch {
      let fault = error as? HubFault
      // The daemon is stopping: a file that isn't journalled yet is taken in anew.
      if error is CancellationError || fault.map({ OutgoingFault($0) == .stopping }) == true {
        throw CancellationError()
      }
      // "Spooled" promises that the copy lasts; until now only signing would have synced it.
      try await threads.run {
        try DurableFile.sync(try OwnedDescriptor(opening: "\(taken.path)", flags: O_WRONLY), path: taken.path)
        try DurableFile.syncFolder(taken.path.folder)
      }
      return (
        try await delay(record, step: "sign", error, retryAfter: fault?.retryAfter, after: takenIn), fault
      )
    }
  }

  /// The signature's own time-stamp, where the level has one. It can't be added afterwards, so the letter waits for it: a
  /// hub that restarts must not leave letters below their level for good.
  private func firstStamp(_ imprint: Data, _ signing: UnitConfiguration.Signing) async throws -> Data? {
    guard signing.level >= .timeStamped else { return nil }
    do { return try await Self.timeStamp(imprint, of: hub) } catch {
      guard signing.mayLower, !(error is CancellationError) else { throw error }
      logger.warning("signed without a time-stamp, as the unit's setting allows", metadata: ["error": "\(error)"])
      return nil
    }
  }

  /// A token of the hub's authority.
  private static func timeStamp(_ imprint: Data, of hub: any HubConnection) async throws -> Data {
    let nonce = try Random.bytes(8)
    do {
      let response = try await hub.timeStamp(TimeStamp.request(imprint: imprint, nonce: nonce))
      return try TimeStamp.token(inResponse: response, imprint: imprint, nonce: nonce)
    } catch let error as PKIError {
      // A captive portal's page, or an authority that is out of order: not this letter's fault.
      throw HubFault(kind: .protocolViolation, detail: "no time-stamp: \(error)")
    }
  }

  /// Adds evidence, and for B-LTA a document time-stamp, where the unit wants them. A hub that is out of reach is waited for;
  /// what can't be had at all (the list of another authority) is done without.
  private func raise(_ document: SignedDocument, _ signing: Signing) async throws -> SignedDocument {
    let wanted = signing.unit.signing.level
    guard wanted >= .longTerm, document.level == .timeStamped else { return document }
    let hub = self.hub
    let away = Mutex<HubFault?>(nil)
    let archivist = Archivist(
      trust: trust, threads: threads, timeStamp: { try await Self.timeStamp($0, of: hub) },
      evidence: { _ in
        do { return ([.list(try RevocationList(der: try await hub.revocationList()))], []) } catch {
          if let fault = error as? HubFault { away.withLock { $0 = fault } }
          return ([], ["\(error)"])
        }
      })
    do {
      let path = "\(document.path)"
      let file = try await threads.run { try PDFFile(path: path) }
      let outcome = try await archivist.raise(file, try await archivist.plan(file), to: wanted)
      if let fault = away.withLock({ $0 }), fault.mayPass, !signing.unit.signing.mayLower { throw fault }
      if !outcome.shortcomings.isEmpty {
        logger.warning(
          "signed below the wanted level",
          metadata: ["why": "\(outcome.shortcomings)"])
      }
      // Ours is the newest signature; a person's before it may be lower.
      let own = outcome.report.signatures.filter { SignatureLevel(rawValue: $0.level) != nil }
        .max { $0.revision < $1.revision }
      guard let reached = own.flatMap({ SignatureLevel(rawValue: $0.level) }), reached > document.level else {
        return document
      }
      return try await threads.run { try signing.append(outcome.appended, reaching: reached, to: document) }
    } catch let error as SystemError {
      throw error
    } catch let fault as HubFault where fault.mayPass && !signing.unit.signing.mayLower {
      throw fault
    } catch {
      if error is CancellationError { throw error }
      logger.warning("signed below the wanted level", metadata: ["error": "\(error)"])
      return document
    }
  }

  // MARK: - The steps of a journalled document

  /// Does the document's next step.
  /// - Returns: the record after it, and the hub's fault where that was in the way.
  func step(_ record: OutgoingRecord) async throws -> (record: OutgoingRecord, fault: HubFault?) {
    guard let unit = configuration.units.first(where: { $0.unit == record.unit }) else {
      let error = SystemError(call: "unit", path: record.unit.rawValue, code: ENOENT)
      return (try await delay(record, step: "configuration", error, retryAfter: nil), nil)
    }
    switch record.journey.nextStep {
    case .sign: return try await signAgain(record, unit)
    case .submit: return try await submit(record, unit)
    case .file: return (try await file(record, unit), nil)
    case .reject: return (try await reject(record, unit), nil)
    case nil: return (record, nil)
    }
  }

  private func signAgain(_ record: OutgoingRecord, _ unit: UnitConfiguration) async throws -> (
    OutgoingRecord, HubFault?
  ) {
    let path = spooled(record.document)
    let size = record.identity.size
    do {
      let state = try await threads.run {
        try SpoolRepair(path).takeBack()
        return try TakeIn.rehash(path, size: size)
      }
      guard let digest = record.digest, try SHA256Digest(bytes: state.resume().finalize()) == digest else {
        throw SystemError(call: "check", path: "\(path)", code: EIO)
      }
      return try await sign(
        record, SpooledDocument(path: path, digest: digest, size: size, state: state), unit: unit, after: [])
    } catch {
      return (try await delay(record, step: "sign", error, retryAfter: nil), nil)
    }
  }

  private func submit(_ record: OutgoingRecord, _ unit: UnitConfiguration) async throws -> (OutgoingRecord, HubFault?) {
    var record = record
    let started = record.upload
    do {
      guard let digest = record.signedDigest, let size = record.signedSize, let addressee = record.addressee,
        let identity = identities.identity(of: unit.unit)
      else { throw SystemError(call: "key of", path: unit.unit.rawValue, code: ENOKEY) }
      let file = SpooledFile(path: "\(spooled(record.document))", size: size, digest: digest)
      let journalled = record
      let upload = try await hub.upload(file, documentID: record.document, resuming: record.upload) { upload in
        guard UploadCourse.isWorthResuming(size: size) else { return }
        var begun = journalled
        begun.upload = upload
        try await journal.save(begun)
      }
      record.upload = upload
      let submission = Submission(
        document: record.document, upload: upload, sender: unit.unit, addressees: [addressee], digest: digest,
        size: size,
        name: String(record.nameText.prefix(80)), urgency: record.urgency, submittedAt: Instant(Date()))
      let body = try CanonicalJSON.encode(submission)
      let cms = try await threads.run {
        try SignedDataBuilder.encapsulated(body, certificates: identity.certificates, key: identity.key)
      }
      let receiptBytes = try await hub.submit(cms, documentID: record.document)
      let trust = self.trust
      let receipt = try await threads.run {
        try ReceiptCheck(trust: trust).verify(receiptBytes, answers: submission, at: Date())
      }
      record.receipt = receiptBytes
      record.receiptNumber = receipt.number
      advance(&record, .accepted)
      let accepted = record
      record.target = try await threads.run { try Filing(unit: unit).target(for: accepted, at: receipt.acceptedAt) }
      try await journal.save(record, [event(.accepted, record, ["receipt": receipt.number])])
      return (record, nil)
    } catch let fault as HubFault {
      switch OutgoingFault(fault) {
      case .stopping: throw CancellationError()
      case .refused(.hub(.signerNotAuthorised)) where try await isOutdated(record, unit):
        // It waited, and meanwhile the unit got another key. The clerk has nothing to do with that.
        record.upload = nil
        advance(&record, .outdated)
        let why = ["step": "submit", "error": "signed with a key that is no longer the unit's: it is signed anew"]
        try await journal.save(record, [event(.delayed, record, why)])
        return (record, nil)
      case .refused(let refusal): return (try await refuse(record, refusal), nil)
      case .passing(let retryAfter, let uploadIsGone):
        // An upload that was begun and cut short was journalled as it began: the next attempt goes on with it.
        if record.upload == started { record.upload = try await journal.outgoing(record.document)?.upload }
        if uploadIsGone { record.upload = nil }
        return (try await delay(record, step: "submit", fault, retryAfter: retryAfter), fault)
      }
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      return (try await delay(record, step: "submit", error, retryAfter: nil), nil)
    }
  }

  /// Whether another certificate signed the spooled document than the one with which the unit signs now.
  private func isOutdated(_ record: OutgoingRecord, _ unit: UnitConfiguration) async throws -> Bool {
    guard let current = identities.signer(of: unit.unit)?.certificates.first else { return false }
    let (path, trust) = ("\(spooled(record.document))", self.trust)
    let report = try await threads.run { PDFVerifier.verify(try PDFFile(path: path), trust: trust, at: Date()) }
    guard let signer = report.signatures.last(where: { $0.coversDocument && $0.unitURI != nil }) else { return false }
    return signer.certificateFingerprint != Hex.encode(current.fingerprint)
  }

  private func file(_ record: OutgoingRecord, _ unit: UnitConfiguration) async throws -> OutgoingRecord {
    var record = record
    let path = spooled(record.document)
    let filing = Filing(unit: unit)
    do {
      let current = record
      let folders = self.folders
      switch try await threads.run({ try filing.run(current, spooled: path, in: folders.open(unit.unit)) }) {
      case .filed:
        advance(&record, .filed)
        try await journal.save(record, [event(.sent, record, ["path": "\(record.target.map { "\($0)" } ?? "")"])])
      case .nameTaken:
        record.target = try await threads.run { try filing.target(for: current, at: Instant(Date())) }
        try await journal.save(record)
      case .filedBeside(let error): try await end(&record, by: .filed, .sent, leaving: error)
      }
      return record
    } catch {
      return try await delay(record, step: "file", error, retryAfter: nil)
    }
  }

  private func reject(_ record: OutgoingRecord, _ unit: UnitConfiguration) async throws -> OutgoingRecord {
    var record = record
    let path = spooled(record.document)
    let rejecting = Rejecting(unit: unit)
    do {
      let current = record
      let folders = self.folders
      if record.target == nil {
        record.target = try await threads.run {
          _ = try folders.open(unit.unit)
          return try rejecting.target(for: current)
        }
        try await journal.save(record)
      }
      guard let refusal = record.refusal else { throw SystemError(call: "reject", path: record.nameText, code: EINVAL) }
      let named = record
      let messages = Messages(configuration.language)
      let (name, at) = (record.nameText, record.takenAt)
      let reason = (
        moved: messages.reasonFile(refusal, fileName: name, at: at),
        left: messages.reasonFile(refusal, fileName: name, at: at, left: "\(record.source)")
      )
      switch try await threads.run({
        try rejecting.run(named, reason: reason, spooled: path, in: folders.open(unit.unit))
      }) {
      case .filed:
        advance(&record, .moved)
        try await journal.save(record, [event(.rejected, record, ["path": "\(record.target.map { "\($0)" } ?? "")"])])
      case .nameTaken:
        record.target = nil
        try await journal.save(record)
      case .filedBeside(let error): try await end(&record, by: .moved, .rejected, leaving: error)
      }
      return record
    } catch {
      return try await delay(record, step: "reject", error, retryAfter: nil)
    }
  }

  // MARK: - Outcomes

  /// The document is at its end, but its original stays where it is.
  private func end(
    _ record: inout OutgoingRecord, by outcome: OutgoingJourney.Outcome, _ name: JournalEvent.Name,
    leaving error: SystemError
  ) async throws {
    let why = String(cString: strerror(error.code))
    record.leftBehind = why
    advance(&record, outcome)
    let ended = record
    let text = Messages(configuration.language).notice(
      ofOriginal: "\(record.source)", why: why, at: record.updatedAt)
    try await threads.run { try LeftBehind(ended).explain(text) }
    let target = record.target.map { "\($0)" } ?? ""
    try await journal.save(record, [event(name, record, ["path": target, "left": why])])
    logger.error(
      "the original stays in the outbox: it may not be taken out; it is not sent again",
      metadata: [
        "document": "\(record.document)", "unit": "\(record.unit)", "file": "\(record.source)", "why": "\(error)",
        "todo": "remove the file, or let the service write to its folder",
      ])
  }

  private func refuse(_ record: OutgoingRecord, _ refusal: Refusal, after events: [JournalEvent] = []) async throws
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

  private func delay(
    _ record: OutgoingRecord, step: String, _ error: any Error, retryAfter: Duration?, after events: [JournalEvent] = []
  ) async throws -> OutgoingRecord {
    if error is CancellationError { throw error }
    var record = record
    let first = record.journey.attempts == 0
    advance(&record, .faulted(retryAfter: retryAfter))
    // Only the first fault of a row goes into the history: a hub that is away for a week must not fill the disk.
    let delayed = first ? [event(.delayed, record, ["step": step, "error": "\(error)"])] : []
    try await journal.save(record, events + delayed)
    logger.warning(
      "step failed, will be tried again",
      metadata: [
        "document": "\(record.document)", "step": "\(step)", "attempt": "\(record.journey.attempts)",
        "error": "\(error)",
      ])
    return record
  }

  private func advance(_ record: inout OutgoingRecord, _ outcome: OutgoingJourney.Outcome) {
    let now = Instant(Date())
    record.journey.apply(outcome, now: now, retry: retry, random: Double.random(in: 0..<1))
    record.updatedAt = now
  }

  private func event(_ name: JournalEvent.Name, _ record: OutgoingRecord, _ detail: [String: String] = [:])
    -> JournalEvent
  {
    var facts = detail
    facts["name"] = record.nameText
    if let addressee = record.addressee { facts["addressee"] = "\(addressee)" }
    logger.info("\(name.rawValue)", metadata: ["document": "\(record.document)", "unit": "\(record.unit)"])
    return JournalEvent(name, of: record.document, unit: record.unit, .outgoing, at: Instant(Date()), detail: facts)
  }
}
