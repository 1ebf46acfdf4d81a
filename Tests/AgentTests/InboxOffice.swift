import Durable
import Exchange
import Foundation
import Logging
import NIOConcurrencyHelpers
import PDFSignature
import PKI

@testable import Agent

/// A hub in memory, as honest or as hostile as a test wants it. It keeps every unit's mailbox and what was acknowledged.
final class MemoryHub: HubConnection {
  struct State {
    var mailboxes: [UnitID: [MailboxItem]] = [:]
    var contents: [DocumentID: Data] = [:]
    var directory: Directory?
    var batches: [AcknowledgementBatch] = []
    /// Faults to give, first one first, before doing what is asked.
    var faults: [String: [HubFault]] = [:]
    var fetches = 0
    var activeFetches = 0
    var mostFetches = 0
    var fetchOrder: [DocumentID] = []
  }

  let state = NIOLockedValueBox(State())
  private let news = WakeUp()

  func post(_ document: PostedDocument, content: Data, to unit: UnitID) {
    state.withLockedValue { state in
      let sequence = MailboxCursor(Int64((state.mailboxes[unit]?.count ?? 0) + 1))
      state.mailboxes[unit, default: []].append(MailboxItem(sequence: sequence, document: document))
      state.contents[document.document] = content
    }
    news.ring()
  }

  func report(_ delivery: DeliveryReport, to unit: UnitID) {
    state.withLockedValue { state in
      let sequence = MailboxCursor(Int64((state.mailboxes[unit]?.count ?? 0) + 1))
      state.mailboxes[unit, default: []].append(MailboxItem(sequence: sequence, delivery: delivery))
    }
    news.ring()
  }

  /// The next calls of this name fail so.
  func fail(_ call: String, with fault: HubFault, times: Int = 1) {
    state.withLockedValue { $0.faults[call, default: []] += Array(repeating: fault, count: times) }
  }

  var acknowledged: [Acknowledgement] { state.withLockedValue { $0.batches.flatMap(\.items) } }

  private func meet(_ call: String) throws(HubFault) {
    let fault = state.withLockedValue { state -> HubFault? in
      guard let first = state.faults[call]?.first else { return nil }
      state.faults[call]?.removeFirst()
      return first
    }
    if let fault { throw fault }
  }

  func inbox(of unit: UnitID, after: MailboxCursor, limit: Int) async throws(HubFault) -> MailboxPage {
    try meet("inbox")
    let items = state.withLockedValue { $0.mailboxes[unit, default: []].filter { $0.sequence > after } }
    let page = Array(items.prefix(limit))
    return MailboxPage(items: page, next: page.last?.sequence ?? after, more: items.count > page.count)
  }

  func fetch(_ documentID: DocumentID, size: Int64, digest: SHA256Digest, into path: String) async throws(HubFault) {
    try meet("fetch")
    let content = state.withLockedValue { state in
      state.fetches += 1
      state.activeFetches += 1
      state.mostFetches = max(state.mostFetches, state.activeFetches)
      state.fetchOrder.append(documentID)
      return state.contents[documentID]
    }
    defer { state.withLockedValue { $0.activeFetches -= 1 } }
    await Task.yield()
    guard let content else { throw HubFault(kind: .refused(Problem(.notFound, "no such document")), detail: "") }
    do { try content.write(to: URL(fileURLWithPath: path)) } catch {
      throw HubFault(kind: .local(EIO), detail: "\(error)")
    }
  }

  func acknowledge(_ batch: Data) async throws(HubFault) -> AcknowledgementResult {
    try meet("acknowledge")
    do {
      let content = try SignedDataReader.verify(cms: batch, detachedDigest: nil).content ?? Data()
      let record = try CanonicalJSON.decode(AcknowledgementBatch.self, from: content)
      state.withLockedValue { $0.batches.append(record) }
      return AcknowledgementResult(accepted: record.items.map(\.document), rejected: [])
    } catch {
      throw HubFault(kind: .refused(Problem(.malformed, "\(error)")), detail: "\(error)")
    }
  }

