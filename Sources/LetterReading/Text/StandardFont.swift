import Foundation

/// The fonts that a PDF may name without their widths (ISO 32000-1 §9.6.2.2), as far as letters are set in them.
struct StandardFont {
  /// In parts of the font's size; the descent is negative. As pdftotext has them: one for a family.
  let ascent: Double
  let descent: Double
  private let widths: [Double]

  /// Whether the name is that of the standard font itself, whose own encoding is known, and not of one that takes its place.
  let isItself: Bool

  /// nil for any other font, and for those of signs. Arial, Times New Roman and Courier New, where a file doesn't bring them
  /// along, are taken for the standard fonts that have their widths, as pdftotext does.
  init?(_ name: String) {
    let parts = name.split(maxSplits: 1) { $0 == "-" || $0 == "," }
    guard let family = parts.first else { return nil }
    let style = parts.count > 1 ? parts[1] : ""
    guard Self.styles.contains(String(style)) else { return nil }
    let isBold = style.hasPrefix("Bold")
    let isItalic = style.contains("Italic") || style.contains("Oblique")
    switch family {
    case "Courier", "CourierNew", "CourierNewPS", "CourierNewPSMT": (ascent, descent, widths) = (0.629, -0.157, [])
    case "Helvetica", "Arial", "ArialMT":
      (ascent, descent, widths) = (0.718, -0.207, isBold ? Self.helveticaBold : Self.helvetica)
    case "Times", "TimesNewRoman", "TimesNewRomanPS", "TimesNewRomanPSMT":
      let widths = isItalic ? Self.timesItalic : Self.timesRoman
      let boldWidths = isItalic ? Self.timesBoldItalic : Self.timesBold
      (ascent, descent, self.widths) = (0.683, -0.217, isBold ? boldWidths : widths)
    default: return nil
    }
    isItself = ["Courier", "Helvetica", "Times"].contains(family)
  }

  /// Behind the family's name, in all the ways in which it is written.
  private static let styles: Set<String> = {
    let slants = ["", "Italic", "Oblique"]
    let styles = ["", "Bold"].flatMap { weight in slants.map { "\(weight)\($0)" } } + ["Roman"]
    return Set(styles + styles.map { "\($0)MT" })
  }()

  /// Of a letter; one with marks is as wide as without, and a sign beyond those of ASCII as a digit.
  func width(_ letter: UInt32) -> Double {
    if widths.isEmpty { return 0.6 }
    var letter = letter
    if letter >= 0x7F, let scalar = Unicode.Scalar(letter) {
      letter = String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars.first?.value ?? 0
    }
    return (32..<127).contains(letter) ? widths[Int(letter) - 32] / 1000 : 0.5
  }

  private static let helvetica: [Double] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667,
    556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556,
    556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722,
    500, 500, 500, 334, 260, 334, 584,
  ]
  private static let helveticaBold: [Double] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722,
    611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556,
    611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778,
    556, 556, 500, 389, 280, 389, 584,
  ]
  private static let timesRoman: [Double] = [
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722,
    611, 889, 722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444,
    500, 444, 500, 444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722,
    500, 500, 444, 480, 200, 480, 541,
  ]
  private static let timesBold: [Double] = [
    250, 333, 555, 500, 500, 1000, 833, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 500, 333, 333, 570, 570, 570, 500, 930, 722, 667, 722, 722, 667, 611, 778, 778, 389, 500, 778,
    667, 944, 722, 778, 611, 778, 722, 556, 667, 722, 722, 1000, 722, 722, 667, 333, 278, 333, 581, 500, 333, 500,
    556, 444, 556, 444, 333, 500, 556, 278, 333, 556, 278, 833, 556, 500, 556, 556, 444, 389, 333, 556, 500, 722,
    500, 500, 444, 394, 220, 394, 520,
  ]
  private static let timesItalic: [Double] = [
    250, 333, 420, 500, 500, 833, 778, 214, 333, 333, 500, 675, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 500, 333, 333, 675, 675, 675, 500, 920, 611, 611, 667, 722, 611, 611, 722, 722, 333, 444, 667,
    556, 833, 667, 722, 611, 722, 611, 500, 556, 722, 611, 833, 611, 556, 556, 389, 278, 389, 422, 500, 333, 500,
    500, 444, 500, 444, 278, 500, 500, 278, 278, 444, 278, 722, 500, 500, 500, 500, 389, 389, 278, 500, 444, 667,
    444, 444, 389, 400, 275, 400, 541,
  ]
  private static let timesBoldItalic: [Double] = [
    250, 389, 555, 500, 500, 833, 778, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 500, 333, 333, 570, 570, 570, 500, 832, 667, 667, 667, 722, 667, 667, 722, 778, 389, 500, 667,
    611, 889, 722, 722, 611, 722, 667, 556, 611, 722, 667, 889, 667, 611, 611, 333, 278, 333, 570, 500, 333, 500,
    500, 444, 500, 444, 333, 500, 556, 278, 278, 500, 278, 778, 556, 500, 500, 500, 389, 389, 278, 556, 444, 667,
    500, 444, 389, 348, 220, 348, 570,
  ]
}
