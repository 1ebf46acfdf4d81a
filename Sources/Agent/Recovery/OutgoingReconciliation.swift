import Durable
import Exchange
import Foundation
import Logging
import PDFSignature
import PKI

/// Learns again what a unit sent: what the hub took on is never sent a second time, and a letter that was just on its way goes
/// on under the identifier that it had. What neither hub nor spool knows of was never submitted: it is taken in as new.
struct OutgoingReconciliation: Sendable {
  let unit: UnitConfiguration
  let paths: StatePaths
  let hub: any HubConnection
  let journal: Journal
  let folders: FolderKeeper
  let trust: DocumentTrust
  let threads: IOThreads
  let logger: Logger

  /// What stands on this machine, beside what the journal says.
  private struct Scene {
    /// Where it can be read by the spool's name.
    var spooled: Set<DocumentID> = []
    var dropped: [DroppedFile] = []
    /// Originals that were set aside, by the document; see `Original`.
    var aside: [DocumentID: (path: FilePath, identity: FileIdentity)] = [:]
  }

  private func spooled(_ document: DocumentID) -> FilePath {
    FilePath(paths.outgoingSpool).appending("\(document).pdf")
  }

  /// - Returns: how many documents were known again.
  func run(at now: Instant) async throws -> Int {
    let scene = try await look()
    let open = try await journal.openOutgoing(of: unit.unit)
    var records = Dictionary(open.map { ($0.document, $0) }, uniquingKeysWith: { first, _ in first })
    var learned: [(OutgoingRecord, JournalEvent)] = []
    var atHub: Set<DocumentID> = []
    let sendings = try await unknown(records)
    let sent = FilePath(unit.sent)
    let copies = try await folders.work(in: unit.unit) { try SignedCopies(in: sent) }
    for sending in sendings {
      atHub.insert(sending.document)
      guard let record = try await accepted(sending, records[sending.document], scene, copies, at: now) else {
        continue
      }
      learned.append((record, event(record, at: now)))
    }
    // On their way, as far as the journal knows, and the hub has never heard of them.
    for record in open where !atHub.contains(record.document) && !scene.spooled.contains(record.document) {
      guard let closed = closed(record, at: now) else { continue }
      records[record.document] = nil
      learned.append((closed, event(closed, at: now)))
    }
    let directory = try await directory()
    for document in scene.spooled where !atHub.contains(document) {
      guard let record = try await begun(document, records[document], directory, scene, at: now) else { continue }
      learned.append((record, event(record, at: now)))
    }
    try await giveBack(scene, except: atHub.union(records.keys).union(learned.map(\.0.document)))
    try await journal.recover(learned)
    return learned.count
  }

  private func event(_ record: OutgoingRecord, at now: Instant) -> JournalEvent {
    var detail = ["name": record.nameText]
    if !record.addressees.isEmpty { detail["addressee"] = Addressee.text(of: record.addressees) }
    detail["receipt"] = record.receiptNumber
    return JournalEvent(.recovered, of: record.document, unit: unit.unit, .outgoing, at: now, detail: detail)
  }

  // MARK: - What there is

  private func look() async throws -> Scene {
    let (folders, id, spool) = (self.folders, unit.unit, FilePath(paths.outgoingSpool))
    let outbox = FilePath(unit.outbox)
    let names = try await threads.run { try Folder.list(spool).filter { $0.kind == .regular }.map(\.text) }
    var scene = Scene()
    scene.spooled = Set(
      names.compactMap { $0.hasSuffix(".pdf") ? try? DocumentID(String($0.dropLast(4))) : nil })
    let (dropped, hidden) = try await folders.work(in: id) {
      let open = try folders.open(id)
      guard try Folder.look(outbox) != nil else { return ([DroppedFile](), [(FilePath, FileIdentity)]()) }
      let scan = try OutboxScan(outbox: outbox).run(in: open)
      let hidden = try scan.folders.flatMap { folder in
        try open.enter(folder, Folder.list).filter { $0.kind == .regular && $0.name.starts(with: Self.asidePrefix) }
          .map { (folder.appending($0.name), $0.identity) }
      }
      return (scan.files.filter { $0.kind == .regular }, hidden)
    }
    scene.dropped = dropped
    for (path, identity) in hidden {
      let name = String(decoding: path.name.dropFirst(Self.asidePrefix.count), as: UTF8.self)
      if let document = try? DocumentID(name) { scene.aside[document] = (path, identity) }
    }
    return scene
  }

  /// As `Original` sets files aside.
  private static let asidePrefix = Array(".congvan-".utf8)

