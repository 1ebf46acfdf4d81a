import Foundation
import PKI

/// Evidence of revocation in a file: a list or an OCSP response, DER, or a list in PEM.
enum EvidenceFile {
  static func read(_ path: String) throws -> RevocationEvidence {
    guard let bytes = FileManager.default.contents(atPath: path), bytes.count <= 16 << 20 else {
      throw CocoaError(.fileReadNoSuchFile, userInfo: [NSFilePathErrorKey: path])
    }
    return try RevocationEvidence(file: bytes)
  }
}
