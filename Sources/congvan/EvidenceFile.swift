import Durable
import Foundation
import PKI

/// Evidence of revocation in a file: a list or an OCSP response, DER, or a list in PEM.
enum EvidenceFile {
  static func read(_ path: String) throws -> RevocationEvidence {
    let bytes = try WholeFile.read(path, atMost: 16 << 20)
    return try RevocationEvidence(der: der(inPEM: bytes) ?? bytes)
  }

  /// RFC 7468 §7.
  private static func der(inPEM bytes: Data) -> Data? {
    guard bytes.starts(with: Data("-----BEGIN X509 CRL-----".utf8)) else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    return Data(base64Encoded: lines.dropFirst().prefix { !$0.hasPrefix("-----END") }.joined())
  }
}
