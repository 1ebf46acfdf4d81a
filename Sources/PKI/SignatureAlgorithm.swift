import Foundation
import SwiftASN1

/// How a signature value was made. What is not listed is refused.
public enum SignatureAlgorithm: String, Sendable, Codable, CaseIterable {
  /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
  case rsa
  /// RSASSA-PSS with MGF1 over the same digest and a salt of its length (RFC 8017 §8.1).
  case rsaPSS = "rsa-pss"
  /// ECDSA on P-256 or P-384.
  case ecdsa

  /// Reads an AlgorithmIdentifier, which must agree with the signer's digest.
  init(_ node: ASN1Node, digest: DigestAlgorithm) throws {
    var cursor = try node.cursor()
    let kind = try cursor.next(.objectIdentifier)
    let parameters = cursor.isAtEnd ? nil : try cursor.next()
    try cursor.finish()
    let isPlain = parameters.map { $0.encodedBytes.elementsEqual(Encode.null) } ?? true
    if kind.isObject(.rsaEncryption) || kind.isObject(Self.rsaOID(digest)), isPlain {
      self = .rsa
    } else if kind.isObject(Self.ecdsaOID(digest)), parameters == nil {
      self = .ecdsa
    } else if kind.isObject(.rsaPSS), let parameters, Self.isExpectedPSS(parameters, digest) {
      self = .rsaPSS
    } else if [OID.sha1WithRSA, .ecdsaWithSHA1, .md5WithRSA].contains(where: kind.isObject) {
      throw DigestAlgorithm.weak(kind.isObject(.md5WithRSA) ? "MD5" : "SHA-1")
    } else {
      throw PKIError(.algorithmUnsupported, "The signature algorithm is not accepted, or does not fit the digest.")
    }
  }

  private static func rsaOID(_ digest: DigestAlgorithm) -> OID {
    switch digest {
    case .sha256: .sha256WithRSA
    case .sha384: .sha384WithRSA
    case .sha512: .sha512WithRSA
    }
  }

  static func ecdsaOID(_ digest: DigestAlgorithm) -> OID {
    switch digest {
    case .sha256: .ecdsaWithSHA256
    case .sha384: .ecdsaWithSHA384
    case .sha512: .ecdsaWithSHA512
    }
  }

  /// RSASSA-PSS-params (RFC 4055 §3.1) in the one combination accepted; hash parameters absent or NULL.
  private static func isExpectedPSS(_ node: ASN1Node, _ digest: DigestAlgorithm) -> Bool {
    let withNull = Encode.sequence(digest.oid.encoded, Encode.null)
    return [digest.identifier, withNull].contains { hash in
      let mask = Encode.sequence(OID.mgf1.encoded, hash)
      let expected = Encode.sequence(
        Encode.context(0, hash), Encode.context(1, mask), Encode.context(2, Encode.integer(UInt64(digest.length))))
      return node.encodedBytes.elementsEqual(expected)
    }
  }
}

extension DigestAlgorithm {
  /// Reads an AlgorithmIdentifier; parameters absent or NULL (RFC 5754 §2).
  init(_ node: ASN1Node) throws {
    var cursor = try node.cursor()
    let kind = try cursor.next(.objectIdentifier)
    if !cursor.isAtEnd {
      guard try cursor.next().encodedBytes.elementsEqual(Encode.null) else {
        throw PKIError(.algorithmUnsupported, "A digest algorithm has unexpected parameters.")
      }
    }
    try cursor.finish()
    guard let found = DigestAlgorithm.allCases.first(where: { kind.isObject($0.oid) }) else {
      if kind.isObject(.sha1) || kind.isObject(.md5) {
        throw Self.weak(kind.isObject(.sha1) ? "SHA-1" : "MD5")
      }
      throw PKIError(
        .algorithmUnsupported,
        "The digest algorithm is not accepted: SHA-256, SHA-384 and SHA-512 are.")
    }
    self = found
  }

  /// Two documents of one such digest can be made by anybody (ETSI TS 119 312): what was signed is anybody's guess.
  static func weak(_ name: String) -> PKIError {
    PKIError(
      .algorithmWeak,
      "The digest is of \(name), which is broken and proves nothing: SHA-256, SHA-384 and SHA-512 do."
    )
  }
}
