/// The page with the stamp. In points from the lower left corner.
struct StampPage {
  private static let unit = TablePage.pointsPerMillimetre
  /// The frame: 50 mm wide, 35 mm high.
  private static let frame = (width: 50 * unit, height: 35 * unit)
  private static let margin = 20 * unit
  private static let padding = 4.0
  /// What ĐẾN takes at the left.
  private static let side = 15 * unit
  /// Of the frame's parts, from top to bottom: the organisation's name, number and day, two lines below.
  private static let heights = [10 * unit, 12 * unit, 13 * unit]

  private let font: SheetFont
  private let width: Double
  private var page = PageContent()

  init(_ words: StampWords, _ font: SheetFont, width: Double, height: Double) {
    self.font = font
    self.width = width
    drawFrame(words, left: Self.margin, top: height - Self.margin)
    drawLetter(words, top: height - Self.margin - Self.frame.height - 40)
  }

  var content: [UInt8] { page.bytes() }

  // MARK: The stamp

  private mutating func drawFrame(_ words: StampWords, left: Double, top: Double) {
    let right = left + Self.frame.width
    let first = top - Self.heights[0]
    let second = first - Self.heights[1]
    let bottom = top - Self.frame.height
    for y in [top, first, second, bottom] { page.rule(left, y, to: right, y) }
    for x in [left, right] { page.rule(x, bottom, to: x, top) }
    page.rule(left + Self.side, second, to: left + Self.side, first)

    drawName(words.organisation, left, top)
    let arrived = font.glyphs(StampWords.arrived)
    let indent = (Self.side - font.width(arrived, size: 13)) / 2
    page.text(arrived, left + indent, (first + second) / 2 - 4.5, size: 13, isBold: true)
    drawRows(words.beside, left + Self.side, right, from: first, to: second)
    drawRows(words.below, left, right, from: second, to: bottom)
  }

  /// As large as it fits, down to 5 points; a still longer name is cut, and stands whole among the letters of the office.
  private mutating func drawName(_ name: String, _ left: Double, _ top: Double) {
    let room = Self.frame.width - 2 * Self.padding
    let height = Self.heights[0] - 4
    var size = 10.0
    var lines = font.lines(name, width: room, size: size)
    while size > 5, Double(lines.count) * size * 1.15 > height {
      size -= 0.5
      lines = font.lines(name, width: room, size: size)
    }
    lines = Array(lines.prefix(Int(height / (size * 1.15))))
    var y = top - (Self.heights[0] - Double(lines.count) * size * 1.15) / 2 - size * 0.9
    for line in lines {
      let indent = (Self.frame.width - font.width(line, size: size)) / 2
      page.text(line, left + indent, y, size: size, isBold: true)
      y -= size * 1.15
    }
  }

  /// Each label with its value behind it; a value that is too long for its line is set smaller, then on two lines, then cut.
  private mutating func drawRows(
    _ rows: [(label: String, value: String)], _ left: Double, _ right: Double, from top: Double, to bottom: Double
  ) {
    let height = (top - bottom) / Double(rows.count)
    for (index, row) in rows.enumerated() {
      let y = top - height * (Double(index) + 0.65)
      let label = font.glyphs(row.label)
      page.text(label, left + Self.padding, y, size: 10)
      let x = left + Self.padding + font.width(label, size: 10) + 3
      let room = right - Self.padding - x
      if row.value == StampWords.dots {
        page.text(fitting(font.glyphs(row.value), room, 10), x, y, size: 10)
        continue
      }
      let size = [10, 9, 8].first { font.lines(row.value, width: room, size: $0).count == 1 } ?? 7
      let lines = font.lines(row.value, width: room, size: size)
      var baseline = lines.count > 1 ? y + 4 : y
      for (number, line) in lines.prefix(2).enumerated() {
        let isCut = number == 1 && lines.count > 2
        page.text(isCut ? line.dropLast(1) + font.glyphs("…") : line, x, baseline, size: size)
        baseline -= size * 1.1
      }
    }
  }

  /// As many letters as there is room for.
  private func fitting(_ glyphs: SheetFont.Glyphs, _ room: Double, _ size: Double) -> SheetFont.Glyphs {
    var used = 0.0
    return glyphs.prefix { glyph in
      used += font.width([glyph], size: size)
      return used <= room
    }
  }

  // MARK: The letter

  private mutating func drawLetter(_ words: StampWords, top: Double) {
    let size = 12.0
    let leading = 15.0
    let left = Self.margin
    let indent = left + 120
    var y = top
    page.text(font.glyphs(StampWords.heading), left, y, size: size, isBold: true)
    y -= leading * 1.5
    let remark = font.lines(StampWords.remark, width: width - 2 * left, size: 9)
    let bottom = Self.margin + Double(remark.count + 1) * 11
    for (index, row) in words.letter.enumerated() {
      page.text(font.glyphs(row.label), left, y, size: size)
      let lines = font.lines(row.value, width: width - left - indent, size: size)
      // The rows that follow keep three lines each, whatever this one says.
      let reserved = Double(words.letter.count - 1 - index) * (leading * 3 + 6)
      let room = max(3, Int((y - bottom - reserved) / leading))
      for (number, line) in lines.prefix(room).enumerated() {
        let isCut = number == room - 1 && lines.count > room
        page.text(isCut ? line.dropLast(1) + font.glyphs("…") : line, indent, y, size: size)
        y -= leading
      }
      y -= 6
    }
    var foot = Self.margin + Double(remark.count - 1) * 11
    for line in remark {
      page.text(line, left, foot, size: 9)
      foot -= 11
    }
  }
}
