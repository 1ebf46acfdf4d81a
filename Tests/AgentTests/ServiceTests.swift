import Durable
import Exchange
import Foundation
import Logging
import NIOConcurrencyHelpers
import Testing

@testable import Agent

@Suite struct SystemdTests {
  /// A socket as systemd makes it, and what it hears.
  private final class Listener {
    let descriptor: Int32

    /// - Parameter bytes: of `sun_path`; a leading zero names the abstract namespace.
    init(_ bytes: [UInt8]) throws {
      descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      var name = sockaddr_un()
      name.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
      let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
      let bound = withUnsafePointer(to: &name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
      }
      try #require(bound == 0)
    }

    deinit { close(descriptor) }

    func heard() -> String {
      var buffer = [UInt8](repeating: 0, count: 1000)
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
  }

  @Test("systemd hears READY, STATUS, WATCHDOG and STOPPING, also on an abstract socket")
  func notifies() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/notify"
    let abstract = "congvan-test-\(UUID().uuidString)"
    let sockets = [(path, Array(path.utf8) + [0]), ("@" + abstract, [0] + Array(abstract.utf8))]
    for (text, bytes) in sockets {
      let listener = try Listener(bytes)
      let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": text, "WATCHDOG_USEC": "60000000"])
      notifier.ready("two\nlines")
      #expect(listener.heard().hasPrefix("READY=1\nSTATUS=two lines\n"))
      notifier.alive()
      #expect(listener.heard() == "WATCHDOG=1")
      notifier.reloading()
      #expect(listener.heard().hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
      notifier.stopping()
      #expect(listener.heard() == "STOPPING=1")
      #expect(notifier.watchdogInterval == .seconds(60))
    }
  }

  @Test("who should listen and doesn't holds nobody up")
  func deaf() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/notify"
    let listener = try Listener(Array(path.utf8) + [0])
    let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": path])
    let isOver = NIOLockedValueBox(false)
    let bell = WakeUp()
    Thread.detachNewThread {
      // More than any kernel keeps for a socket (net.unix.max_dgram_qlen).
      for _ in 0..<5000 { notifier.alive() }
      notifier.stopping()
      isOver.withLockedValue { $0 = true }
      bell.ring()
    }
    await bell.wait(atMost: .seconds(20))
    #expect(isOver.withLockedValue { $0 }, "a message waits for a reader")
    #expect(listener.heard() == "WATCHDOG=1", "what found room is kept")
  }

  @Test("without systemd nothing is told, and nothing fails")
  func silent() {
    let none = SystemdNotifier(environment: [:])
    none.ready("x")
    #expect(none.watchdogInterval == nil)
    SystemdNotifier(environment: ["NOTIFY_SOCKET": "/nonexistent/socket"]).alive()
    SystemdNotifier(environment: ["NOTIFY_SOCKET": "relative"]).alive()
    let other = SystemdNotifier(environment: ["WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"])
    #expect(other.watchdogInterval == nil, "the watchdog of another process")
  }
}

@Suite struct StateLockTests {
  @Test("two daemons never work with one state folder, and others see who does")
  func exclusive() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/lock"
    #expect(StateLock.holder(of: path) == nil)
    do {
      let first = try StateLock(path: path)
      #expect(StateLock.holder(of: path) == getpid())
      let held = #expect(throws: StateLock.Held.self) { try StateLock(path: path) }
      #expect(held?.holder == getpid())
      withExtendedLifetime(first) {}
    }
    #expect(StateLock.holder(of: path) == nil, "the lock ends with its holder")
    _ = try StateLock(path: path)
  }
}

