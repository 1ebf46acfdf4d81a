import Durable
import Exchange
import Foundation
import GRDB

@testable import Hub

/// The hub: the real decisions (`Acceptance`, `Upload`, the ledger's statements) in the order of its routes, around a
/// simulated disk.
final class HubProcess: Process {
  static let uploadFolder = "/hub/uploads"
  static let objectFolder = "/hub/objects"
  /// Bytes gathered before one write.
  static let pieceSize = 16

  private var uploads: [UploadID: Upload] = [:]

  override func forget() { uploads = [:] }

  /// As `UploadStore.recover`.
  override func recover() throws {
    for entry in disk.list(Self.uploadFolder) {
      guard let upload = Upload(fileName: entry.name, size: Int64(entry.bytes.count)) else {
        try disk.remove(Place(Self.uploadFolder, entry.name))
        continue
      }
      try disk.sync(data(upload))
      try disk.syncFolder(Self.uploadFolder)
      uploads[upload.id] = upload
    }
  }

  private func data(_ upload: Upload) -> Place { Place(Self.uploadFolder, upload.fileName) }
  static func object(_ digest: SHA256Digest) -> Place { Place(objectFolder, digest.hex) }

  /// As `CallerMiddleware`.
  func caller(_ key: Data) throws -> (machine: MachineID, units: Set<UnitID>, closed: Set<UnitID>) {
    guard let known = try read({ try SQLiteLedger.authorise(machineKey: key, at: now, in: $0) }) else {
      throw Problem(.keyUnknown, "the transport key is not registered")
    }
    guard !known.isRevoked else {
      world.met(.machineExpired)
      throw Problem(.keyRevoked, "the transport key was revoked or has expired")
    }
    return (known.machine, known.units, known.closed)
  }

  // MARK: - Uploads, as TusRoutes and UploadStore

  func createUpload(_ key: Data, length: Int64, bytes: [UInt8]?, arriving: Int?) throws -> (UploadID, offset: Int64) {
    let owner = try caller(key).machine
    let id = UploadID(at: now, using: &world.chance)
    let upload = Upload(
      id: id, owner: owner, length: length, expires: now + .seconds(24 * 3600), metadata: nil, offset: 0)
    try disk.write(data(upload)) { $0 = [] }
    uploads[id] = upload
    guard let bytes else { return (id, 0) }
    var begun = upload
    try begun.beginWriting(at: 0)
    uploads[id] = begun
    let after = try receive(bytes, begun, checksum: nil, arriving: arriving)
    world.checker.offsetTold(after)
    return (id, after.offset)
  }

  func offset(_ key: Data, of id: UploadID) throws -> Int64 { try find(id, try caller(key).machine).offset }

  func append(
    _ key: Data, to id: UploadID, at offset: Int64, bytes: [UInt8], checksum: SHA256Digest, arriving: Int?
  ) throws -> Int64 {
    var upload = try find(id, try caller(key).machine)
    try upload.beginWriting(at: offset)
    uploads[id] = upload
    let after = try receive(bytes, upload, checksum: checksum, arriving: arriving)
    world.checker.offsetTold(after)
    return after.offset
  }

  private func find(_ id: UploadID, _ owner: MachineID) throws -> Upload {
    guard let upload = uploads[id], upload.owner == owner else {
      world.met(.uploadGone)
      throw Problem(.uploadGone, "there is no such upload")
    }
    return upload
  }

  /// - Parameter arriving: how many of the bytes come before the connection breaks; nil: all.
  private func receive(_ bytes: [UInt8], _ begun: Upload, checksum: SHA256Digest?, arriving: Int?) throws -> Upload {
    var upload = begun
    let come = Array(bytes.prefix(arriving ?? bytes.count))
    var rest = come[...]
    while rest.count >= Self.pieceSize {
      upload = try write(Array(rest.prefix(Self.pieceSize)), to: upload, sync: false)
      rest = rest.dropFirst(Self.pieceSize)
    }
    guard come.count == bytes.count else {
      if checksum != nil {
        try truncate(upload, to: begun.offset)
      } else {
        _ = try write(Array(rest), to: upload, sync: true)
      }
      throw ConnectionBroken()
    }
    upload = try write(Array(rest), to: upload, sync: true)
    if let checksum, checksum != Letters.digest(bytes) {
      world.met(.checksumWrong)
      try truncate(upload, to: begun.offset)
      throw Problem(.checksumMismatch, "the chunk does not have the checksum that was announced")
    }
    return upload
  }

