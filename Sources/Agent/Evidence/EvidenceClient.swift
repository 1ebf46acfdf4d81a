import Exchange
import Foundation
import PDFSignature
import PKI

/// Asks public services for what proves a signature: time-stamp authorities, OCSP responders, revocation lists. Their answers
/// are signed, so plain http does. Addresses come from the user, or from certificates whose chain is trusted; never from a
/// document that is being judged.
public final class EvidenceClient: Sendable {
  private let transport: CurlTransport

  /// Lists of public authorities reach a few megabytes.
  private static let listLimit = 16 << 20
  /// One document asks only a handful of questions; a chain has at most five certificates.
  private static let questionLimit = 20

  /// - Parameters:
  ///   - root: PEM of the only root trusted for https; nil for the system's.
  ///   - proxy: nil for what the environment says (`https_proxy`).
  public init(root: Data? = nil, proxy: String? = nil) throws {
    transport = try CurlTransport(CurlCredentials(root: root, proxy: proxy))
  }

  /// A token for the imprint (RFC 3161 §3.4), checked to be over it.
  public func timeStamp(_ imprint: Data, url: String) async throws -> Data {
    let nonce = try Random.bytes(8)
    let answer = try await ask(
      url, body: TimeStamp.request(imprint: imprint, nonce: nonce), type: MediaType.timeStampQuery,
      limit: TimeStamp.maximumLength)
    return try TimeStamp.token(inResponse: answer, imprint: imprint, nonce: nonce)
  }

  /// Evidence for each question: of OCSP responders first, which are the fresher, else of lists.
  public func evidence(
    for questions: [EvidencePlan.Question]
  ) async -> (found: [RevocationEvidence], faults: [String]) {
    var found: [RevocationEvidence] = []
    var faults: [String] = []
    var asked: Set<String> = []
    func isAnswered(_ question: EvidencePlan.Question) -> Bool {
      found.contains { $0.verdict(on: question.certificate, issuer: question.issuer, at: question.date) != nil }
    }
    for question in questions.prefix(Self.questionLimit) where !isAnswered(question) {
      for url in question.certificate.ocspURLs where !isAnswered(question) {
        do {
          let answer = try await ask(
            url, body: try OCSPRequest.about(question.certificate, issuer: question.issuer),
            type: "application/ocsp-request", limit: OCSPResponse.maximumLength)
          found.append(.response(try OCSPResponse(der: answer)))
        } catch { faults.append("\(url): \(error)") }
      }
      for url in question.certificate.revocationListURLs where !isAnswered(question) && asked.insert(url).inserted {
        do {
          found.append(.list(try RevocationList(der: try await ask(url, limit: Self.listLimit))))
        } catch { faults.append("\(url): \(error)") }
      }
      if !isAnswered(question) {
        faults.append("nothing tells whether “\(question.certificate.subject)” was revoked")
      }
    }
    return (found, faults)
  }

  /// A revocation list at an address of the user's.
  public func revocationList(_ url: String) async throws -> RevocationList {
    try RevocationList(der: try await ask(url, limit: Self.listLimit))
  }

  private func ask(_ url: String, body: Data? = nil, type: String = "", limit: Int) async throws -> Data {
    var request = CurlRequest(method: body == nil ? "GET" : "POST", url: url)
    request.isPublicService = true
    request.sink = .memory(limit: limit)
    if let body {
      request.body = .data(body)
      request.headers = ["Content-Type: \(type)"]
    }
    let response = try await transport.perform(request)
    try response.expect(200)
    return response.body
  }
}
