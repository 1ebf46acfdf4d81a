import Foundation
import SwiftASN1

/// CertID (RFC 6960 §4.1.1): whom an answer is about, by hashes of the issuer's name and key and the serial number.
struct OCSPCertificateID: Sendable {
  enum Hash: Sendable { case sha1, sha256, sha384, sha512 }

  private let hash: Hash
  private let nameHash: [UInt8]
  private let keyHash: [UInt8]
  private let serialNumberDER: Data

  init(_ node: ASN1Node) throws {
    var parts = try node.cursor()
    let algorithmNode = try parts.next(.sequence)
    if try algorithmNode.children(.sequence).first?.isObject(.sha1) == true {
      hash = .sha1
    } else {
      switch try DigestAlgorithm(algorithmNode) {
      case .sha256: hash = .sha256
      case .sha384: hash = .sha384
      case .sha512: hash = .sha512
      }
    }
    nameHash = Array(try parts.next(.octetString).primitive(.octetString))
    keyHash = Array(try parts.next(.octetString).primitive(.octetString))
    serialNumberDER = Data(try parts.next(.integer).encodedBytes)
    try parts.finish()
  }

  func names(_ certificate: Certificate, issuer: Certificate) -> Bool {
    guard serialNumberDER == certificate.serialNumberDER, certificate.issuerDER == issuer.subjectDER,
      let bits = try? issuer.keyBits
    else { return false }
    return nameHash == Self.hash(issuer.subjectDER, hash) && keyHash == Self.hash(bits, hash)
  }

  static func hash(_ bytes: Data, _ hash: Hash) -> [UInt8] {
    switch hash {
    case .sha1:
      let hasher = TransferHasher(.sha1)
      bytes.withUnsafeBytes { hasher.update($0) }
      return Array(hasher.finalize())
    case .sha256: return Array(digest(bytes, .sha256))
    case .sha384: return Array(digest(bytes, .sha384))
    case .sha512: return Array(digest(bytes, .sha512))
    }
  }
}

extension Certificate {
  /// The subject's public key as it is hashed in CertID and ResponderID: the BIT STRING's bytes without tag, length and
  /// the count of unused bits (RFC 6960 §4.1.1).
  var keyBits: Data {
    get throws {
      var spki = try ASN1Node.strict(ArraySlice(publicKeyDER)).cursor()
      _ = try spki.next(.sequence)
      return Data(try spki.next(.bitString).primitive(.bitString).dropFirst())
    }
  }
}
