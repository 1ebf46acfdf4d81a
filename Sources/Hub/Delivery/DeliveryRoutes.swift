import Exchange
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import PKI

/// What recipients and senders ask for: the mailbox, notices, the directory, acknowledgements, and where a document stands.
struct DeliveryRoutes: Sendable {
  let ledger: any Ledger
  let board: NoticeBoard

  /// A comment at least this often keeps proxies from cutting a quiet stream; padded, because libcurl counts bytes.
  private static let heartbeat: Duration = .seconds(25)
  private static let padding = String(repeating: "·", count: 40)
  private static let longestWait = 25

  func add(to group: RouterGroup<HubContext>) {
    group.resource("v1/units/:unit/mailbox", [.get: mailbox])
    group.resource("v1/units/:unit/sent", [.get: sent])
    group.resource("v1/notices", [.get: notices])
    group.resource("v1/directory", [.get: directory])
    group.resource("v1/acknowledgements", [.post: acknowledge])
    group.resource("v1/documents/:document/recipients", [.get: recipients])
  }

  private func mailbox(_ request: Request, _ context: HubContext) async throws -> Response {
    let caller = try context.requireCaller()
    let unit = try context.identifier("unit") { try UnitID($0) }
    try caller.require(unit)
    let query = request.uri.queryParameters
    let after = MailboxCursor(try Self.number(query["after"].map(String.init), 0, 0...Int64.max))
    let limit = Int(try Self.number(query["limit"].map(String.init), 100, 1...Int64(Limits.mailboxPage)))
    let wait = try Self.number(query["wait"].map(String.init), 0, 0...Int64(Self.longestWait))
    var page = try await ledger.mailbox(of: unit, after: after, limit: limit)
    if let ledger = page.ledger, after > ledger.newest {
      context.logger.error(
        "an agent read further than the ledger goes: after a restore from a backup run `congvan-hub restored`",
        metadata: ["unit": "\(unit)", "after": "\(after)", "newest": "\(ledger.newest)"])
    }
    if page.items.isEmpty, wait > 0 {
      let listener = try board.listen(caller)
      defer { board.leave(listener) }
      // Once more, now that nothing can be missed: something may have come before we listened.
      page = try await ledger.mailbox(of: unit, after: after, limit: limit)
      guard page.items.isEmpty else { return try .json(page) }
      _ = await listener.next(within: .seconds(wait))
      // What held when the wait began may not hold at its end.
      guard let known = try await ledger.authorise(machineKey: caller.key, at: Instant(Date())), !known.isRevoked,
        known.units.contains(unit)
      else { throw Problem(.notYours, "this machine no longer serves \(unit)") }
      page = try await ledger.mailbox(of: unit, after: after, limit: limit)
    }
    return try .json(page)
  }

  private func sent(_ request: Request, _ context: HubContext) async throws -> Response {
    let caller = try context.requireCaller()
    let unit = try context.identifier("unit") { try UnitID($0) }
    try caller.require(unit)
    let query = request.uri.queryParameters
    let limit = Int(try Self.number(query["limit"].map(String.init), 100, 1...Int64(Limits.mailboxPage)))
    let after: DocumentID?
    do { after = try query["after"].map { try DocumentID($0) } } catch {
      throw Problem(.malformed, "a document's identifier is wanted in `after`")
    }
    return try .json(try await ledger.sent(by: unit, after: after, limit: limit))
  }

  private static func number(_ text: String?, _ otherwise: Int64, _ range: ClosedRange<Int64>) throws -> Int64 {
    guard let text else { return otherwise }
    guard let value = Int64(text), range.contains(value) else {
      throw Problem(.malformed, "a number from \(range.lowerBound) to \(range.upperBound) is wanted in the query")
    }
    return value
  }

