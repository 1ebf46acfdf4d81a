import Durable
import Exchange
import Foundation

@testable import Agent

/// The way out, as OutgoingDesk and OutgoingWorker go it.
extension AgentProcess {
  func scan() {
    let now = self.now
    for unit in units {
      var seen: Set<FilePath> = []
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
      queue.endScan(seen: seen, of: unit)
    }
  }

  func workOut() throws {
    let job = queue.takeNext(now)
    if !isInSecondLane { isIdle = job == nil }
    switch job {
    case .takeIn(let file, let unit): try takeIn(file, unit)
    case .carryOn(let record): try carryOn(record)
    case nil: break
    }
  }

  private enum Intake {
    case journalled(OutgoingRecord)
    case unaddressed(HubFault?)
    case restless
    case vanished
  }

  private func takeIn(_ file: DroppedFile, _ unit: UnitID) throws {
    let isLetThrough = queue.isLetThrough(file)
    func leaveGateIfPassed(after fault: HubFault?) {
      guard isLetThrough || (fault != nil && queue.gate.mayPass(now)) else { return }
      queue.leaveGate(unreachable: fault?.isUnreachable ?? false, now: now, random: world.chance.fraction())
    }
    do {
      switch try intake(file, unit, mayAskHub: queue.mayAskHub(for: file, now: now)) {
      case .journalled(let record):
        leaveGateIfPassed(after: nil)
        queue.takenIn(file)
        try carryOn(record)
      case .unaddressed(let fault):
        world.met(.unaddressed)
        leaveGateIfPassed(after: fault)
        _ = queue.awaitAddress(file, of: unit, after: fault, now: now, random: world.chance.fraction())
      case .restless:
        world.met(.restless)
        leaveGateIfPassed(after: nil)
        queue.letSettle(file, of: unit, now: now)
      case .vanished:
        world.met(.fileVanished)
        leaveGateIfPassed(after: nil)
        queue.forget(file)
      }
    } catch let crash as Crash {
      throw crash
    } catch {
      leaveGateIfPassed(after: nil)
      queue.letSettle(file, of: unit, now: now)
    }
  }

  private func carryOn(_ first: OutgoingRecord) throws {
    var record = first
    do {
      while queue.mayGoOn(record, now: now) {
        let submits = record.journey.nextStep == .submit
        let (after, fault) = try step(record)
        if submits {
          queue.leaveGate(
            unreachable: fault?.isUnreachable ?? false, retryAfter: fault?.retryAfter, now: now,
            random: world.chance.fraction())
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

  func spooled(_ document: DocumentID) -> Place { Place(Self.outgoingSpool, "\(document).pdf") }

  private func intake(_ file: DroppedFile, _ unit: UnitID, mayAskHub: Bool) throws -> Intake {
    let document = DocumentID(at: now, using: &world.chance)
    let source = Place(file.path)
    var record = OutgoingRecord(
      document: document, unit: unit, addressees: [], source: file.path, identity: file.identity, digest: nil,
      takenAt: now)
    record.urgency = world.chance.pick(Urgency.allCases) ?? .normal
    let isLax = world.mutation == .notSettled
    if world.clerk.isWriting(source), !isLax { return .restless }
    if let refusal = TakeIn.refusal(file, limit: Limits.documentSize) {
      return .journalled(try refuse(record, refusal))
    }
    let directory: Directory
    switch try known(file.recipient, unit, mayAskHub: mayAskHub) {
    case .standing(let known): directory = known
    case .notNow(let fault): return .unaddressed(fault)
    }
    do throws(Refused) {
      switch try Addressing(directory: directory, sender: unit).destination(folder: file.recipient) {
      case .addressee(let addressee): record.addressees = [addressee]
      // Its letters have no words.
      case .asTheLetterSays: throw Refused(.recipientIsSender)
      }
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
    let addressees = record.addressees
    if let earlier = try read({ try Journal.earlierCopy(of: digest, unit: unit, addressees: addressees, in: $0) }) {
      world.met(.duplicateRefused)
      let refusal = Refusal.duplicate(sentAt: earlier.takenAt, receiptNumber: earlier.receiptNumber)
      return .journalled(try refuse(record, refusal))
    }
    // Meanwhile another lane takes in what is settled too.
    if !isInSecondLane, world.chance.happens(200) {
      isInSecondLane = true
      defer { isInSecondLane = false }
      try workOut()
    }
    return .journalled(try sign(record, bytes))
  }

  private enum KnownDirectory {
    case standing(Directory)
    case notNow(HubFault?)
  }

  /// As `OutgoingWorker.known`.
  private func known(_ folder: String?, _ sender: UnitID, mayAskHub: Bool) throws -> KnownDirectory {
    let directory = try read { try Journal.directory(in: $0) }
    if let directory, (try? Addressing(directory: directory, sender: sender).destination(folder: folder)) != nil {
      return .standing(directory)
    }
    guard mayAskHub else { return .notNow(nil) }
    do {
      let version = directory?.version
      guard let newer = try world.network.ask(self, { [key] in try $0.directory(key, since: version) }),
        newer.supersedes(version)
      else { return directory.map(KnownDirectory.standing) ?? .notNow(nil) }
      world.met(.unknownToOldDirectory)
      try commit { try Journal.save(newer, in: $0) }
      return .standing(newer)
    } catch let crash as Crash {
      throw crash
    } catch { return .notNow(error as? HubFault ?? HubFault(kind: .local(EIO), detail: "\(error)")) }
  }

  func sign(_ first: OutgoingRecord, _ original: [UInt8]) throws -> OutgoingRecord {
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
      // The bug: equal files that are taken in at the same moment don't see each other.
      if world.mutation == .duplicateUnseen {
        try save(record)
        return record
      }
      let signed = record
      if let earlier = try commit({ try Journal.saveSigned(signed, [], in: $0) }) {
        world.met(.duplicateAtOnce)
        throw Refused(.duplicate(sentAt: earlier.takenAt, receiptNumber: earlier.receiptNumber))
      }
      return record
    } catch let refused as Refused {
      return try refuse(record, refused.refusal)
    } catch let crash as Crash {
      throw crash
    } catch {
      try disk.sync(spooled(first.document))
      try disk.syncFolder(Self.outgoingSpool)
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

  func signAgain(_ record: OutgoingRecord) throws -> OutgoingRecord {
    try orDelay(record) { record in
      let original = Array(try disk.read(spooled(record.document)).prefix(Int(record.identity.size)))
      guard Letters.digest(original) == record.digest else {
        throw SystemError(call: "check", path: "\(spooled(record.document))", code: EIO)
      }
      return try sign(record, original)
    }
  }

  // MARK: - Outcomes

  func refuse(_ first: OutgoingRecord, _ refusal: Refusal) throws -> OutgoingRecord {
    var record = first
    record.refusal = refusal
    if refusal == .hub(.recipientUnknown) { world.met(.refusedByDirectory) }
    advance(&record, .refused)
    try save(record)
    return record
  }

  func delay(_ first: OutgoingRecord, _ retryAfter: Duration?) throws -> OutgoingRecord {
    var record = first
    advance(&record, .faulted(retryAfter: retryAfter))
    if world.mutation == .identifierBeforeJournal, record.journey.state == .signed { return record }
    try save(record)
    return record
  }

  func advance(_ record: inout OutgoingRecord, _ outcome: OutgoingJourney.Outcome) {
    record.journey.apply(outcome, now: now, retry: retry, random: world.chance.fraction())
    record.updatedAt = now
  }

  func save(_ record: OutgoingRecord) throws {
    try commit { try Journal.save(record, [], in: $0) }
  }
}
