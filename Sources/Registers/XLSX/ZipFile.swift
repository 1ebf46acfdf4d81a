import Foundation

/// Writes a ZIP archive (PKWARE APPNOTE 6.3.3) of a few deflated files with ASCII names: what a workbook is packed in. Each file
/// is held deflated until its sizes are known, since readers exist that don't understand sizes behind the data (general purpose
/// flag 3). No 64-bit extensions: an archive ends below 4 GiB.
struct ZipFile {
  private struct Entry {
    let name: String
    let checksum: UInt32
    let compressed: Int
    let size: Int
    let offset: Int
  }

  private var output: ChunkedOutput
  private var entries: [Entry] = []

  init(_ output: ChunkedOutput) { self.output = output }

  /// 1 January 1980, the first that ZIP knows: the same register gives the same bytes.
  private static let day: UInt16 = 1 << 5 | 1

  mutating func add(_ name: String, _ text: String) throws {
    let deflater = try Deflater()
    try deflater.append(Array(text.utf8))
    try add(name, deflater)
  }

  /// - Parameter deflater: with everything in it, not yet finished.
  mutating func add(_ name: String, _ deflater: Deflater) throws {
    try deflater.finish()
    let entry = Entry(
      name: name, checksum: UInt32(truncatingIfNeeded: deflater.checksum), compressed: deflater.output.count,
      size: deflater.inputCount, offset: output.count)
    guard entry.size < UInt32.max, entry.offset + entry.compressed < UInt32.max else {
      throw RegisterProblem(.tooLarge, "the workbook would exceed 4 GiB: choose a shorter span")
    }
    var header: [UInt8] = []
    header.append32LE(0x0403_4B50)
    Self.append(entry, to: &header)
    header += name.utf8
    try output.append(bytes: header)
    try output.append(bytes: deflater.output)
    entries.append(entry)
  }

  /// What local and central header have in common, from "version needed" to the extra field's length.
  private static func append(_ entry: Entry, to bytes: inout [UInt8]) {
    bytes.append16LE(20)  // Version 2.0: deflate.
    bytes.append16LE(0)
    bytes.append16LE(8)
    bytes.append16LE(0)
    bytes.append16LE(day)
    bytes.append32LE(entry.checksum)
    bytes.append32LE(UInt32(entry.compressed))
    bytes.append32LE(UInt32(entry.size))
    bytes.append16LE(UInt16(entry.name.utf8.count))
    bytes.append16LE(0)
  }

  mutating func finish() throws {
    let start = output.count
    guard start < UInt32.max - (1 << 20) else {
      throw RegisterProblem(.tooLarge, "the workbook would exceed 4 GiB: choose a shorter span")
    }
    for entry in entries {
      var header: [UInt8] = []
      header.append32LE(0x0201_4B50)
      header.append16LE(20)
      Self.append(entry, to: &header)
      header.append16LE(0)
      header.append16LE(0)
      header.append16LE(0)
      header.append32LE(0)
      header.append32LE(UInt32(entry.offset))
      header += entry.name.utf8
      try output.append(bytes: header)
    }
    var end: [UInt8] = []
    let size = output.count - start
    end.append32LE(0x0605_4B50)
    end.append16LE(0)
    end.append16LE(0)
    end.append16LE(UInt16(entries.count))
    end.append16LE(UInt16(entries.count))
    end.append32LE(UInt32(size))
    end.append32LE(UInt32(start))
    end.append16LE(0)
    try output.append(bytes: end)
    try output.flush()
  }
}

extension [UInt8] {
  fileprivate mutating func append16LE(_ value: UInt16) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
  }

  fileprivate mutating func append32LE(_ value: UInt32) {
    append16LE(UInt16(truncatingIfNeeded: value))
    append16LE(UInt16(truncatingIfNeeded: value >> 16))
  }
}
