import Durable
import Exchange
import Foundation

/// Documents that the hub forgot are sent again from their signed copies in sent/.
extension OutgoingWorker {
  /// Where the hub refuses what it took before: its administrator has to mend something.
  static let forgottenPause: Duration = .seconds(600)

  /// Brings the signed copy back into the spool.
  /// - Returns: false where it isn't in sent/ any more.
  func isSpooledAgain(_ record: OutgoingRecord, _ unit: UnitConfiguration) async throws -> Bool {
    guard let digest = record.signedDigest, let size = record.signedSize else { return false }
    let path = spooled(record.document)
    if try await threads.run({ try Folder.look(path) }) != nil { return true }
    let (folders, room) = (self.folders, self.room)
    return try await folders.work(in: unit.unit) {
      _ = try folders.open(unit.unit)
      var copy: FilePath?
      if let target = record.target, try Placement.standing(at: target, digest: digest) == .ours { copy = target }
      if copy == nil { copy = try SignedCopies(in: FilePath(unit.sent)).find(digest, size: size) }
      guard let copy else { return false }
      try room.take(size)
      defer { room.giveBack(size) }
      let temporary = path.folder.appending(".\(record.document).again")
      try DurableFile.remove(temporary)
      do {
        try Placement.copy(copy, to: temporary)
        // Somebody may have written to it meanwhile.
        guard try Placement.digest(of: temporary) == digest else {
          throw SystemError(call: "copy", path: "\(copy)", code: EIO)
        }
        try DurableFile.publish(temporary, to: path)
      } catch {
        try? DurableFile.remove(temporary)
        throw error
      }
      return true
    }
  }

  /// The hub forgot it, and its bytes are gone here.
  func lose(_ record: OutgoingRecord) async throws -> OutgoingRecord {
    var record = record
    record.journey = OutgoingJourney(state: .sent)
    record.updatedAt = Instant(Date())
    try await journal.save(record, [event(.lost, record)])
    logger.error(
      "a letter that the hub forgot cannot be sent again: its signed copy is gone from sent/",
      metadata: [
        "document": "\(record.document)", "unit": "\(record.unit)", "name": "\(record.nameText)",
        "todo": "drop the letter into the outbox again",
      ])
    return record
  }
}
