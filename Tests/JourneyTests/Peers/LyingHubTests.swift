import Exchange
import Foundation
import NIOConcurrencyHelpers
import PKI
import Testing

/// A hub that holds its own keys and lies: the real one does its work, and what it answers is changed on the way.
@Suite struct LyingHubTests {
  private struct Keys: Sendable {
    let certificates: [Certificate]
    let key: PrivateKey

    init(_ url: URL) throws {
      let pem = try Data(contentsOf: url)
      certificates = try Certificate.all(pem: pem)
      key = try PrivateKey(pem: pem)
    }

    init(evidenceOf authority: CertificateAuthority) throws {
      key = try PrivateKey.generate(.p256)
      let now = Date()
      certificates = [
        try authority.issue(
          .evidence, publicKeyDER: key.publicKeyDER, subject: DistinguishedName(commonName: "biên nhận"),
          notBefore: now - 60, notAfter: now + 3600), authority.certificate,
      ]
    }

    func sign(_ content: Data) throws -> Data {
      try SignedDataBuilder.encapsulated(content, certificates: certificates, key: key)
    }
  }

  private static func content(_ cms: Data) throws -> Data {
    try SignedDataReader.verify(cms: cms, detachedDigest: nil).content ?? Data()
  }

  @Test("no receipt is believed but the hub's own, for just what was submitted", .timeLimit(.minutes(5)))
  func receipts() async throws {
    let line = try await Line()
    try await line.interpose()
    var dropped: [String: Data] = [:]
    let first = NIOLockedValueBox<Data?>(nil)
    line.setRule { request in
      guard WayStep(request) == .submission else { return .pass }
      return .after { answer in
        first.withLockedValue { $0 = answer.body }
        return answer.bytes
      }
    }
    try line.drop(Letters.small("honest"), as: "thật.pdf", into: &dropped)
    try await eventually("an honest receipt was given") { line.office.documents("sent", of: Line.union).count == 1 }
    let another = try #require(first.withLockedValue { $0 })

    let keys = line.province.hubData.appending(component: "keys")
    let hub = try Keys(keys.appending(component: "evidence.pem"))
    let unit = try Keys(line.office.state.appending(components: "keys", "unit-\(Line.union).pem"))
    let foreign = try Keys(evidenceOf: try CertificateAuthority.create(commonName: "CA", organization: "CA"))
    let server = try Keys(keys.appending(component: "server.pem"))
    func changed(_ change: @Sendable @escaping (inout AcceptanceReceipt) -> Void) -> @Sendable (Data) throws -> Data {
      return { cms in
        var receipt = try CanonicalJSON.decode(AcceptanceReceipt.self, from: try Self.content(cms))
        change(&receipt)
        return try hub.sign(try CanonicalJSON.encode(receipt))
      }
    }
    let zero = try SHA256Digest(bytes: [UInt8](repeating: 0, count: 32))
    let elsewhere = Addressee.unit(try UnitID("noi-khac"))
    let lies: [(String, @Sendable (Data) throws -> Data)] = [
      ("the receipt of another letter", { _ in another }),
      ("a receipt signed by a unit", { try unit.sign(try Self.content($0)) }),
      ("a receipt of a foreign authority", { try foreign.sign(try Self.content($0)) }),
      ("a receipt signed by the server's key", { try server.sign(try Self.content($0)) }),
      (
        "a receipt whose bytes were changed",
        { cms in
          // In what is signed: the authority's own certificate, which goes along, is nobody's proof.
          var bytes = cms
          if let place = bytes.range(of: Data("SubmissionAcceptance".utf8)) { bytes[place.lowerBound] ^= 1 }
          return bytes
        }
      ),
      (
        "a receipt whose signature was changed",
        { cms in
          var bytes = cms
          bytes[bytes.count - 1] ^= 1
          return bytes
        }
      ),
      ("the hub's receipt for other bytes", changed { $0.digest = zero }),
      ("the hub's receipt for other addressees", changed { $0.addressees = [elsewhere] }),
      ("the hub's word that isn't a receipt", changed { $0.event = .contentHandover }),
      ("no CMS", { _ in Data("{}".utf8) }),
      ("nothing", { _ in Data() }),
    ]
    for (what, lie) in lies {
      let told = NIOLockedValueBox(0)
      let isLying = NIOLockedValueBox(true)
      line.setRule { request in
        guard WayStep(request) == .submission, isLying.withLockedValue({ $0 }) else { return .pass }
        return .after { answer in
          guard (200..<300).contains(answer.status) else { return answer.bytes }
          var falsehood = answer
          falsehood.body = (try? lie(answer.body)) ?? Data()
          told.withLockedValue { $0 += 1 }
          return falsehood.bytes
        }
      }
      try line.drop(Letters.small(what), as: "thư \(dropped.count).pdf", into: &dropped)
      try await eventually("the lie is told twice: \(what)", within: .seconds(60)) { told.withLockedValue { $0 } >= 2 }
      #expect(line.office.documents("sent", of: Line.union).count == dropped.count - 1, "\(what) was believed")
      #expect(line.office.documents("outbox", of: Line.union).count == 1, "\(what): the letter waits")
      isLying.withLockedValue { $0 = false }
      try await eventually("the truth ends it", within: .seconds(30)) {
        line.office.documents("sent", of: Line.union).count == dropped.count
      }
    }
    line.setRule { _ in .pass }
    try await line.isWhole(dropped)
    await line.close()
  }

