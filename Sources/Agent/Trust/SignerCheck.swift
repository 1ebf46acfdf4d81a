import Exchange
import Foundation
import PKI

/// Whether the province would take what a unit's signing certificate signs, as far as can be known on this machine: asked
/// before letters go out, so that an administrator learns it and not each clerk by a refused letter.
public struct SignerCheck: Sendable {
  /// Why it would not, and what to do.
  public struct Fault: Sendable, CustomStringConvertible {
    public let unit: UnitID
    public let description: String
  }

  let trust: DocumentTrust
  /// nil where this machine has none yet.
  let directory: Directory?

  public init(_ trust: DocumentTrust, directory: Directory?) {
    self.trust = trust
    self.directory = directory
  }

  /// nil where nothing speaks against it.
  /// - Parameter certificates: the signer's own first.
  public func fault(of certificates: [Certificate], for unit: UnitID, at now: Date) -> Fault? {
    guard let certificate = certificates.first else { return nil }
    let fingerprint = Hex.encode(certificate.fingerprint)
    let name = "the certificate “\(certificate.subject)” that signs for \(unit)"
    let register = "`congvan-hub unit signer add \(unit) CERT.pem` (SHA-256 \(fingerprint))"
    let rules = trust.rules(directory)
    let chain: [Certificate]
    do {
      chain = try rules.anchors.chain(
        for: certificate, intermediates: Array(certificates.dropFirst()), at: now, purpose: .documentSigning)
    } catch let error as PKIError where error.code == .chainUntrusted {
      let known = directory == nil ? "; this machine has no directory of the province yet, which may name it" : ""
      return Fault(
        unit: unit,
        description:
          "\(name) was issued by “\(certificate.issuer)”, which is no authority that is recognised here, so its "
          + "letters would be refused: have the province's office add the authority's root and what stands between to `trust` "
          + "in hub.yaml, and register the certificate with \(register)\(known)")
    } catch {
      return Fault(unit: unit, description: "\(name) would not be accepted: \(error)")
    }
    if let anchor = chain.last, Hex.encode(anchor.fingerprint) == rules.ownRoot {
      guard !certificate.subjectAlternativeURIs.contains(unit.certificateURI) else { return nil }
      return Fault(unit: unit, description: "\(name) is one that the province issued for somebody else")
    }
    // Without a directory nobody here can know of registrations.
    guard directory != nil, !rules.isRegistered(fingerprint, for: unit, at: Instant(now)) else { return nil }
    return Fault(
      unit: unit,
      description:
        "\(name) is not registered for the unit, so its letters would be refused: have the province's office run "
        + register)
  }

  /// Of all units.
  public func faults(of identities: IdentityStore, units: [UnitID], at now: Date) -> [Fault] {
    units.compactMap { unit in identities.signer(of: unit).flatMap { fault(of: $0.certificates, for: unit, at: now) } }
  }
}
