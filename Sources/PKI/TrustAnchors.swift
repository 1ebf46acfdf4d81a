import CCrypto
import Foundation

/// What a certificate is to be used for. Judged by key usage and extended key usage, not by libcrypto's own purposes:
/// those refuse
/// certificates for document signing.
public enum CertificatePurpose: String, Sendable, CaseIterable {
  case any
  case tlsServer
  case tlsClient
  /// A person's or a unit's signature on a document.
  case documentSigning
  case timeStamping
  /// The hub's receipts.
  case evidence

  func suits(_ certificate: Certificate) -> Bool {
    let usage = certificate.keyUsage
    let extended = certificate.extendedKeyUsages
    switch self {
    case .any: return true
    case .tlsServer: return usage.contains(.digitalSignature) && extended.contains(OID.serverAuth.dotted)
    case .tlsClient: return usage.contains(.digitalSignature) && extended.contains(OID.clientAuth.dotted)
    case .documentSigning:
      let accepted: [OID] = [
        .documentSigning, .microsoftDocumentSigning, .adobeAuthenticDocuments, .emailProtection, .anyExtendedKeyUsage,
      ]
      return usage.contains(.nonRepudiation)
        && (extended.isEmpty || accepted.contains { extended.contains($0.dotted) })
    case .timeStamping:
      return usage.isSubset(of: [.digitalSignature, .nonRepudiation]) && !usage.isEmpty
        && extended == [OID.timeStamping.dotted] && certificate.isExtendedKeyUsageCritical
    case .evidence: return usage.isSuperset(of: [.digitalSignature, .nonRepudiation]) && extended.isEmpty
    }
  }
}

/// The roots this house trusts, and nothing else: no system store, no fetching of addresses found in certificates.
public struct TrustAnchors: Sendable {
  public let anchors: [Certificate]
  /// Untrusted material for chains that the house keeps at hand, for signatures that don't bring their own.
  public let intermediates: [Certificate]
  private let store: Store
  private let revocationLists: [RevocationList]
  private let demandsRevocationList: Bool

  /// - Parameters:
  ///   - anchors: self-signed roots.
  ///   - intermediates: certificates between the roots and the signers; no chain ends at one of them.
  public init(_ anchors: [Certificate], intermediates: [Certificate] = []) {
    self.init(anchors, intermediates: intermediates, lists: [], demandsRevocationList: false)
  }

  /// - Parameters:
  ///   - revocationLists: DER; each issuer's newest counts.
  ///   - demandsRevocationList: refuse certificates whose issuer has no list here that reaches the time asked for.
  /// - Throws: ``PKIError/Code/revocationListInvalid``.
  public init(_ anchors: [Certificate], revocationLists: [Data], demandsRevocationList: Bool = false) throws {
    self.init(
      anchors, intermediates: [], lists: try revocationLists.map { try RevocationList(der: $0) },
      demandsRevocationList: demandsRevocationList)
  }

  private init(
    _ anchors: [Certificate], intermediates: [Certificate], lists: [RevocationList], demandsRevocationList: Bool
  ) {
    self.anchors = anchors
    self.intermediates = intermediates
    store = Store(anchors)
    revocationLists = lists.sorted { $0.thisUpdate > $1.thisUpdate }
    self.demandsRevocationList = demandsRevocationList
  }

  /// Of what comes with a certificate.
  private static let intermediatesAllowed = 20

  /// Builds and verifies the chain from a certificate to one of the anchors (RFC 5280 §6): strict, at most 5
  /// certificates deep,
  /// security level 2 (no SHA-1, no RSA below 2048 bits).
  /// - Parameters:
  ///   - intermediates: untrusted material for the chain, such as the certificates in a signature.
  ///   - date: the time at which it must be valid: a proven time if there is one.
  /// - Returns: leaf first, anchor last.
  /// - Throws: ``PKIError`` with a code of the chain's first fault.
  public func chain(
    for leaf: Certificate, intermediates: [Certificate] = [], at date: Date, purpose: CertificatePurpose
  ) throws -> [Certificate] {
    guard purpose.suits(leaf) else {
      throw PKIError(.purposeUnsuitable, "The certificate “\(leaf.subject)” is not one for \(purpose.rawValue).")
    }
    let chain = try store.chain(
      for: leaf, intermediates: Array(intermediates.prefix(Self.intermediatesAllowed)) + self.intermediates, at: date)
    for (certificate, issuer) in zip(chain, chain.dropFirst()) {
      try checkRevocation(of: certificate, issuer: issuer, at: date)
    }
    return chain
  }

