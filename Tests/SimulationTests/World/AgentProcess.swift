import Durable
import Exchange
import Foundation
import GRDB

@testable import Agent

/// An agent: the real decisions and the real statements of the journal, in the order of the daemon's shells, around a
/// simulated disk. Its memory is a queue of each kind; the rest is on its disk and in its journal.
final class AgentProcess: Process {
  static let outgoingSpool = "/agent/spool/out"
  static let incomingSpool = "/agent/spool/in"
  static let quarantine = "/agent/quarantine"
  static let inFlight = 3
  static let quietPeriod: Duration = .seconds(2)
  /// Larger documents go in pieces of so many bytes.
  static let chunk: Int64 = 40

  let units: [UnitID]
  let key: Data
  let retry = RetryPolicy()
  var queue = OutgoingQueue(quietPeriod: AgentProcess.quietPeriod)
  var incoming = IncomingQueue()
  /// As the waits of `InboxService`: how often each of its loops failed, and when it goes on, by a clock that nobody sets.
  var mailLoop = Loop()
  var acknowledgementLoop = Loop()
  var directoryLoop = Loop()

  struct Loop {
    var failures = 0
    var notBefore = Instant(millisecondsSinceEpoch: 0)
  }

  init(_ name: String, serving units: [UnitID], in world: World, database: DatabaseQueue) {
    self.units = units
    key = Data("key of \(name)".utf8)
    super.init(name, in: world, database: database)
  }

  override func forget() {
    isInSecondLane = false
    queue = OutgoingQueue(quietPeriod: Self.quietPeriod)
    incoming = IncomingQueue()
    mailLoop = Loop()
    acknowledgementLoop = Loop()
    directoryLoop = Loop()
  }

  /// As `OutgoingDesk.recover` and `IncomingPump.takeUpOpen`.
  override func recover() throws {
    let open = try read { try Journal.openOutgoing(in: $0) }
    let known = queue.recover(world.mutation == .openForgotten ? [] : open)
    incoming.add(try read { try Journal.openIncoming(in: $0) })
    if world.mutation == .openForgotten { return }
    let names = Set(known.map { "\($0).pdf" })
    for entry in disk.list(Self.outgoingSpool) where !names.contains(entry.name) {
      world.met(.orphanRemoved)
      try disk.remove(Place(Self.outgoingSpool, entry.name))
    }
  }

  /// What an agent does when it is its turn.
  enum Turn: CaseIterable { case scan, workOut, mail, workIn, acknowledge, refreshDirectory }

  func take(_ turn: Turn) {
    do {
      try activity {
        switch turn {
        case .scan: scan()
        case .workOut: try workOut()
        case .mail: try readMailboxes()
        case .workIn: try workIn()
        case .acknowledge: try acknowledge()
        case .refreshDirectory: try refreshDirectory()
        }
      }
    } catch is Crash {
      // It lies there until its service manager starts it again.
    } catch {
      world.note("\(name): \(turn) failed: \(error)")
    }
  }

  var isInSecondLane = false
  /// Whether the last turn found nothing to do.
  var isIdle = false

  func folder(_ unit: UnitID, _ kind: String) -> String { "/\(unit)/\(kind)" }

  // MARK: - The directory, as DirectoryKeeper

  private func refreshDirectory() throws {
    guard isDue(directoryLoop) else { return }
    do {
      let known = try read { try Journal.directory(in: $0) }?.version
      if let directory = try world.network.ask(self, { [key] in try $0.directory(key, since: known) }),
        directory.supersedes(known)
      {
        try commit { try Journal.save(directory, in: $0) }
      }
      directoryLoop = Loop()
    } catch let crash as Crash {
      throw crash
    } catch {
      postpone(&directoryLoop, error as? HubFault)
    }
  }

  func postpone(_ loop: inout Loop, _ fault: HubFault?) {
    loop.notBefore =
      world.now + retry.delay(attempt: loop.failures, retryAfter: fault?.retryAfter, random: world.chance.fraction())
    loop.failures += 1
  }

  func isDue(_ loop: Loop) -> Bool { loop.notBefore <= world.now }
}
