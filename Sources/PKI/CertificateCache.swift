import Foundation
import NIOConcurrencyHelpers

/// Certificates already read, by their exact bytes. libcrypto 3.0 takes some 0.2 ms to decode one public key, several
/// times the verification
/// itself, and the same few certificates come with every document. Only those of signatures that held get in, so that
/// nobody can
/// flush it with rubbish.
enum CertificateCache {
  private static let capacity = 512  // about 5 KB each
  private static let known = NIOLockedValueBox<[Data: Certificate]>([:])

  /// The certificate with exactly these bytes.
  static func read(_ der: Data) throws -> Certificate {
    if let certificate = known.withLockedValue({ $0[sha256(der)] }) { return certificate }
    return try Certificate(der: der)
  }

  static func remember(_ certificates: [Certificate]) {
    known.withLockedValue { known in
      for certificate in certificates where known[certificate.fingerprint] == nil {
        if known.count >= capacity, let victim = known.keys.first { known[victim] = nil }
        known[certificate.fingerprint] = certificate
      }
    }
  }
}