  private func notices(_ request: Request, _ context: HubContext) async throws -> Response {
    let caller = try context.requireCaller()
    let listener = try board.listen(caller)
    let cursor: MailboxCursor
    do {
      cursor = try await ledger.newestSequence()
    } catch {
      board.leave(listener)
      throw error
    }
    let body = ResponseBody { [board, ledger] writer in
      do {
        try await writer.write(Self.event("hello", Notice(cursor: cursor, units: [], at: Instant(Date()))))
        while let news = await listener.next(within: Self.heartbeat * Double.random(in: 0.9...1)) {
          // The row decides, not the handshake: a machine that was revoked hears nothing more.
          guard let known = try await ledger.authorise(machineKey: caller.key, at: Instant(Date())), !known.isRevoked
          else { break }
          if news.units.isEmpty {
            try await writer.write(ByteBuffer(string: ": \(Self.padding)\n\n"))
          } else {
            let units = news.units.sorted()
            try await writer.write(Self.event("cursor", Notice(cursor: news.cursor, units: units, at: Instant(Date()))))
          }
        }
        board.leave(listener)
        try await writer.finish(nil)
      } catch {
        board.leave(listener)
        throw error
      }
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: MediaType.eventStream, .cacheControl: "no-cache, no-transform", .accelBuffering: "no",
      ], body: body)
  }

  private static func event(_ name: String, _ notice: Notice) throws -> ByteBuffer {
    let data = String(decoding: try CanonicalJSON.encode(notice), as: UTF8.self)
    return ByteBuffer(string: "event: \(name)\nid: \(notice.cursor)\ndata: \(data)\n\n")
  }

  private func directory(_ request: Request, _ context: HubContext) async throws -> Response {
    let directory = try await ledger.directory()
    let since = try Self.number(request.uri.queryParameters["since"].map(String.init), -1, 0...Int64.max)
    if since == directory.version { return Response(status: .notModified) }
    return try .json(directory)
  }

  private func acknowledge(_ request: Request, _ context: HubContext) async throws -> Response {
    let caller = try context.requireCaller()
    guard request.hasMediaType(MediaType.cms) else { throw Problem(.mediaType, "the body must be \(MediaType.cms)") }
    let cms = try await request.collect(upTo: Limits.signedRecord)
    let verified: SignedDataVerification
    let batch: AcknowledgementBatch
    do {
      verified = try SignedDataReader.verify(cms: cms, detachedDigest: nil)
    } catch {
      throw Problem(.signatureInvalid, "the batch's signature: \(error)")
    }
    do {
      batch = try CanonicalJSON.decode(AcknowledgementBatch.self, from: verified.content ?? Data())
    } catch {
      throw Problem(.malformed, "the record is not a batch of acknowledgements")
    }
    guard batch.version == 1 else { throw Problem(.unsupported, "version \(batch.version) is not known") }
    guard (1...Limits.acknowledgementsPerBatch).contains(batch.items.count) else {
      throw Problem(.malformed, "1 to \(Limits.acknowledgementsPerBatch) acknowledgements in a batch")
    }
    try caller.require(batch.unit)
    let now = Instant(Date())
    guard try await ledger.unit(forCertificate: verified.signer.fingerprint, at: now) == batch.unit else {
      throw Problem(.signerNotAuthorised, "the batch is not signed by a current certificate of \(batch.unit)")
    }
    let answer = try await ledger.acknowledge(batch, digest: try SHA256Digest(bytes: sha256(cms)), at: now)
    board.tell(answer.notify, cursor: try await ledger.newestSequence())
    return try .json(answer.result)
  }

  private func recipients(_ request: Request, _ context: HubContext) async throws -> Response {
    let caller = try context.requireCaller()
    let document = try context.identifier("document") { try DocumentID($0) }
    guard let accepted = try await ledger.acceptance(of: document), caller.units.contains(accepted.submission.sender)
    else {
      throw Problem(.notFound, "there is no such document")
    }
    return try .json(try await ledger.recipients(of: document))
  }
}
