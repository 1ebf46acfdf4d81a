import Durable
import Exchange
import Foundation
import Letter

@testable import Agent

/// The way out, as OutgoingDesk and OutgoingWorker go it.
extension AgentProcess {
  func scan() {
    var seen: Set<FilePath> = []
    let now = self.now
    for unit in units {
      let outbox = folder(unit, "outbox")
      for folder in disk.folders(below: outbox) {
        let recipient = folder == outbox ? nil : String(folder.dropFirst(outbox.count + 1))
        for entry in disk.list(folder) where !OutboxScan.isTemporary(entry.name) {
          let place = Place(folder, entry.name)
          guard let identity = disk.look(place) else { continue }
          seen.insert(place.path)
          queue.look(
            at: DroppedFile(path: place.path, kind: .regular, identity: identity, recipient: recipient), of: unit,
            now: now)
        }
      }
    }
    queue.endScan(seen: seen)
  }

  func workOut() throws {
    let job = queue.takeNext(now)
    isIdle = job == nil
    switch job {
    case .takeIn(let file, let unit): try takeIn(file, unit)
    case .carryOn(let record): try carryOn(record)
    case nil: break
    }
  }

  private enum Intake {
    case journalled(OutgoingRecord)
    case restless
    case vanished
  }

  private func takeIn(_ file: DroppedFile, _ unit: UnitID) throws {
    do {
      switch try intake(file, unit) {
      case .journalled(let record): try carryOn(record)
      case .restless:
        world.met(.restless)
        queue.letSettle(file, now: now)
      case .vanished:
        world.met(.fileVanished)
        queue.forget(file)
      }
    } catch let crash as Crash {
      throw crash
    } catch {
      queue.letSettle(file, now: now)
    }
  }

  private func carryOn(_ first: OutgoingRecord) throws {
    var record = first
    do {
      while queue.mayGoOn(record, now: now) {
        let submits = record.journey.nextStep == .submit
        let (after, fault) = try step(record)
        if submits {
          queue.leaveGate(unreachable: fault?.isUnreachable ?? false, now: now, random: world.chance.fraction())
        }
        record = after
      }
      if record.journey.nextStep == .submit, !queue.gate.mayPass(now) { world.met(.gateShut) }
    } catch let crash as Crash {
      throw crash
    } catch {
      queue.leaveGate(unreachable: false, now: now, random: world.chance.fraction())
      record.journey.apply(
        .faulted(retryAfter: .seconds(5)), now: now, retry: RetryPolicy(), random: world.chance.fraction())
    }
    queue.rest(record)
  }

  // MARK: - Take in, check, sign

  private func spooled(_ document: DocumentID) -> Place { Place(Self.outgoingSpool, "\(document).pdf") }

  private func intake(_ file: DroppedFile, _ unit: UnitID) throws -> Intake {
    let document = DocumentID(at: now, using: &world.chance)
    let source = Place(file.path)
    var record = OutgoingRecord(
      document: document, unit: unit, addressee: nil, source: file.path, identity: file.identity, digest: nil,
      takenAt: now)
    record.urgency = world.chance.pick(Urgency.allCases) ?? .normal
    let isLax = world.mutation == .notSettled
    if world.clerk.isWriting(source), !isLax { return .restless }
    if let refusal = TakeIn.refusal(file, limit: Limits.documentSize) {
      return .journalled(try refuse(record, refusal))
    }
    guard let directory = try known(file.recipient, unit) else { return .restless }
    do {
      record.addressee = try Addressing(directory: directory, sender: unit).addressee(folder: file.recipient)
    } catch { return .journalled(try refuse(record, error.refusal)) }
    // One pass over a file that is the same before and after it, and that nobody holds open for writing.
    guard let before = disk.look(source) else { return .vanished }
    let isRestless = before != file.identity || world.clerk.isWriting(source)
    if isRestless, !isLax { return .restless }
    let bytes = try disk.read(source)
    guard bytes.starts(with: Array("%PDF-".utf8)) else { return .journalled(try refuse(record, .pdf(.notPDF))) }
    let copy = spooled(document)
    try disk.write(copy) { $0 = bytes }
    guard disk.look(source) == before || isLax else {
      try disk.remove(copy)
      return .restless
    }
    let digest = Letters.digest(bytes)
    record.digest = digest
    if let addressee = record.addressee,
      let earlier = try read({ try Journal.earlierCopy(of: digest, unit: unit, addressee: addressee, in: $0) })
    {
      world.met(.duplicateRefused)
      let refusal = Refusal.duplicate(sentAt: earlier.takenAt, receiptNumber: earlier.receiptNumber)
      return .journalled(try refuse(record, refusal))
    }
    return .journalled(try sign(record, bytes))
  }

