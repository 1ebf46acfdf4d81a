import CCrypto

/// Flate with caps (ISO 32000-1 §7.4.4): of cross-reference and object streams, and of what shows the text of a page.
enum Inflate {
  /// Inflates `input`; more than `limit` bytes, a ratio beyond ours, or a broken stream is a refusal.
  static func decode(_ input: [UInt8], limit: Int) throws(PDFRefusal) -> [UInt8] {
    var stream = z_stream()
    guard inflateInit2_(&stream, 15, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw PDFRefusal(.tooComplex, "zlib has no memory")
    }
    defer { inflateEnd(&stream) }
    // In parts: an array that grows would be held twice and more.
    var parts: [[UInt8]] = []
    var total = 0
    var status = Z_OK
    var refusal: PDFRefusal?
    input.withUnsafeBufferPointer { source in
      // zlib declares its input mutable, yet never writes to it.
      stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
      stream.avail_in = uInt(source.count)
      // Page contents shrink to about a fifth: most streams fit into the first part, which then is the whole.
      var room = min(limit + 1, 1 << 20, max(1024, source.count * 6))
      while status == Z_OK, refusal == nil {
        let part = [UInt8](unsafeUninitializedCapacity: room) { target, count in
          stream.next_out = target.baseAddress
          stream.avail_out = uInt(target.count)
          status = inflate(&stream, Z_NO_FLUSH)
          count = target.count - Int(stream.avail_out)
        }
        total += part.count
        parts.append(part)
        room = min(1 << 20, max(64 << 10, total))
        if total > limit {
          refusal = PDFRefusal(.tooComplex, "inflates to more than \(limit) bytes")
        } else if total > 1 << 20, total / Limits.inflationRatio > input.count {
          refusal = PDFRefusal(.tooComplex, "inflates beyond \(Limits.inflationRatio) times its size")
        }
      }
    }
    if let refusal { throw refusal }
    guard status == Z_STREAM_END else { throw PDFRefusal(.damaged, "a compressed stream is broken") }
    if parts.count == 1 { return parts[0] }
    return [UInt8](unsafeUninitializedCapacity: total) { target, count in
      for part in parts { count += UnsafeMutableBufferPointer(rebasing: target[count...]).update(fromContentsOf: part) }
    }
  }

  /// Undoes the PNG predictors (§7.4.4.4): each row begins with its filter's number.
  static func undoPredictor(_ data: [UInt8], parameters: PDFDictionary) throws(PDFRefusal) -> [UInt8] {
    let predictor = parameters["Predictor"]?.integer ?? 1
    if predictor == 1 { return data }
    guard (10...15).contains(predictor) else {
      throw PDFRefusal(.damaged, "predictor \(predictor) is not for structure")
    }
    let colors = parameters["Colors"]?.integer ?? 1
    let bits = parameters["BitsPerComponent"]?.integer ?? 8
    let columns = parameters["Columns"]?.integer ?? 1
    guard (1...4).contains(colors), [1, 2, 4, 8, 16].contains(bits), (1...65536).contains(columns) else {
      throw PDFRefusal(.damaged, "impossible predictor parameters")
    }
    let pixel = Int(max(1, colors * bits / 8))
    let row = Int((colors * bits * columns + 7) / 8)
    guard data.count % (row + 1) == 0 else { throw PDFRefusal(.damaged, "a predicted stream ends inside a row") }
    var output = [UInt8](repeating: 0, count: data.count / (row + 1) * row)
    var source = 0
    var target = 0
    while source < data.count {
      let filter = data[source]
      source += 1
      for index in 0..<row {
        let left = index >= pixel ? Int(output[target + index - pixel]) : 0
        let up = target >= row ? Int(output[target + index - row]) : 0
        let corner = index >= pixel && target >= row ? Int(output[target + index - row - pixel]) : 0
        let guess: Int
        switch filter {
        case 0: guess = 0
        case 1: guess = left
        case 2: guess = up
        case 3: guess = (left + up) / 2
        case 4: guess = paeth(left, up, corner)
        default: throw PDFRefusal(.damaged, "unknown PNG filter \(filter)")
        }
        output[target + index] = data[source + index] &+ UInt8(truncatingIfNeeded: guess)
      }
      source += row
      target += row
    }
    return output
  }

  private static func paeth(_ left: Int, _ up: Int, _ corner: Int) -> Int {
    let estimate = left + up - corner
    let (a, b, c) = (abs(estimate - left), abs(estimate - up), abs(estimate - corner))
    return a <= b && a <= c ? left : b <= c ? up : corner
  }
}
