import Durable
import Exchange
import Foundation
import NIOConcurrencyHelpers
import Testing

@testable import Agent

@Suite struct OutgoingQueueTests {
  private let unit = UnitID(unchecked: "cd-a")
  private let path = FilePath("/shared/outbox/a.pdf")
  private let start = Instant(millisecondsSinceEpoch: 1_790_000_000_000)

  private func file(_ inode: UInt64, device: UInt64 = 1) -> DroppedFile {
    let identity = FileIdentity(device: device, inode: inode, size: 10, modified: 1, changed: 1)
    return DroppedFile(path: path, kind: .regular, identity: identity, recipient: nil)
  }

  private func record(_ file: DroppedFile, _ state: OutgoingState) -> OutgoingRecord {
    OutgoingRecord(
      document: DocumentID(at: start), unit: unit, addressees: [], journey: OutgoingJourney(state: state),
      source: file.path, identity: file.identity, digest: nil, takenAt: start)
  }

  /// Lets a file settle, and says whether it is taken in.
  private func isTakenIn(_ file: DroppedFile, _ queue: inout OutgoingQueue, at now: Instant) -> Bool {
    for moment in [now, now + .seconds(3)] {
      queue.look(at: file, of: unit, now: moment)
      queue.endScan(seen: [path], of: unit)
    }
    guard case .takeIn(let taken, _) = queue.takeNext(now + .seconds(3)) else { return false }
    return taken == file
  }

  @Test("a file dropped over one that is still on its way is taken in once, also when that one ends first")
  func droppedOver() {
    var queue = OutgoingQueue(quietPeriod: .seconds(2))
    let (first, second) = (file(1), file(2))
    #expect(isTakenIn(first, &queue, at: start))
    #expect(isTakenIn(second, &queue, at: start + .seconds(10)))
    queue.rest(record(first, .sent))
    #expect(!isTakenIn(second, &queue, at: start + .seconds(20)))
  }

  @Test("after a start, each file under one name belongs to its document")
  func recovered() {
    let (first, second) = (file(1), file(2))
    for open in [[first, second], [second, first]] {
      var queue = OutgoingQueue(quietPeriod: .seconds(2))
      // Both wait for later, so that nothing but a file could be taken.
      _ = queue.recover(
        open.map { file in
          var waiting = record(file, .signed)
          waiting.journey = OutgoingJourney(state: .signed, notBefore: start + .seconds(600))
          return waiting
        })
      #expect(!isTakenIn(second, &queue, at: start))
    }
  }

  @Test("a share whose device has another number since the machine started brings no letter twice")
  func anotherDevice() {
    var queue = OutgoingQueue(quietPeriod: .seconds(2))
    var waiting = record(file(1, device: 7), .signed)
    waiting.journey = OutgoingJourney(state: .signed, notBefore: start + .seconds(600))
    _ = queue.recover([waiting])
    #expect(!isTakenIn(file(1, device: 8), &queue, at: start))
    let (taken, now) = (file(1, device: 7).identity, file(1, device: 8).identity)
    #expect(OriginalDecision.decide(aside: nil, source: now, taken: taken) == .setAside)
    #expect(RejectingDecision.decide(aside: now, source: nil, taken: taken, isTargetTaken: false) == .move)
  }

