import Durable
import Exchange
import Foundation
import Logging
import NIOConcurrencyHelpers
import PDFSignature
import PKI

/// Signing what stands in the spool, at the level that its unit wants.
extension OutgoingWorker {
  /// Signs what stands in the spool. For a new document, taking in and signing are journalled in one commit: nothing was
  /// sent before, and a crash in between leaves only an orphan in the spool.
  /// - Returns: the record after it, and the hub's fault where its time-stamp was in the way.
  func sign(
    _ record: OutgoingRecord, _ taken: SpooledDocument, unit: UnitConfiguration, after takenIn: [JournalEvent]
  ) async throws -> (OutgoingRecord, HubFault?) {
    var record = record
    do {
      guard let identity = identities.signer(of: unit.unit) else {
        throw SystemError(call: "key of", path: unit.unit.rawValue, code: ENOKEY)
      }
      let signing = Signing(identity: identity, unit: unit, seal: identities.seals[unit.unit])
      let now = Instant(Date())
      let begun = try await begin(signing, taken, at: now)
      let pending = begun.pending
      let token = try await firstStamp(pending.timeStampImprint, unit.signing)
      let stamped = try await threads.run { try signing.finish(pending, token: token, of: begun.document) }
      let signed = try await raise(stamped, signing)
      record.signedDigest = signed.digest
      record.signedSize = signed.size
      advance(&record, .signed)
      var facts = ["level": signed.level.rawValue]
      let remarks = pending.seal?.remarks ?? []
      if !remarks.isEmpty { facts["seal"] = remarks.map(\.rawValue).joined(separator: ",") }
      let events = begun.repaired.map { [event(.repaired, record, $0)] } ?? []
      if let earlier = try await journal.saveSigned(record, takenIn + events + [event(.signed, record, facts)]) {
        throw Refused(.duplicate(sentAt: earlier.takenAt, receiptNumber: earlier.receiptNumber))
      }
      if begun.repaired != nil { try await threads.run { try SpoolRepair(taken.path).forget() } }
      return (record, nil)
    } catch let refused as Refused {
      let refused = try await refuse(record, refused.refusal, after: takenIn)
      if unit.repair { try await threads.run { try SpoolRepair(taken.path).forget() } }
      return (refused, nil)
    } catch {
      let fault = error as? HubFault
      // The daemon is stopping: a file that isn't journalled yet is taken in anew.
      if error is CancellationError || fault.map({ OutgoingFault($0) == .stopping }) == true {
        throw CancellationError()
      }
      // "Spooled" promises that the copy lasts; until now only signing would have synced it.
      try await threads.run {
        try DurableFile.sync(try OwnedDescriptor(opening: "\(taken.path)", flags: O_WRONLY), path: taken.path)
        try DurableFile.syncFolder(taken.path.folder)
      }
      return (
        try await delay(record, step: "sign", error, retryAfter: fault?.retryAfter, after: takenIn), fault
      )
    }
  }

  /// The signature's own time-stamp, where the level has one. It can't be added afterwards, so the letter waits for it: a
  /// hub that restarts must not leave letters below their level for good.
  func firstStamp(_ imprint: Data, _ signing: UnitConfiguration.Signing) async throws -> Data? {
    guard signing.level >= .timeStamped else { return nil }
    do { return try await Self.timeStamp(imprint, of: hub) } catch {
      guard signing.mayLower, !(error is CancellationError) else { throw error }
      logger.warning("signed without a time-stamp, as the unit's setting allows", metadata: ["error": "\(error)"])
      return nil
    }
  }

  /// A token of the hub's authority.
  private static func timeStamp(_ imprint: Data, of hub: any HubConnection) async throws -> Data {
    let nonce = try Random.bytes(8)
    do {
      let response = try await hub.timeStamp(TimeStamp.request(imprint: imprint, nonce: nonce))
      return try TimeStamp.token(inResponse: response, imprint: imprint, nonce: nonce)
    } catch let error as PKIError {
      // A captive portal's page, or an authority that is out of order: not this letter's fault.
      throw HubFault(kind: .protocolViolation, detail: "no time-stamp: \(error)")
    }
  }

  /// Adds evidence, and for B-LTA a document time-stamp, where the unit wants them. A hub that is out of reach is waited for;
  /// what can't be had at all (the list of another authority) is done without.
  func raise(_ document: SignedDocument, _ signing: Signing) async throws -> SignedDocument {
    let wanted = signing.unit.signing.level
    guard wanted >= .longTerm, document.level == .timeStamped else { return document }
    let hub = self.hub
    let away = NIOLockedValueBox<HubFault?>(nil)
    let anchors = trust.rules(try? await journal.directory()).anchors
    let archivist = Archivist(
      trust: anchors, threads: threads, timeStamp: { try await Self.timeStamp($0, of: hub) },
      evidence: { _ in
        do { return ([.list(try RevocationList(der: try await hub.revocationList()))], []) } catch {
          if let fault = error as? HubFault { away.withLockedValue { $0 = fault } }
          return ([], ["\(error)"])
        }
      })
    do {
      let path = "\(document.path)"
      let file = try await threads.run { try PDFFile(path: path) }
      let outcome = try await archivist.raise(file, try await archivist.plan(file), to: wanted)
      if let fault = away.withLockedValue({ $0 }), fault.mayPass, !signing.unit.signing.mayLower { throw fault }
      if !outcome.shortcomings.isEmpty {
        logger.warning(
          "signed below the wanted level",
          metadata: ["why": "\(outcome.shortcomings)"])
      }
      // Ours is the newest signature; a person's before it may be lower.
      let own = outcome.report.signatures.filter { SignatureLevel(rawValue: $0.level) != nil }
        .max { $0.revision < $1.revision }
      guard let reached = own.flatMap({ SignatureLevel(rawValue: $0.level) }), reached > document.level else {
        return document
      }
      return try await threads.run { try signing.append(outcome.appended, reaching: reached, to: document) }
    } catch let error as SystemError {
      throw error
    } catch let fault as HubFault where fault.mayPass && !signing.unit.signing.mayLower {
      throw fault
    } catch {
      if error is CancellationError { throw error }
      logger.warning("signed below the wanted level", metadata: ["error": "\(error)"])
      return document
    }
  }

  func signAgain(_ record: OutgoingRecord, _ unit: UnitConfiguration) async throws -> (
    OutgoingRecord, HubFault?
  ) {
    let path = spooled(record.document)
    let size = record.identity.size
    do {
      let state = try await threads.run {
        try SpoolRepair(path).takeBack()
        return try TakeIn.rehash(path, size: size)
      }
      guard let digest = record.digest, try SHA256Digest(bytes: state.resume().finalize()) == digest else {
        throw SystemError(call: "check", path: "\(path)", code: EIO)
      }
      return try await sign(
        record, SpooledDocument(path: path, digest: digest, size: size, state: state), unit: unit, after: [])
    } catch {
      return (try await delay(record, step: "sign", error, retryAfter: nil), nil)
    }
  }
}
