import CCrypto
import Foundation

/// Unpredictable bytes from libcrypto's generator.
public enum Random {
  /// - Returns: `count` bytes, fit for keys, nonces and serial numbers.
  /// - Throws: ``PKIError/Code/libraryFailure`` when the system has no randomness to give: nothing secret may be made
  ///   then.
  public static func bytes(_ count: Int) throws -> Data {
    guard count > 0 else { return Data() }
    var data = Data(count: count)
    let result = data.withUnsafeMutableBytes { buffer in
      RAND_bytes(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(clamping: buffer.count))
    }
    guard result == 1 else { throw PKIError.library(.libraryFailure, "No random bytes could be had.") }
    return data
  }
}