  @Test("signing that waits for a time-stamp stands behind the hub's gate, and goes on when it opens")
  func unstamped() {
    var queue = OutgoingQueue(quietPeriod: .seconds(2))
    let waiting = record(file(1), .spooled)
    queue.note(waiting, waitsForStamp: true)
    queue.leaveGate(unreachable: true, now: start, random: 1)
    queue.rest(waiting)
    queue.endScan(seen: [], of: unit)
    #expect(queue.takeNext(start) == nil && queue.earliest(start + .seconds(900), now: start) == queue.gate.opens)
    queue.endScan(seen: [], of: unit)
    guard case .carryOn(let next) = queue.takeNext(queue.gate.opens) else {
      Issue.record("it waits though the gate is open")
      return
    }
    #expect(
      queue.mayGoOn(next, now: queue.gate.opens) && !queue.mayGoOn(next, now: queue.gate.opens), "one tries first")
  }

  @Test("many that fail together shut the hub's gate no longer than one does; the hub's own wish is heeded")
  func gate() {
    var gate = HubGate()
    for _ in 0..<8 { gate.leave(unreachable: true, now: start, random: 1) }
    #expect(gate.opens == start + .milliseconds(500))
    gate.leave(unreachable: true, retryAfter: .seconds(600), now: start, random: 1)
    #expect(!gate.mayPass(start + .seconds(599)) && gate.mayPass(start + .seconds(601)))
    #expect(gate.mayPass(start + .seconds(-3600)), "a clock that went back holds nothing up")
    gate.leave(unreachable: true, now: gate.opens, random: 1)
    #expect(gate.mayPass(gate.opens) && !gate.mayPass(gate.opens + .milliseconds(-1)))
    gate.leave(unreachable: false, now: gate.opens, random: 1)
    #expect(gate.mayPass(start), "one that came through lets all follow")
  }

  @Test("an original that stays in the outbox is not taken in again, until another file has its name")
  func left() {
    for isRecovered in [false, true] {
      var queue = OutgoingQueue(quietPeriod: .seconds(2))
      let (first, second) = (file(1), file(2))
      var ended = record(first, .sent)
      ended.leftBehind = "Permission denied"
      if isRecovered {
        #expect(queue.recover([], leftBehind: [ended]).isEmpty)
      } else {
        #expect(isTakenIn(first, &queue, at: start))
        queue.rest(ended)
      }
      #expect(!isTakenIn(first, &queue, at: start + .seconds(10)))
      #expect(isTakenIn(second, &queue, at: start + .seconds(20)))
    }
  }

  @Test("files whose recipient only the hub may know wait behind its gate, and go in when it answers")
  func unaddressed() {
    var queue = OutgoingQueue(quietPeriod: .seconds(2))
    let away = HubFault(kind: .unreachable, detail: "no route")
    let waiting = file(1)
    #expect(isTakenIn(waiting, &queue, at: start))
    var now = start + .seconds(3)
    #expect(queue.mayAskHub(for: waiting, now: now), "the first tries its luck")
    queue.leaveGate(unreachable: true, now: now, random: 1)
    let isNew = queue.awaitAddress(waiting, of: unit, after: away, now: now, random: 0)
    #expect(isNew)
    for attempt in 1...5 {
      let opens = queue.gate.opens
      #expect(queue.earliest(start + .seconds(900), now: now) == opens)
      while now + .milliseconds(100) < opens {
        now = now + .milliseconds(100)
        queue.look(at: waiting, of: unit, now: now)
        queue.endScan(seen: [path], of: unit)
        let job = queue.takeNext(now)
        #expect(job == nil, "attempt \(attempt): it asks before the gate opens")
        #expect(!queue.mayAskHub(for: file(7), now: now), "nor does a newcomer ask")
      }
      now = opens
      queue.endScan(seen: [path], of: unit)
      guard case .takeIn(waiting, unit) = queue.takeNext(now), queue.isLetThrough(waiting) else {
        Issue.record("the gate is open, and it doesn't ask")
        return
      }
      #expect(queue.earliest(start + .seconds(900), now: now) == start + .seconds(900), "the others are called")
      queue.leaveGate(unreachable: attempt < 5, now: now, random: 1)
      guard attempt < 5 else { continue }
      let isNew = queue.awaitAddress(waiting, of: unit, after: away, now: now, random: 0)
      #expect(!isNew, "it is told once")
    }
    queue.takenIn(waiting)
    queue.rest(record(waiting, .sent))
    #expect(queue.earliest(now + .seconds(900), now: now) == now + .seconds(900), "nothing is left")
  }

  @Test("where something else than the hub answers, the pause before the next question grows")
  func unaddressedPortal() {
    var queue = OutgoingQueue(quietPeriod: .seconds(2))
    let portal = HubFault(kind: .protocolViolation, detail: "a portal's page")
    var (now, pauses) = (start + .seconds(3), [Duration]())
    #expect(isTakenIn(file(1), &queue, at: start))
    for _ in 1...5 {
      _ = queue.awaitAddress(file(1), of: unit, after: portal, now: now, random: 0)
      let next = queue.earliest(start + .seconds(900), now: now)
      pauses.append(next - now)
      now = next
      queue.endScan(seen: [path], of: unit)
      guard case .takeIn = queue.takeNext(now) else {
        Issue.record("it isn't tried again")
        return
      }
      queue.leaveGate(unreachable: false, now: now, random: 0)
    }
    #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $1 == $0 * 2 }, "\(pauses)")
    // The clerk drops another file over it, or takes it away.
    _ = queue.awaitAddress(file(1), of: unit, after: portal, now: now, random: 0)
    #expect(isTakenIn(file(2), &queue, at: now))
    _ = queue.awaitAddress(file(2), of: unit, after: portal, now: now, random: 0)
    queue.endScan(seen: [], of: unit)
    #expect(queue.earliest(now + .seconds(900), now: now) == now + .seconds(900), "nothing is left")
  }

  @Test("a clock that was ahead for a moment holds nothing up")
  func clock() {
    var queue = OutgoingQueue(quietPeriod: .seconds(2))
    var waiting = record(file(1), .signed)
    waiting.journey.apply(
      .faulted(retryAfter: nil), now: start + .seconds(400 * 86400), retry: RetryPolicy(), random: 0.5)
    queue.rest(waiting)
    queue.endScan(seen: [], of: unit)
    guard case .carryOn = queue.takeNext(start) else {
      Issue.record("it would wait for more than a year")
      return
    }
  }

  @Test("files of a unit whose share is slow are left to later; those of others go on, and a scan forgets only its own")
  func heldUnit() {
    var queue = OutgoingQueue(quietPeriod: .seconds(2))
    let other = UnitID(unchecked: "cd-b")
    let elsewhere = DroppedFile(
      path: FilePath("/other/outbox/b.pdf"), kind: .regular,
      identity: FileIdentity(device: 2, inode: 9, size: 10, modified: 1, changed: 1), recipient: nil)
    for moment in [start, start + .seconds(3)] {
      queue.look(at: file(1), of: unit, now: moment)
      queue.look(at: elsewhere, of: other, now: moment)
      queue.endScan(seen: [elsewhere.path], of: other)
    }
    queue.away = [unit]
    guard case .takeIn(let taken, other) = queue.takeNext(start + .seconds(3)) else {
      Issue.record("the other unit's file is not taken in")
      return
    }
    #expect(taken == elsewhere)
    #expect(queue.takeNext(start + .seconds(4)) == nil)
    #expect(
      queue.earliest(start + .seconds(900), now: start + .seconds(4)) == start + .seconds(900), "nobody looks in vain")
    queue.away = []
    guard case .takeIn(_, unit) = queue.takeNext(start + .seconds(5)) else {
      Issue.record("the file was forgotten")
      return
    }
  }
}

