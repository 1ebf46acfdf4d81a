import Foundation

/// All evidence of revocation at hand in one judgement, and from when on each piece is known to have existed.
public struct RevocationPool: Sendable {
  /// One piece of evidence.
  public struct Item: Sendable {
    public let evidence: RevocationEvidence
    /// A time at which it certainly existed: that of a time-stamp over it, or the time of judging.
    public let existedAt: Date
    /// Index of the document's revision that it stands in first; nil where it was supplied from elsewhere.
    public let revision: Int?

    public init(_ evidence: RevocationEvidence, existedAt: Date, revision: Int? = nil) {
      self.evidence = evidence
      self.existedAt = existedAt
      self.revision = revision
    }
  }

  /// What the pool says of a certificate.
  public enum Status: Sendable {
    /// Not revoked at the time asked for; `revokedLater` is set where it was afterwards.
    case good(Item, revokedLater: Date?)
    /// Revoked at the time asked for.
    case revoked(since: Date, Item)
    /// No evidence that may speak for the issuer reaches that time.
    case unknown
  }

  public let items: [Item]

  /// Clocks of authorities and judges differ a little, in seconds: as for time-stamps.
  private static let clockTolerance: TimeInterval = 600

  public init(_ items: [Item]) { self.items = items }

  /// Judges one certificate as of a time. Any authentic word of revocation outweighs every good one.
  /// - Parameter upTo: only evidence that stands in the document, in this revision or an earlier one.
  public func status(
    of certificate: Certificate, issuer: Certificate, at date: Date, upTo revision: Int? = nil
  ) -> Status {
    var good: Item?
    var later: (Date, Item)?
    for item in items where revision.map({ (item.revision ?? .max) <= $0 }) ?? true {
      guard let verdict = item.evidence.verdict(on: certificate, issuer: issuer, at: date),
        isTrustworthy(item, issuer: issuer)
      else { continue }
      switch verdict {
      case .revoked(let since) where since <= date: return .revoked(since: since, item)
      case .revoked(let since): if later == nil { later = (since, item) }
      // A good word dated after the time at which it is known to have existed is either not there yet (a list made after the
      // time of judging) or not what it says (EN 319 102-1 §5.6.2.2: issued before the control time). One of revocation is
      // heard all the same.
      case .good where item.evidence.issuedAt > item.existedAt + Self.clockTolerance: continue
      case .good:
        if good.map({ $0.evidence.issuedAt < item.evidence.issuedAt }) ?? true { good = item }
      }
    }
    // Revoked after the time asked for is as good as not revoked then: the list was made later still.
    if let later { return .good(good ?? later.1, revokedLater: later.0) }
    return good.map { .good($0, revokedLater: nil) } ?? .unknown
  }

  /// The key that signed it was still its owner's alone when the evidence is known to have existed: an authority's expired
  /// key may be anybody's. A responder's own certificate is either waived from checking or found good on a list.
  private func isTrustworthy(_ item: Item, issuer: Certificate) -> Bool {
    guard item.existedAt <= issuer.notAfter, item.evidence.issuedAt >= issuer.notBefore else { return false }
    guard case .response(let response) = item.evidence, let signer = response.signer(for: issuer), signer != issuer
    else { return true }
    if signer.isRevocationCheckWaived { return item.existedAt <= signer.notAfter }
    var isGood = false
    for other in items {
      guard case .list = other.evidence else { continue }
      switch other.evidence.verdict(on: signer, issuer: issuer, at: response.producedAt) {
      // Since when doesn't count: what a key signs that was lost can bear any date.
      case .revoked: return false
      case .good: isGood = true
      case nil: continue
      }
    }
    return isGood && item.existedAt <= signer.notAfter
  }
}
