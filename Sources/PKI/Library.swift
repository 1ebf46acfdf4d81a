import CCrypto
import Foundation

/// Small bridges between Swift bytes and libcrypto's d2i, i2d and BIO conventions.
enum Library {
  /// Runs a d2i function over the bytes and demands that it consumes every one of them.
  static func decode(
    _ der: Data, _ parse: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?
  ) -> (object: OpaquePointer, isWhole: Bool)? {
    der.withUnsafeBytes { (buffer: UnsafeRawBufferPointer) in
      guard let start = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
      var cursor: UnsafePointer<UInt8>? = start
      guard let object = parse(&cursor, buffer.count) else { return nil }
      return (object, cursor == start + buffer.count)
    }
  }

  /// Runs an i2d function that allocates, and takes over its bytes.
  static func encode(_ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32) -> Data? {
    var output: UnsafeMutablePointer<UInt8>?
    let length = write(&output)
    guard length >= 0, let output else { return nil }
    defer { cc_free(output) }
    return Data(bytes: output, count: Int(length))
  }

  /// What a function writes into a memory BIO.
  static func collect(_ write: (OpaquePointer) -> Bool) -> Data? {
    guard let bio = BIO_new(BIO_s_mem()) else { return nil }
    defer { BIO_free(bio) }
    guard write(bio) else { return nil }
    var start: UnsafeMutablePointer<CChar>?
    let length = cc_bio_bytes(bio, &start)
    guard length > 0, let start else { return Data() }
    return Data(bytes: start, count: length)
  }

  /// Reads the bytes through a read-only memory BIO, valid during the call only.
  static func reading<T>(_ data: Data, _ body: (OpaquePointer) throws -> T) throws -> T {
    try data.withUnsafeBytes { buffer in
      guard let bio = BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else {
        throw PKIError.library(.libraryFailure, "No memory for reading.")
      }
      defer { BIO_free(bio) }
      return try body(bio)
    }
  }

  /// Seconds since 1970 of an ASN.1 time, in UTC.
  static func date(_ time: UnsafePointer<ASN1_TIME>?) -> Date? {
    var broken = tm()
    guard let time, ASN1_TIME_to_tm(time, &broken) == 1 else { return nil }
    return Date(timeIntervalSince1970: TimeInterval(timegm(&broken)))
  }
}
