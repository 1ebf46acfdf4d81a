import Durable
import Foundation
import PKI

/// Evidence of revocation in a file: a list or an OCSP response, DER, or a list in PEM.
enum EvidenceFile {
  static func read(_ path: String) throws -> RevocationEvidence {
    try RevocationEvidence(file: try WholeFile.read(path, atMost: 16 << 20))
  }
}