  func directory(since: Int?) async throws(HubFault) -> Directory? {
    try meet("directory")
    return state.withLockedValue { $0.directory }
  }

  func notices(lastEventID: MailboxCursor?) -> AsyncThrowingStream<Notice, any Error> {
    let (stream, continuation) = AsyncThrowingStream<Notice, any Error>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let task = Task { [news] in
      continuation.yield(Notice(cursor: .start, units: [], at: Instant(Date())))
      while !Task.isCancelled {
        await news.wait()
        continuation.yield(Notice(cursor: .start, units: [], at: Instant(Date())))
      }
      continuation.finish()
    }
    continuation.onTermination = { _ in task.cancel() }
    return stream
  }

  // What an inbox never asks for.
  private static let unused = HubFault(kind: .unreachable, detail: "an inbox does not send")
  func upload(
    _ file: SpooledFile, resuming: UploadID?, onCreated: @Sendable (UploadID) async throws -> Void
  ) async throws(HubFault) -> UploadID { throw Self.unused }
  func sent(by unit: UnitID, after: DocumentID?, limit: Int) async throws(HubFault) -> SentPage { throw Self.unused }
  func receipt(of document: DocumentID) async throws(HubFault) -> Data { throw Self.unused }
  func submit(_ submission: Data, documentID: DocumentID) async throws(HubFault) -> Data { throw Self.unused }
  func timeStamp(_ request: Data) async throws(HubFault) -> Data { throw Self.unused }
  func revocationList() async throws(HubFault) -> Data { throw Self.unused }
}

/// An office with one unit, a real journal and a real folder, beside a hub in memory and a province that signs.
final class InboxOffice {
  let folder: TemporaryFolder
  let unit: UnitID
  let sender: UnitID
  let hub = MemoryHub()
  let configuration: AgentConfiguration
  let journal: Journal
  let root: Certificate
  let identities: IdentityStore
  private let authority: CertificateAuthority
  private let senderIdentity: SigningIdentity

  init() throws {
    folder = try TemporaryFolder()
    unit = try UnitID("cdcs-thpt")
    sender = try UnitID("ldld-tinh")
    let authority = try CertificateAuthority.create(
      commonName: "Root", organization: "Test", notBefore: Date() - 7200)
    self.authority = authority
    root = authority.certificate
    func identity(_ unit: UnitID) throws -> SigningIdentity {
      let key = try PrivateKey.generate(.p256)
      let certificate = try authority.issue(
        .documentSigning, publicKeyDER: key.publicKeyDER, subject: DistinguishedName(commonName: "Đơn vị \(unit)"),
        uris: [unit.certificateURI], notBefore: Date() - 3600, notAfter: Date() + 86400)
      return try SigningIdentity(key: key, certificates: [certificate])
    }
    senderIdentity = try identity(sender)
    let own = try identity(unit)
    identities = IdentityStore(machine: own, units: [unit: own])
    var configuration = AgentConfiguration(
      hub: .init(api: "https://hub", publicURL: "https://hub"), state: folder.path + "/state")
    configuration.units = [
      UnitConfiguration(unit: unit, name: "CĐCS THPT", folder: folder.path + "/shared", keyFile: "/unused")
    ]
    configuration.inFlight = 2
    self.configuration = configuration
    for path in configuration.paths.folders { try Folder.make(FilePath(path), permissions: 0o700) }
    for unit in configuration.units {
      try Folder.make(FilePath(unit.folder))
      try FolderAdoption(unit, paths: configuration.paths).run()
    }
    journal = try Journal(opening: configuration.paths.journal)
  }

