import PDFSignature

/// What is painted on one page (ISO 32000-1 §8, §9): lines, then letters. In points from the lower left corner.
struct PageContent {
  private var rules: [UInt8] = []
  private var letters: [UInt8] = []
  private var size = 0.0
  private var isBold = false
  /// The size that the width of bold letters' edges was made for.
  private var boldSize = 0.0

  /// A straight line.
  mutating func rule(_ x: Double, _ y: Double, to right: Double, _ top: Double) {
    Self.append(x, to: &rules)
    Self.append(y, to: &rules)
    rules += "m ".utf8
    Self.append(right, to: &rules)
    Self.append(top, to: &rules)
    rules += "l S\n".utf8
  }

  /// - Parameters:
  ///   - y: of the line on which the letters stand.
  ///   - isBold: their edges are drawn too, so that one font is enough.
  mutating func text(_ glyphs: SheetFont.Glyphs, _ x: Double, _ y: Double, size: Double, isBold: Bool = false) {
    if size != self.size {
      letters += "/F ".utf8
      Self.append(size, to: &letters)
      letters += "Tf ".utf8
      self.size = size
    }
    if isBold != self.isBold {
      letters += isBold ? "2 Tr ".utf8 : "0 Tr ".utf8
      self.isBold = isBold
    }
    if isBold, size != boldSize {
      Self.append(size * 0.03, to: &letters)
      letters += "w ".utf8
      boldSize = size
    }
    letters += "1 0 0 1 ".utf8
    Self.append(x, to: &letters)
    Self.append(y, to: &letters)
    letters += "Tm <".utf8
    for glyph in glyphs {
      for shift in [12, 8, 4, 0] as [UInt16] {
        let digit = UInt8(glyph >> shift & 15)
        letters.append(digit < 10 ? 48 + digit : 55 + digit)
      }
    }
    letters += "> Tj\n".utf8
  }

  /// - Parameter end: painted behind all else.
  func bytes(_ end: String = "") -> [UInt8] {
    var bytes = Array("0.5 w\n".utf8)
    bytes += rules
    bytes += "BT\n".utf8
    bytes += letters
    bytes += "ET\n".utf8
    bytes += end.utf8
    return bytes
  }

  /// To a hundredth of a point.
  private static func append(_ value: Double, to bytes: inout [UInt8]) {
    let hundredths = Int((value * 100).rounded())
    if hundredths < 0 { bytes.append(0x2D) }
    bytes += String(abs(hundredths) / 100).utf8
    let rest = UInt8(abs(hundredths) % 100)
    if rest > 0 { bytes += [0x2E, 48 + rest / 10, 48 + rest % 10] }
    bytes.append(0x20)
  }
}
