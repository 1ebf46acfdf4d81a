import Exchange
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import PKI

/// Resumable upload by tus 1.0.0 (tus.io/protocols/resumable-upload): the core, creation, creation-with-upload, expiration,
/// checksum and termination.
struct TusRoutes: Sendable {
  static let version = "1.0.0"
  static let extensions = "creation,creation-with-upload,expiration,checksum,termination"

  let store: UploadStore
  let limit: Int64
  /// Bytes gathered before one write: few hops to the disk's threads, little memory.
  private static let pieceSize = 256 << 10

  func add(to group: RouterGroup<HubContext>) {
    group.resource("v1/uploads", [.options: options, .post: create])
    group.resource(
      "v1/uploads/:upload",
      [
        .options: options, .head: offset, .patch: append, .delete: terminate,
        // Offices whose proxies let only GET and POST through.
        .post: overridden,
      ])
  }

  private func overridden(_ request: Request, _ context: HubContext) async throws -> Response {
    switch request.headers[.methodOverride]?.uppercased() {
    case "PATCH": return try await append(request, context)
    case "DELETE": return try await terminate(request, context)
    case "HEAD": return try await offset(request, context)
    default: throw Problem(.methodNotAllowed, "an upload takes HEAD, PATCH and DELETE")
    }
  }

  private func options(_ request: Request, _ context: HubContext) async throws -> Response {
    Response(
      status: .noContent,
      headers: [
        .tusResumable: Self.version, .tusVersion: Self.version, .tusExtension: Self.extensions,
        .tusMaxSize: String(limit), .tusChecksumAlgorithm: "sha1,sha256",
      ])
  }

  private func create(_ request: Request, _ context: HubContext) async throws -> Response {
    let caller = try context.requireCaller()
    try requireVersion(request)
    guard request.headers[.uploadDeferLength] == nil else {
      throw Problem(.malformed, "Upload-Defer-Length is not supported: say Upload-Length")
    }
    guard let length = request.headers[.uploadLength].flatMap({ Int64($0) }), length >= 0 else {
      throw Problem(.malformed, "Upload-Length must be a number of bytes")
    }
    let metadata = request.headers[.uploadMetadata]
    guard (metadata?.utf8.count ?? 0) <= 4096 else { throw Problem(.malformed, "Upload-Metadata is too long") }
    var upload = try await store.create(
      owner: caller.machine, length: length, metadata: metadata, now: Instant(Date()))
    if request.hasMediaType(MediaType.uploadBytes) {
      upload = try store.beginWriting(upload.id, owner: caller.machine, at: 0)
      do {
        upload = try await receive(request, upload)
      } catch {
        // The client never learnt its name: it could neither go on with it nor give it up.
        try? await store.remove(upload.id)
        throw error
      }
    }
    return Response(
      status: .created,
      headers: [
        .tusResumable: Self.version, .location: Routes.upload(upload.id), .uploadOffset: String(upload.offset),
        .uploadExpires: HTTPDate.format(upload.expires),
      ])
  }

  private func offset(_ request: Request, _ context: HubContext) async throws -> Response {
    try requireVersion(request)
    let upload = try store.find(
      context.identifier("upload") { try UploadID($0) }, owner: context.requireCaller().machine)
    var headers: HTTPFields = [
      .tusResumable: Self.version, .uploadOffset: String(upload.offset), .uploadLength: String(upload.length),
      .uploadExpires: HTTPDate.format(upload.expires), .cacheControl: "no-store",
    ]
    headers[.uploadMetadata] = upload.metadata
    return Response(status: .ok, headers: headers)
  }

  private func append(_ request: Request, _ context: HubContext) async throws -> Response {
    try requireVersion(request)
    guard request.hasMediaType(MediaType.uploadBytes) else {
      throw Problem(.mediaType, "the body must be \(MediaType.uploadBytes)")
    }
    guard let offset = request.headers[.uploadOffset].flatMap({ Int64($0) }), offset >= 0 else {
      throw Problem(.malformed, "Upload-Offset must be a number of bytes")
    }
    let begun = try store.beginWriting(
      context.identifier("upload") { try UploadID($0) }, owner: context.requireCaller().machine, at: offset)
    let upload = try await receive(request, begun)
    return Response(
      status: .noContent,
      headers: [
        .tusResumable: Self.version, .uploadOffset: String(upload.offset),
        .uploadExpires: HTTPDate.format(upload.expires),
      ])
  }

  private func terminate(_ request: Request, _ context: HubContext) async throws -> Response {
    try requireVersion(request)
    try await store.giveUp(
      context.identifier("upload") { try UploadID($0) }, owner: context.requireCaller().machine)
    return Response(status: .noContent, headers: [.tusResumable: Self.version])
  }

  private func requireVersion(_ request: Request) throws {
    guard request.headers[.tusResumable] == Self.version else {
      throw Problem(.tusVersion, "Tus-Resumable must be \(Self.version)")
    }
  }

  /// Writes the body as it comes. What arrived is kept even when the connection is cut; without a checksum, that is.
  private func receive(_ request: Request, _ begun: Upload) async throws -> Upload {
    let checksum = try request.headers[.uploadChecksum].map { try Checksum($0) }
    let start = begun.offset
    var upload = begun
    var piece = Data()
    do {
      for try await buffer in request.body {
        checksum?.update(buffer)
        // Copied together on purpose: each buffer of the TLS layer may hold sixteen times what is in it.
        piece.append(contentsOf: buffer.readableBytesView)
        if piece.count >= Self.pieceSize {
          upload = try await store.write(piece, to: upload, sync: false)
          piece.removeAll(keepingCapacity: true)
        }
      }
    } catch let problem as Problem {
      throw problem
    } catch {
      if checksum == nil {
        _ = try await store.write(piece, to: upload, sync: true)
      } else {
        try await store.truncate(upload, to: start)
      }
      throw error
    }
    upload = try await store.write(piece, to: upload, sync: true)
    if let checksum, !checksum.isRight {
      try await store.truncate(upload, to: start)
      throw Problem(.checksumMismatch, "the chunk does not have the checksum that was announced")
    }
    return upload
  }
}

/// The checksum of one chunk (tus checksum extension).
private final class Checksum {
  private let hasher: TransferHasher
  private let expected: Data

  init(_ header: String) throws {
    let parts = header.split(separator: " ")
    guard parts.count == 2, let expected = Data(base64Encoded: String(parts[1])) else {
      throw Problem(.malformed, "Upload-Checksum must be an algorithm and base64")
    }
    guard let algorithm = TransferHasher.Algorithm(rawValue: String(parts[0])) else {
      throw Problem(.malformed, "Upload-Checksum knows sha1 and sha256")
    }
    hasher = TransferHasher(algorithm)
    self.expected = expected
  }

  func update(_ buffer: ByteBuffer) { buffer.withUnsafeReadableBytes { hasher.update($0) } }
  var isRight: Bool { hasher.finalize() == expected }
}

/// Dates of HTTP (RFC 9110 §5.6.7).
enum HTTPDate {
  static func format(_ instant: Instant) -> String {
    let civil = instant.inUTC
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let weekday = days[Int((instant.millisecondsSinceEpoch / 86_400_000) % 7)]
    let day = civil.day < 10 ? "0\(civil.day)" : "\(civil.day)"
    return "\(weekday), \(day) \(months[civil.month - 1]) \(civil.year) \(civil.timeText) GMT"
  }
}
