import Foundation

/// Authorities whose certificates count for signatures on documents, as an administrator names them: self-signed roots, and
/// certificates that stand between them and the signers.
public struct SigningAuthorities: Sendable, Equatable {
  public private(set) var roots: [Certificate] = []
  public private(set) var intermediates: [Certificate] = []

  public init() {}

  /// Reads a PEM text of at most 100 certificates.
  /// - Throws: ``PKIError/Code/certificateUnreadable`` where it holds none, ``PKIError/Code/purposeUnsuitable`` where one is
  ///   no authority's: a signer's own certificate is no anchor.
  public init(pem: Data) throws {
    let found = try Certificate.all(pem: pem)
    guard !found.isEmpty else { throw PKIError(.certificateUnreadable, "The PEM text holds no certificate.") }
    for certificate in found { try add(certificate) }
  }

  /// Adds one, unless it is there.
  /// - Throws: ``PKIError/Code/purposeUnsuitable``.
  public mutating func add(_ certificate: Certificate) throws {
    guard certificate.isCertificateAuthority else {
      throw PKIError(
        .purposeUnsuitable,
        "The certificate “\(certificate.subject)” is no authority's: here stand roots and the certificates below them.")
    }
    if certificate.isSelfIssued {
      if !roots.contains(certificate) { roots.append(certificate) }
    } else if !intermediates.contains(certificate) {
      intermediates.append(certificate)
    }
  }

  public mutating func add(_ others: SigningAuthorities) throws {
    for certificate in others.roots + others.intermediates { try add(certificate) }
  }

  /// Anchors made of these and of a root that counts anyway.
  public func anchors(besides root: Certificate) -> TrustAnchors {
    TrustAnchors([root] + roots.filter { $0 != root }, intermediates: intermediates)
  }
}