@Suite struct TakeInTests {
  @Test(
    "a file for which the spool's disk has no room isn't copied; a smaller one is, and promised room isn't promised twice"
  )
  func room() throws {
    let folder = try TemporaryFolder()
    let spool = FilePath(folder.path + "/spool")
    try Folder.make(spool)
    let space = NIOLockedValueBox(DiskSpace(free: (64 << 20) + 1000, total: 1 << 40))
    let room = SpoolRoom(spool) { _ in space.withLockedValue { $0 } }
    let open = try OpenFolder(
      UnitConfiguration(unit: UnitID("a"), name: "A", folder: folder.path, keyFile: "unused"))
    let takeIn = TakeIn(spool: spool, limit: 1 << 20, room: room)
    func run(_ size: Int) throws -> TakeIn.Outcome {
      try folder.write("%PDF-" + String(repeating: "x", count: size - 5), to: "\(size).pdf")
      let path = FilePath("\(folder.path)/\(size).pdf")
      let file = DroppedFile(
        path: path, kind: .regular, identity: try #require(try Folder.look(path)).identity, recipient: nil)
      return try takeIn.run(file, as: DocumentID(at: Instant(Date())), in: open)
    }
    guard case .noRoom(let error) = try run(1001) else { throw NotThis() }
    #expect(error.free == (64 << 20) + 1000 && error.wanted == 1001 && error.kept == 64 << 20)
    #expect(try Folder.list(spool).isEmpty)
    guard case .taken = try run(1000) else { throw NotThis() }
    guard case .taken = try run(999) else { throw NotThis() }
    // A small disk keeps a fiftieth.
    space.withLockedValue { $0 = DiskSpace(free: 20_500, total: 1_000_000) }
    try room.take(400)
    #expect(throws: NoRoom.self) { try room.take(101) }
    room.giveBack(400)
    try room.take(500)
  }

  struct NotThis: Error {}
}
