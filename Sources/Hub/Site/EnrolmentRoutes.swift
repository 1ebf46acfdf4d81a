import Exchange
import Foundation
import HTTPTypes
import Hummingbird
import PKI

/// Enrolment over Secure Transport (RFC 7030): certificates for machines and units, against a code that works once.
struct EnrolmentRoutes: Sendable {
  let authority: Authority
  let desk: EnrolmentDesk

  private static let requestLimit = 16 << 10

  /// On the public listener: the caller has no certificate yet.
  func addPublic(to group: RouterGroup<HubContext>) {
    group.resource(".well-known/est/cacerts", [.get: { _, _ in Self.certificates([authority.root]) }])
    group.resource(".well-known/est/simpleenroll", [.post: { request, _ in try await enrol(request, .machine) }])
    for slot in Routes.CertificateSlot.allCases {
      group.resource(
        ".well-known/est/\(slot.rawValue)/simpleenroll", [.post: { request, _ in try await enrol(request, slot) }])
    }
  }

  /// On the API: the current certificate vouches for the next one.
  func addPrivate(to group: RouterGroup<HubContext>) {
    for slot in Routes.CertificateSlot.allCases {
      group.resource(
        ".well-known/est/\(slot.rawValue)/simplereenroll",
        [.post: { request, context in try await renew(request, context, slot) }])
    }
  }

  private func enrol(_ request: Request, _ slot: Routes.CertificateSlot) async throws -> Response {
    guard let (unit, secret) = Self.basic(request.headers[.authorization]) else {
      throw Problem(.codeInvalid, "HTTP Basic with unit and code is wanted")
    }
    let wanted = try await certificateRequest(request)
    let certificate = try await desk.enrol(
      unit: unit, secret: secret, slot: slot, request: wanted, at: Instant(Date()))
    return Self.certificates([certificate, authority.root])
  }

  private func renew(_ request: Request, _ context: HubContext, _ slot: Routes.CertificateSlot) async throws -> Response
  {
    let caller = try context.requireCaller()
    let wanted = try await certificateRequest(request)
    var unit: UnitID?
    if slot == .unit {
      guard let asked = request.uri.queryParameters["unit"].flatMap({ UnitID(rawValue: String($0)) }) else {
        throw Problem(.malformed, "the query must name the unit")
      }
      try caller.require(asked)
      unit = asked
    }
    let certificate = try await desk.renew(
      machine: caller.machine, slot: slot, unit: unit, request: wanted, at: Instant(Date()))
    return Self.certificates([certificate, authority.root])
  }

  /// PKCS #10 in base64, with or without line breaks (RFC 8951 §3.1).
  private func certificateRequest(_ request: Request) async throws -> CertificateRequest {
    guard request.hasMediaType(MediaType.certificateRequest) else {
      throw Problem(.mediaType, "the body must be \(MediaType.certificateRequest)")
    }
    let body = try await request.collect(upTo: Self.requestLimit)
    guard let der = Data(base64Encoded: body, options: .ignoreUnknownCharacters) else {
      throw Problem(.requestBad, "the request is not base64")
    }
    do { return try CertificateRequest(der: der) } catch { throw Problem(.requestBad, "\(error)") }
  }

  private static func basic(_ header: String?) -> (UnitID, String)? {
    guard let header, header.lowercased().hasPrefix("basic "),
      let decoded = Data(base64Encoded: String(header.dropFirst(6))),
      let colon = decoded.firstIndex(of: 0x3A),
      let unit = UnitID(rawValue: String(decoding: decoded[..<colon], as: UTF8.self))
    else { return nil }
    return (unit, String(decoding: decoded[(colon + 1)...], as: UTF8.self))
  }

  private static func certificates(_ certificates: [Certificate]) -> Response {
    let body = SignedDataBuilder.certificatesOnly(certificates).base64EncodedString(options: [
      .lineLength64Characters, .endLineWithLineFeed,
    ])
    return .bytes(Data(body.utf8), type: "\(MediaType.cms); smime-type=certs-only")
  }
}
