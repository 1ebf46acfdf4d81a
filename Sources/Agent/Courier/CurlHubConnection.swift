import Durable
import Exchange
import Foundation
import Logging
import PKI

/// The hub over HTTPS with libcurl, which gets through the proxies that offices have.
public final class CurlHubConnection: HubConnection {
  private let api: String
  private let publicURL: String
  private let transport: CurlTransport
  private let root: Data
  private let proxy: String?
  private let standing: HubStanding
  private let troubles: TroubleBoard
  private let logger: Logger

  private static let tus = "Tus-Resumable: 1.0.0"

  /// - Parameters:
  ///   - root: the hub's certificate authority; nothing else is trusted.
  ///   - proxy: nil for what the environment says (`https_proxy`).
  public init(
    configuration: AgentConfiguration.HubAddress, identity: SigningIdentity, root: Certificate, proxy: String?,
    standing: HubStanding, troubles: TroubleBoard, logger: Logger
  ) throws {
    api = configuration.api
    publicURL = configuration.publicURL
    self.root = Data(root.pem)
    self.proxy = proxy
    self.standing = standing
    self.troubles = troubles
    self.logger = logger
    transport = try CurlTransport(
      CurlCredentials(
        root: Data(root.pem), certificate: identity.certificatePEM, key: identity.keyPEM, proxy: proxy))
  }

  /// Goes on with a new certificate.
  public func use(_ identity: SigningIdentity) {
    transport.use(
      CurlCredentials(root: root, certificate: identity.certificatePEM, key: identity.keyPEM, proxy: proxy))
    standing.startAnew()
  }

  /// Asks the API, as far as the hub still knows us.
  private func ask(_ request: CurlRequest) async throws(HubFault) -> CurlResponse {
    try standing.mayAsk()
    let (begun, isStream) = (Instant(Date()), request.patience == .stream)
    let response: CurlResponse
    do throws(HubFault) {
      response = try await transport.perform(request)
    } catch {
      troubles.hubMissed(error, begun: begun)
      throw error
    }
    if let fault = response.faultOfAnother(to: request) {
      troubles.hubMissed(fault, begun: begun)
    } else if !isStream {
      troubles.hubAnswered()
    }
    await standing.note(response, isOld: isStream)
    return response
  }

  // MARK: - Sending

  public func upload(
    _ file: SpooledFile, resuming: UploadID?, onCreated: @Sendable (UploadID) async throws -> Void
  ) async throws(HubFault) -> UploadID {
    var course = UploadCourse(size: file.size, resuming: resuming)
    while let request = course.next {
      let response = try await ask(try self.request(request, file))
      let answer = try Self.answer(response, to: request)
      guard let answer, course.take(answer) else {
        if (200..<300).contains(response.status) {
          throw HubFault(kind: .protocolViolation, detail: "an upload that doesn't go forward")
        }
        throw Self.fault(response, to: request)
      }
      if case .created(let upload, _) = answer {
        do { try await onCreated(upload) } catch { throw HubFault(kind: .local(EIO), detail: "\(error)") }
      }
    }
    guard let upload = course.upload else {
      throw HubFault(kind: .protocolViolation, detail: "an upload without a name")
    }
    return upload
  }

  private func request(_ wanted: UploadCourse.Request, _ file: SpooledFile) throws(HubFault)
    -> CurlRequest
  {
    switch wanted {
    case .offset(let upload):
      return CurlRequest(method: "HEAD", url: api + Routes.upload(upload), headers: [Self.tus])
    case .create(let withBytes):
      var request = CurlRequest(method: "POST", url: api + Routes.uploads)
      request.headers = [Self.tus, "Upload-Length: \(file.size)"]
      request.body = .data(Data())
      if withBytes {
        // All of the file goes at once, and its hash is known: a bit that was turned on the way costs a repeat, no refusal.
        let checksum = file.digest.data.base64EncodedString()
        request.headers += ["Content-Type: \(MediaType.uploadBytes)", "Upload-Checksum: sha256 \(checksum)"]
        request.body = .file(path: file.path, offset: 0, length: file.size)
        request.patience = .transfer
      }
      return request
    case .append(let upload, let offset, let length):
      var request = CurlRequest(method: "PATCH", url: api + Routes.upload(upload))
      request.headers = [
        Self.tus, "Content-Type: \(MediaType.uploadBytes)", "Upload-Offset: \(offset)",
        "Upload-Checksum: sha256 \(try checksum(file, offset, length))",
      ]
      request.body = .file(path: file.path, offset: offset, length: length)
      request.patience = .transfer
      return request
    }
  }

