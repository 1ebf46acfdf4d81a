import Foundation

/// What tells whether a certificate was revoked: a list or an OCSP response, as its exact bytes. In hand, it is readable and
/// no more: whom it speaks for is asked with ``verdict(on:issuer:at:)``.
public enum RevocationEvidence: Sendable {
  case list(RevocationList)
  case response(OCSPResponse)

  /// What authentic evidence says of a certificate as of a time.
  public enum Verdict: Sendable, Equatable {
    /// Not revoked at that time.
    case good
    /// Revoked from this date on; the date may lie after the time asked for.
    case revoked(Date)
  }

  /// Reads either kind.
  /// - Throws: ``PKIError``.
  public init(der: Data) throws {
    // An OCSPResponse begins with an ENUMERATED, a CertificateList with a SEQUENCE.
    if let response = try? OCSPResponse(der: der) {
      self = .response(response)
    } else {
      self = .list(try RevocationList(der: der))
    }
  }

  /// Reads what a file holds: either kind in DER, or a list in PEM (RFC 7468 §7).
  /// - Throws: ``PKIError``.
  public init(file bytes: Data) throws {
    guard bytes.starts(with: Data("-----BEGIN X509 CRL-----".utf8)) else {
      self = try RevocationEvidence(der: bytes)
      return
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    let text = lines.dropFirst().prefix { !$0.hasPrefix("-----END") }.joined()
    self = try RevocationEvidence(der: Data(base64Encoded: text) ?? Data())
  }

  public var der: Data {
    switch self {
    case .list(let list): list.der
    case .response(let response): response.der
    }
  }

  /// When it was issued.
  public var issuedAt: Date {
    switch self {
    case .list(let list): list.thisUpdate
    case .response(let response): response.producedAt
    }
  }

  /// What the evidence says of `certificate` at `date`; nil where it may not speak for the issuer, is about others, or does
  /// not reach that time. It reaches a time that it was issued after, or that lies before its next update
  /// (EN 319 102-1 §5.2.5, freshness). A good word issued after the certificate's end says nothing: authorities take expired
  /// certificates off their lists (RFC 5280 §3.3).
  public func verdict(on certificate: Certificate, issuer: Certificate, at date: Date) -> Verdict? {
    switch self {
    case .list(let list):
      guard list.isSigned(by: issuer), certificate.issuerDER == issuer.subjectDER else { return nil }
      if let revoked = list.revocationDate(of: certificate) { return .revoked(revoked) }
      return Self.reaches(date, certificate, from: list.thisUpdate, until: list.nextUpdate) ? .good : nil
    case .response(let response):
      guard response.signer(for: issuer) != nil else { return nil }
      var isGood = false
      for answer in response.answers where answer.about.names(certificate, issuer: issuer) {
        switch answer.status {
        case .unknown: continue
        // Outweighs a good one in the same response.
        case .revoked(let since): return .revoked(since)
        case .good:
          // A lightweight answer without a next update speaks for the moment it was made, a few minutes around it.
          let until = answer.nextUpdate ?? answer.thisUpdate + 600
          if Self.reaches(date, certificate, from: answer.thisUpdate, until: until) { isGood = true }
        }
      }
      return isGood ? .good : nil
    }
  }

  private static func reaches(_ date: Date, _ certificate: Certificate, from: Date, until: Date) -> Bool {
    from <= certificate.notAfter && (from >= date || until >= date)
  }
}