  /// A letter as the province signs it: small, and different from every other.
  func letter(_ text: String, signedBy identity: SigningIdentity? = nil) throws -> Data {
    let original = Self.plainLetter(text)
    let identity = identity ?? senderIdentity
    let signer = PDFSigner(key: identity.key, certificates: identity.certificates)
    let digest = SHA256Hasher()
    digest.update(original)
    let signed = try signer.sign(
      signer.prepare(PDFFile(data: original)), originalDigest: digest,
      details: SignatureDetails(signerName: "LĐLĐ tỉnh", time: Date()))
    return original + signed.appended
  }

  /// Of another unit that the same authority certified.
  var stranger: SigningIdentity { identities.machine }

  static func plainLetter(_ text: String) -> Data {
    var file = Data("%PDF-1.4\n".utf8)
    var offsets: [Int] = []
    let page = "BT (\(text)) Tj ET"
    let objects = [
      "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
      "<< /Length \(page.utf8.count) >>\nstream\n\(page)\nendstream",
    ]
    for (index, object) in objects.enumerated() {
      offsets.append(file.count)
      file.append(Data("\(index + 1) 0 obj\n\(object)\nendobj\n".utf8))
    }
    let table = file.count
    file.append(Data("xref\n0 \(objects.count + 1)\n0000000000 65535 f \n".utf8))
    for offset in offsets {
      let digits = String(offset)
      file.append(Data("\(String(repeating: "0", count: 10 - digits.count))\(digits) 00000 n \n".utf8))
    }
    file.append(Data("trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(table)\n%%EOF\n".utf8))
    return file
  }

  /// Posts a letter; what the announcement claims may be bent.
  @discardableResult
  func post(
    _ content: Data, name: String = "báo cáo.pdf", urgency: Urgency = .normal,
    bend: (inout PostedDocument) -> Void = { _ in }
  ) throws -> PostedDocument {
    var posted = PostedDocument(
      document: DocumentID(at: Instant(Date())), sender: sender, senderName: "LĐLĐ tỉnh", addressee: .unit(unit),
      digest: try SHA256Digest(bytes: sha256(content)), size: Int64(content.count), name: name, urgency: urgency,
      acceptedAt: Instant(Date()), receiptNumber: "2026-000001")
    bend(&posted)
    hub.post(posted, content: content, to: unit)
    return posted
  }

  /// The disk that the inbox sees.
  var room: SpoolRoom?

  /// Runs the inbox until the condition holds, then stops it.
  func run(until holds: @escaping @Sendable () async throws -> Bool) async throws {
    let threads = IOThreads(count: 2, name: "test")
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let folders = FolderKeeper(
      units: configuration.units, paths: configuration.paths, threads: threads, logger: logger)
    let service = InboxService(
      configuration: configuration, hub: hub, journal: journal, identities: identities, trust: DocumentTrust(root),
      folders: folders,
      standings: UnitStandings(
        path: configuration.paths.unitStandings, units: [unit], threads: threads, changed: folders.changed,
        logger: logger),
      troubles: TroubleBoard(
        paths: configuration.paths, threads: threads, changed: folders.changed, logger: logger), threads: threads,
      logger: logger, room: room)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await folders.run() }
      group.addTask { try await service.run() }
      // Ends what hangs, no more: beside suites that compute, under Thread Sanitizer, seconds go by before anything moves.
      let deadline = ContinuousClock.now + .seconds(120)
      while try await !holds() {
        guard ContinuousClock.now < deadline else { throw NotInTime() }
        try await Task.sleep(for: .milliseconds(10))
      }
      group.cancelAll()
    }
  }

  struct NotInTime: Error {}

  /// Names in the inbox, hidden ones too.
  /// The letters that nobody has handled yet.
  var inbox: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/shared/inbox")) ?? []).sorted()
      .filter { !["done", "returned"].contains($0) }
  }
  func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/shared/inbox/\(name)"))
  }
  var quarantine: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: configuration.paths.quarantine)) ?? []
  }
}
