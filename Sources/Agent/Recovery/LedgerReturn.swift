import Durable
import Exchange
import Foundation
import Logging

/// Where the hub's ledger isn't the one any more that the journal knows, as after it was restored from a backup: what it forgot
/// is sent again under the same identifiers, and the mailbox is asked for from its start. Recipients know a document by its
/// identifier, and file it once.
struct LedgerReturn: Sendable {
  let hub: any HubConnection
  let journal: Journal
  /// Takes up documents that are to be sent again.
  let resend: @Sendable ([OutgoingRecord]) -> Void
  let now: @Sendable () -> Instant
  let logger: Logger

  /// - Returns: false where documents are just being filed: it must be asked again.
  func run(_ unit: UnitID, _ ledger: LedgerStanding) async throws -> Bool {
    var known: Set<DocumentID> = []
    try await hub.eachSending(of: unit) { known.formUnion($0.map(\.document)) }
    // An older directory than ours counts now.
    if var directory = try await journal.directory() {
      directory.version = 0
      try await journal.save(directory)
    }
    let forgotten = try await journal.forgotten(by: ledger, of: unit, except: known, at: now())
    logger.error(
      "the hub's ledger is another one than before, as after a restore from a backup: what it forgot is sent again",
      metadata: ["unit": "\(unit)", "forgotten": "\(forgotten.reopened.count)", "done": "\(forgotten.isWhole)"])
    resend(forgotten.reopened)
    return forgotten.isWhole
  }
}
