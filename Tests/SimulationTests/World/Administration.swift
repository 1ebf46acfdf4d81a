import Exchange
import Foundation
import GRDB

@testable import Hub

/// What the province's office does meanwhile: units, groups, certificates.
enum Administration {
  private static let far: Int64 = 4_000_000_000_000

  static func enrol(_ agent: AgentProcess, as id: MachineID, in database: Database) throws {
    let machine = id.text
    try database.execute(sql: "INSERT INTO machine (id, createdAt) VALUES (?, 0)", arguments: [machine])
    try database.execute(
      sql: "INSERT INTO machine_key (key, machine, serial, notAfter) VALUES (?, ?, ?, ?)",
      arguments: [agent.key, machine, Data(), far])
    for unit in agent.units where unit != World.late { try certify(unit, machine: machine, in: database) }
  }

  private static func certify(_ unit: UnitID, machine: String, in database: Database) throws {
    try database.execute(
      sql: "INSERT INTO machine_unit (machine, unit) VALUES (?, ?)", arguments: [machine, unit.rawValue])
    try database.execute(
      sql: "INSERT INTO unit_certificate (fingerprint, unit, key, serial, der, notAfter) VALUES (?, ?, ?, ?, ?, ?)",
      arguments: [World.certificate(of: unit), unit.rawValue, Data(), Data(), Data(), far])
  }

  static func act(in world: World) {
    do {
      switch world.chance.below(12) {
      case 0: try close(in: world)
      case 1: try addLate(in: world)
      case 2, 3, 4: try changeGroup(in: world)
      case 5, 6: try expireCertificate(in: world)
      case 7: try expireMachine(in: world)
      default: try renew(in: world)
      }
    } catch {
      // The tool says what is wrong, and the office does something else.
      world.note("administration: \(error)")
    }
  }

  /// What the quiet phase begins with: what has expired is renewed.
  static func heal(_ world: World) {
    try? renew(in: world)
    try? addLate(in: world)
  }

  private static func close(in world: World) throws {
    guard world.chance.happens(300), let unit = world.chance.pick(World.groupMembers) else { return }
    world.met(.unitClosed)
    world.note("closes \(unit)")
    let now = world.now
    try world.hub.database.write { database in
      if world.mutation == .closedSilently {
        try database.execute(sql: "UPDATE unit SET isActive = 0 WHERE id = ?", arguments: [unit.rawValue])
      } else {
        try SQLiteLedger.close(unit, at: now, in: database)
      }
    }
    world.checker.closed(unit)
  }

  private static func addLate(in world: World) throws {
    guard !world.checker.isLateAdded, let agent = world.agent(of: World.late) else { return }
    let now = world.now
    try world.hub.database.write { database in
      try SQLiteLedger.add([UnitEntry(id: World.late, name: "Công đoàn mới")], at: now, in: database)
      let machine = try String.fetchOne(
        database, sql: "SELECT machine FROM machine_key WHERE key = ?", arguments: [agent.key])
      try certify(World.late, machine: machine ?? "", in: database)
    }
    world.checker.isLateAdded = true
  }

  private static func changeGroup(in world: World) throws {
    guard let unit = world.chance.pick(World.groupMembers) else { return }
    let joins = world.chance.happens(500)
    try world.hub.database.write { database in
      if joins {
        try SQLiteLedger.join(World.group, [unit], in: database)
      } else {
        try SQLiteLedger.leave(World.group, [unit], in: database)
      }
    }
    world.met(.groupChanged)
    world.note("\(unit) \(joins ? "joins" : "leaves") the group")
  }

  private static func expireCertificate(in world: World) throws {
    guard let unit = world.chance.pick(World.groupMembers) else { return }
    world.note("\(unit)'s certificate expires")
    world.checker.expired(unit)
    try world.hub.database.write {
      try $0.execute(sql: "UPDATE unit_certificate SET notAfter = 0 WHERE unit = ?", arguments: [unit.rawValue])
    }
  }

  private static func expireMachine(in world: World) throws {
    guard let agent = world.chance.pick(world.agents) else { return }
    try world.hub.database.write {
      try $0.execute(sql: "UPDATE machine_key SET notAfter = 0 WHERE key = ?", arguments: [agent.key])
    }
  }

  private static func renew(in world: World) throws {
    try world.hub.database.write {
      try $0.execute(sql: "UPDATE unit_certificate SET notAfter = ?", arguments: [far])
      try $0.execute(sql: "UPDATE machine_key SET notAfter = ?", arguments: [far])
    }
  }
}
