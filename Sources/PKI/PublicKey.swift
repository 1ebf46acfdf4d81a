import CCrypto
import Foundation

/// A public key, checked to be one of the kinds in ``KeyAlgorithm`` strength or better. Owns its EVP_PKEY.
final class PublicKey: @unchecked Sendable {  // the EVP_PKEY is never changed after init
  private let pointer: OpaquePointer

  /// Takes a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), nothing after it.
  init(der: Data) throws {
    ERR_clear_error()
    guard der.count <= 4096, let (key, isWhole) = Library.decode(der, { d2i_PUBKEY(nil, $0, $1) }) else {
      throw PKIError.library(.keyUnreadable, "The public key cannot be read.")
    }
    pointer = key
    guard isWhole else { throw PKIError(.keyUnreadable, "Bytes follow the public key.") }
    try KeyKind.check(key)
  }

  /// Takes another reference to the certificate's key.
  init(of certificate: Certificate) throws {
    guard let key = certificate.newPublicKeyReference() else {
      throw PKIError.library(.keyUnreadable, "The certificate's public key cannot be read.")
    }
    pointer = key
    try KeyKind.check(key)
  }

  deinit { EVP_PKEY_free(pointer) }

  /// The kind of its private half, where that is one we sign with.
  func signingAlgorithm() throws -> KeyAlgorithm { try KeyKind.signing(pointer) }

  var isRSA: Bool { EVP_PKEY_get_base_id(pointer) == EVP_PKEY_RSA }

  /// - Parameter pss: RSASSA-PSS with the digest for MGF1 too and a salt of the digest's length, in place of PKCS#1
  ///   v1.5.
  func verifies(_ signature: Data, of message: Data, _ algorithm: DigestAlgorithm, pss: Bool = false) -> Bool {
    ERR_clear_error()
    defer { ERR_clear_error() }
    guard let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    var parameters: OpaquePointer?
    guard EVP_DigestVerifyInit(context, &parameters, algorithm.method, nil, pointer) == 1 else { return false }
    if pss {
      guard EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1,
        EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, Int32(algorithm.length)) == 1
      else { return false }
    }
    return signature.withUnsafeBytes { signature in
      message.withUnsafeBytes { message in
        EVP_DigestVerify(
          context, signature.baseAddress?.assumingMemoryBound(to: UInt8.self), signature.count,
          message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count) == 1
      }
    }
  }
}

/// What kind of key an EVP_PKEY is, and whether it is one we accept.
enum KeyKind {
  /// RSA of 2048 to 8192 bits, or the named curves P-256 and P-384; nothing else.
  static func check(_ key: OpaquePointer) throws {
    switch EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_RSA:
      let bits = EVP_PKEY_get_bits(key)
      guard (2048...8192).contains(bits) else {
        throw PKIError(.keyUnsupported, "An RSA key of \(bits) bits is not accepted: 2048 to 8192 are.")
      }
    case EVP_PKEY_EC:
      guard curve(of: key) != nil else {
        throw PKIError(.keyUnsupported, "The curve is not accepted: P-256 and P-384 are.")
      }
    default:
      throw PKIError(.keyUnsupported, "The kind of key is not accepted: RSA, P-256 and P-384 are.")
    }
  }

  /// The kind of a key that is to sign: RSA in the three usual sizes only.
  static func signing(_ key: OpaquePointer) throws -> KeyAlgorithm {
    try check(key)
    if let curve = curve(of: key) { return curve }
    switch EVP_PKEY_get_bits(key) {
    case 2048: return .rsa2048
    case 3072: return .rsa3072
    case 4096: return .rsa4096
    default: throw PKIError(.keyUnsupported, "RSA keys for signing have 2048, 3072 or 4096 bits.")
    }
  }

  private static func curve(of key: OpaquePointer) -> KeyAlgorithm? {
    var name = [CChar](repeating: 0, count: 64)
    var length = 0
    guard EVP_PKEY_get_base_id(key) == EVP_PKEY_EC,
      EVP_PKEY_get_group_name(key, &name, name.count, &length) == 1
    else { return nil }
    switch String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) {
    case "prime256v1", "P-256": return .p256
    case "secp384r1", "P-384": return .p384
    default: return nil
    }
  }
}