@Suite struct HubStandingTests {
  @Test("however answers cross, the file that status reads ends as the last answer said, and a start knows it")
  func order() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/standing.json"
    let threads = IOThreads(count: 4, name: "test")
    let standing = HubStanding(
      path: path, threads: threads, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let good = CurlResponse(status: 200, headers: [:], body: Data())
    let revoked = CurlResponse(
      status: 403, headers: ["content-type": Problem.mediaType],
      body: try CanonicalJSON.encode(Problem(.keyRevoked, "revoked")))
    for round in 0..<100 {
      let answers = [good, revoked, good, revoked, revoked, good].shuffled()
      await withTaskGroup(of: Void.self) { group in
        for answer in answers { group.addTask { await standing.note(answer) } }
      }
      let (told, known) = (HubStanding.read(path), standing.dismissal)
      #expect(told?.problem == known?.problem, "round \(round)")
      #expect(
        HubStanding(path: path, threads: threads, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
          .dismissal?.problem == known?.problem)
    }
    await standing.note(revoked)
    #expect(HubStanding.read(path)?.problem == .keyRevoked)
    #expect(throws: HubFault.self) { try standing.mayAsk() }
    await standing.note(good, isOld: true)
    #expect(HubStanding.read(path) != nil, "an answer that began before says nothing of now")
    await standing.note(good)
    #expect(try Folder.look(FilePath(path)) == nil)
    try standing.mayAsk()
  }
}

@Suite struct RenewalTests {
  @Test("a certificate is renewed at two thirds of its life")
  func due() {
    let start = Date(timeIntervalSince1970: 1_000_000)
    let end = start + 90 * 86400
    #expect(!RenewalService.isDue(notBefore: start, notAfter: end, now: start + 59 * 86400))
    #expect(RenewalService.isDue(notBefore: start, notAfter: end, now: start + 60 * 86400))
    #expect(RenewalService.isDue(notBefore: start, notAfter: end, now: end + 1))
  }
}

@Suite struct TimelineTests {
  @Test("a document's history reads as a story: its name, then each step with its time and how long it took")
  func story() throws {
    let document = DocumentID(at: Instant(millisecondsSinceEpoch: 0))
    let unit = try UnitID("cdcs-thpt")
    let start = try Instant("2026-11-23T13:41:48.120Z")
    let events = [
      JournalEvent(.takenIn, of: document, unit: unit, .outgoing, at: start + .milliseconds(2100), detail: [:]),
      JournalEvent(.dropped, of: document, unit: unit, .outgoing, at: start, detail: ["name": "báo cáo.pdf"]),
      JournalEvent(
        .accepted, of: document, unit: unit, .outgoing, at: start + .milliseconds(2350),
        detail: ["receipt": "2026-000123", "addressee": "unit:ldld-tinh"]),
    ]
    let province = try UnitID("ldld-tinh")
    let directory = Directory(
      version: 1, province: province, units: [.init(id: province, name: "LĐLĐ tỉnh", aliases: [], isActive: true)],
      groups: [])
    let lines = Timeline(Messages(.vietnamese), unitNames: [unit: "CĐCS THPT"], directory: directory).lines(events)
    #expect(lines[0] == "→ báo cáo.pdf")
    #expect(lines[1].contains("CĐCS THPT"))
    #expect(lines[2].contains("23/11/2026 20:41:48.120") && lines[2].contains("đã đặt vào hộp đi"))
    #expect(lines[3].contains("+2,1 s") && lines[3].contains("đã tiếp nhận"))
    #expect(lines[4].contains("+250 ms") && lines[4].contains("biên nhận số 2026-000123"))
    #expect(lines[4].contains("LĐLĐ tỉnh") && !lines[4].contains("ldld-tinh"), "people read names, not identifiers")
  }

  @Test("a hostile name cannot break a line")
  func hostile() throws {
    let event = JournalEvent(
      .dropped, of: DocumentID(at: Instant(millisecondsSinceEpoch: 0)), unit: try UnitID("a"), .outgoing,
      at: Instant(millisecondsSinceEpoch: 0), detail: ["name": "x\n\u{1B}[31mred"])
    for line in Timeline(Messages(.english)).lines([event]) {
      #expect(!line.contains("\n") && !line.contains("\u{1B}"))
    }
  }
}
