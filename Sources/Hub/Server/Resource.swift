import Exchange
import HTTPTypes
import Hummingbird

extension RouterMethods where Context == HubContext {
  typealias Handler = @Sendable (Request, HubContext) async throws -> Response

  /// One path with everything that may be done to it. Any other method is answered with 405 and the ones that are allowed
  /// (RFC 9110 §15.5.6), where the router alone would say that the path doesn't exist.
  func resource(_ path: RouterPath, _ handlers: KeyValuePairs<HTTPRequest.Method, Handler>) {
    for (method, handler) in handlers { on(path, method: method, use: handler) }
    let allowed = handlers.map(\.key)
    let names = allowed.map(\.rawValue).joined(separator: ", ")
    for method in Self.methods where !allowed.contains(method) {
      on(path, method: method) { _, _ in
        var response = try ProblemMiddleware.response(for: Problem(.methodNotAllowed, "this path takes \(names)"))
        response.headers[.allow] = names
        return response
      }
    }
  }

  private static var methods: [HTTPRequest.Method] { [.get, .head, .post, .put, .patch, .delete, .options] }
}
