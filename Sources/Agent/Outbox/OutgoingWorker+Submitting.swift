import Durable
import Exchange
import Foundation
import Logging
import PDFSignature
import PKI

/// Upload, submission and receipt.
extension OutgoingWorker {
  func submit(_ record: OutgoingRecord, _ unit: UnitConfiguration) async throws -> (OutgoingRecord, HubFault?) {
    var record = record
    let started = record.upload
    do {
      guard let digest = record.signedDigest, let size = record.signedSize, !record.addressees.isEmpty,
        let identity = identities.identity(of: unit.unit)
      else { throw SystemError(call: "key of", path: unit.unit.rawValue, code: ENOKEY) }
      if record.target != nil, !(try await isSpooledAgain(record, unit)) { return (try await lose(record), nil) }
      let file = SpooledFile(path: "\(spooled(record.document))", size: size, digest: digest)
      let journalled = record
      let upload = try await hub.upload(file, resuming: record.upload) { upload in
        guard UploadCourse.isWorthResuming(size: size) else { return }
        var begun = journalled
        begun.upload = upload
        try await journal.save(begun)
      }
      record.upload = upload
      let submission = Submission(
        document: record.document, upload: upload, sender: unit.unit, addressees: record.addressees, digest: digest,
        size: size,
        name: String(record.nameText.prefix(80)), urgency: record.urgency, replyTo: record.replyTo,
        paperFollows: record.paperFollows,
        submittedAt: Instant(Date()))
      let body = try CanonicalJSON.encode(submission)
      let cms = try await threads.run {
        try SignedDataBuilder.encapsulated(body, certificates: identity.certificates, key: identity.key)
      }
      let receiptBytes = try await hub.submit(cms, documentID: record.document)
      let trust = self.trust.hub
      let receipt = try await threads.run {
        try ReceiptCheck(trust: trust).verify(receiptBytes, answers: submission, at: Date())
      }
      record.receipt = receiptBytes
      record.receiptNumber = receipt.number
      advance(&record, .accepted)
      let accepted = record
      // One that is sent again stands in sent/ already.
      if record.target == nil { record.target = try await target(for: accepted, of: unit, at: receipt.acceptedAt) }
      try await journal.save(record, [event(.accepted, record, ["receipt": receipt.number])])
      return (record, nil)
    } catch let fault as HubFault {
      switch OutgoingFault(fault) {
      case .stopping: throw CancellationError()
      case .refused(.hub(.signerNotAuthorised)) where try await isOutdated(record, unit),
        .refused(.hub(.authorityUnknown)) where try await isOutdated(record, unit):
        // It waited, and meanwhile the unit got another key. The clerk has nothing to do with that.
        record.upload = nil
        advance(&record, .outdated)
        let why = ["step": "submit", "cause": DelayCause.keyReplaced.rawValue]
        try await journal.save(record, [event(.delayed, record, why)])
        return (record, nil)
      case .refused where record.target != nil:
        // It was taken once: a hub that was restored may yet have to learn of a unit or a key.
        record.upload = nil
        return (try await delay(record, step: "submit", fault, retryAfter: Self.forgottenPause), fault)
      case .refused(let refusal): return (try await refuse(record, refusal), nil)
      case .passing(let retryAfter, let uploadIsGone):
        // An upload that was begun and cut short was journalled as it began: the next attempt goes on with it.
        if record.upload == started { record.upload = try await journal.outgoing(record.document)?.upload }
        if uploadIsGone { record.upload = nil }
        return (try await delay(record, step: "submit", fault, retryAfter: retryAfter), fault)
      }
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      return (try await delay(record, step: "submit", error, retryAfter: nil), nil)
    }
  }

  /// The name in sent/; nil where the folder can't be asked now: then it is chosen where the document is filed.
  private func target(for record: OutgoingRecord, of unit: UnitConfiguration, at now: Instant) async throws
    -> FilePath?
  {
    if folders.isHeld(unit.unit) { return nil }
    do {
      return try await folders.work(in: unit.unit) { try Filing(unit: unit).target(for: record, at: now) }
    } catch is FolderFault {
      return nil
    }
  }

  /// Whether another certificate signed the spooled document, or the record, than the one with which the unit signs now.
  func isOutdated(_ record: OutgoingRecord, _ unit: UnitConfiguration) async throws -> Bool {
    // The unit may have been enrolled anew since this daemon read its key.
    let found = try await threads.run {
      try? SigningIdentity.load(keyFile: unit.keyFile, certificateFile: unit.certificateFile)
    }
    if let found, let used = identities.identity(of: unit.unit), found.certificate != used.certificate {
      identities.replace(found, of: unit.unit)
      return true
    }
    guard let current = identities.signer(of: unit.unit)?.certificates.first else { return false }
    let path = "\(spooled(record.document))"
    let trust = self.trust.rules(try await journal.directory()).anchors
    let report = try await threads.run {
      PDFVerifier.verify(try PDFFile(path: path), trust: trust, at: Date())
    }
    guard let signer = report.signatures.last(where: { $0.coversDocument && $0.isPAdES })
    else { return false }
    return signer.certificateFingerprint != Hex.encode(current.fingerprint)
  }
}