  /// What an answer says of the upload; nil where it is a fault.
  private static func answer(_ response: CurlResponse, to request: UploadCourse.Request) throws(HubFault)
    -> UploadCourse.Answer?
  {
    switch (request, response.status) {
    case (.create, 201):
      guard let location = response.headers["location"], let name = location.split(separator: "/").last,
        let upload = try? UploadID(name)
      else { throw HubFault(kind: .protocolViolation, detail: "an upload without a name") }
      return .created(upload, offset: try offset(in: response))
    case (.offset, 200), (.offset, 204): return .offset(try offset(in: response))
    case (.append, 204): return .appended(to: try offset(in: response))
    case (.append, 409): return .mismatch
    // An answer to HEAD has no body that could name the problem.
    case (.offset, 404), (.offset, 410): return .gone
    case (.append, 410):
      guard case .refused(let problem) = response.fault.kind, problem.type == .uploadGone else { return nil }
      return .gone
    default: return nil
    }
  }

  private static func fault(_ response: CurlResponse, to request: UploadCourse.Request) -> HubFault {
    if case .offset = request, response.status == 404 || response.status == 410 {
      return HubFault(kind: .refused(Problem(.uploadGone, "the hub no longer has it")), detail: "the upload is gone")
    }
    return response.fault
  }

  private static func offset(in response: CurlResponse) throws(HubFault) -> Int64 {
    guard let offset = response.headers["upload-offset"].flatMap({ Int64($0) }), offset >= 0 else {
      throw HubFault(kind: .protocolViolation, detail: "an answer without Upload-Offset")
    }
    return offset
  }

  private func checksum(_ file: SpooledFile, _ offset: Int64, _ length: Int64) throws(HubFault) -> String {
    do {
      let source = try OwnedDescriptor(opening: file.path, flags: O_RDONLY | O_NOFOLLOW)
      let hasher = SHA256Hasher()
      var rest = length
      try DurableFile.readPart(source, path: FilePath(file.path), from: offset, length: length) { piece in
        hasher.update(piece)
        rest -= Int64(piece.count)
      }
      guard rest == 0 else { throw SystemError(call: "read", path: file.path, code: EIO) }
      return Data(hasher.finalize()).base64EncodedString()
    } catch {
      throw HubFault(kind: .local((error as? SystemError)?.code ?? EIO), detail: "\(error)")
    }
  }

  public func submit(_ submission: Data, documentID: DocumentID) async throws(HubFault) -> Data {
    var request = CurlRequest(method: "PUT", url: api + Routes.submission(documentID))
    request.headers = ["Content-Type: \(MediaType.cms)"]
    request.body = .data(submission)
    request.sink = .memory(limit: Limits.signedRecord)
    // The hub reads the whole document before it answers.
    request.patience = .transfer
    let response = try await ask(request)
    try response.expect(200, 201)
    try response.expect(type: MediaType.cms)
    return response.body
  }

  // MARK: - Receiving

  public func inbox(of unit: UnitID, after: MailboxCursor, limit: Int) async throws(HubFault) -> MailboxPage {
    let url = "\(api)\(Routes.mailbox(unit))?after=\(after)&limit=\(limit)"
    let response = try await ask(CurlRequest(url: url, sink: .memory(limit: Limits.jsonBody)))
    try response.expect(200)
    return try response.decode(MailboxPage.self)
  }

  public func sent(by unit: UnitID, after: DocumentID?, limit: Int) async throws(HubFault) -> SentPage {
    let from = after.map { "&after=\($0)" } ?? ""
    let url = "\(api)\(Routes.sent(unit))?limit=\(limit)\(from)"
    let response = try await ask(CurlRequest(url: url, sink: .memory(limit: Limits.jsonBody)))
    try response.expect(200)
    return try response.decode(SentPage.self)
  }

  public func receipt(of document: DocumentID) async throws(HubFault) -> Data {
    let response = try await ask(
      CurlRequest(url: api + Routes.receipt(document), sink: .memory(limit: Limits.signedRecord)))
    try response.expect(200)
    try response.expect(type: MediaType.cms)
    return response.body
  }

