import CCrypto
import Foundation

/// A private key in memory. Owns its EVP_PKEY and a signing context prepared once, so that a signature costs little
/// more than
/// the bare key operation. Safe to use from several threads at once.
public final class PrivateKey: SigningKey, @unchecked Sendable {
  // Both are only read after init: each signature works on a copy of the prepared context.
  private let pointer: OpaquePointer
  private let prepared: OpaquePointer

  public let algorithm: KeyAlgorithm
  /// SubjectPublicKeyInfo, DER.
  public let publicKeyDER: Data
  /// SHA-256 of ``publicKeyDER``: how the exchange names a key.
  public let publicKeyFingerprint: Data

  /// Takes over one reference.
  init(owning key: OpaquePointer) throws {
    do {
      algorithm = try KeyKind.signing(key)
      guard let der = Library.encode({ i2d_PUBKEY(key, $0) }) else {
        throw PKIError.library(.keyUnreadable, "The key has no public half.")
      }
      publicKeyDER = der
      publicKeyFingerprint = sha256(der)
      guard let context = EVP_MD_CTX_new() else { throw PKIError.library(.libraryFailure, "No memory for a context.") }
      guard EVP_DigestSignInit(context, nil, DigestAlgorithm.sha256.method, nil, key) == 1 else {
        EVP_MD_CTX_free(context)
        throw PKIError.library(.keyUnreadable, "The key cannot sign.")
      }
      prepared = context
      pointer = key
    } catch {
      EVP_PKEY_free(key)
      throw error
    }
  }

  deinit {
    EVP_MD_CTX_free(prepared)
    EVP_PKEY_free(pointer)
  }

  /// Makes a new key from the system's randomness. RSA takes from tenths of a second to seconds.
  public static func generate(_ algorithm: KeyAlgorithm) throws -> PrivateKey {
    ERR_clear_error()
    guard let context = EVP_PKEY_CTX_new_id(algorithm.isRSA ? EVP_PKEY_RSA : EVP_PKEY_EC, nil) else {
      throw PKIError.library(.libraryFailure, "No key generator.")
    }
    defer { EVP_PKEY_CTX_free(context) }
    var isReady = EVP_PKEY_keygen_init(context) == 1
    switch algorithm {
    case .p256: isReady = isReady && EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1
    case .p384: isReady = isReady && EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_secp384r1) == 1
    case .rsa2048: isReady = isReady && EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) == 1
    case .rsa3072: isReady = isReady && EVP_PKEY_CTX_set_rsa_keygen_bits(context, 3072) == 1
    case .rsa4096: isReady = isReady && EVP_PKEY_CTX_set_rsa_keygen_bits(context, 4096) == 1
    }
    var key: OpaquePointer?
    guard isReady, EVP_PKEY_keygen(context, &key) == 1, let key else {
      throw PKIError.library(.libraryFailure, "The key could not be made.")
    }
    return try PrivateKey(owning: key)
  }

  /// Reads an unencrypted PEM key (PKCS#8, or the older EC and RSA forms).
  /// - Throws: ``PKIError/Code/keyUnreadable`` also for an encrypted one: nobody is there to be asked for a password.
  public convenience init(pem: Data) throws {
    ERR_clear_error()
    let key = try Library.reading(pem) { bio in
      PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil)
    }
    guard let key else { throw PKIError.library(.keyUnreadable, "The PEM text holds no readable unencrypted key.") }
    try self.init(owning: key)
  }

  /// The key as unencrypted PKCS#8 PEM. Secret: for a file of mode 0600.
  public var pem: Data {
    get throws {
      guard
        let data = Library.collect({ PEM_write_bio_PKCS8PrivateKey($0, pointer, nil, nil, 0, nil, nil) == 1 })
      else { throw PKIError.library(.libraryFailure, "The key could not be written.") }
      return data
    }
  }

  /// Do both have the same public half?
  func isSameKey(as other: OpaquePointer?) -> Bool { other != nil && EVP_PKEY_eq(pointer, other) == 1 }

  public var digests: Set<DigestAlgorithm> { Set(DigestAlgorithm.allCases) }

  public func sign(_ message: Data) throws -> Data { try sign(message, digest: .sha256) }

  public func sign(_ message: Data, digest: DigestAlgorithm) throws -> Data {
    guard let context = EVP_MD_CTX_new() else {
      throw PKIError.library(.libraryFailure, "No memory for a context.")
    }
    defer { EVP_MD_CTX_free(context) }
    let isReady =
      digest == .sha256
      ? EVP_MD_CTX_copy_ex(context, prepared) == 1
      : EVP_DigestSignInit(context, nil, digest.method, nil, pointer) == 1
    guard isReady else {
      throw PKIError.library(.signingFailed, "The signing context could not be made.")
    }
    EVP_MD_CTX_set_flags(context, EVP_MD_CTX_FLAG_FINALISE)  // one use: spares libcrypto an inner copy
    var length = Int(EVP_PKEY_get_size(pointer))
    var signature = Data(count: length)
    let result = signature.withUnsafeMutableBytes { output in
      message.withUnsafeBytes { input in
        EVP_DigestSign(
          context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), &length,
          input.baseAddress?.assumingMemoryBound(to: UInt8.self), input.count)
      }
    }
    guard result == 1 else { throw PKIError.library(.signingFailed, "The key did not sign.") }
    return signature.prefix(length)
  }
}
