import Exchange
import Foundation
import PKI

/// The agent's side of EST (RFC 7030): gets the hub's authority, pinned by the code, and certificates from it.
public struct EnrolmentClient: Sendable {
  private let publicURL: String
  private let proxy: String?

  private static let bodyLimit = 256 << 10

  public init(publicURL: String, proxy: String?) {
    self.publicURL = publicURL
    self.proxy = proxy
  }

  /// The hub's certificate authority. The one question asked of a server that isn't trusted yet: the answer counts only if
  /// its fingerprint is the one in the code.
  public func authority(pinnedBy code: EnrolmentCode) async throws -> Certificate {
    var request = CurlRequest(url: publicURL + Routes.authorityCertificates)
    request.acceptsAnyServer = true
    request.sink = .memory(limit: Self.bodyLimit)
    let transport = try CurlTransport(CurlCredentials(proxy: proxy))
    let certificates = try Self.certificates(in: try await transport.perform(request))
    guard let root = certificates.first(where: { code.pins($0.fingerprint) }), root.isCertificateAuthority else {
      throw HubFault(kind: .tls, detail: "the server at \(publicURL) is not the hub that the code was made by")
    }
    return root
  }

  public func describe(trusting root: Certificate) async throws -> HubDescription {
    let transport = try CurlTransport(CurlCredentials(root: Data(root.pem), proxy: proxy))
    let response = try await transport.perform(CurlRequest(url: publicURL + Routes.description))
    try response.expect(200)
    return try response.decode(HubDescription.self)
  }

  /// - Parameter request: PKCS #10 in DER.
  public func enrol(
    code: EnrolmentCode, slot: Routes.CertificateSlot, request: Data, trusting root: Certificate
  ) async throws -> Certificate {
    let transport = try CurlTransport(CurlCredentials(root: Data(root.pem), proxy: proxy))
    let basic = Data("\(code.unit):\(code.secret)".utf8).base64EncodedString()
    let response = try await transport.perform(
      Self.post(publicURL + Routes.enrol(slot), request, headers: ["Authorization: Basic \(basic)"]))
    return try Self.certificate(for: request, in: response)
  }

  /// Asks for the next certificate with the current one.
  public func renew(
    slot: Routes.CertificateSlot, unit: UnitID?, request: Data, apiURL: String, identity: SigningIdentity,
    trusting root: Certificate
  ) async throws -> Certificate {
    let transport = try CurlTransport(
      CurlCredentials(
        root: Data(root.pem), certificate: identity.certificatePEM, key: identity.keyPEM, proxy: proxy))
    let query = unit.map { "?unit=\($0)" } ?? ""
    let response = try await transport.perform(Self.post(apiURL + Routes.renew(slot) + query, request, headers: []))
    return try Self.certificate(for: request, in: response)
  }

  private static func post(_ url: String, _ request: Data, headers: [String]) -> CurlRequest {
    CurlRequest(
      method: "POST", url: url, headers: headers + ["Content-Type: \(MediaType.certificateRequest)"],
      body: .data(Data(request.base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed]).utf8)),
      sink: .memory(limit: bodyLimit))
  }

  /// The one of the certificates given that is for our key.
  private static func certificate(for request: Data, in response: CurlResponse) throws -> Certificate {
    let key = try CertificateRequest(der: request).publicKeyFingerprint
    guard let certificate = try certificates(in: response).first(where: { $0.publicKeyFingerprint == key }) else {
      throw HubFault(kind: .protocolViolation, detail: "the hub gave a certificate for another key")
    }
    return certificate
  }

  private static func certificates(in response: CurlResponse) throws -> [Certificate] {
    try response.expect(200)
    try response.expect(type: MediaType.cms)
    guard let der = Data(base64Encoded: response.body, options: .ignoreUnknownCharacters) else {
      throw HubFault(kind: .protocolViolation, detail: "certificates that aren't base64")
    }
    return try SignedDataBuilder.certificates(inCertificatesOnly: der)
  }
}
