import Durable
import Exchange
import Testing

@testable import Agent

@Suite struct OutgoingQueueTests {
  private let unit = UnitID(unchecked: "cd-a")
  private let path = FilePath("/shared/outbox/a.pdf")
  private let start = Instant(millisecondsSinceEpoch: 1_790_000_000_000)

  private func file(_ inode: UInt64) -> DroppedFile {
    let identity = FileIdentity(device: 1, inode: inode, size: 10, modified: 1, changed: 1)
    return DroppedFile(path: path, kind: .regular, identity: identity, recipient: nil)
  }

  private func record(_ file: DroppedFile, _ state: OutgoingState) -> OutgoingRecord {
    OutgoingRecord(
      document: DocumentID(at: start), unit: unit, addressee: nil, journey: OutgoingJourney(state: state),
      source: file.path, identity: file.identity, digest: nil, takenAt: start)
  }

  /// Lets a file settle, and says whether it is taken in.
  private func isTakenIn(_ file: DroppedFile, _ queue: inout OutgoingQueue, at now: Instant) -> Bool {
    for moment in [now, now + .seconds(3)] {
      queue.look(at: file, of: unit, now: moment)
      queue.endScan(seen: [path])
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

  @Test("signing that waits for a time-stamp stands behind the hub's gate, and goes on when it opens")
  func unstamped() {
    var queue = OutgoingQueue(quietPeriod: .seconds(2))
    let waiting = record(file(1), .spooled)
    queue.note(waiting, waitsForStamp: true)
    queue.leaveGate(unreachable: true, now: start, random: 1)
    queue.rest(waiting)
    queue.endScan(seen: [])
    #expect(queue.takeNext(start) == nil && queue.earliest(start + .seconds(900), now: start) == queue.gate.opens)
    queue.endScan(seen: [])
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

  @Test("a clock that was ahead for a moment holds nothing up")
  func clock() {
    var queue = OutgoingQueue(quietPeriod: .seconds(2))
    var waiting = record(file(1), .signed)
    waiting.journey.apply(
      .faulted(retryAfter: nil), now: start + .seconds(400 * 86400), retry: RetryPolicy(), random: 0.5)
    queue.rest(waiting)
    queue.endScan(seen: [])
    guard case .carryOn = queue.takeNext(start) else {
      Issue.record("it would wait for more than a year")
      return
    }
  }
}