  /// As `OutgoingWorker.known`.
  private func known(_ folder: String?, _ sender: UnitID) throws -> Directory? {
    let directory = try read { try Journal.directory(in: $0) }
    if let directory, (try? Addressing(directory: directory, sender: sender).addressee(folder: folder)) != nil {
      return directory
    }
    do {
      let version = directory?.version
      guard let newer = try world.network.ask(self, { [key] in try $0.directory(key, since: version) }),
        newer.supersedes(version)
      else { return directory }
      world.met(.unknownToOldDirectory)
      try commit { try Journal.save(newer, in: $0) }
      return newer
    } catch let crash as Crash {
      throw crash
    } catch { return directory }
  }

  private func sign(_ first: OutgoingRecord, _ original: [UInt8]) throws -> OutgoingRecord {
    var record = first
    do {
      let copy = spooled(record.document)
      let signature = Letters.signature(by: record.unit, &world.chance)
      try disk.write(copy) { $0 = original + signature }
      if world.mutation != .spoolNotSynced {
        try disk.sync(copy)
        try disk.syncFolder(Self.outgoingSpool)
      }
      record.signedDigest = Letters.digest(original + signature)
      record.signedSize = Int64((original + signature).count)
      advance(&record, .signed)
      // The bug: what is signed is remembered, and journalled when the hub has answered.
      if world.mutation == .identifierBeforeJournal { return record }
      try save(record)
      return record
    } catch let crash as Crash {
      throw crash
    } catch {
      return try delay(first, nil)
    }
  }

  // MARK: - The steps of a journalled document

  private func step(_ record: OutgoingRecord) throws -> (OutgoingRecord, HubFault?) {
    switch record.journey.nextStep {
    case .sign: return (try signAgain(record), nil)
    case .submit: return try submit(record)
    case .file: return (try orDelay(record, file), nil)
    case .reject: return (try orDelay(record, reject), nil)
    case nil: return (record, nil)
    }
  }

  private func orDelay(_ record: OutgoingRecord, _ body: (OutgoingRecord) throws -> OutgoingRecord) throws
    -> OutgoingRecord
  {
    do { return try body(record) } catch let crash as Crash { throw crash } catch { return try delay(record, nil) }
  }

  private func signAgain(_ record: OutgoingRecord) throws -> OutgoingRecord {
    try orDelay(record) { record in
      let original = Array(try disk.read(spooled(record.document)).prefix(Int(record.identity.size)))
      guard Letters.digest(original) == record.digest else {
        throw SystemError(call: "check", path: "\(spooled(record.document))", code: EIO)
      }
      return try sign(record, original)
    }
  }

  private func submit(_ first: OutgoingRecord) throws -> (OutgoingRecord, HubFault?) {
    var record = first
    do {
      if world.mutation == .signedAnewOnRetry, record.journey.attempts > 0 { try signAnew(&record) }
      if world.mutation == .newIdentifierOnRetry, record.journey.attempts > 0 {
        try renew(&record)
      }
      guard let digest = record.signedDigest, let size = record.signedSize, let addressee = record.addressee else {
        throw SystemError(call: "key of", path: record.unit.rawValue, code: ENOKEY)
      }
      let upload = try upload(record, size)
      record.upload = upload
      let submission = Submission(
        document: record.document, upload: upload, sender: record.unit, addressees: [addressee], digest: digest,
        size: size, name: record.nameText, urgency: record.urgency, submittedAt: now)
      let certificate = World.certificate(of: record.unit)
      let receipt = try world.network.ask(self) { [key] in
        try $0.submit(key, submission, signedWith: certificate, path: submission.document)
      }
      guard receipt.answers(submission) else {
        throw ReceiptCheck.Wrong(description: "the receipt speaks of another document")
      }
      record.receipt = try CanonicalJSON.encode(receipt)
      record.receiptNumber = receipt.number
      advance(&record, .accepted)
      record.target = try sentTarget(record, at: receipt.acceptedAt)
      try save(record)
      world.checker.receiptShown(record)
      return (record, nil)
    } catch let fault as HubFault {
      if world.mutation == .faultIsRefusal, fault.isUnreachable {
        return (try refuse(first, .hubOther(status: 0)), nil)
      }
      switch OutgoingFault(fault) {
      case .stopping: throw Crash()
      case .refused(let refusal): return (try refuse(record, refusal), nil)
      case .passing(let retryAfter, let uploadIsGone):
        if uploadIsGone { record.upload = nil }
        return (try delay(record, retryAfter), fault)
      }
    } catch let crash as Crash {
      throw crash
    } catch {
      return (try delay(record, nil), nil)
    }
  }

