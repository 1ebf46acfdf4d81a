import Durable
import Exchange
import Foundation

/// The end of a journey: into sent/ or rejected/, out of the outbox.
extension OutgoingWorker {
  func file(_ record: OutgoingRecord, _ unit: UnitConfiguration) async throws -> OutgoingRecord {
    var record = record
    let path = spooled(record.document)
    let filing = Filing(unit: unit)
    do {
      let folders = self.folders
      if record.target == nil {
        let accepted = record
        record.target = try await folders.work(in: unit.unit) { try filing.target(for: accepted, at: Instant(Date())) }
        try await journal.save(record)
      }
      let current = record
      switch try await folders.work(
        in: unit.unit,
        {
          let folder = try folders.open(unit.unit)
          let outcome = try filing.run(current, spooled: path, in: folder)
          Self.tidy(current, unit, in: folder)
          return outcome
        })
      {
      case .filed:
        advance(&record, .filed)
        try await journal.save(record, [event(.sent, record, ["path": "\(record.target.map { "\($0)" } ?? "")"])])
      case .nameTaken:
        record.target = try await folders.work(in: unit.unit) { try filing.target(for: current, at: Instant(Date())) }
        try await journal.save(record)
      case .filedBeside(let error): try await end(&record, by: .filed, .sent, leaving: error)
      }
      troubles.cleared(.sent, of: unit.unit)
      return record
    } catch {
      troubles.blocked(.sent, unit.sent, of: unit.unit, by: error)
      return try await delay(record, step: "file", error, retryAfter: nil)
    }
  }

  /// The folder of a letter that was handed over by command is of no use without it. One that stays is looked after when the
  /// outbox is looked through.
  private static func tidy(_ record: OutgoingRecord, _ unit: UnitConfiguration, in folder: OpenFolder) {
    if record.folder != FilePath(unit.outbox) { try? LetterPackage(record.folder).clear(in: folder) }
  }

  func reject(_ record: OutgoingRecord, _ unit: UnitConfiguration) async throws -> OutgoingRecord {
    var record = record
    let path = spooled(record.document)
    let rejecting = Rejecting(unit: unit)
    do {
      let current = record
      let folders = self.folders
      if record.target == nil {
        record.target = try await folders.work(in: unit.unit) {
          _ = try folders.open(unit.unit)
          return try rejecting.target(for: current)
        }
        try await journal.save(record)
      }
      guard let refusal = record.refusal else { throw SystemError(call: "reject", path: record.nameText, code: EINVAL) }
      let named = record
      let messages = Messages(configuration.language)
      let (name, at) = (record.nameText, record.takenAt)
      let reason = (
        moved: messages.reasonFile(refusal, fileName: name, at: at),
        left: messages.reasonFile(refusal, fileName: name, at: at, left: "\(record.source)")
      )
      switch try await folders.work(
        in: unit.unit,
        {
          let folder = try folders.open(unit.unit)
          let outcome = try rejecting.run(named, reason: reason, spooled: path, in: folder)
          Self.tidy(named, unit, in: folder)
          return outcome
        })
      {
      case .filed:
        advance(&record, .moved)
        try await journal.save(record, [event(.rejected, record, ["path": "\(record.target.map { "\($0)" } ?? "")"])])
      case .nameTaken:
        record.target = nil
        try await journal.save(record)
      case .filedBeside(let error): try await end(&record, by: .moved, .rejected, leaving: error)
      }
      troubles.cleared(.rejected, of: unit.unit)
      return record
    } catch {
      troubles.blocked(.rejected, unit.rejected, of: unit.unit, by: error)
      return try await delay(record, step: "reject", error, retryAfter: nil)
    }
  }
}
