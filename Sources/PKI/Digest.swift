import CCrypto
import Foundation

/// The digests accepted in signatures. SHA-1 and older are not.
public enum DigestAlgorithm: String, Sendable, Codable, CaseIterable {
  case sha256, sha384, sha512

  /// The digest's length in bytes.
  public var length: Int {
    switch self {
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }

  /// The one of this length: the lengths of all that are accepted differ.
  init?(length: Int) {
    guard let found = Self.allCases.first(where: { $0.length == length }) else { return nil }
    self = found
  }

  /// What takes the place of ageing digests: the next one stronger than all of them; nil where there is none.
  public static func renewing(_ ageing: Set<DigestAlgorithm>) -> DigestAlgorithm? {
    guard let strongest = allCases.lastIndex(where: ageing.contains) else { return .sha256 }
    return allCases[(strongest + 1)...].first
  }

  /// libcrypto's own static description; never freed.
  var method: OpaquePointer? {
    switch self {
    case .sha256: FetchedDigest.sha256.pointer
    case .sha384: FetchedDigest.sha384.pointer
    case .sha512: FetchedDigest.sha512.pointer
    }
  }
}

/// An EVP_MD fetched once for the life of the process: an implicit fetch on every use costs more than hashing 1 KB.
private final class FetchedDigest: @unchecked Sendable {
  // Immutable after init; an EVP_MD is only read.
  static let sha256 = FetchedDigest("SHA2-256")
  static let sha384 = FetchedDigest("SHA2-384")
  static let sha512 = FetchedDigest("SHA2-512")
  let pointer: OpaquePointer?
  private init(_ name: String) { pointer = EVP_MD_fetch(nil, name, nil) }
}

/// An incremental digest. One owner, one thread at a time.
public final class DigestHasher {
  public let algorithm: DigestAlgorithm
  fileprivate let context: OpaquePointer

  public init(_ algorithm: DigestAlgorithm) {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex2(context, algorithm.method, nil) == 1 else {
      // Only out-of-memory or a broken libcrypto leads here; no input from outside does.
      fatalError("libcrypto offers no \(algorithm.rawValue)")
    }
    self.algorithm = algorithm
    self.context = context
  }

  fileprivate init(copying other: OpaquePointer, _ algorithm: DigestAlgorithm) {
    guard let context = EVP_MD_CTX_new(), EVP_MD_CTX_copy_ex(context, other) == 1 else {
      // No input leads here: only memory that has run out.
      fatalError("libcrypto could not copy a digest context: out of memory")
    }
    self.algorithm = algorithm
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  public func update(_ bytes: UnsafeRawBufferPointer) {
    _ = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  public func update(_ bytes: some DataProtocol) {
    for region in bytes.regions { region.withUnsafeBytes { update($0) } }
  }

  /// A second hasher that has eaten the same bytes.
  public func copy() -> DigestHasher { DigestHasher(copying: context, algorithm) }

  /// The digest of everything eaten so far. The hasher itself may go on.
  public func finalize() -> [UInt8] {
    let last = copy()
    return [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
      var length: UInt32 = 0
      _ = EVP_DigestFinal_ex(last.context, buffer.baseAddress, &length)
      count = Int(length)
    }
  }
}

/// An incremental SHA-256 at libcrypto's speed. One owner, one thread at a time; ``snapshot()`` is what may travel.
public final class SHA256Hasher {
  private let hasher: DigestHasher

  public init() { hasher = DigestHasher(.sha256) }
  private init(_ hasher: DigestHasher) { self.hasher = hasher }

  public func update(_ bytes: UnsafeRawBufferPointer) { hasher.update(bytes) }
  public func update(_ bytes: some DataProtocol) { hasher.update(bytes) }

  /// A second hasher that has eaten the same bytes (EVP_MD_CTX_copy_ex).
  public func copy() -> SHA256Hasher { SHA256Hasher(hasher.copy()) }

  /// The 32-byte digest of everything eaten so far. The hasher itself may go on.
  public func finalize() -> [UInt8] { hasher.finalize() }

  /// The state so far, frozen, to be carried to another task and resumed there.
  public func snapshot() -> Snapshot { Snapshot(hasher.copy()) }

  /// A frozen SHA-256 state.
  public final class Snapshot: @unchecked Sendable {  // the hasher inside is never updated, only copied from
    private let hasher: DigestHasher
    fileprivate init(_ hasher: DigestHasher) { self.hasher = hasher }
    /// A hasher that goes on from here; any number of them may be made.
    public func resume() -> SHA256Hasher { SHA256Hasher(hasher.copy()) }
  }
}

/// The digest of bytes in memory.
public func digest(_ data: some DataProtocol, _ algorithm: DigestAlgorithm) -> Data {
  let hasher = DigestHasher(algorithm)
  hasher.update(data)
  return Data(hasher.finalize())
}

/// SHA-256 of bytes in memory: 32 bytes.
public func sha256(_ data: some DataProtocol) -> Data { digest(data, .sha256) }

/// SHA-1, for one purpose: the certificate's name in old time-stamp tokens (RFC 2634 §5.4). Never for a signature.
enum LegacyDigest {
  static func sha1(_ data: Data) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: 20)
    var length: UInt32 = 0
    let result = data.withUnsafeBytes { EVP_Digest($0.baseAddress, $0.count, &output, &length, EVP_sha1(), nil) }
    return result == 1 && length == 20 ? output : []
  }
}
