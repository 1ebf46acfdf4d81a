import Durable
import Exchange
import Foundation
import Letter

@testable import Agent

/// The way in, as MailboxReader, IncomingPump, IncomingWorker and Acknowledger go it.
extension AgentProcess {
  /// Few, so that pages are many.
  private static let page = 3

  func readMailboxes() throws {
    guard isDue(mailLoop) else { return }
    var failed: HubFault?
    for unit in units {
      do { try readMailbox(unit) } catch let fault as HubFault { failed = fault } catch let crash as Crash {
        throw crash
      } catch {
        world.note("\(name): mailbox not journalled: \(error)")
      }
    }
    if let failed { postpone(&mailLoop, failed) } else { mailLoop = Loop() }
  }

  private func readMailbox(_ unit: UnitID) throws {
    while true {
      let cursor = try read { try Journal.cursor(of: unit, in: $0) }
      let page = try world.network.ask(self) { [key] in
        try $0.mailbox(key, of: unit, after: cursor, limit: Self.page)
      }
      if page.items.isEmpty, page.next <= cursor { return }
      let now = self.now
      if world.mutation == .cursorBeforeRows {
        let bare = MailboxPage(items: [], next: page.next, more: false)
        _ = try commit { try Journal.announce(bare, to: unit, at: now, in: $0) }
      }
      incoming.add(try commit { try Journal.announce(page, to: unit, at: now, in: $0) })
      guard page.leadsOn(from: cursor) else { return }
    }
  }

  func workIn() throws {
    let (ready, _) = incoming.next(now, inFlight: Self.inFlight)
    isIdle = ready.isEmpty
    for record in ready {
      let after = try work(on: record)
      incoming.rest(after)
    }
  }

  private func work(on record: IncomingRecord) throws -> IncomingRecord {
    var current = record
    do {
      while let step = current.journey.nextStep {
        switch step {
        case .fetchAndVerify: current = try fetchAndVerify(current)
        case .number: current = try number(current)
        case .publish: current = try publish(current)
        }
      }
    } catch let failure as IncomingCheck.Failure {
      try quarantine(&current, failure)
    } catch let fault as HubFault {
      switch IncomingFault(fault, attempts: current.journey.attempts) {
      case .stopping: return current
      case .gone(let reason):
        var end = advanced(current, .gone)
        end.detail = reason
        current = try save(end) ? end : advanced(current, .faulted(retryAfter: nil))
      case .untrustworthy(let failure): try quarantine(&current, failure)
      case .passing(let retryAfter): try postpone(&current, retryAfter)
      }
    } catch let crash as Crash {
      throw crash
    } catch {
      try postpone(&current, nil)
    }
    return current
  }

  // MARK: - The steps

  private func spooled(_ record: IncomingRecord) -> Place { Place(Self.incomingSpool, record.spoolName) }

  private func fetchAndVerify(_ record: IncomingRecord) throws -> IncomingRecord {
    try fetch(record)
    try check(record)
    let next = advanced(record, .verified)
    try commit { try Journal.save(next, [], acknowledging: nil, in: $0) }
    return next
  }

  private func check(_ record: IncomingRecord, at place: Place? = nil) throws {
    if world.mutation == .unverified { return }
    let bytes = try disk.read(place ?? spooled(record))
    let sender = record.posted.sender.certificateURI
    _ = try IncomingCheck.judge(Letters.report(bytes), of: record.posted) { $0.unitURI == sender }
  }

  /// As `CurlHubConnection.fetch`.
  private func fetch(_ record: IncomingRecord, into other: Place? = nil) throws {
    let target = other ?? spooled(record)
    let size = Int(record.posted.size)
    var have = disk.bytes(target)?.count ?? 0
    if have > size {
      try disk.remove(target)
      have = 0
    }
    if have < size {
      if have > 0 { world.met(.fetchResumed) }
      let from = have
      let sent = try world.network.ask(self) { [key] in try $0.content(key, of: record.document, from: from) }
      let rest = world.network.garbled(sent)
      let come = Array(rest.prefix(world.network.arriving(of: rest.count) ?? rest.count))
      try disk.write(target) { $0 = Array($0.prefix(from)) + come }
    }
    if world.mutation == .unverified { return }
    let bytes = try disk.read(target)
    guard bytes.count == size else { throw HubFault(kind: .unreachable, detail: "a part came") }
    guard Letters.digest(bytes) == record.posted.digest else {
      world.met(.contradiction)
      try disk.remove(target)
      throw HubFault(kind: .protocolViolation, detail: "other bytes than announced")
    }
    try disk.sync(target)
  }

  private func number(_ record: IncomingRecord) throws -> IncomingRecord {
    let now = self.now
    let posted = record.posted
    if world.mutation == .numberApart {
      // The bug: counted here, given below.
      try commit { _ = try Journal.number(record, year: now.inVietnam.year, at: now, name: { "\($0)" }, in: $0) }
      try commit { try Journal.save(record, [], acknowledging: nil, in: $0) }
    }
    return try commit { database in
      try Journal.number(
        record, year: now.inVietnam.year, at: now,
        name: { InboxFiling.fileName(number: $0, at: now, of: posted, title: nil) }, in: database)
    }
  }