  /// What the hub took on of this unit, and the journal doesn't know to be filed.
  private func unknown(_ open: [DocumentID: OutgoingRecord]) async throws -> [AcceptedSending] {
    var unknown: [AcceptedSending] = []
    try await hub.eachSending(of: unit.unit) { items in
      for item in items {
        if open[item.document] == nil, try await journal.outgoing(item.document) != nil { continue }
        unknown.append(item)
      }
    }
    return unknown
  }

  private func directory() async throws -> Directory? {
    if let known = try await journal.directory() { return known }
    guard let fresh = try await hub.directory(since: nil) else { return nil }
    try await journal.save(fresh)
    return fresh
  }

  // MARK: - The hub has it

  /// - Returns: the record that leads it to its end; nil where the journal knows it well enough.
  private func accepted(
    _ sending: AcceptedSending, _ known: OutgoingRecord?, _ scene: Scene, _ copies: SignedCopies, at now: Instant
  ) async throws -> OutgoingRecord? {
    if sending.addressees.isEmpty { return nil }
    let (folders, id) = (self.folders, unit.unit)
    let spool = spooled(sending.document)
    var isSpooled = false
    if scene.spooled.contains(sending.document) {
      isSpooled = try await threads.run { try Placement.digest(of: spool) == sending.digest }
    }
    if known?.journey.state == .accepted, isSpooled { return nil }
    let copy = try await folders.work(in: id) { try copies.find(sending.digest, size: sending.size) }
    let candidates = scene.dropped.filter { $0.identity.size < sending.size }
    var signed = copy ?? (isSpooled ? spool : nil)
    // The original may stand there still: only the signed bytes can tell, and the hub has them.
    if signed == nil, scene.aside[sending.document] != nil || candidates.contains(where: { isNamed($0, sending) }) {
      try await threads.run { try DurableFile.remove(spool) }
      try await hub.fetch(sending.document, size: sending.size, digest: sending.digest, into: "\(spool)")
      (signed, isSpooled) = (spool, true)
    }
    var source = FilePath(unit.outbox).appending(SafeName.of(sending.name))
    var identity = FileIdentity(device: 0, inode: 0, size: sending.size, modified: 0, changed: 0)
    var digest: SHA256Digest?
    if let aside = scene.aside[sending.document] {
      (source, identity) = (aside.path.folder.appending(SafeName.of(sending.name)), aside.identity)
      digest = try await folders.work(in: id) { try Placement.digest(of: aside.path) }
    } else if let signed, let original = try await original(of: signed, among: candidates) {
      (source, identity, digest) = (original.file.path, original.file.identity, original.digest)
    } else if let known {
      (source, identity, digest) = (known.source, known.identity, known.digest)
    }
    let isOriginalKnown = digest != nil
    if digest == nil, let signed {
      let anchors = trust.rules(try await journal.directory()).anchors
      digest = try await folders.work(in: id) { try SignedCopies.original(of: signed, trust: anchors) }
    }
    if isSpooled, copy == nil, !isOriginalKnown, known == nil, signed == spool,
      !scene.spooled.contains(sending.document)
    {
      // Fetched in vain: no file here is its original. It was filed, and the clerk took the copy away.
      try await threads.run { try DurableFile.remove(spool) }
      isSpooled = false
    }
    var record = OutgoingRecord(
      document: sending.document, unit: id, addressees: sending.addressees,
      journey: OutgoingJourney(state: copy != nil || isSpooled ? .accepted : .sent), urgency: sending.urgency,
      source: source, identity: identity, digest: digest, takenAt: known?.takenAt ?? sending.acceptedAt)
    record.replyTo = sending.replyTo
    record.paperFollows = sending.paperFollows ?? false
    record.signedDigest = sending.digest
    record.signedSize = sending.size
    record.receipt = try await receipt(of: sending, at: now)
    record.receiptNumber = sending.receiptNumber
    record.target = copy
    record.updatedAt = now
    return record
  }

  private func isNamed(_ file: DroppedFile, _ sending: AcceptedSending) -> Bool {
    String(String(decoding: file.path.name, as: UTF8.self).prefix(80)) == sending.name
  }

  /// The dropped file with which a signed one begins: signing only appends.
  private func original(of signed: FilePath, among candidates: [DroppedFile]) async throws
    -> (file: DroppedFile, digest: SHA256Digest)?
  {
    try await folders.work(in: unit.unit) {
      let size = try Folder.look(signed)?.identity.size ?? 0
      var prefixes: [Int64: SHA256Digest] = [:]
      for file in candidates where file.identity.size <= size && file.identity.size > 0 {
        let length = file.identity.size
        let prefix = try prefixes[length] ?? SignedCopies.digest(of: signed, first: length)
        prefixes[length] = prefix
        if try Placement.digest(of: file.path) == prefix { return (file, prefix) }
      }
      return nil
    }
  }

