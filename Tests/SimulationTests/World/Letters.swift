import Exchange
import Foundation
import PKI

@testable import PDFSignature

/// Documents of the simulated world: bytes that carry a text and, once signed, who signed it. Signing appends, and no two
/// signatures are equal, as in life.
enum Letters {
  private static let mark = Array("\n%signed-by:".utf8)

  static func plain(_ text: String) -> [UInt8] { Array("%PDF-\(text)".utf8) }

  static func signature(by unit: UnitID, _ chance: inout Chance) -> [UInt8] {
    mark + Array("\(unit):\(chance.next() % 1_000_000)".utf8)
  }

  static func digest(_ bytes: [UInt8]) -> SHA256Digest {
    let hasher = SHA256Hasher()
    hasher.update(bytes)
    guard let digest = try? SHA256Digest(bytes: hasher.finalize()) else { preconditionFailure("32 bytes") }
    return digest
  }

  /// The bytes before the signature, and who signed.
  static func parts(_ bytes: [UInt8]) -> (original: [UInt8], signer: UnitID?) {
    guard let start = bytes.indices.last(where: { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }) else {
      return (bytes, nil)
    }
    let name = String(decoding: bytes[(start + mark.count)...], as: UTF8.self).split(separator: ":").first
    return (Array(bytes[..<start]), name.flatMap { try? UnitID(String($0)) })
  }

  /// What the real verifier would report of it.
  static func report(_ bytes: [UInt8]) -> VerificationReport {
    var signatures: [SignatureReport] = []
    if let signer = parts(bytes).signer {
      var signature = SignatureReport(fieldName: "Signature1")
      signature.subFilter = "ETSI.CAdES.detached"
      signature.signer = signer.rawValue
      signature.unitURI = signer.certificateURI
      signature.coversWholeFile = true
      signature.coversDocument = true
      signature.chainTrusted = true
      signatures = [signature]
    }
    return VerificationReport(
      findings: [], signatures: signatures, fileLength: Int64(bytes.count), digest: digest(bytes).hex)
  }
}
