import CCrypto
import Foundation
import SwiftASN1

/// Where a certificate says its revocation is to be asked for. These are data: nothing here fetches them, and addresses out
/// of a document that is being judged are never to be fetched at all.
extension Certificate {
  /// http and https addresses of the issuer's revocation lists (RFC 5280 §4.2.1.13); at most 4.
  public var revocationListURLs: [String] {
    let points = (try? nodes(of: NID_crl_distribution_points)?.list) ?? []
    var found: [String] = []
    for point in points {
      guard let parts = try? point.children(.sequence),
        let place = parts.first(where: { $0.identifier == .context(0) }),
        let full = try? place.children(.context(0)).first(where: { $0.identifier == .context(0) }),
        let names = try? full.children(.context(0))
      else { continue }
      found += names.compactMap(Self.webAddress)
    }
    return Array(found.prefix(4))
  }

  /// http and https addresses of OCSP responders (RFC 5280 §4.2.2.1); at most 4.
  public var ocspURLs: [String] { accessURLs(.accessOCSP) }

  /// http and https addresses where the issuer's certificate lies (RFC 5280 §4.2.2.1); at most 4.
  public var issuerURLs: [String] { accessURLs(.accessIssuers) }

  /// The issuer says that this responder's certificate needs no check while it is valid (RFC 6960 §4.2.2.2.1).
  public var isRevocationCheckWaived: Bool {
    withPointer { X509_get_ext_by_NID($0, NID_id_pkix_OCSP_noCheck, -1) >= 0 }
  }

  private func accessURLs(_ method: OID) -> [String] {
    let entries = (try? nodes(of: NID_info_access)?.list) ?? []
    return Array(
      entries.compactMap { entry -> String? in
        guard let parts = try? entry.children(.sequence), parts.count == 2, parts[0].isObject(method) else {
          return nil
        }
        return Self.webAddress(parts[1])
      }.prefix(4))
  }

  /// uniformResourceIdentifier [6] of a GeneralName.
  private static func webAddress(_ node: ASN1Node) -> String? {
    guard node.identifier == .context(6), case .primitive(let bytes) = node.content, bytes.count <= 2048,
      bytes.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    let start = text.lowercased()
    return start.hasPrefix("http://") || start.hasPrefix("https://") ? text : nil
  }

  /// Did this issuer sign the certificate, with an accepted algorithm? Says nothing of validity or trust.
  public func isSigned(by issuer: Certificate) -> Bool {
    guard issuerDER == issuer.subjectDER else { return false }
    ERR_clear_error()
    defer { ERR_clear_error() }
    var digest: Int32 = NID_undef
    _ = OBJ_find_sigid_algs(withPointer { X509_get_signature_nid($0) }, &digest, nil)
    guard [NID_sha256, NID_sha384, NID_sha512].contains(digest) else { return false }
    return withPointer { own in issuer.withPointer { X509_verify(own, X509_get0_pubkey($0)) == 1 } }
  }
}
