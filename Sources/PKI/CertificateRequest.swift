import CCrypto
import Foundation
import SwiftASN1

/// A certification request (PKCS#10, RFC 2986). Only its key counts: the names in it are ignored, the authority
/// writes those it knows.
public struct CertificateRequest: Sendable {
  public let der: Data
  /// SubjectPublicKeyInfo, DER.
  public let publicKeyDER: Data
  /// SHA-256 of ``publicKeyDER``.
  public let publicKeyFingerprint: Data

  /// The longest request read, in bytes.
  public static let maximumLength = 16_384

  /// Reads a request and verifies its self-signature, which proves possession of the key.
  /// - Throws: ``PKIError/Code/requestInvalid``; ``PKIError/Code/keyUnsupported`` for RSA below 2048 bits and curves
  ///   other than
  ///   P-256 and P-384.
  public init(der: Data) throws {
    ERR_clear_error()
    guard der.count <= Self.maximumLength, let (request, isWhole) = Library.decode(der, { d2i_X509_REQ(nil, $0, $1) })
    else { throw PKIError.library(.requestInvalid, "The request cannot be read.") }
    defer { X509_REQ_free(request) }
    guard isWhole, X509_REQ_get_version(request) == 0 else {
      throw PKIError(.requestInvalid, "The request is of another version, or bytes follow it.")
    }
    guard let key = X509_REQ_get0_pubkey(request), let spki = Library.encode({ i2d_PUBKEY(key, $0) }) else {
      throw PKIError.library(.requestInvalid, "The request's key cannot be read.")
    }
    try KeyKind.check(key)
    var digest: Int32 = NID_undef
    _ = OBJ_find_sigid_algs(X509_REQ_get_signature_nid(request), &digest, nil)
    guard [NID_sha256, NID_sha384, NID_sha512].contains(digest), X509_REQ_verify(request, key) == 1 else {
      throw PKIError.library(.requestInvalid, "The request's own signature does not hold.")
    }
    self.der = Data(der)
    publicKeyDER = spki
    publicKeyFingerprint = sha256(spki)
  }

  /// Writes a request signed by the key; no attributes.
  public static func make(key: PrivateKey, commonName: String) throws -> Data {
    let info = Encode.sequence(
      Encode.integer(0), DistinguishedName(commonName: commonName).encoded, Array(key.publicKeyDER),
      Encode.context(0, []))
    return try Data(Signed.wrap(info, key: key))
  }
}

/// The outer shape that certificates, requests and revocation lists share: content, algorithm, signature bits.
enum Signed {
  static func wrap(_ content: [UInt8], key: any SigningKey) throws -> [UInt8] {
    let signature = try key.sign(Data(content))
    return Encode.sequence(content, algorithm(of: key.algorithm), Encode.bitString(Array(signature)))
  }

  /// AlgorithmIdentifier of a signature over SHA-256 (RFC 5758 §3.2, RFC 4055 §5).
  static func algorithm(of key: KeyAlgorithm) -> [UInt8] {
    key.isRSA ? Encode.sequence(OID.sha256WithRSA.encoded, Encode.null) : Encode.sequence(OID.ecdsaWithSHA256.encoded)
  }
}