  private func publish(_ record: IncomingRecord) throws -> IncomingRecord {
    guard let numbered = NumberedDocument(record, path: "\(spooled(record))") else { return record }
    let inbox = folder(record.unit, "inbox")
    let receipt = Acknowledgement(
      document: record.document, digest: record.posted.digest, event: .contentHandover, at: now)
    if world.mutation == .acknowledgedEarly {
      try commit { try Journal.save(record, [], acknowledging: receipt, in: $0) }
    }
    if disk.look(spooled(record)) == nil {
      world.met(.fetchedAgain)
      let again = Place(Self.incomingSpool, record.spoolName + ".again")
      try fetch(record, into: again)
      try check(record, at: again)
      try disk.rename(again, spooled(record), keeping: false)
    }
    let name = try place(numbered, in: inbox)
    var next = advanced(record, .published)
    next.target = name
    let filed = next
    if world.mutation == .acknowledgementApart || world.mutation == .acknowledgedEarly {
      try commit { try Journal.save(filed, [], acknowledging: nil, in: $0) }
      if world.mutation == .acknowledgementApart {
        try commit { try Journal.save(filed, [], acknowledging: receipt, in: $0) }
      }
    } else {
      try commit { try Journal.save(filed, [], acknowledging: receipt, in: $0) }
    }
    do { try disk.remove(spooled(record)) } catch let crash as Crash { throw crash } catch {
      // Its end doesn't hang on this.
    }
    return next
  }

  /// As `InboxFiling.publish`.
  private func place(_ document: NumberedDocument, in inbox: String) throws -> String {
    let posted = document.record.posted
    let temporary = Place(inbox, ".\(document.record.spoolName).part")
    let bytes = try disk.read(spooled(document.record))
    try disk.remove(temporary)
    try disk.write(temporary) { $0 = bytes }
    if world.mutation != .inboxNotSynced { try disk.sync(temporary) }
    let name = SafeFileName(stem: String(document.fileName.dropLast(4)), suffix: ".pdf")
    for attempt in 1...100 {
      let target = Place(inbox, name.numbered(attempt).text)
      var decision = InboxDecision.decide(target: .nothing)
      do { try disk.rename(temporary, target, keeping: true) } catch let error as SystemError where error.code == EEXIST
      {
        let isOurs = Letters.digest(try disk.read(target)) == posted.digest && world.mutation != .publishedTwice
        decision = .decide(target: isOurs ? .ours : .another)
      }
      switch decision {
      case .place: break
      case .published:
        world.met(.publishedBeforeCrash)
        try disk.remove(temporary)
      case .tryNextName:
        world.met(.inboxNameTaken)
        continue
      }
      if world.mutation != .inboxFolderNotSynced { try disk.syncFolder(inbox) }
      return target.name
    }
    throw SystemError(call: "rename", path: inbox, code: EEXIST)
  }

  // MARK: - What goes wrong

  private func quarantine(_ record: inout IncomingRecord, _ failure: IncomingCheck.Failure) throws {
    do {
      if disk.look(spooled(record)) != nil {
        try disk.rename(spooled(record), Place(Self.quarantine, record.spoolName), keeping: false)
        try disk.syncFolder(Self.quarantine)
      }
    } catch let crash as Crash {
      throw crash
    } catch {
      return try postpone(&record, nil)
    }
    var end = advanced(record, .untrustworthy)
    end.detail = failure.code.rawValue
    let report = Acknowledgement(
      document: record.document, digest: record.posted.digest, event: .contentHandoverFailure, at: now,
      reason: failure.reason)
    record = try save(end, acknowledging: report) ? end : advanced(record, .faulted(retryAfter: nil))
  }

  private func postpone(_ record: inout IncomingRecord, _ retryAfter: Duration?) throws {
    record = advanced(record, .faulted(retryAfter: retryAfter))
    _ = try save(record)
  }

  /// As `IncomingWorker.save`: a journal that fails is logged, and the document goes on in memory.
  private func save(_ record: IncomingRecord, acknowledging: Acknowledgement? = nil) throws -> Bool {
    do {
      try commit { try Journal.save(record, [], acknowledging: acknowledging, in: $0) }
      return true
    } catch let crash as Crash {
      throw crash
    } catch {
      world.note("\(name): journal not written: \(error)")
      return false
    }
  }

  private func advanced(_ record: IncomingRecord, _ outcome: IncomingJourney.Outcome) -> IncomingRecord {
    var next = record
    next.journey.apply(outcome, now: now, retry: retry, random: world.chance.fraction())
    next.updatedAt = now
    return next
  }

  // MARK: - Acknowledgements

  func acknowledge() throws {
    guard isDue(acknowledgementLoop) else { return }
    var met: HubFault?
    do {
      for unit in units {
        do { try acknowledge(for: unit) } catch let fault as HubFault {
          if fault.mayPass { throw fault }
          met = fault
        }
      }
      acknowledgementLoop = Loop()
      if met != nil { acknowledgementLoop.notBefore = world.now + .seconds(600) }
    } catch let crash as Crash {
      throw crash
    } catch {
      postpone(&acknowledgementLoop, error as? HubFault)
    }
  }

  private func acknowledge(for unit: UnitID) throws {
    let identifier = EvidenceID(at: now, using: &world.chance)
    while let pending = try commit({ try Journal.nextBatch(for: unit, new: identifier, in: $0) }) {
      if pending.batch.evidence != identifier { world.met(.batchRepeated) }
      let certificate = World.certificate(of: unit)
      let result = try world.network.ask(self) { [key] in
        try $0.acknowledge(key, pending.batch, signedWith: certificate)
      }
      let now = self.now
      try commit { try Journal.settle(pending, result: result, at: now, in: $0) }
    }
  }
}
