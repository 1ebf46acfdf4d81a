import Foundation
import PKI

/// Everything that comes as DER or PEM from outside.
enum DERTarget {
  static func run(_ input: Data) {
    _ = try? Certificate(der: input)
    _ = try? Certificate.all(pem: input)
    _ = try? CertificateRequest(der: input)
    _ = try? RevocationList(der: input)
    let digest = Data(repeating: 7, count: 32)
    _ = try? SignedDataReader.digestAlgorithm(of: input, zeroPadded: true)
    _ = try? SignedDataReader.verify(cms: input, detachedDigest: digest)
    _ = try? SignedDataReader.verify(cms: input, detachedDigest: nil, zeroPadded: true)
    _ = try? TimeStamp.token(inResponse: input, imprint: digest, nonce: Data(repeating: 1, count: 8))
    _ = try? TimeStamp.verify(token: input, imprint: digest)
  }
}
