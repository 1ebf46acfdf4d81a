import CCrypto

/// Raw deflate (RFC 1951) of bytes that come piece by piece, as ZIP wants it. The owner of one `z_stream`.
final class Deflater {
  private var stream = z_stream()
  /// What came out so far.
  private(set) var output: [UInt8] = []
  /// How many bytes went in, and their CRC-32.
  private(set) var inputCount = 0
  private(set) var checksum: uLong = 0

  /// 64 KiB.
  private static let room = 64 << 10

  init() throws(RegisterProblem) {
    // 15 bits of window, negative: neither head nor checksum of zlib's own.
    let status = deflateInit2_(
      &stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw RegisterProblem(.noMemory, "zlib has no memory: try again when there is more") }
  }

  deinit { deflateEnd(&stream) }

  func append(_ bytes: [UInt8]) throws(RegisterProblem) {
    inputCount += bytes.count
    checksum = crc32(checksum, bytes, uInt(bytes.count))
    try run(bytes, Z_NO_FLUSH)
  }

  func finish() throws(RegisterProblem) { try run([], Z_FINISH) }

  private func run(_ bytes: [UInt8], _ flush: Int32) throws(RegisterProblem) {
    var failed = false
    bytes.withUnsafeBufferPointer { source in
      // zlib declares its input mutable, yet never writes to it.
      stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
      stream.avail_in = uInt(source.count)
      var isFull = true
      while isFull, !failed {
        output += [UInt8](unsafeUninitializedCapacity: Self.room) { target, count in
          stream.next_out = target.baseAddress
          stream.avail_out = uInt(target.count)
          failed = deflate(&stream, flush) == Z_STREAM_ERROR
          count = target.count - Int(stream.avail_out)
        }
        isFull = stream.avail_out == 0
      }
    }
    if failed { throw RegisterProblem(.noMemory, "zlib lost its state: try again") }
  }
}
