import Exchange
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// Turns every error into problem+json, and puts on every answer what a browser must be told.
struct ProblemMiddleware: RouterMiddleware {
  typealias Context = HubContext

  func handle(
    _ request: Request, context: HubContext, next: (Request, HubContext) async throws -> Response
  ) async throws -> Response {
    var response: Response
    do {
      response = try await next(request, context)
    } catch let problem as Problem {
      response = try Self.response(for: problem)
      context.logger.log(
        level: Self.level(of: problem), "request refused",
        metadata: [
          "path": "\(request.uri.path)", "problem": "\(problem.type?.rawValue ?? "")", "detail": "\(problem.detail)",
          "from": "\(context.channel.remoteAddress.map { "\($0)" } ?? "")",
        ])
    } catch let error as HTTPError {
      response = try Self.response(for: Problem(Self.type(of: error.status.code), error.body ?? "\(error.status)"))
    } catch let error as HTTPParserError {
      // The head was good, the body's chunks aren't: the caller's fault, and nothing for the log of faults.
      response = try Self.response(for: Problem(.malformed, "the body cannot be read: \(error)"))
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      // What went wrong inside stays in the log: a caller learns only that it may try again.
      context.logger.error("request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
      response = try Self.response(for: Problem(.internalError, "the hub could not do this now", retryAfter: 5))
    }
    // An answer to HEAD has no body, whatever it says (RFC 9110 §9.3.2): its bytes would be read as the next answer.
    if request.method == .head { response = response.createHeadResponse() }
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.strictTransportSecurity] = "max-age=31536000"
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    return response
  }

  /// Who claims to be somebody else, or shows a key that is dead, is worth a line in every hub's log; the rest is daily life.
  private static func level(of problem: Problem) -> Logger.Level {
    switch problem.type {
    case .keyUnknown, .keyRevoked, .notYours, .signerNotAuthorised, .signatureInvalid, .idReused: .notice
    default: .info
    }
  }

  static func response(for problem: Problem) throws -> Response {
    var headers: HTTPFields = [.contentType: Problem.mediaType]
    if let seconds = problem.retryAfter { headers[.retryAfter] = String(seconds) }
    if let offset = problem.offset { headers[.uploadOffset] = String(offset) }
    headers[.tusResumable] = TusRoutes.version
    // tus 1.0.0, "Tus-Resumable": a 412 says which versions are spoken.
    if problem.type == .tusVersion { headers[.tusVersion] = TusRoutes.version }
    let body = try CanonicalJSON.encode(problem)
    return Response(
      status: .init(code: problem.status), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
  }

  private static func type(of status: Int) -> ProblemType {
    switch status {
    case 404: .notFound
    case 405: .methodNotAllowed
    case 413: .tooLarge
    case 415: .mediaType
    default: status < 500 ? .malformed : .internalError
    }
  }
}

extension HTTPField.Name {
  // The names are literals of the right form: making them cannot fail.
  static let tusResumable = HTTPField.Name("Tus-Resumable").unsafelyUnwrapped
  static let tusVersion = HTTPField.Name("Tus-Version").unsafelyUnwrapped
  static let tusExtension = HTTPField.Name("Tus-Extension").unsafelyUnwrapped
  static let tusMaxSize = HTTPField.Name("Tus-Max-Size").unsafelyUnwrapped
  static let tusChecksumAlgorithm = HTTPField.Name("Tus-Checksum-Algorithm").unsafelyUnwrapped
  static let uploadOffset = HTTPField.Name("Upload-Offset").unsafelyUnwrapped
  static let uploadLength = HTTPField.Name("Upload-Length").unsafelyUnwrapped
  static let uploadDeferLength = HTTPField.Name("Upload-Defer-Length").unsafelyUnwrapped
  static let uploadMetadata = HTTPField.Name("Upload-Metadata").unsafelyUnwrapped
  static let uploadExpires = HTTPField.Name("Upload-Expires").unsafelyUnwrapped
  static let uploadChecksum = HTTPField.Name("Upload-Checksum").unsafelyUnwrapped
  static let methodOverride = HTTPField.Name("X-HTTP-Method-Override").unsafelyUnwrapped
  static let accelBuffering = HTTPField.Name("X-Accel-Buffering").unsafelyUnwrapped
  static let reprDigest = HTTPField.Name("Repr-Digest").unsafelyUnwrapped
  static let lastEventID = HTTPField.Name("Last-Event-ID").unsafelyUnwrapped
}

extension Response {
  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    Response(
      status: status, headers: [.contentType: MediaType.json],
      body: .init(byteBuffer: ByteBuffer(bytes: try CanonicalJSON.encode(value))))
  }

  static func bytes(_ data: Data, type: String, status: HTTPResponse.Status = .ok) -> Response {
    Response(status: status, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(bytes: data)))
  }
}

extension Request {
  /// The whole body, where it is small.
  /// - Throws: `Problem` of type `too-large`.
  func collect(upTo limit: Int) async throws -> Data {
    if let announced = headers[.contentLength].flatMap({ Int($0) }), announced > limit {
      throw Problem(.tooLarge, "at most \(limit) bytes are taken here")
    }
    var data = Data()
    for try await buffer in body {
      data.append(contentsOf: buffer.readableBytesView)
      guard data.count <= limit else { throw Problem(.tooLarge, "at most \(limit) bytes are taken here") }
    }
    return data
  }

  /// Whether the body is of this media type, whatever its parameters.
  func hasMediaType(_ type: String) -> Bool {
    let given = headers[.contentType]?.split(separator: ";").first.map { $0.lowercased() }
    return given?.filter { $0 != " " } == type
  }
}