  private func write(_ piece: [UInt8], to upload: Upload, sync: Bool) throws -> Upload {
    do { try upload.mayWrite(Int64(piece.count), to: uploads[upload.id]) } catch {
      if error.type == .offsetMismatch { world.met(.uploadTakenOver) }
      throw error
    }
    let place = data(upload)
    try disk.write(place) { bytes in
      bytes.replaceSubrange(
        min(Int(upload.offset), bytes.count)..<min(Int(upload.offset) + piece.count, bytes.count), with: piece)
    }
    if sync, world.mutation != .receiptBeforeSync {
      try disk.sync(place)
      if upload.durable == 0 { try disk.syncFolder(Self.uploadFolder) }
    }
    guard var after = uploads[upload.id], after.writer == upload.writer else {
      world.met(.uploadTakenOver)
      throw Problem(.offsetMismatch, "another request has taken this upload over")
    }
    after.wrote(Int64(piece.count), sync: sync)
    uploads[upload.id] = after
    return after
  }

  private func truncate(_ upload: Upload, to offset: Int64) throws {
    guard var current = uploads[upload.id], current.writer == upload.writer else { return }
    current.cut(to: offset)
    uploads[upload.id] = current
    try disk.write(data(upload)) { $0 = Array($0.prefix(Int(offset))) }
  }

  // MARK: - The legal act, as SubmissionRoute

  func submit(_ key: Data, _ submission: Submission, signedWith fingerprint: Data, path: DocumentID) throws
    -> AcceptanceReceipt
  {
    let caller = try caller(key)
    world.checker.submitted(submission)
    let earlier = try read { try SQLiteLedger.accepted(path, in: $0) }
    let known = try read { try SQLiteLedger.unit(forCertificate: fingerprint, at: now, in: $0) }
    if known == nil { world.met(.certificateExpired) }
    let first = Acceptance.decide(
      submission, path: path, signerIsSender: known == submission.sender,
      // The late unit stands for one that is suspended until then: it has letters of its own refused after they were signed.
      standing: submission.sender == World.late && !world.checker.isLateAdded
        ? .unitIsClosed : Caller(caller, key).standing(towards: submission.sender),
      earlier: earlier.map { .init(submission: $0.submission) }, limits: Limits.documentSize)
    switch first {
    case .refuse(let type, let detail): throw Problem(type, detail)
    case .repeatReceipt:
      world.met(.receiptRepeated)
      if let earlier { return try CanonicalJSON.decode(AcceptanceReceipt.self, from: earlier.receipt) }
    case .accept: break
    }
    let upload = try find(submission.upload, caller.machine)
    guard upload.isComplete || world.mutation == .uploadUnchecked else {
      throw Problem(.uploadIncomplete, "not all bytes have arrived", offset: upload.offset)
    }
    let verdict = try judge(upload, submission)
    if case .refuse(let type, let detail) = Acceptance.decide(submission, verdict: verdict, record: .init()) {
      if type == .digestMismatch { world.met(.digestWrong) }
      uploads[upload.id] = nil
      try disk.remove(data(upload))
      throw Problem(type, detail)
    }
    try adopt(data(upload), verdict.digest)
    return try accept(submission, verdict, upload)
  }

  private func judge(_ upload: Upload, _ submission: Submission) throws -> Acceptance.Verdict {
    try act()
    guard let bytes = disk.bytes(data(upload)) else { throw Problem(.uploadGone, "the upload cannot be read") }
    if world.mutation == .uploadUnchecked {
      return .init(
        digest: submission.digest, size: submission.size, fault: nil, detail: "", signer: submission.sender)
    }
    let report = Letters.report(bytes)
    return .init(
      digest: try SHA256Digest(hex: report.digest), size: report.fileLength,
      fault: report.isAcceptable ? nil : .signatureInvalid, detail: "", signer: Letters.parts(bytes).signer)
  }

  /// As `FileObjectStore.adopt`.
  private func adopt(_ file: Place, _ digest: SHA256Digest) throws {
    let target = Self.object(digest)
    // Before it looks, another submission of the same document may have come as far.
    try act()
    if disk.look(file) == nil, disk.look(target) != nil { return }
    try disk.rename(file, target, keeping: false)
    try disk.syncFolder(Self.objectFolder)
  }

