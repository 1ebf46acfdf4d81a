import Exchange
import Foundation
import HTTPTypes
import Hummingbird
import PKI

/// What anyone may ask of the hub, without a certificate.
struct PublicRoutes: Sendable {
  let authority: Authority
  let description: HubDescription

  private static let queryLimit = 4096

  func add(to group: RouterGroup<HubContext>) {
    page(".well-known/congvan", of: group) { try .json(description) }
    group.resource("tsa", [.post: { request, _ in try await timeStamp(request) }])
    page("crl", of: group) { .bytes(try await authority.revocationList(at: Date()), type: "application/pkix-crl") }
    page("/", of: group) { front() }
    page("health/live", of: group) { try .json(["status": "live"]) }
  }

  /// Something to be read. Monitors and proxies ask by HEAD (RFC 9110 §9.3.2).
  private func page(
    _ path: RouterPath, of group: RouterGroup<HubContext>, _ make: @escaping @Sendable () async throws -> Response
  ) {
    group.resource(
      path, [.get: { _, _ in try await make() }, .head: { _, _ in try await make().createHeadResponse() }])
  }

  /// RFC 3161 over HTTP. A bad question gets a refusal in the protocol's own words.
  private func timeStamp(_ request: Request) async throws -> Response {
    guard request.hasMediaType(MediaType.timeStampQuery) else {
      throw Problem(.mediaType, "the body must be \(MediaType.timeStampQuery)")
    }
    let query = try await request.collect(upTo: Self.queryLimit)
    let answer = try authority.timeStampAuthority.respond(to: query, at: Date(), serial: try Random.bytes(16))
    return .bytes(answer, type: MediaType.timeStampReply)
  }

  private func front() -> Response {
    let name = description.name.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
    let page = """
      <!doctype html>
      <html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>\(name) – trục công văn</title>
      <style>body{font:17px/1.6 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#1a1a1a}
      h1{font-size:1.4rem}code{background:#f2f2f2;padding:.1em .3em}</style></head>
      <body><h1>\(name)</h1>
      <p>Đây là máy chủ gửi, nhận văn bản điện tử của các cấp công đoàn trong tỉnh.</p>
      <p>Cán bộ văn thư không cần mở trang này: hãy thả tệp PDF vào thư mục <code>outbox</code> của đơn vị; văn bản đến nằm
      trong thư mục <code>inbox</code>.</p>
      <p>Đơn vị chưa có phần mềm: liên hệ Văn phòng LĐLĐ tỉnh để nhận mã đăng ký.</p>
      </body></html>
      """
    var response = Response.bytes(Data(page.utf8), type: "text/html; charset=utf-8")
    response.headers[.contentSecurityPolicy] =
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    return response
  }
}
