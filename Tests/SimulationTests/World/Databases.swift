import Exchange
import Foundation
import GRDB

@testable import Agent
@testable import Hub

/// Fresh databases with the real schemas, copied from a model in memory: making the tables anew costs more than a seed.
enum Databases {
  static func journal() throws -> DatabaseQueue { try copy(of: journalModel.get()) }
  static func ledger() throws -> DatabaseQueue { try copy(of: ledgerModel.get()) }

  private static let journalModel = Result { try model(JournalSchema.migrator) }
  private static let ledgerModel = Result {
    let queue = try model(LedgerSchema.migrator)
    let start = Instant(millisecondsSinceEpoch: 0)
    try queue.write { database in
      try SQLiteLedger.addGroup(World.group, name: "Khối trực thuộc", aliases: [], in: database)
      let units = World.units.filter { $0 != World.late }.map { unit in
        UnitEntry(
          id: unit, name: "Công đoàn \(unit)", groups: World.groupMembers.contains(unit) ? [World.group] : [])
      }
      try SQLiteLedger.add(units, at: start, in: database)
    }
    return queue
  }

  private static func model(_ migrator: DatabaseMigrator) throws -> DatabaseQueue {
    let queue = try DatabaseQueue()
    try migrator.migrate(queue)
    return queue
  }

  private static func copy(of model: DatabaseQueue) throws -> DatabaseQueue {
    let queue = try DatabaseQueue()
    try model.backup(to: queue)
    return queue
  }
}
