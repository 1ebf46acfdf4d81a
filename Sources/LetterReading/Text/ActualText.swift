/// What a marked part of the contents is to be read as, instead of its characters (ISO 32000-1 §14.9.4).
struct ActualText {
  let letters: [UInt32]
  /// How many marks were open when it began.
  let depth: Int
  /// Where the first character began and the last one ended, and how many bytes their codes took.
  var start: (x: Double, y: Double)?
  var end = (x: 0.0, y: 0.0)
  var length = 0

  /// - Parameter text: in UTF-16BE or UTF-8 with their marks, or in PDFDocEncoding.
  init(_ text: [UInt8], depth: Int) throws(NotUnderstood) {
    self.depth = depth
    guard text.count <= 2 * TextBudget.lettersPerCode else { throw .bounds("a replacement text of too many letters") }
    if text.starts(with: [0xFE, 0xFF]) {
      let units = stride(from: 2, to: text.count - 1, by: 2).map { UInt16(text[$0]) << 8 | UInt16(text[$0 + 1]) }
      letters = String(decoding: units, as: UTF16.self).unicodeScalars.map(\.value)
    } else if text.starts(with: [0xEF, 0xBB, 0xBF]) {
      letters = String(decoding: text.dropFirst(3), as: UTF8.self).unicodeScalars.map(\.value)
    } else {
      // Where the encoding is not that of Latin-1 stand signs that no letter has.
      guard text.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 > 0xA0 }) else {
        throw .contents("a replacement text with odd signs")
      }
      letters = text.map { UInt32($0) }
    }
  }

  @inline(__always)
  mutating func take(_ x: Double, _ y: Double, _ dx: Double, _ dy: Double, length: Int) {
    if start == nil { start = (x, y) }
    end = (x + dx, y + dy)
    self.length += length
  }
}
