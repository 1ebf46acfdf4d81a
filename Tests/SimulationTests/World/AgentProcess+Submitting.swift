import Durable
import Exchange
import Foundation

@testable import Agent

/// Upload and submission, as OutgoingWorker and CurlHubConnection do them.
extension AgentProcess {
  func submit(_ first: OutgoingRecord) throws -> (OutgoingRecord, HubFault?) {
    var record = first
    let started = record.upload
    do {
      if world.mutation == .signedAnewOnRetry, record.journey.attempts > 0 { try signAnew(&record) }
      if world.mutation == .newIdentifierOnRetry, record.journey.attempts > 0 {
        try renew(&record)
      }
      guard let digest = record.signedDigest, let size = record.signedSize, !record.addressees.isEmpty else {
        throw SystemError(call: "key of", path: record.unit.rawValue, code: ENOKEY)
      }
      let upload = try upload(record, size)
      record.upload = upload
      let submission = Submission(
        document: record.document, upload: upload, sender: record.unit, addressees: record.addressees, digest: digest,
        size: size, name: record.nameText, urgency: record.urgency, submittedAt: now)
      let certificate = World.certificate(of: record.unit)
      let receipt = try world.network.ask(self) { [key] in
        try $0.submit(key, submission, signedWith: certificate, path: submission.document)
      }
      guard receipt.answers(submission) else {
        throw ReceiptCheck.Wrong(description: "the receipt speaks of another document")
      }
      record.receipt = try CanonicalJSON.encode(receipt)
      record.receiptNumber = receipt.number
      advance(&record, .accepted)
      record.target = try sentTarget(record, at: receipt.acceptedAt)
      try save(record)
      world.checker.receiptShown(record)
      return (record, nil)
    } catch let fault as HubFault {
      if world.mutation == .faultIsRefusal, fault.isUnreachable {
        return (try refuse(first, .hubOther(status: 0)), nil)
      }
      switch OutgoingFault(fault) {
      case .stopping: throw Crash()
      case .refused(let refusal): return (try refuse(record, refusal), nil)
      case .passing(let retryAfter, let uploadIsGone):
        if record.upload == started {
          record.upload = try read { try Journal.outgoing(first.document, in: $0) }?.upload
        }
        if uploadIsGone { record.upload = nil }
        return (try delay(record, retryAfter), fault)
      }
    } catch let crash as Crash {
      throw crash
    } catch {
      return (try delay(record, nil), nil)
    }
  }

  /// As `CurlHubConnection.upload`.
  private func upload(_ record: OutgoingRecord, _ size: Int64) throws -> UploadID {
    if record.upload != nil { world.met(.uploadResumed) }
    var course = UploadCourse(size: size, resuming: record.upload, chunk: Self.chunk)
    let bytes = try disk.read(spooled(record.document))
    while let request = course.next {
      let answer = try answer(request, bytes, size)
      if answer == .mismatch { world.met(.uploadCorrected) }
      guard course.take(answer) else {
        throw HubFault(Problem(answer == .gone ? .uploadGone : .offsetMismatch, "the upload"), retryAfter: nil)
      }
      if case .created(let upload, _) = answer, UploadCourse.isWorthResuming(size: size, chunk: Self.chunk) {
        var begun = record
        begun.upload = upload
        try save(begun)
      }
    }
    guard let upload = course.upload else { throw HubFault(kind: .protocolViolation, detail: "no name") }
    return upload
  }

  private func answer(_ request: UploadCourse.Request, _ bytes: [UInt8], _ size: Int64) throws -> UploadCourse.Answer {
    let network = world.network
    do {
      switch request {
      case .offset(let upload): return .offset(try network.ask(self) { [key] in try $0.offset(key, of: upload) })
      case .create(let withBytes):
        let body = withBytes ? network.garbled(bytes) : nil
        let arriving = withBytes ? network.arriving(of: bytes.count) : nil
        let (upload, offset) = try network.ask(self) { [key] in
          try $0.createUpload(key, length: size, bytes: body, arriving: arriving)
        }
        return .created(upload, offset: offset)
      case .append(let upload, let from, let length):
        let body = Array(bytes.dropFirst(Int(from)).prefix(Int(length)))
        let checksum = Letters.digest(body)
        let sent = network.garbled(body)
        let arriving = network.arriving(of: body.count)
        return .appended(
          to: try network.ask(self) { [key] in
            try $0.append(key, to: upload, at: from, bytes: sent, checksum: checksum, arriving: arriving)
          })
      }
    } catch let fault as HubFault {
      guard case .refused(let problem) = fault.kind else { throw fault }
      switch problem.type {
      case .offsetMismatch: return .mismatch
      case .uploadGone: return .gone
      default: throw fault
      }
    }
  }

  // MARK: - Planted bugs

  private func signAnew(_ record: inout OutgoingRecord) throws {
    let (original, _) = Letters.parts(try disk.read(spooled(record.document)))
    let bytes = original + Letters.signature(by: record.unit, &world.chance)
    try disk.write(spooled(record.document)) { $0 = bytes }
    record.signedDigest = Letters.digest(bytes)
    record.signedSize = Int64(bytes.count)
    record.upload = nil
  }

  private func renew(_ record: inout OutgoingRecord) throws {
    let old = record
    record.document = DocumentID(at: now, using: &world.chance)
    try disk.rename(spooled(old.document), spooled(record.document), keeping: true)
    let renewed = record
    try commit {
      try $0.execute(sql: "DELETE FROM outgoing WHERE document = ?", arguments: [old.document.text])
      try Journal.save(renewed, [], in: $0)
    }
  }
}
