import Durable
import Exchange
import Foundation
import NIOConcurrencyHelpers
import PKI
import Testing

@testable import Agent

@Suite struct InboxTests {
  @Test("a letter is filed read-only under its number and day, byte for byte, and acknowledged")
  func filed() async throws {
    let office = try InboxOffice()
    let letter = try office.letter("one")
    let posted = try office.post(letter, name: "78-LĐLĐ gửi nhận.pdf")
    let hub = office.hub
    try await office.run { hub.acknowledged.count == 1 }
    let day = Instant(Date()).inVietnam.dateText
    #expect(office.inbox == ["0001 \(day) 78-LĐLĐ gửi nhận.pdf"])
    #expect(try office.bytes(office.inbox[0]) == letter)
    var status = stat()
    #expect(stat("\(office.folder.path)/shared/inbox/\(office.inbox[0])", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o440)
    let acknowledgement = try #require(hub.acknowledged.first)
    #expect(acknowledgement.document == posted.document && acknowledgement.event == .contentHandover)
    #expect(acknowledgement.digest == posted.digest)
    let events = try await office.journal.events(of: posted.document).map(\.name)
    #expect(events == [.announced, .verified, .filed, .acknowledged])
    #expect(try FileManager.default.contentsOfDirectory(atPath: office.configuration.paths.incomingSpool).isEmpty)
  }

  @Test("copies that a crash left of letters at their end are swept up at the next start, and those still needed stay")
  func swept() async throws {
    let office = try InboxOffice()
    let hub = office.hub
    let posted = try office.post(office.letter("filed"))
    try await office.run { hub.acknowledged.count == 1 }
    let spool = office.configuration.paths.incomingSpool
    let filed = try #require(try await office.journal.incoming(posted.document).first)
    for name in [filed.spoolName, filed.spoolName + ".again"] {
      try Data("left".utf8).write(to: URL(fileURLWithPath: "\(spool)/\(name)"))
    }
    hub.fail("fetch", with: HubFault(kind: .unreachable, detail: "cut"))
    try office.post(office.letter("next"))
    try await office.run { hub.acknowledged.count == 2 }
    #expect(try FileManager.default.contentsOfDirectory(atPath: spool).isEmpty)
  }

  @Test("many letters get numbers without gaps, each once, with no more at once than allowed")
  func many() async throws {
    let office = try InboxOffice()
    for index in 0..<12 { try office.post(office.letter("letter \(index)"), name: "thư \(index).pdf") }
    let hub = office.hub
    try await office.run { hub.acknowledged.count == 12 }
    #expect(office.inbox.compactMap { Int($0.prefix(4)) } == Array(1...12))
    #expect(hub.state.withLockedValue { $0.mostFetches } <= 2)
    #expect(hub.state.withLockedValue { $0.batches.count } < 12, "acknowledgements travel together")
  }

