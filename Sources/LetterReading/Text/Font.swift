/// A font as far as text needs it: what its codes mean and how wide they are.
final class Font {
  /// 1 for simple fonts, 2 for those of CIDs under Identity-H.
  let codeLength: Int
  /// Above and below the baseline, in parts of the font's size; the descent is negative.
  let ascent: Double
  let descent: Double
  let map: CharacterMap
  /// By code, in parts of the font's size.
  private let widths: [Double]
  private let otherWidth: Double
  /// Whether a code without a meaning in `map` means nothing, as pdftotext has it, or has a meaning that is known to the font's
  /// program alone.
  let isComplete: Bool

  init(
    codeLength: Int, ascent: Double, descent: Double, map: CharacterMap, widths: [Double], otherWidth: Double,
    isComplete: Bool
  ) {
    self.codeLength = codeLength
    self.ascent = ascent
    self.descent = descent
    self.map = map
    self.widths = widths
    self.otherWidth = otherWidth
    self.isComplete = isComplete
  }

  /// How much memory it takes, in entries of a table.
  var size: Int { map.size + widths.count }

  @inline(__always) func width(_ code: Int) -> Double { code < widths.count ? widths[code] : otherWidth }
}