  /// As `CurlHubConnection.upload`.
  private func upload(_ record: OutgoingRecord, _ size: Int64) throws -> UploadID {
    if record.upload != nil { world.met(.uploadResumed) }
    var course = UploadCourse(size: size, resuming: record.upload, chunk: Self.chunk)
    let bytes = try disk.read(spooled(record.document))
    while let request = course.next {
      let answer = try answer(request, bytes, size)
      if answer == .mismatch { world.met(.uploadCorrected) }
      guard course.take(answer) else {
        throw HubFault(Problem(answer == .gone ? .uploadGone : .offsetMismatch, "the upload"), retryAfter: nil)
      }
      if case .created(let upload, _) = answer, UploadCourse.isWorthResuming(size: size, chunk: Self.chunk) {
        var begun = record
        begun.upload = upload
        try save(begun)
      }
    }
    guard let upload = course.upload else { throw HubFault(kind: .protocolViolation, detail: "no name") }
    return upload
  }

  private func answer(_ request: UploadCourse.Request, _ bytes: [UInt8], _ size: Int64) throws -> UploadCourse.Answer {
    let network = world.network
    do {
      switch request {
      case .offset(let upload): return .offset(try network.ask(self) { [key] in try $0.offset(key, of: upload) })
      case .create(let withBytes):
        let body = withBytes ? bytes : nil
        let arriving = withBytes ? network.arriving(of: bytes.count) : nil
        let (upload, offset) = try network.ask(self) { [key] in
          try $0.createUpload(key, length: size, bytes: body, arriving: arriving)
        }
        return .created(upload, offset: offset)
      case .append(let upload, let from, let length):
        let body = Array(bytes.dropFirst(Int(from)).prefix(Int(length)))
        let arriving = network.arriving(of: body.count)
        return .appended(
          to: try network.ask(self) { [key] in
            try $0.append(key, to: upload, at: from, bytes: body, arriving: arriving)
          })
      }
    } catch let fault as HubFault {
      guard case .refused(let problem) = fault.kind else { throw fault }
      switch problem.type {
      case .offsetMismatch: return .mismatch
      case .uploadGone: return .gone
      default: throw fault
      }
    }
  }

  // MARK: - The end of the way

  private func sentTarget(_ record: OutgoingRecord, at now: Instant) throws -> FilePath {
    let civil = now.inVietnam
    let folder = "\(folder(record.unit, "sent"))/\(civil.year)/\(civil.dateText.dropFirst(5).prefix(2))"
    let name = SafeFileName(dropped: record.nameText)
    let free = FreeName.first(name) { disk.look(Place(folder, $0.text)) == nil }
    return Place(folder, (free ?? name).text).path
  }

  /// As `Filing.run`, with `OutgoingWorker.file` around it.
  private func file(_ first: OutgoingRecord) throws -> OutgoingRecord {
    var record = first
    guard let path = record.target, let digest = record.signedDigest else { return record }
    let copy = spooled(record.document)
    let target = Place(path)
    if world.mutation == .originalFirst { try removeOriginal(record) }
    while true {
      let isSpooled = disk.look(copy) != nil
      var decision = FilingDecision.decide(isSpooled: isSpooled, target: try standing(target, digest))
      if world.mutation == .sentReplaced, decision == .nameTaken { decision = .place }
      switch decision {
      case .place:
        do { try move(copy, to: target, hidden: ".congvan-\(record.document).tmp") } catch let error as SystemError {
          guard error.code == EEXIST else { throw error }
        }
      case .removeSpooled:
        world.met(.spooledRemovedAfterCrash)
        try disk.remove(copy)
      case .removeOriginal:
        if first.journey.attempts > 0 || life > 0 { world.met(.originalAfterCrash) }
        try removeOriginal(record)
        advance(&record, .filed)
        try save(record)
        return record
      case .nameTaken:
        world.met(.sentNameTaken)
        record.target = try sentTarget(record, at: now)
        try save(record)
        return record
      case .missing: throw SystemError(call: "find", path: "\(target)", code: ENOENT)
      }
    }
  }

  /// As `Placement.move`: the share may be another file system than the spool.
  private func move(_ source: Place, to target: Place, hidden: String) throws {
    guard world.isShareApart else { return try publish(source, to: target) }
    let temporary = Place(target.folder, hidden)
    try disk.remove(temporary)
    let bytes = try disk.read(source)
    try disk.write(temporary) { $0 = bytes }
    try publish(temporary, to: target)
    try disk.remove(source)
  }

  private func publish(_ source: Place, to target: Place) throws {
    try disk.sync(source)
    try disk.rename(source, target, keeping: world.mutation != .sentReplaced)
    try disk.syncFolder(target.folder)
  }

  private func standing(_ place: Place, _ digest: SHA256Digest) throws -> Standing {
    guard disk.look(place) != nil else { return .nothing }
    return Letters.digest(try disk.read(place)) == digest ? .ours : .another
  }

