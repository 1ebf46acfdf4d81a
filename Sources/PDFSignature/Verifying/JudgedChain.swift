import Foundation
import PKI

/// A chain that was found to lead to an anchor, and what the evidence at hand says of each certificate in it.
struct JudgedChain {
  /// Leaf first, anchor last.
  let certificates: [Certificate]
  /// The time as of which it was judged: nobody may have been revoked by then.
  let date: Date
  /// The time that evidence must reach: when the signature or the time-stamp was made, as far as is proven.
  let needed: Date

  /// Each certificate but the anchor, with its issuer.
  var links: [(certificate: Certificate, issuer: Certificate)] {
    Array(zip(certificates, certificates.dropFirst())).map { ($0, $1) }
  }

  /// When a certificate of the chain had been revoked by then; nil when none is known to have been.
  func revocation(_ pool: RevocationPool) -> (certificate: Certificate, since: Date)? {
    for link in links {
      if case .revoked(let since, _) = pool.status(of: link.certificate, issuer: link.issuer, at: date) {
        return (link.certificate, since)
      }
    }
    return nil
  }

  /// Certificates for which no evidence reaches that time.
  func unknown(_ pool: RevocationPool, at time: Date, upTo revision: Int? = nil) -> [(
    certificate: Certificate, issuer: Certificate
  )] {
    links.filter { link in
      switch pool.status(of: link.certificate, issuer: link.issuer, at: time, upTo: revision) {
      case .good: false
      case .revoked, .unknown: true
      }
    }
  }

  /// For the report.
  func report(_ pool: RevocationPool) -> RevocationReport {
    var sources: [String] = []
    var later: Date?
    for link in links {
      switch pool.status(of: link.certificate, issuer: link.issuer, at: needed) {
      case .revoked(let since, let item):
        return RevocationReport(status: .revoked, revokedAt: since, evidence: [Self.text(item)])
      case .unknown: return RevocationReport(status: .unknown, revokedAt: nil, evidence: [])
      case .good(let item, let revokedLater):
        sources.append(Self.text(item))
        // The signer's own revocation is what people ask about.
        if later == nil { later = revokedLater }
      }
    }
    return RevocationReport(status: later == nil ? .good : .revokedLater, revokedAt: later, evidence: sources)
  }

  private static func text(_ item: RevocationPool.Item) -> String {
    let kind = if case .list = item.evidence { "crl" } else { "ocsp" }
    let place = item.revision == nil ? "supplied" : "document"
    return "\(kind), \(place), issued \(item.evidence.issuedAt.formatted(.iso8601))"
  }
}