  @Test(
    "bytes that aren't the ones announced never reach an inbox, and names with tricks lead nowhere",
    .timeLimit(.minutes(5)))
  func documents() async throws {
    let line = try await Line()
    try await line.interpose()
    var dropped: [String: Data] = [:]
    let bodies: [(String, @Sendable (Data) -> Data)] = [
      (
        "one bit turned",
        { bytes in
          var bytes = bytes
          bytes[bytes.count / 2] ^= 1
          return bytes
        }
      ),
      ("another file of the same length", { Data(repeating: 0x20, count: $0.count) }),
      ("a byte less", { $0.dropLast() }),
      ("a byte more", { $0 + Data([0x0A]) }),
      ("nothing", { _ in Data() }),
    ]
    for (what, lie) in bodies {
      let told = NIOLockedValueBox(0)
      line.setRule { request in
        guard WayStep(request) == .content, told.withLockedValue({ $0 }) < 2 else { return .pass }
        return .after { answer in
          guard answer.status == 200 else { return answer.bytes }
          var falsehood = answer
          falsehood.body = lie(answer.body)
          told.withLockedValue { $0 += 1 }
          return falsehood.bytes
        }
      }
      try line.drop(Letters.small(what), as: "thư \(dropped.count).pdf", into: &dropped)
      try await eventually("the lie was told twice, then the truth: \(what)", within: .seconds(30)) {
        line.arrived() >= dropped.count
      }
    }
    try await line.isWhole(dropped)

    let names = [
      "../../../../../../../../tmp/congvan-escape.pdf", "/tmp/congvan-escape.pdf", "..\\..\\congvan-escape.pdf", "..",
      ".", "", "a/b/congvan-escape.pdf", "congvan-escape\u{0}.pdf", "CON", "\u{202E}fdp.congvan-escape",
      String(repeating: "đ", count: 100_000),
    ]
    for name in names {
      line.setRule { request in
        guard WayStep(request) == .mailbox else { return .pass }
        return .after { answer in
          guard var page = try? CanonicalJSON.decode(MailboxPage.self, from: answer.body) else { return answer.bytes }
          for index in page.items.indices {
            page.items[index].document?.name = name
            page.items[index].document?.senderName = name
          }
          var falsehood = answer
          falsehood.body = (try? CanonicalJSON.encode(page)) ?? Data()
          return falsehood.bytes
        }
      }
      try line.drop(Letters.small("name \(dropped.count)"), as: "thư \(dropped.count).pdf", into: &dropped)
      try await eventually("a letter named \(name.prefix(30).debugDescription) is filed", within: .seconds(60)) {
        line.arrived() >= dropped.count
      }
    }
    try await line.isWhole(dropped)
    let inbox = line.office.folder(Province.office).appending(component: "inbox")
    let standing = try FileManager.default.contentsOfDirectory(atPath: inbox.path).filter { $0.hasSuffix(".pdf") }
    #expect(standing.count == dropped.count, "all stand in the inbox itself, in no folder below or above")
    #expect(standing.allSatisfy { $0.utf8.count <= 200 && $0.first?.isNumber == true })
    let escaped = try await Command.judge("find", "/tmp", "-maxdepth", "1", "-name", "*congvan-escape*")
    #expect(escaped.output.isEmpty)
    await line.close()
  }

  @Test(
    "a mailbox that goes backwards, repeats itself or never ends, and an old directory, make no copy and no rush",
    .timeLimit(.minutes(5)))
  func mailboxes() async throws {
    let line = try await Line()
    try await line.interpose()
    var dropped: [String: Data] = [:]
    let all = NIOLockedValueBox<[MailboxItem]>([])
    let lies: [(String, @Sendable (inout MailboxPage) -> Void)] = [
      ("the cursor goes backwards", { $0.next = .start }),
      (
        "more, and no step forward",
        { page in
          page.more = true
          page.items = all.withLockedValue { $0 }
          page.next = page.items.last?.sequence ?? .start
        }
      ),
      ("each letter twice in a page", { $0.items += $0.items }),
      ("all letters again", { page in page.items = all.withLockedValue { $0 } + page.items }),
      ("in another order", { $0.items.reverse() }),
    ]
    for (what, lie) in lies {
      line.setRule { request in
        guard WayStep(request) == .mailbox, request.path.contains(Province.office) else { return .pass }
        return .after { answer in
          guard var page = try? CanonicalJSON.decode(MailboxPage.self, from: answer.body) else { return answer.bytes }
          all.withLockedValue { $0 += page.items }
          lie(&page)
          var falsehood = answer
          falsehood.body = (try? CanonicalJSON.encode(page)) ?? Data()
          return falsehood.bytes
        }
      }
      _ = line.takeSeen()
      try line.drop(Letters.small(what), as: "thư \(dropped.count).pdf", into: &dropped)
      try await eventually("a letter arrives though \(what)", within: .seconds(60)) { line.arrived() >= dropped.count }
      // A question that would be repeated for ever shows itself in a second.
      try await Task.sleep(for: .seconds(1))
      let asked = line.seen(.mailbox).count
      #expect(asked <= 60, "\(what): the mailboxes were asked \(asked) times for one letter")
    }
    line.setRule { _ in .pass }
    try await line.isWhole(dropped)

    // An old directory, as of a hub restored from a backup, or replayed: the agent starts, asks, and keeps its own.
    await line.office.agent.stop()
    let told = NIOLockedValueBox(0)
    line.setRule { request in
      guard request.path.hasPrefix("/v1/directory") else { return .pass }
      told.withLockedValue { $0 += 1 }
      let old = #"{"groups":[],"province":"\#(Province.office)","units":[],"version":1}"#
      return .answer(.init(status: 200, headers: [("content-type", "application/json")], body: Data(old.utf8)))
    }
    try line.office.agent.start()
    try await eventually("the old directory is given") { told.withLockedValue { $0 } > 0 }
    try line.drop(Letters.small("after"), as: "sau.pdf", into: &dropped)
    try await line.isWhole(dropped)
    #expect(!line.office.agent.hasSaid("version=1\n"))
    await line.close()
  }