  /// As `Original.remove`.
  private func removeOriginal(_ record: OutgoingRecord) throws {
    let source = Place(record.source)
    let aside = Place(source.folder, ".congvan-\(record.document)")
    if world.mutation == .originalByName { return try disk.remove(source) }
    var isChanged = false
    while true {
      let there = disk.look(source)
      if let there, !there.isSameContent(as: record.identity) { world.met(.originalReplaced) }
      switch OriginalDecision.decide(aside: disk.look(aside), source: there, taken: record.identity) {
      case .setAside:
        do { try disk.rename(source, aside, keeping: true) } catch let error as SystemError {
          guard error.code == ENOENT else { throw error }
        }
      case .removeAside: try disk.remove(aside)
      case .giveBack:
        world.met(.originalGivenBack)
        try disk.rename(aside, source, keeping: true)
      case .done:
        if isChanged { try disk.syncFolder(source.folder) }
        return
      }
      isChanged = true
    }
  }

  /// As `Rejecting.run`, with `OutgoingWorker.reject` around it.
  private func reject(_ first: OutgoingRecord) throws -> OutgoingRecord {
    var record = first
    let folder = folder(record.unit, "rejected")
    if record.target == nil {
      let name = SafeFileName(dropped: record.nameText)
      let free = FreeName.first(name) {
        disk.look(Place(folder, $0.text)) == nil && disk.look(Place(folder, $0.text + Messages.reasonSuffix)) == nil
      }
      record.target = Place(folder, (free ?? name).text).path
      try save(record)
    }
    guard let path = record.target else { return record }
    let target = Place(path)
    let source = Place(record.source)
    let reason = Place(folder, target.name + Messages.reasonSuffix)
    let isInOutbox = disk.look(source)?.isSameContent(as: record.identity) ?? false
    switch RejectingDecision.decide(isInOutbox: isInOutbox, isTargetTaken: disk.look(target) != nil) {
    case .nameTaken: return try chooseAgain(record)
    case .move:
      try disk.write(reason) { $0 = Array("reason".utf8) }
      try disk.sync(reason)
      try disk.syncFolder(folder)
      do { try disk.rename(source, target, keeping: true) } catch let error as SystemError {
        guard error.code == EEXIST else { throw error }
        try disk.remove(reason)
        return try chooseAgain(record)
      }
      try disk.syncFolder(folder)
      try disk.syncFolder(source.folder)
    case .moved: world.met(.rejectedAfterCrash)
    case .nothingToExplain:
      world.met(.nothingToExplain)
      try disk.remove(reason)
    }
    try disk.remove(spooled(record.document))
    advance(&record, .moved)
    try save(record)
    return record
  }

  private func chooseAgain(_ record: OutgoingRecord) throws -> OutgoingRecord {
    world.met(.rejectedNameTaken)
    var record = record
    record.target = nil
    try save(record)
    return record
  }

  // MARK: - Outcomes

  private func refuse(_ first: OutgoingRecord, _ refusal: Refusal) throws -> OutgoingRecord {
    var record = first
    record.refusal = refusal
    if refusal == .hub(.recipientUnknown) { world.met(.refusedByDirectory) }
    advance(&record, .refused)
    try save(record)
    return record
  }

  private func delay(_ first: OutgoingRecord, _ retryAfter: Duration?) throws -> OutgoingRecord {
    var record = first
    advance(&record, .faulted(retryAfter: retryAfter))
    if world.mutation == .identifierBeforeJournal, record.journey.state == .signed { return record }
    try save(record)
    return record
  }

  private func advance(_ record: inout OutgoingRecord, _ outcome: OutgoingJourney.Outcome) {
    record.journey.apply(outcome, now: now, retry: retry, random: world.chance.fraction())
    record.updatedAt = now
  }

  private func save(_ record: OutgoingRecord) throws {
    try commit { try Journal.save(record, [], in: $0) }
  }

  // MARK: - Planted bugs

  private func signAnew(_ record: inout OutgoingRecord) throws {
    let (original, _) = Letters.parts(try disk.read(spooled(record.document)))
    let bytes = original + Letters.signature(by: record.unit, &world.chance)
    try disk.write(spooled(record.document)) { $0 = bytes }
    record.signedDigest = Letters.digest(bytes)
    record.signedSize = Int64(bytes.count)
    record.upload = nil
  }

  private func renew(_ record: inout OutgoingRecord) throws {
    let old = record
    record.document = DocumentID(at: now, using: &world.chance)
    try disk.rename(spooled(old.document), spooled(record.document), keeping: true)
    let renewed = record
    try commit {
      try $0.execute(sql: "DELETE FROM outgoing WHERE document = ?", arguments: [old.document.text])
      try Journal.save(renewed, [], in: $0)
    }
  }
}
