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
