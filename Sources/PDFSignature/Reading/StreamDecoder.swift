/// The bytes of a stream of page contents: its filters undone, in the order in which they stand (ISO 32000-1 §7.4). Filters of
/// pictures are refused, and so is LZW, which no program of this century writes.
struct StreamDecoder {
  /// A chain is one or two long (`ASCII85Decode`, `FlateDecode`); more is a way to make work.
  private static let filters = 3

  let file: PDFFile
  /// Resolves what stands in a stream's dictionary.
  let resolve: (PDFObject?) throws(PDFRefusal) -> PDFObject?

  /// - Parameter limit: of what comes out, and of every step on the way.
  func decoded(_ stream: PDFStream, limit: Int) throws(PDFRefusal) -> [UInt8] {
    guard stream.length <= Int64(limit) else {
      throw PDFRefusal(.tooComplex, "a stream of \(stream.length) bytes")
    }
    guard stream.dictionary["F"] == nil else { throw PDFRefusal(.damaged, "a stream whose bytes lie in another file") }
    let names = try list(stream.dictionary["Filter"])
    let parameters = try list(stream.dictionary["DecodeParms"])
    guard names.count <= Self.filters else { throw PDFRefusal(.tooComplex, "a stream with \(names.count) filters") }
    var bytes = try file.bytes(at: stream.offset, count: Int(stream.length))
    for (index, name) in names.enumerated() {
      switch name?.name {
      case "FlateDecode", "Fl":
        bytes = try Inflate.decode(bytes, limit: limit)
        if index < parameters.count, let dictionary = parameters[index]?.dictionary {
          bytes = try Inflate.undoPredictor(bytes, parameters: dictionary)
        }
      case "ASCII85Decode", "A85": bytes = try Self.ascii85(bytes)
      case "ASCIIHexDecode", "AHx": bytes = try Self.hexadecimal(bytes)
      default: throw PDFRefusal(.damaged, "a filter that is not for text")
      }
    }
    return bytes
  }

  /// One value, or the values of an array; none where there is nothing.
  private func list(_ value: PDFObject?) throws(PDFRefusal) -> [PDFObject?] {
    guard let value = try resolve(value) else { return [] }
    guard let items = value.array else { return [value] }
    guard items.count <= Self.filters else { throw PDFRefusal(.tooComplex, "a stream with \(items.count) filters") }
    var result: [PDFObject?] = []
    for item in items { result.append(try resolve(item)) }
    return result
  }

  /// §7.4.3: five characters of `!`…`u` are four bytes, `z` is four zeros, `~>` the end.
  static func ascii85(_ bytes: [UInt8]) throws(PDFRefusal) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count / 5 * 4 + 4)
    var value: UInt64 = 0
    var count = 0
    scan: for byte in bytes {
      switch byte {
      case UInt8(ascii: "~"): break scan
      case UInt8(ascii: "z") where count == 0: output.append(contentsOf: [0, 0, 0, 0])
      case UInt8(ascii: "!")...UInt8(ascii: "u"):
        value = value * 85 + UInt64(byte - 33)
        count += 1
        guard count == 5 else { continue }
        guard value <= UInt64(UInt32.max) else { throw PDFRefusal(.damaged, "a broken ASCII85 stream") }
        for shift in [24, 16, 8, 0] as [UInt64] { output.append(UInt8(truncatingIfNeeded: value >> shift)) }
        (value, count) = (0, 0)
      case _ where byte.isPDFSpace: continue
      default: throw PDFRefusal(.damaged, "a broken ASCII85 stream")
      }
    }
    guard count > 0 else { return output }
    guard count > 1 else { throw PDFRefusal(.damaged, "a broken ASCII85 stream") }
    for _ in count..<5 { value = value * 85 + 84 }
    guard value <= UInt64(UInt32.max) else { throw PDFRefusal(.damaged, "a broken ASCII85 stream") }
    for shift in ([24, 16, 8, 0] as [UInt64]).prefix(count - 1) {
      output.append(UInt8(truncatingIfNeeded: value >> shift))
    }
    return output
  }

  /// §7.4.2.
  static func hexadecimal(_ bytes: [UInt8]) throws(PDFRefusal) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count / 2 + 1)
    var high: UInt8?
    for byte in bytes {
      if byte == UInt8(ascii: ">") { break }
      if byte.isPDFSpace { continue }
      guard let digit = byte.hexDigit else { throw PDFRefusal(.damaged, "a broken ASCIIHex stream") }
      if let first = high {
        output.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    if let high { output.append(high << 4) }
    return output
  }
}