  public func fetch(
    _ documentID: DocumentID, size: Int64, digest: SHA256Digest, into path: String
  ) async throws(HubFault) {
    let target = FilePath(path)
    do {
      var have = try Folder.look(target)?.identity.size ?? 0
      if have > size {
        try DurableFile.remove(target)
        have = 0
      }
      if have < size {
        var request = CurlRequest(url: api + Routes.content(documentID))
        request.sink = .file(path: path, limit: size - have)
        request.patience = .transfer
        if have > 0 { request.headers = ["Range: bytes=\(have)-", "If-Range: \(digest.entityTag)"] }
        let response = try await ask(request)
        if have > 0, response.status != 206 {
          // The whole came where a part was asked for, or none: start over next time.
          try DurableFile.remove(target)
          if response.status == 200 || response.status == 416 {
            throw HubFault(kind: .unreachable, detail: "the rest of \(documentID) could not be had by range")
          }
        }
        try response.expect(200, 206)
        try response.expect(type: MediaType.pdf)
      }
      let file = try OwnedDescriptor(opening: path, flags: O_RDWR | O_NOFOLLOW)
      let hasher = SHA256Hasher()
      var count: Int64 = 0
      try DurableFile.read(file, path: target) { piece in
        hasher.update(piece)
        count += Int64(piece.count)
      }
      guard count == size else {
        throw HubFault(kind: .unreachable, detail: "\(count) of \(size) bytes of \(documentID) came")
      }
      guard try SHA256Digest(bytes: hasher.finalize()) == digest else {
        try DurableFile.remove(target)
        throw HubFault(kind: .protocolViolation, detail: "the bytes of \(documentID) are not the ones announced")
      }
      try DurableFile.sync(file, path: target)
    } catch let fault as HubFault {
      throw fault
    } catch {
      throw HubFault(kind: .local((error as? SystemError)?.code ?? EIO), detail: "\(error)")
    }
  }

  public func acknowledge(_ batch: Data) async throws(HubFault) -> AcknowledgementResult {
    var request = CurlRequest(method: "POST", url: api + Routes.acknowledgements)
    request.headers = ["Content-Type: \(MediaType.cms)"]
    request.body = .data(batch)
    request.sink = .memory(limit: 1 << 20)
    let response = try await ask(request)
    try response.expect(200)
    return try response.decode(AcknowledgementResult.self)
  }

  public func directory(since: Int?) async throws(HubFault) -> Directory? {
    let query = since.map { "?since=\($0)" } ?? ""
    let response = try await ask(
      CurlRequest(url: api + Routes.directory + query, sink: .memory(limit: Limits.jsonBody)))
    if response.status == 304 { return nil }
    try response.expect(200)
    return try response.decode(Directory.self)
  }

  public func timeStamp(_ query: Data) async throws(HubFault) -> Data {
    var request = CurlRequest(method: "POST", url: publicURL + Routes.timeStamp)
    request.headers = ["Content-Type: \(MediaType.timeStampQuery)"]
    request.body = .data(query)
    let response = try await transport.perform(request)
    try response.expect(200)
    try response.expect(type: MediaType.timeStampReply)
    return response.body
  }

  public func revocationList() async throws(HubFault) -> Data {
    let response = try await transport.perform(
      CurlRequest(url: publicURL + Routes.revocationList, sink: .memory(limit: 16 << 20)))
    try response.expect(200)
    return response.body
  }

  // MARK: - Notices

  public func notices(lastEventID: MailboxCursor?) -> AsyncThrowingStream<Notice, any Error> {
    // Notices are hints: of many that wait only the last ones matter.
    AsyncThrowingStream(bufferingPolicy: .bufferingNewest(NoticeParser.kept)) { continuation in
      let parser = NoticeParser { continuation.yield($0) }
      var request = CurlRequest(url: api + Routes.notices)
      request.headers = ["Accept: \(MediaType.eventStream)"]
      if let lastEventID { request.headers.append("Last-Event-ID: \(lastEventID)") }
      request.sink = .stream { [troubles] in
        troubles.hubAnswered()
        parser.take($0)
      }
      request.patience = .stream
      let ready = request
      let task = Task {
        do {
          let response = try await ask(ready)
          if response.status != 200 { throw response.fault }
          try response.expect(type: MediaType.eventStream)
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}
