import Exchange
import HTTPTypes
import Hummingbird
import NIOCore

/// Ends a connection whose request's body comes too slowly to be meant: the server's idle limit sees only whether something
/// moves, and a byte now and then would hold a connection, and what was begun on it, for ever.
struct PaceMiddleware: RouterMiddleware {
  typealias Context = HubContext

  /// For whatever it is: a body that is on its way, and the work that follows on it.
  private static let grace: Int64 = 60
  /// Bytes a second, on average over the rest: less than any line of today's, so that a slow one still gets a whole chunk
  /// through.
  private static let slowest: Int64 = 1024

  func handle(
    _ request: Request, context: HubContext, next: (Request, HubContext) async throws -> Response
  ) async throws -> Response {
    guard let length = Self.length(of: request) else { return try await next(request, context) }
    let channel = context.channel
    let seconds = Self.grace + length / Self.slowest
    let path = request.uri.path
    let logger = context.logger
    let end = channel.eventLoop.scheduleTask(in: .seconds(seconds)) {
      logger.notice("connection ended: its request came too slowly", metadata: ["path": "\(path)"])
      channel.close(promise: nil)
    }
    defer { end.cancel() }
    return try await next(request, context)
  }

  /// In bytes; nil where there is no body. Without a declared length it is the longest that is taken so.
  private static func length(of request: Request) -> Int64? {
    if let declared = request.headers[.contentLength].flatMap({ Int64($0) }) {
      return declared > 0 ? min(declared, Limits.documentSize) : nil
    }
    return request.headers[.transferEncoding] == nil ? nil : Int64(Limits.uploadChunk)
  }
}
