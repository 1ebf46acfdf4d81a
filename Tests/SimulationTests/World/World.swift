import Exchange
import Foundation
import GRDB

@testable import Agent
@testable import Hub

/// A province in one loop: a hub, three machines with five units, their clerks, the network between them, and one clock. All
/// of it follows from the seed.
final class World {
  static let province = unit("tinh")
  static let late = unit("cd-moi")
  static let group = GroupID(unchecked: "khoi")
  static let groupMembers = [unit("cd-a"), unit("cd-b"), unit("cd-c")]
  static let units = [province] + groupMembers + [late]

  let seed: UInt64
  let mutation: Mutation?
  var chance: Chance
  var faults: Faults
  /// Whether the shared folders are another file system than the agents' own.
  let isShareApart: Bool
  var now = Instant(millisecondsSinceEpoch: 1_790_000_000_000)
  private(set) var hub: HubProcess!
  private(set) var agents: [AgentProcess] = []
  private(set) var clerk: Clerk!
  private(set) var checker: Checker!
  var network: Network { Network(world: self) }

  private(set) var rare: [RareState: Int] = [:]
  private(set) var acts = 0
  /// What happened, for whoever replays a seed.
  private(set) var notes: [String] = []
  private let keepsNotes: Bool
  /// Requests that are still on their way.
  private var delayed: [() -> Void] = []
  /// How deep one happening stands in another.
  private var depth = 0

  init(seed: UInt64, mutation: Mutation? = nil, keepsNotes: Bool = false) throws {
    self.seed = seed
    self.mutation = mutation
    self.keepsNotes = keepsNotes
    chance = Chance(seed: seed)
    faults = Faults.weather(&chance)
    isShareApart = chance.happens(300)
    hub = HubProcess("hub", in: self, database: try Databases.ledger())
    let machines: [(String, [UnitID])] = [
      ("province", [Self.province]), ("office", [Self.unit("cd-a"), Self.unit("cd-b")]),
      ("branch", [Self.unit("cd-c"), Self.late]),
    ]
    for (name, units) in machines {
      let agent = AgentProcess(name, serving: units, in: self, database: try Databases.journal())
      agents.append(agent)
      let machine = MachineID(at: now, using: &chance)
      try hub.database.write { try Administration.enrol(agent, as: machine, in: $0) }
    }
    clerk = Clerk(world: self)
    checker = Checker(world: self)
  }

  static func unit(_ name: String) -> UnitID { UnitID(unchecked: name) }
  static func certificate(of unit: UnitID) -> Data { Data("certificate of \(unit)".utf8) }

  var processes: [Process] { [hub] + agents }
  func agent(of unit: UnitID) -> AgentProcess? { agents.first { $0.units.contains(unit) } }
  /// Whose shared folder it is; nil for the programs' own.
  func unit(ofFolder folder: String) -> UnitID? { Self.units.first { folder.hasPrefix("/\($0)/") } }

  // MARK: - What processes tell

  func met(_ state: RareState) { rare[state, default: 0] += 1 }
  func note(_ text: @autoclosure () -> String) { if keepsNotes { notes.append("\(now) \(text())") } }
  func later(_ request: @escaping () -> Void) { delayed.append(request) }

  /// One act of a process: time passes, and whatever the weather brings.
  func pass(_ process: Process) {
    acts += 1
    now = now + .milliseconds(1 + Int64(chance.below(10)))
    if chance.happens(faults.slow) { now = now + .milliseconds(Int64(chance.below(4000))) }
    if chance.happens(faults.crash) { return crash(process) }
    if depth < 2, chance.happens(faults.interruption) {
      depth += 1
      if chance.happens(faults.crossing) { arrive() } else { happen() }
      depth -= 1
    }
  }

  // MARK: - The loop

  /// Runs the world through its weather, then through the quiet in which all must finish.
  func run() {
    for _ in 0..<(40 + chance.below(120)) where checker.violation == nil {
      now = now + .milliseconds(Int64(chance.below(3000)))
      happen()
      checker.step()
    }
    calm()
    for round in 0..<60 where checker.violation == nil {
      now = now + .seconds(600)
      settle()
      checker.step()
      if round >= 1, checker.remaining().isEmpty { break }
    }
    // What became of the last documents travels back. A machine of which one unit was closed reads the mail of the others no
    // more often than the longest pause, so that time has to pass.
    for _ in 0..<2 {
      now = now + .seconds(600)
      settle()
    }
    checker.end()
    if keepsNotes { noteWhatIsLeft() }
  }

