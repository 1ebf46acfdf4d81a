import CCrypto

/// Big-endian numbers out of a file that may lie about its own layout: every access is checked.
struct SealBytes {
  let bytes: [UInt8]
  /// What a read outside the bytes is called: the image's or the font's own problem.
  let problem: SealProblem

  func u8(_ at: Int) throws(SealProblem) -> Int {
    guard bytes.indices.contains(at) else { throw problem }
    return Int(bytes[at])
  }

  func u16(_ at: Int) throws(SealProblem) -> Int { try u8(at) << 8 | u8(at + 1) }

  func i16(_ at: Int) throws(SealProblem) -> Int { Int(Int16(truncatingIfNeeded: try u16(at))) }

  func u32(_ at: Int) throws(SealProblem) -> Int { try u16(at) << 16 | u16(at + 2) }

  func slice(_ at: Int, _ count: Int) throws(SealProblem) -> ArraySlice<UInt8> {
    guard at >= 0, count >= 0, at <= bytes.count, count <= bytes.count - at else { throw problem }
    return bytes[at..<at + count]
  }

  func tag(_ at: Int) throws(SealProblem) -> String { String(decoding: try slice(at, 4), as: UTF8.self) }
}

extension [UInt8] {
  mutating func append16(_ value: Int) {
    append(UInt8(truncatingIfNeeded: value >> 8))
    append(UInt8(truncatingIfNeeded: value))
  }

  mutating func append32(_ value: Int) {
    append16(value >> 16)
    append16(value)
  }
}

/// zlib in one call, for streams whose size is known.
enum SealZlib {
  /// nil unless `input` inflates to exactly `count` bytes: memory is bounded by what the caller expects.
  static func inflate(_ input: [UInt8], toExactly count: Int) -> [UInt8]? {
    var output = [UInt8](repeating: 0, count: count)
    var length = uLongf(count)
    let status = uncompress(&output, &length, input, uLong(input.count))
    return status == Z_OK && Int(length) == count ? output : nil
  }

  /// Level 8 takes half the time of 9 for pictures of seals and makes them a tenth larger (measured: 850 × 850 pixels, 92 to
  /// 214 ms, 52 to 47 KB).
  static func deflate(_ input: [UInt8], level: Int32 = 8) -> [UInt8] {
    var length = compressBound(uLong(input.count))
    var output = [UInt8](repeating: 0, count: Int(length))
    // The buffer has zlib's own bound, so that only a lack of memory could fail here, which Swift does not survive either.
    let status = compress2(&output, &length, input, uLong(input.count), level)
    return status == Z_OK ? Array(output.prefix(Int(length))) : []
  }

  static func checksum(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.withUnsafeBufferPointer { Int(crc32(0, $0.baseAddress, uInt($0.count))) }
  }
}