  private func accept(_ submission: Submission, _ verdict: Acceptance.Verdict, _ upload: Upload) throws
    -> AcceptanceReceipt
  {
    let now = self.now
    let bytes = try CanonicalJSON.encode(submission)
    let submissionDigest = Letters.digest(Array(bytes))
    func receipt(_ number: String) -> AcceptanceReceipt {
      AcceptanceReceipt(
        evidence: EvidenceID(at: now, using: &world.chance), number: number, submission: submission,
        digest: verdict.digest, size: verdict.size, submissionDigest: submissionDigest, acceptedAt: now, hub: "hub")
    }
    func commit() throws -> (receipt: Data, isNew: Bool, notify: Set<UnitID>, cursor: MailboxCursor) {
      try self.commit { database in
        try SQLiteLedger.accept(
          submission, submissionBytes: bytes, digest: verdict.digest, size: verdict.size, at: now, in: database
        ) { try CanonicalJSON.encode(receipt($0)) }
      }
    }
    if world.mutation == .receiptBeforeCommit {
      let early = receipt("early")
      world.later { [self] in
        if let accepted = try? commit(), accepted.isNew {
          world.checker.accepted(submission, recipients: accepted.notify.subtracting([submission.sender]))
        }
      }
      return early
    }
    let accepted = try commit()
    if accepted.isNew {
      world.checker.accepted(submission, recipients: accepted.notify.subtracting([submission.sender]))
      tell(accepted.notify)
    } else {
      world.met(.ledgerRepeated)
    }
    uploads[upload.id] = nil
    try disk.remove(data(upload))
    return try CanonicalJSON.decode(AcceptanceReceipt.self, from: accepted.receipt)
  }

  /// As `NoticeBoard`, with the listeners: whoever hears of a new letter fetches it at once. A notice that is lost costs
  /// nothing but time.
  private func tell(_ units: Set<UnitID>) {
    for unit in units.sorted() where world.chance.happens(700) {
      guard let agent = world.agent(of: unit) else { continue }
      world.later { [world] in
        for turn in [AgentProcess.Turn.mail, .workIn, .acknowledge] where agent.isUp && world.chance.happens(900) {
          agent.take(turn)
        }
      }
    }
  }

  // MARK: - Delivery, as DeliveryRoutes and ContentRoute

  func mailbox(_ key: Data, of unit: UnitID, after cursor: MailboxCursor, limit: Int) throws -> MailboxPage {
    try Caller(caller(key), key).require(unit)
    return try read { try SQLiteLedger.mailbox(of: unit, after: cursor, limit: limit, in: $0) }
  }

  func content(_ key: Data, of document: DocumentID, from offset: Int) throws -> [UInt8] {
    let units = try caller(key).units
    let digest = try read { database in
      try SQLiteLedger.isParty(units, to: document, in: database)
        ? SQLiteLedger.accepted(document, in: database)?.digest : nil
    }
    guard let digest else { throw Problem(.notFound, "there is no such document") }
    return Array(try disk.read(Self.object(digest)).dropFirst(offset))
  }

  func acknowledge(_ key: Data, _ batch: AcknowledgementBatch, signedWith fingerprint: Data) throws
    -> AcknowledgementResult
  {
    try Caller(caller(key), key).require(batch.unit)
    let now = self.now
    guard try read({ try SQLiteLedger.unit(forCertificate: fingerprint, at: now, in: $0) }) == batch.unit else {
      throw Problem(.signerNotAuthorised, "the batch is not signed by a current certificate of \(batch.unit)")
    }
    let digest = Letters.digest(Array(try CanonicalJSON.encode(batch)))
    world.checker.acknowledged(batch)
    return try commit { try SQLiteLedger.acknowledge(batch, digest: digest, at: now, in: $0) }.result
  }

  func directory(_ key: Data, since: Int64?) throws -> Directory? {
    _ = try caller(key)
    let directory = try read { try SQLiteLedger.directory(province: World.province, in: $0) }
    return directory.version == since ? nil : directory
  }
}

/// The other side is gone in the middle of a body.
struct ConnectionBroken: Error {}

extension Caller {
  fileprivate init(_ caller: (machine: MachineID, units: Set<UnitID>, closed: Set<UnitID>), _ key: Data) {
    self.init(machine: caller.machine, units: caller.units, closed: caller.closed, key: key)
  }
}