  /// Where everything stands in the end.
  private func noteWhatIsLeft() {
    for agent in agents {
      for folder in agent.disk.folders(below: "/") {
        for file in agent.disk.list(folder) {
          note(
            "left in \(agent.name): \(folder)/\(file.name) \(String(decoding: file.bytes.prefix(12), as: UTF8.self))")
        }
      }
      let rows = (try? agent.read { try OutgoingRecord.fetchAll($0, sql: "SELECT * FROM outgoing") }) ?? []
      for row in rows {
        note("\(agent.name): \(row.document) \(row.source) \(row.journey.state) \(row.refusal?.code ?? "")")
      }
    }
  }

  /// One thing happens.
  private func happen() {
    start()
    switch chance.below(100) {
    case 0..<62: agentTurn()
    case 62..<72: arrive()
    case 72..<90: clerk.act()
    case 90..<94: Administration.act(in: self)
    case 94..<97: jumpClock()
    default: if faults.crash > 0, let process = chance.pick(processes) { crash(process) }
    }
  }

  private func agentTurn() {
    guard let agent = chance.pick(agents), agent.isUp, let turn = chance.pick(AgentProcess.Turn.allCases) else {
      return
    }
    note("\(agent.name) \(turn)")
    agent.take(turn)
    // Whoever scans has found out something: mostly the work follows at once.
    if turn == .scan, agent.isUp, chance.happens(700) { agent.take(.workOut) }
    if turn == .mail, agent.isUp, chance.happens(700) { agent.take(.workIn) }
  }

  private func arrive() {
    guard !delayed.isEmpty else { return }
    // The newest as often as any: it crosses what is under way.
    let request = delayed.remove(at: chance.happens(500) ? delayed.count - 1 : chance.below(delayed.count))
    if hub.isUp { request() }
  }

  private func start() {
    for process in processes where !process.isUp {
      do { try process.startIfDue() } catch is Crash {
        // It died while it started.
      } catch {
        // The service manager tries again.
        process.die(powerCut: false, for: .seconds(5))
      }
    }
  }

  private func crash(_ process: Process) {
    guard process.isUp else { return }
    let powerCut = chance.happens(faults.powerCut)
    note("\(process.name) \(powerCut ? "loses power" : "is killed")")
    if powerCut { met(process === hub ? .hubPowerCut : .agentPowerCut) }
    if !hub.isUp || agents.contains(where: { !$0.isUp }) { met(.bothDown) }
    process.die(powerCut: powerCut, for: .milliseconds(Int64(chance.below(8000))))
  }

  private func jumpClock() {
    guard let process = chance.pick(processes) else { return }
    let old = process.clockError
    // A battery that is empty, and a time server that is found again.
    process.clockError =
      switch chance.below(4) {
      case 0: .seconds(400 * 86400)
      case 1: .zero
      default: .seconds(chance.within(-10800...10800))
      }
    if process.clockError < old { met(.clockBack) }
    note("\(process.name)'s clock is wrong by \(process.clockError)")
  }

  // MARK: - The quiet phase

  private func calm() {
    note("quiet")
    faults = .none
    for request in delayed where hub.isUp { request() }
    delayed = []
    now = now + .seconds(60)
    for process in processes { process.clockError = .zero }
    Administration.heal(self)
    clerk.finishWriting()
    start()
  }

  private func settle() {
    for agent in agents {
      for turn in [AgentProcess.Turn.refreshDirectory, .mail, .scan] { agent.take(turn) }
      now = now + .seconds(3)
      agent.take(.scan)
      repeat { agent.take(.workOut) } while !agent.isIdle
    }
    for agent in agents {
      agent.take(.mail)
      repeat { agent.take(.workIn) } while !agent.isIdle
      agent.take(.acknowledge)
    }
  }
}