  private func receipt(of sending: AcceptedSending, at now: Instant) async throws -> Data {
    let receipt = try await hub.receipt(of: sending.document)
    let submission = Submission(
      document: sending.document, upload: UploadID(at: now), sender: unit.unit, addressees: sending.addressees,
      digest: sending.digest, size: sending.size, name: sending.name, urgency: sending.urgency, submittedAt: now)
    let check = ReceiptCheck(trust: trust.hub)
    _ = try await threads.run { try check.verify(receipt, answers: submission, at: now.date) }
    return receipt
  }

  // MARK: - The hub hasn't

  /// Its copy is gone, so it was refused and moved: nothing of it is left to do. Where its original stands in the outbox all
  /// the same, it is taken in anew.
  private func closed(_ record: OutgoingRecord, at now: Instant) -> OutgoingRecord? {
    switch record.journey.state {
    case .spooled, .signed: break
    // Putting it away looks at the folders, and may be repeated.
    case .accepted, .refused, .sent, .rejected: return nil
    }
    var record = record
    record.journey = OutgoingJourney(state: .rejected)
    record.updatedAt = now
    return record
  }

  /// Signed, and perhaps just being submitted as the journal was lost: it goes on under its identifier, under which the hub
  /// takes it once.
  private func begun(
    _ document: DocumentID, _ known: OutgoingRecord?, _ directory: Directory?, _ scene: Scene, at now: Instant
  ) async throws -> OutgoingRecord? {
    if let known, known.journey.state != .spooled { return nil }
    let path = spooled(document)
    guard let original = try await original(of: path, among: scene.dropped) else { return nil }
    let anchors = trust.rules(directory).anchors
    let (digest, size, isSigned) = try await threads.run {
      let size = try Folder.look(path)?.identity.size ?? 0
      guard size > original.file.identity.size, let file = try? PDFFile(path: "\(path)") else {
        return (original.digest, size, false)
      }
      let report = PDFVerifier.verify(file, trust: anchors, at: now.date)
      let covers = report.signatures.contains { $0.coversDocument && !$0.isDocumentTimeStamp }
      return (try Placement.digest(of: path), size, report.isAcceptable && covers)
    }
    guard isSigned, let directory else { return nil }
    var addressees = known?.addressees ?? []
    let slip = await slip(of: original.file)
    if addressees.isEmpty { addressees = slip?.addressees ?? folderAddressee(of: original.file, directory) }
    if addressees.isEmpty { return nil }
    var record = OutgoingRecord(
      document: document, unit: unit.unit, addressees: addressees, journey: OutgoingJourney(state: .signed),
      urgency: known?.urgency ?? slip?.urgency ?? .normal, source: original.file.path, identity: original.file.identity,
      digest: original.digest, takenAt: known?.takenAt ?? now)
    record.replyTo = known?.replyTo ?? slip?.replyTo
    record.paperFollows = known?.paperFollows ?? slip?.paperFollows ?? false
    record.signedDigest = digest
    record.signedSize = size
    record.updatedAt = now
    return record
  }

  private func slip(of file: DroppedFile) async -> Slip? {
    guard let path = file.slip else { return nil }
    let (folders, id) = (self.folders, unit.unit)
    return try? await folders.work(in: id) { try Slip.read(path, in: folders.open(id)) }
  }

  /// None where only the letter says it: then it is taken in anew.
  private func folderAddressee(of file: DroppedFile, _ directory: Directory) -> [Addressee] {
    let addressing = Addressing(directory: directory, sender: unit.unit)
    guard case .addressee(let addressee)? = try? addressing.destination(folder: file.recipient) else { return [] }
    return file.slip == nil ? [addressee] : []
  }

  /// Files that were set aside for a document that nobody knows any more: they get a name at which they are seen.
  private func giveBack(_ scene: Scene, except known: Set<DocumentID>) async throws {
    for (document, file) in scene.aside where !known.contains(document) {
      try await folders.work(in: unit.unit) {
        try DurableFile.renameKeeping(file.path, to: file.path.folder.appending("\(document).pdf"))
        try DurableFile.syncFolder(file.path.folder)
      }
      logger.notice("a file that was set aside is back in its outbox", metadata: ["document": "\(document)"])
    }
  }
}

private enum SafeName {
  /// A name that the hub tells, as one file's: never a path.
  static func of(_ name: String) -> String {
    let safe = name.replacing("/", with: "_").replacing("\0", with: "_")
    return safe.isEmpty || safe.hasPrefix(".") ? "_\(safe).pdf" : safe
  }
}
