import Exchange
import Foundation
import Logging

/// Asks the hub what is new for each unit, from the journal's own cursor, and journals it: rows and cursor in one
/// transaction, so that nothing is missed and nothing is announced twice.
struct MailboxReader: Sendable {
  let hub: any HubConnection
  let journal: Journal
  let units: [UnitID]
  let standings: UnitStandings
  let troubles: TroubleBoard
  let ledgerReturn: LedgerReturn
  let now: @Sendable () -> Instant
  let logger: Logger

  /// Reads every unit's mailbox to its end.
  /// - Returns: the documents that are new, and the last fault met.
  func readAll() async -> (announced: [IncomingRecord], fault: HubFault?) {
    var announced: [IncomingRecord] = []
    var last: HubFault?
    for unit in units {
      do {
        try await read(unit, into: &announced)
      } catch let fault as HubFault {
        last = fault
        await standings.note(fault, of: unit)
        if Task.isCancelled { break }
        logger.warning("mailbox not read", metadata: ["unit": "\(unit)", "error": "\(fault.detail)"])
      } catch {
        if Task.isCancelled { break }
        troubles.failed(error)
        logger.error("mailbox not journalled", metadata: ["unit": "\(unit)", "error": "\(error)"])
      }
    }
    return (announced, last)
  }

  private func read(_ unit: UnitID, into announced: inout [IncomingRecord]) async throws {
    var hasReturned = false
    while true {
      let place = try await journal.place(of: unit)
      let cursor = place.cursor
      let page = try await hub.inbox(of: unit, after: cursor, limit: Limits.mailboxPage)
      await standings.noteServed(unit)
      if let ledger = page.ledger {
        if place.isOfAnother(than: ledger) {
          // One that is another each time would be followed for ever.
          guard !hasReturned else {
            throw HubFault(kind: .protocolViolation, detail: "the hub's ledger changes from answer to answer")
          }
          guard try await ledgerReturn.run(unit, ledger) else { return }
          hasReturned = true
          continue
        }
        if place.epoch == nil { try await journal.note(ledger, of: unit) }
      }
      if page.items.isEmpty, page.next <= cursor { return }
      announced += try await journal.announce(page, to: unit, at: now())
      guard page.leadsOn(from: cursor) else { return }
    }
  }
}

extension MailboxPage {
  /// Whether to ask again at once. A hub that says "more" without moving on would be asked for ever.
  func leadsOn(from cursor: MailboxCursor) -> Bool { more && next > cursor }
}
