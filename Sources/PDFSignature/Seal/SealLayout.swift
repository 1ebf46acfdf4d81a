import Foundation

/// A rectangle by its lower left corner.
struct Rectangle: Sendable, Equatable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var top: Double { y + height }
  /// Of its width.
  var middle: Double { x + width / 2 }

  /// Touching at an edge is no overlap.
  func overlaps(_ other: Rectangle) -> Bool {
    x < other.right && other.x < right && y < other.top && other.y < top
  }
}

/// Where picture and lines stand in a seal. In points, from the lower left corner of its box; the box follows from the
/// content, never the content from the box: scaled letters would fall below what the rules ask for.
struct SealLayout: Sendable, Equatable {
  struct Line: Sendable, Equatable {
    let text: [Unicode.Scalar]
    let x: Double
    let baseline: Double
  }

  /// Between picture and text. 2 mm.
  static let gap = 2 * SealMeasure.pointsPerMillimetre
  /// Between baselines, by the font size.
  private static let leading = 1.2

  var width: Double = 0
  var height: Double = 0
  private(set) var image: Rectangle?
  private(set) var lines: [Line] = []

  /// Nothing to see.
  init() {}

  /// - Parameters:
  ///   - image: the picture's size; nil for none.
  ///   - texts: the lines, wrapped to `textWidth`.
  ///   - fontSize: in points, as all lengths are here.
  ///   - gap: between picture and text.
  init(
    image size: (width: Double, height: Double)?, texts: [String], font: FontSubset?, fontSize: Double,
    textWidth: Double, side: Seal.Side, gap: Double = Self.gap
  ) {
    let wrapped = font.map { font in texts.flatMap { Self.balanced($0, font, Int(textWidth / fontSize * 1000)) } } ?? []
    let widths = wrapped.map { Double(font?.width($0) ?? 0) * fontSize / 1000 }
    let ascent = Double(font?.ascent ?? 0) * fontSize / 1000
    let descent = Double(-(font?.descent ?? 0)) * fontSize / 1000
    var block = Rectangle(x: 0, y: 0, width: widths.max() ?? 0, height: 0)
    if !wrapped.isEmpty {
      block.height = ascent + descent + Double(wrapped.count - 1) * fontSize * Self.leading
    }
    var picture = size.map { Rectangle(x: 0, y: 0, width: $0.width, height: $0.height) }
    if let placed = picture, !wrapped.isEmpty {
      picture = Self.arrange(placed, &block, side, gap)
    }
    width = max(block.right, picture?.right ?? 0)
    height = max(block.top, picture?.top ?? 0)
    image = picture
    lines = wrapped.enumerated().map { index, text in
      // Beside the picture lines begin at one edge; above and below they are centred as on a seal's face.
      let indent = side == .left || side == .right || picture == nil ? 0 : (block.width - widths[index]) / 2
      return Line(
        text: text, x: block.x + indent,
        baseline: block.top - ascent - Double(index) * fontSize * Self.leading)
    }
  }

  private static func arrange(_ image: Rectangle, _ block: inout Rectangle, _ side: Seal.Side, _ gap: Double)
    -> Rectangle
  {
    var image = image
    switch side {
    case .right, .left:
      let height = max(image.height, block.height)
      image.y = (height - image.height) / 2
      block.y = (height - block.height) / 2
      if side == .right { block.x = image.width + gap } else { image.x = block.width + gap }
    case .below, .above:
      let width = max(image.width, block.width)
      image.x = (width - image.width) / 2
      block.x = (width - block.width) / 2
      if side == .below { image.y = block.height + gap } else { block.y = image.height + gap }
    }
    return image
  }

  /// As many lines as it takes, of about one length: no last line of a single word.
  private static func balanced(_ text: String, _ font: FontSubset, _ width: Int) -> [[Unicode.Scalar]] {
    var best = wrap(text, font, width)
    guard best.count > 1 else { return best }
    var (low, high) = (width / best.count, width)
    while high - low > 100 {
      let middle = (low + high) / 2
      let lines = wrap(text, font, middle)
      if lines.count == best.count {
        best = lines
        high = middle
      } else {
        low = middle
      }
    }
    return best
  }

  /// Lines no wider than `width` thousandths of the font size; a word that alone is wider is broken anywhere.
  private static func wrap(_ text: String, _ font: FontSubset, _ width: Int) -> [[Unicode.Scalar]] {
    let blank = font.width([" "])
    var lines: [[Unicode.Scalar]] = []
    var line: [Unicode.Scalar] = []
    var used = 0
    for word in text.unicodeScalars.split(separator: " ") {
      let length = font.width(word)
      if !line.isEmpty, used + blank + length <= width {
        line.append(" ")
        line += word
        used += blank + length
        continue
      }
      if !line.isEmpty { lines.append(line) }
      line = []
      used = 0
      for character in word {
        let advance = font.width([character])
        if !line.isEmpty, used + advance > width {
          lines.append(line)
          line = []
          used = 0
        }
        line.append(character)
        used += advance
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }
}

/// Lengths on paper.
enum SealMeasure {
  static let pointsPerMillimetre = 72 / 25.4
  /// A seal may not cover more: what is larger could hide the text under it, and verifiers refuse it (`RevisionDiff`).
  static let quarterOfA4 = 595.0 * 842.0 / 4
}