  @Test("the most urgent comes first, then the smallest")
  func order() async throws {
    let office = try InboxOffice()
    let large = try office.post(office.letter(String(repeating: "long ", count: 900)))
    let small = try office.post(office.letter("short"))
    let urgent = try office.post(office.letter(String(repeating: "urgent ", count: 2000)), urgency: .express)
    #expect(
      [large, small, urgent].map {
        IncomingRecord(unit: office.unit, sequence: .start, posted: $0, announcedAt: Instant(Date()))
      }
      .sorted { $0.order < $1.order }.map(\.document) == [urgent, small, large].map(\.document))
  }

  @Test("what does not verify is never shown: it goes to quarantine, and the hub learns why")
  func untrustworthy() async throws {
    let office = try InboxOffice()
    var tampered = try office.letter("tampered")
    tampered[60] ^= 1
    let otherDigest = try SHA256Digest(bytes: Array(repeating: 7, count: 32))
    let letters: [(Data, (inout PostedDocument) -> Void)] = [
      (InboxOffice.plainLetter("unsigned"), { _ in }),
      (tampered, { _ in }),
      (try office.letter("by another", signedBy: office.stranger), { _ in }),
      (try office.letter("other bytes"), { $0.digest = otherDigest }),
      (try office.letter("other size"), { $0.size += 1 }),
      (Data("not a PDF at all".utf8), { _ in }),
    ]
    for (content, bend) in letters { try office.post(content, bend: bend) }
    let good = try office.post(office.letter("good"), name: "tốt.pdf")
    let hub = office.hub
    let count = letters.count
    try await office.run { hub.acknowledged.count == count + 1 }
    #expect(office.inbox.count == 1 && office.inbox[0].hasSuffix("tốt.pdf"))
    #expect(office.inbox[0].hasPrefix("0001"), "what is quarantined takes no number")
    #expect(office.quarantine.count == count)
    let failures = hub.acknowledged.filter { $0.document != good.document }
    #expect(failures.allSatisfy { $0.event == .contentHandoverFailure && $0.reason?.isEmpty == false })
  }

  @Test("what came and can't be read back for a moment is no forgery: it is not quarantined")
  func notGiven() throws {
    let office = try InboxOffice()
    let posted = try office.post(office.letter("one"))
    let record = IncomingRecord(unit: office.unit, sequence: .start, posted: posted, announcedAt: Instant(Date()))
    #expect(throws: SystemError.self) {
      _ = try IncomingCheck.verify(
        FetchedDocument(record: record, path: "\(office.folder.path)/gone.pdf"),
        trust: DocumentTrust(office.root).rules(nil))
    }
  }

  @Test("a fault that passes costs delay alone; the hub's own wish to wait is obeyed")
  func faults() async throws {
    let office = try InboxOffice()
    let hub = office.hub
    hub.fail("fetch", with: HubFault(kind: .unreachable, detail: "cut"))
    hub.fail("acknowledge", with: HubFault(kind: .busy(retryAfter: .milliseconds(50)), detail: "busy"))
    hub.fail("inbox", with: HubFault(kind: .unreachable, detail: "cut"))
    hub.fail("directory", with: HubFault(kind: .unreachable, detail: "cut"))
    let posted = try office.post(office.letter("late"))
    try await office.run { hub.acknowledged.count == 1 }
    #expect(office.inbox.count == 1)
    let events = try await office.journal.events(of: posted.document).map(\.name)
    #expect(events == [.announced, .delayed, .verified, .filed, .acknowledged])
  }

  @Test(
    "a letter for which the disk has no room waits, with the reason; smaller ones are filed, and it comes when there is"
  )
  func fullDisk() async throws {
    let office = try InboxOffice()
    let (hub, journal) = (office.hub, office.journal)
    let large = try office.post(office.letter(String(repeating: "long ", count: 4000)), name: "lớn.pdf")
    // A disk of a million bytes keeps 20,000 free.
    let free = NIOLockedValueBox<Int64>(20_000 + large.size - 1)
    office.room = SpoolRoom(FilePath(office.configuration.paths.incomingSpool)) { _ in
      DiskSpace(free: free.withLockedValue { $0 }, total: 1_000_000)
    }
    let small = try office.post(office.letter("short"), name: "nhỏ.pdf")
    let spooled = "\(office.configuration.paths.incomingSpool)/\(office.unit)-\(large.document).pdf"
    try Data("abc".utf8).write(to: URL(fileURLWithPath: spooled))
    free.withLockedValue { $0 -= 3 }
    try await office.run {
      let isDelayed = try await journal.events(of: large.document).contains { $0.name == .delayed }
      return isDelayed && hub.acknowledged.map(\.document) == [small.document]
    }
    let told = try #require(try await journal.events(of: large.document).first { $0.name == .delayed })
    #expect(
      told.detail["cause"] == "disk-full" && told.detail["error"]?.contains("make room") == true, "\(told.detail)")
    #expect(!FileManager.default.fileExists(atPath: spooled), "a part that can't be finished leaves its room to others")
    free.withLockedValue { $0 = 20_000 + large.size }
    try await office.run { hub.acknowledged.count == 2 }
    #expect(office.inbox.contains { $0.hasSuffix("lớn.pdf") })
  }

  @Test("a fetch that fills the disk leaves nothing of itself there")
  func filled() async throws {
    let office = try InboxOffice()
    let (hub, journal) = (office.hub, office.journal)
    let posted = try office.post(office.letter("cut by a full disk"))
    let spooled = "\(office.configuration.paths.incomingSpool)/\(office.unit)-\(posted.document).pdf"
    try Data("abc".utf8).write(to: URL(fileURLWithPath: spooled))
    hub.fail("fetch", with: HubFault(kind: .local(ENOSPC), detail: "write: no space"), times: 10_000)
    try await office.run { try await journal.events(of: posted.document).contains { $0.name == .delayed } }
    #expect(!FileManager.default.fileExists(atPath: spooled))
  }

  @Test("a letter that the hub no longer gives out is withdrawn and holds up nothing")
  func withdrawn() async throws {
    let office = try InboxOffice()
    let hub = office.hub
    let gone = try office.post(office.letter("gone"))
    hub.state.withLockedValue { _ = $0.contents.removeValue(forKey: gone.document) }
    try office.post(office.letter("there"))
    try await office.run { hub.acknowledged.count == 1 }
    let journal = office.journal
    try await office.run { try await journal.incoming(gone.document).first?.journey.state == .withdrawn }
    #expect(office.inbox.count == 1)
  }

  @Test("a crash after the rename and before the journal files the letter once")
  func crashAfterRename() async throws {
    let office = try InboxOffice()
    let letter = try office.letter("once")
    let posted = try office.post(letter, name: "một.pdf")
    // The state that such a crash leaves: numbered in the journal, the file already in the inbox.
    let page = try await office.hub.inbox(of: office.unit, after: .start, limit: 10)
    var record = try #require(try await office.journal.announce(page, to: office.unit, at: Instant(Date())).first)
    record.journey.apply(.verified, now: Instant(Date()), retry: RetryPolicy(), random: 0)
    try await office.journal.save(record)
    record = try await office.journal.number(record, year: 2026, at: Instant(Date())) { "000\($0) một.pdf" }
    let inbox = office.folder.path + "/shared/inbox"
    try FileManager.default.createDirectory(atPath: inbox, withIntermediateDirectories: true)
    try letter.write(to: URL(fileURLWithPath: inbox + "/0001 một.pdf"))
    let hub = office.hub
    try await office.run { hub.acknowledged.count == 1 }
    #expect(office.inbox == ["0001 một.pdf"])
    #expect(hub.acknowledged.first?.document == posted.document)
  }

  @Test("nobody's file is overwritten where a name is taken")
  func nameTaken() async throws {
    let office = try InboxOffice()
    let day = Instant(Date()).inVietnam.dateText
    let inbox = office.folder.path + "/shared/inbox"
    try FileManager.default.createDirectory(atPath: inbox, withIntermediateDirectories: true)
    let theirs = Data("a clerk's own file".utf8)
    // The inbox of a machine that was replaced: its numbers go on.
    try theirs.write(to: URL(fileURLWithPath: "\(inbox)/0041 \(day) không.pdf"))
    try office.post(office.letter("zero"), name: "không.pdf")
    let hub = office.hub
    try await office.run { hub.acknowledged.count == 1 }
    #expect(office.inbox.contains("0042 \(day) không.pdf"))
    try theirs.write(to: URL(fileURLWithPath: "\(inbox)/0043 \(day) một.pdf"))
    try FileManager.default.createSymbolicLink(
      atPath: "\(inbox)/0043 \(day) một (2).pdf", withDestinationPath: "/etc/hostname")
    try office.post(office.letter("one"), name: "một.pdf")
    try await office.run { hub.acknowledged.count == 2 }
    #expect(try office.bytes("0043 \(day) một.pdf") == theirs)
    #expect(office.inbox.contains("0043 \(day) một (3).pdf"))
  }

  @Test("a sender's hostile name cannot leave the inbox or hide what it is")
  func hostileNames() async throws {
    let office = try InboxOffice()
    let names = [
      "../../etc/passwd.pdf", "a\nb\u{202E}fdp.exe", String(repeating: "dài ", count: 90) + ".pdf", "CON.pdf", "",
    ]
    for name in names { try office.post(office.letter("hostile \(name.utf8.count)"), name: name) }
    let hub = office.hub
    try await office.run { hub.acknowledged.count == names.count }
    #expect(office.inbox.count == names.count)
    for name in office.inbox {
      #expect(name.hasSuffix(".pdf") && name.utf8.count <= 180 && !name.contains("\u{202E}") && !name.contains("\n"))
    }
  }

  @Test("news of deliveries is recorded for the sender, once")
  func deliveries() async throws {
    let office = try InboxOffice()
    let document = DocumentID(at: Instant(Date()))
    let report = DeliveryReport(
      document: document, recipient: office.sender, recipientName: "LĐLĐ tỉnh", event: .contentHandover,
      at: Instant(Date()), reason: nil)
    office.hub.report(report, to: office.unit)
    office.hub.report(report, to: office.unit)
    let journal = office.journal
    try await office.run { try await !journal.events(of: document).isEmpty }
    try await office.run { try await journal.cursor(of: UnitID("cdcs-thpt")) == MailboxCursor(2) }
    #expect(try await journal.events(of: document).map(\.name) == [.delivered])
    #expect(try await journal.deliveries(of: document).count == 1)
  }

  @Test("the directory is kept in the journal, and an older one is not taken")
  func directory() async throws {
    let office = try InboxOffice()
    func directory(_ version: Int64) -> Exchange.Directory {
      .init(version: version, province: office.sender, units: [.init(id: office.sender, name: "LĐLĐ")], groups: [])
    }
    try await office.journal.save(directory(5))
    office.hub.state.withLockedValue { $0.directory = directory(4) }
    try office.post(office.letter("x"))
    let hub = office.hub
    let journal = office.journal
    try await office.run { hub.acknowledged.count == 1 }
    #expect(try await journal.directory()?.version == 5)
    hub.state.withLockedValue { $0.directory = directory(6) }
    try await office.run { try await journal.directory()?.version == 6 }
  }

  @Test("a batch that got no answer is repeated under the same identifier")
  func repeatedBatch() async throws {
    let office = try InboxOffice()
    let hub = office.hub
    hub.fail("acknowledge", with: HubFault(kind: .unreachable, detail: "cut"))
    try office.post(office.letter("one"))
    try await office.run { hub.acknowledged.count == 1 }
    let unit = office.unit
    #expect(try await office.journal.nextBatch(for: unit, new: EvidenceID(at: Instant(Date()))) == nil)
  }
}

@Suite struct WakeUpTests {
  @Test("a ring before the wait is not lost, and rings add up to one")
  func kept() async {
    let bell = WakeUp()
    bell.ring()
    bell.ring()
    await bell.wait()
    let start = ContinuousClock.now
    await bell.wait(atMost: .milliseconds(30))
    #expect(ContinuousClock.now - start >= .milliseconds(30))
  }

  @Test("who waits is woken by a ring and by cancellation", .timeLimit(.minutes(1)))
  func woken() async {
    let bell = WakeUp()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await bell.wait() }
      group.addTask { bell.ring() }
      await group.waitForAll()
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await bell.wait() }
      group.cancelAll()
    }
  }
}
