import Durable
import Exchange
import Foundation
import GRDB

/// The process died in the middle of something; whoever started it finds it down.
struct Crash: Error {}

/// One of the programs: its memory, its disk, its database. The database is SQLite in memory: a commit is durable, and what
/// isn't committed is gone.
class Process {
  let name: String
  unowned let world: World
  let disk = Disk()
  let database: DatabaseQueue
  /// Grows with every start: who was interrupted sees whether it is still the same life.
  private(set) var life = 0
  /// nil while it runs.
  private(set) var downUntil: Instant?
  /// By how much its clock is wrong.
  var clockError: Duration = .zero
  /// In which life each activity under way began: they may stand inside each other.
  private var activities: [Int] = []

  init(_ name: String, in world: World, database: DatabaseQueue) {
    self.name = name
    self.world = world
    self.database = database
    disk.beforeAct = { [unowned self] call, place, target in try self.diskAct(call, place, target) }
  }

  var isUp: Bool { downUntil == nil }
  var now: Instant { world.now + clockError }

  /// Something may happen here: time passes, others act, the process dies.
  /// - Throws: `Crash` when the life in which this activity began is over.
  func act() throws {
    if isAlive { world.pass(self) }
    guard isAlive else { throw Crash() }
  }

  private var isAlive: Bool { isUp && activities.last.map { $0 == life } ?? true }

  /// Does something that ends with the process.
  func activity<Value>(_ body: () throws -> Value) throws -> Value {
    activities.append(life)
    defer { activities.removeLast() }
    return try body()
  }

  private func diskAct(_ call: String, _ place: Place, _ target: Place?) throws {
    try act()
    if world.chance.happens(world.faults.meddling) { world.clerk.meddle(with: target ?? place, from: place, on: disk) }
    guard world.chance.happens(world.faults.diskError) else { return }
    world.met(.diskFault)
    world.note("\(name): \(call) \(place) fails")
    throw SystemError(call: call, path: "\(place)", code: world.chance.happens(500) ? EIO : ENOSPC)
  }

  /// One commit: all of it or nothing, durable on return.
  func commit<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try act()
    if world.chance.happens(world.faults.diskError) {
      world.met(.journalFault)
      throw SystemError(call: "commit", path: name, code: ENOSPC)
    }
    return try database.write(body)
  }

  func read<Value>(_ body: (Database) throws -> Value) throws -> Value { try database.unsafeRead(body) }

  func die(powerCut: Bool, for pause: Duration) {
    life += 1
    downUntil = world.now + pause
    forget()
    if powerCut, disk.cutPower(&world.chance) { world.met(.unsyncedLost) }
  }

  /// Starts again, if it is time.
  func startIfDue() throws {
    guard let due = downUntil, due <= world.now else { return }
    downUntil = nil
    try activity { try recover() }
  }

  /// What was only in memory is gone.
  func forget() {}
  /// What a start does.
  func recover() throws {}
}