  /// The certificate counts as revoked from the date in the list on: what was signed before stays good. A list older
  /// than the time
  /// asked for proves nothing.
  private func checkRevocation(of certificate: Certificate, issuer: Certificate, at date: Date) throws {
    guard let list = revocationLists.first(where: { $0.issuerDER == issuer.subjectDER && $0.isSigned(by: issuer) })
    else {
      guard !demandsRevocationList else {
        throw PKIError(.revocationUnknown, "There is no revocation list of “\(issuer.subject)”.")
      }
      return
    }
    if let revoked = list.revocationDate(of: certificate), revoked <= date {
      throw PKIError(.certificateRevoked, "The certificate “\(certificate.subject)” has been revoked.")
    }
    guard list.nextUpdate >= date || !demandsRevocationList else {
      throw PKIError(.revocationUnknown, "The revocation list of “\(issuer.subject)” is out of date.")
    }
  }

  /// Owns an X509_STORE that holds the anchors.
  private final class Store: @unchecked Sendable {  // filled in init, read only after; libcrypto locks the store itself
    private let pointer: OpaquePointer?
    private let anchors: [Certificate]

    init(_ anchors: [Certificate]) {
      self.anchors = anchors
      pointer = X509_STORE_new()
      for anchor in anchors { anchor.withPointer { _ = X509_STORE_add_cert(pointer, $0) } }
    }

    deinit { X509_STORE_free(pointer) }

    func chain(for leaf: Certificate, intermediates: [Certificate], at date: Date) throws -> [Certificate] {
      ERR_clear_error()
      guard let pointer, let context = X509_STORE_CTX_new() else {
        throw PKIError.library(.libraryFailure, "No memory for a chain.")
      }
      defer { X509_STORE_CTX_free(context) }
      let untrusted = cc_certificates_new()
      defer { cc_certificates_free(untrusted) }
      return try withExtendedLifetime(intermediates) {
        for certificate in intermediates {
          certificate.withPointer { _ = cc_certificates_push(untrusted, $0) }
        }
        return try leaf.withPointer { leafPointer in
          guard X509_STORE_CTX_init(context, pointer, leafPointer, untrusted) == 1,
            let parameters = X509_STORE_CTX_get0_param(context)
          else { throw PKIError.library(.libraryFailure, "The chain could not be begun.") }
          X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_X509_STRICT))
          X509_VERIFY_PARAM_set_depth(parameters, 5)
          X509_VERIFY_PARAM_set_auth_level(parameters, 2)
          X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_ANY)
          X509_VERIFY_PARAM_set_time(parameters, time_t(date.timeIntervalSince1970.rounded(.down)))
          guard X509_verify_cert(context) == 1 else { throw Self.fault(context, leaf) }
          let chain = X509_STORE_CTX_get0_chain(context)
          // Reading a certificate anew is dear: the chain consists of objects that are already ours.
          let known = [leaf] + intermediates + anchors
          return try (0..<cc_certificates_count(chain)).map { index in
            let pointer = cc_certificates_at(chain, index)
            return try known.first { $0.withPointer { $0 == pointer } } ?? Certificate(copying: pointer)
          }
        }
      }
    }

    private static func fault(_ context: OpaquePointer, _ leaf: Certificate) -> PKIError {
      let number = X509_STORE_CTX_get_error(context)
      let text = X509_verify_cert_error_string(Int(number)).map { String(cString: $0) } ?? "unknown"
      ERR_clear_error()
      let code: PKIError.Code
      switch number {
      case X509_V_ERR_CERT_HAS_EXPIRED: code = .certificateExpired
      case X509_V_ERR_CERT_NOT_YET_VALID: code = .certificateNotYetValid
      default: code = .chainUntrusted
      }
      return PKIError(code, "The certificate “\(leaf.subject)” is not trusted.", underlying: [text])
    }
  }
}
