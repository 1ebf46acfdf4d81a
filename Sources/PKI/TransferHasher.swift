import CCrypto
import Foundation

/// Checksums of transfers, which find what a line garbled; SHA-1 is here because tus 1.0.0 demands it. Never for a signature.
public final class TransferHasher {
  public enum Algorithm: String, Sendable { case sha1, sha256 }

  private let context: OpaquePointer?
  private let length: Int

  public init(_ algorithm: Algorithm) {
    context = EVP_MD_CTX_new()
    length = algorithm == .sha1 ? 20 : 32
    EVP_DigestInit_ex(context, algorithm == .sha1 ? EVP_sha1() : EVP_sha256(), nil)
  }

  deinit { EVP_MD_CTX_free(context) }

  public func update(_ bytes: UnsafeRawBufferPointer) {
    if let base = bytes.baseAddress { EVP_DigestUpdate(context, base, bytes.count) }
  }

  /// The checksum; ends the hasher.
  public func finalize() -> Data {
    var digest = [UInt8](repeating: 0, count: length)
    EVP_DigestFinal_ex(context, &digest, nil)
    return Data(digest)
  }
}
