import Foundation

/// The kinds of key this house makes and signs with.
public enum KeyAlgorithm: String, Sendable, Codable, CaseIterable {
  case p256, p384, rsa2048, rsa3072, rsa4096

  /// The longest signature such a key gives, in bytes (for ECDSA: the DER form).
  public var maximumSignatureLength: Int {
    switch self {
    case .p256: 72
    case .p384: 104
    case .rsa2048: 256
    case .rsa3072: 384
    case .rsa4096: 512
    }
  }

  var isRSA: Bool {
    switch self {
    case .p256, .p384: false
    case .rsa2048, .rsa3072, .rsa4096: true
    }
  }
}

/// A key that signs: in memory (``PrivateKey``), or in a token.
public protocol SigningKey: Sendable {
  var algorithm: KeyAlgorithm { get }
  /// Signs SHA-256 of the message: ECDSA as DER (RFC 3279 §2.2.3), RSA as PKCS#1 v1.5 (RFC 8017 §8.2).
  func sign(_ message: Data) throws -> Data
  /// Which digests ``sign(_:digest:)`` takes.
  var digests: Set<DigestAlgorithm> { get }
  /// The same over another digest.
  /// - Throws: also ``PKIError/Code/keyUnsupported`` for a digest that is not among ``digests``.
  func sign(_ message: Data, digest: DigestAlgorithm) throws -> Data
}

extension SigningKey {
  public var digests: Set<DigestAlgorithm> { [.sha256] }

  public func sign(_ message: Data, digest: DigestAlgorithm) throws -> Data {
    guard digest == .sha256 else {
      throw PKIError(
        .keyUnsupported, "This key signs over SHA-256 alone, not over \(digest.rawValue).")
    }
    return try sign(message)
  }
}
