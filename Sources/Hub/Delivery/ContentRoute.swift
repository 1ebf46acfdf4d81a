import Durable
import Exchange
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Gives out a document's bytes to its parties, whole or from an offset on (RFC 9110 §14), and never more than one piece of
/// them in memory.
struct ContentRoute: Sendable {
  let ledger: any Ledger
  let objects: any ObjectStore
  let threads: IOThreads

  private static let pieceSize = 256 << 10

  func add(to group: RouterGroup<HubContext>) {
    group.resource(
      "v1/documents/:document/content",
      [
        .get: { try await content($0, $1, body: true) },
        .head: { try await content($0, $1, body: false) },
      ])
  }

  private func content(_ request: Request, _ context: HubContext, body: Bool) async throws -> Response {
    let caller = try context.requireCaller()
    let document = try context.identifier("document") { try DocumentID($0) }
    // To others a document that exists looks like one that doesn't.
    guard try await ledger.isParty(caller.units, to: document), let accepted = try await ledger.acceptance(of: document)
    else { throw Problem(.notFound, "there is no such document") }
    let digest = accepted.digest
    let size = accepted.size
    var headers: HTTPFields = [
      .contentType: MediaType.pdf, .eTag: digest.entityTag, .acceptRanges: "bytes",
      .cacheControl: "private, immutable", .reprDigest: "sha-256=:\(digest.data.base64EncodedString()):",
      .contentDisposition: "attachment",
    ]
    if request.headers[.ifNoneMatch] == digest.entityTag { return Response(status: .notModified, headers: headers) }
    var start: Int64 = 0
    var end = size - 1
    var status = HTTPResponse.Status.ok
    let rangeHolds = request.headers[.ifRange].map { $0 == digest.entityTag } ?? true
    if rangeHolds, let range = request.headers[.range].flatMap({ ByteRange($0) }) {
      guard let (first, last) = range.resolve(size: size) else {
        throw Problem(.range, "the document has \(size) bytes")
      }
      (start, end) = (first, last)
      status = .partialContent
      headers[.contentRange] = "bytes \(start)-\(end)/\(size)"
    }
    let length = Int(end - start + 1)
    headers[.contentLength] = String(length)
    guard body else { return Response(status: status, headers: headers) }
    guard let path = try await objects.path(of: digest) else {
      throw Problem(.internalError, "the document's bytes are missing: tell the province's office")
    }
    let file = try await threads.run { try OwnedDescriptor(opening: "\(path)", flags: O_RDONLY | O_NOFOLLOW) }
    let threads = self.threads
    let (first, last) = (start, end)
    let stream = ResponseBody(contentLength: length) { writer in
      var offset = first
      while offset <= last {
        let position = offset
        let wanted = Int(min(Int64(Self.pieceSize), last - offset + 1))
        let piece = try await threads.run { () throws -> ByteBuffer in
          var buffer = ByteBufferAllocator().buffer(capacity: wanted)
          let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { bytes in
            max(0, pread(file.number, bytes.baseAddress, wanted, off_t(position)))
          }
          guard count > 0 else { throw SystemError(call: "read", path: "\(path)", code: EIO) }
          return buffer
        }
        offset += Int64(piece.readableBytes)
        try await writer.write(piece)
      }
      try await writer.finish(nil)
    }
    return Response(status: status, headers: headers, body: stream)
  }
}

/// One range of bytes (RFC 9110 §14.1.2). Several ranges, or other units, are answered by the whole, as the RFC allows.
struct ByteRange: Equatable {
  let first: Int64?
  let last: Int64?

  init?(_ header: String) {
    guard header.hasPrefix("bytes=") else { return nil }
    let parts = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    first = parts[0].isEmpty ? nil : Int64(parts[0])
    last = parts[1].isEmpty ? nil : Int64(parts[1])
    if first == nil, last == nil { return nil }
    if !parts[0].isEmpty, first == nil { return nil }
    if !parts[1].isEmpty, last == nil { return nil }
    if let first, let last, first > last { return nil }
    if (first ?? 0) < 0 || (last ?? 0) < 0 { return nil }
  }

  /// The bytes meant, both ends included; nil when there are none.
  func resolve(size: Int64) -> (Int64, Int64)? {
    if let first {
      guard first < size else { return nil }
      return (first, min(last ?? size - 1, size - 1))
    }
    guard let last, last > 0, size > 0 else { return nil }
    return (max(0, size - last), size - 1)
  }
}