  @Test("streams and answers without end take no memory and hold up no letter", .timeLimit(.minutes(5)))
  func endless() async throws {
    let line = try await Line()
    try await line.interpose()
    var dropped: [String: Data] = [:]
    try line.drop(Letters.small("before"), as: "trước.pdf", into: &dropped)
    try await eventually("it arrives") { line.arrived() == 1 }
    let before = try line.office.agent.residentBytes()
    let stream = Data("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n".utf8)
    let notice = #"data: {"at":"2026-01-01T00:00:00Z","cursor":7,"units":["\#(Province.office)"]}"#
    let json = Data("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"version\":".utf8)
    let lies: [(String, Data, Data, @Sendable (Middle.Request) -> Bool)] = [
      ("notices without pause", stream, Data("event: cursor\n\(notice)\n\n".utf8), { $0.path == "/v1/notices" }),
      ("a notice without end", stream, Data(repeating: 0x61, count: 1 << 16), { $0.path == "/v1/notices" }),
      (
        "an event of endless lines", stream, Data("data: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n".utf8),
        { $0.path == "/v1/notices" }
      ),
      ("a directory without end", json, Data(repeating: 0x31, count: 1 << 16), { $0.path.hasPrefix("/v1/directory") }),
    ]
    for (what, first, again, concerns) in lies {
      let isTold = NIOLockedValueBox(false)
      await line.office.agent.stop()
      line.setRule { request in
        guard concerns(request) else { return .pass }
        isTold.withLockedValue { $0 = true }
        return .endless(first, again)
      }
      try line.office.agent.start()
      try await eventually("the endless answer has begun: \(what)") { isTold.withLockedValue { $0 } }
      _ = line.takeSeen()
      try await Task.sleep(for: .seconds(3))
      let polls = line.seen(.mailbox).count
      #expect(polls <= 100, "\(what): the two mailboxes were asked \(polls) times in 3 s")
      try line.drop(Letters.small(what), as: "thư \(dropped.count).pdf", into: &dropped)
      try await eventually("a letter passes beside \(what)", within: .seconds(60)) { line.arrived() >= dropped.count }
      let grown = try line.office.agent.residentBytes() - before
      #expect(grown < 48 << 20, "\(what): the agent grew by \(grown >> 20) MiB")
    }
    line.setRule { _ in .pass }
    try await line.isWhole(dropped)
    await line.close()
  }

  @Test(
    "the self-test: the checker sees a letter that came twice, that was changed, that is missing",
    .timeLimit(.minutes(5)))
  func selfTest() async throws {
    let line = try await Line()
    try await line.interpose()
    var dropped: [String: Data] = [:]
    try line.drop(Letters.small("once"), as: "thư.pdf", into: &dropped)
    try await line.isWhole(dropped)
    // A copy in the inbox, one bit changed in it, one lost: what a believed lie would leave.
    let checker = Checker(dropped: dropped)
    func violations() throws -> [String] {
      try checker.violations(from: line.office, Line.union, to: [(line.office, Province.office)])
    }
    let filed = try #require(line.office.documents("inbox", of: Province.office).values.first)
    let whole = try Data(contentsOf: filed)
    let copy = filed.deletingLastPathComponent().appending(component: "2-again.pdf")
    try FileManager.default.copyItem(at: filed, to: copy)
    #expect(try violations().contains { $0.contains("twice") })
    try FileManager.default.removeItem(at: copy)
    #expect(try violations() == [])
    var changed = whole
    changed[100] ^= 1
    try FileManager.default.removeItem(at: filed)
    try changed.write(to: filed)
    #expect(try violations().contains { $0.contains("1 that nobody sent") })
    try FileManager.default.removeItem(at: filed)
    #expect(try violations().contains { $0.contains("1 missing") })
    await line.close()
  }
}
