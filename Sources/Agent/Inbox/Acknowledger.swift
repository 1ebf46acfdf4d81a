import Durable
import Exchange
import Foundation
import Logging
import PKI

/// Tells the hub what became of each incoming document: in batches, each signed once by the unit's document key. A batch's
/// identifier and members are journalled before it goes out, so that a repeat is the same batch.
struct Acknowledger: Sendable {
  let hub: any HubConnection
  let journal: Journal
  let identities: IdentityStore
  let units: [UnitID]
  let bell: WakeUp
  let now: @Sendable () -> Instant
  let logger: Logger

  /// For more to gather into one signature. Nobody waits for an acknowledgement at this scale.
  private static let gathering: Duration = .milliseconds(100)
  /// Where the hub refuses for a reason that an administrator must settle.
  private static let refusedPause: Duration = .seconds(600)

  func run() async {
    var attempts = 0
    while !Task.isCancelled {
      let fault = await sendAll()
      if Task.isCancelled { return }
      if let fault {
        let pause = fault.mayPass ? RetryPolicy().delay(attempt: attempts, after: fault) : Self.refusedPause
        attempts += 1
        logger.warning("acknowledgements postponed", metadata: ["pause": "\(pause)", "error": "\(fault.detail)"])
        try? await Task.sleep(for: pause)
      } else {
        attempts = 0
        await bell.wait()
        try? await Task.sleep(for: Self.gathering)
      }
    }
  }

  /// Sends every batch of every unit. A unit that the hub refuses, as one that was closed, doesn't hold up the others.
  /// - Returns: a fault that was met; one that may pass before one that won't.
  private func sendAll() async -> HubFault? {
    var met: HubFault?
    for unit in units {
      do {
        while let pending = try await journal.nextBatch(for: unit, new: EvidenceID(at: now())) {
          try await send(pending)
        }
      } catch let fault as HubFault {
        if fault.mayPass { return fault }
        met = fault
      } catch {
        if Task.isCancelled { return nil }
        logger.error("acknowledgements not sent", metadata: ["unit": "\(unit)", "error": "\(error)"])
        return HubFault(kind: .local(EIO), detail: "\(error)")
      }
    }
    return met
  }

  private func send(_ pending: PendingBatch) async throws {
    let batch = pending.batch
    guard let identity = identities.identity(of: batch.unit) else {
      throw HubFault(kind: .local(ENOKEY), detail: "no document key for \(batch.unit)")
    }
    let record = try CanonicalJSON.encode(batch)
    let signed = try SignedDataBuilder.encapsulated(record, certificates: identity.certificates, key: identity.key)
    let result = try await hub.acknowledge(signed)
    for rejection in result.rejected {
      logger.error(
        "acknowledgement refused",
        metadata: ["document": "\(rejection.document)", "unit": "\(batch.unit)", "error": "\(rejection.type.rawValue)"])
    }
    try await journal.settle(pending, result: result, at: now())
    logger.debug("acknowledged", metadata: ["unit": "\(batch.unit)", "count": "\(batch.items.count)"])
  }
}
