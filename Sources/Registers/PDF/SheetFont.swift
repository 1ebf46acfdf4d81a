import PDFSignature

/// The letters of a sheet: a part of a font with every character of the sheet, and how its lines are broken.
struct SheetFont {
  /// Codes of glyphs, as they stand in a page's strings.
  typealias Glyphs = ArraySlice<UInt16>

  let subset: FontSubset
  /// By character, below `near`: nearly all of them.
  private let table: [UInt16]
  /// By glyph, in thousandths of the font size.
  private let advances: [Int]
  private let blank: UInt16
  /// For what has no glyph of its own.
  private let unknown: UInt16
  /// Behind which a word may be broken that is wider than its column.
  private let joints: Set<UInt16>

  private static let near = 0x2100
  /// Characters that the font lacks and that still keep their meaning; there are not so many signs in a year's letters.
  private static let boxes = 4000
  private static let glyphs = 40_000

  /// - Throws: `SealProblem`, if the font is broken.
  init(_ font: SealFont, _ characters: CharacterSet) throws(SealProblem) {
    subset = try FontSubset(
      font, characters: characters.all, limit: Self.glyphs, missing: .boxed(limit: Self.boxes))
    let unknown = UInt16(subset.glyphs["\u{FFFD}"] ?? 0)
    var table = [UInt16](repeating: unknown, count: Self.near)
    for (character, glyph) in subset.glyphs where character.value < Self.near {
      table[Int(character.value)] = UInt16(glyph)
    }
    self.table = table
    self.unknown = unknown
    advances = subset.advances
    blank = table[0x20]
    joints = Set([0x2D, 0x2F, 0x5F].map { table[$0] }).subtracting([unknown])
  }

  /// Everything that a sheet will say.
  struct CharacterSet {
    // Blanks part words; digits and the slash tell pages.
    private var near = [Bool](repeating: false, count: SheetFont.near)
    private var far: Set<Unicode.Scalar> = []

    init() { insert(" 0123456789/….:()\u{FFFD}") }

    mutating func insert(_ text: String) {
      for scalar in text.unicodeScalars where !SheetFont.isUnseen(scalar) {
        if scalar.value < SheetFont.near { near[Int(scalar.value)] = true } else { far.insert(scalar) }
      }
    }

    var all: Set<Unicode.Scalar> {
      var all = far
      for value in near.indices where near[value] {
        if let scalar = Unicode.Scalar(UInt32(value)) { all.insert(scalar) }
      }
      return all
    }
  }

  /// Line ends, and characters that only tell programs how to join or break.
  private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x80 { return scalar.value < 0x20 }
    // Vietnamese's own letters, asked first: the property is slow.
    if scalar.value > 0xAD && scalar.value < 0x300 { return false }
    if scalar.value >= 0x1E00 && scalar.value < 0x2000 { return false }
    return scalar.properties.generalCategory == .format
  }

  private func glyph(_ scalar: Unicode.Scalar) -> UInt16 {
    scalar.value < Self.near ? table[Int(scalar.value)] : subset.glyphs[scalar].map(UInt16.init) ?? unknown
  }

  func glyphs(_ text: String) -> Glyphs {
    var result: [UInt16] = []
    for scalar in text.unicodeScalars where !Self.isUnseen(scalar) { result.append(glyph(scalar)) }
    return result[...]
  }

  /// In points.
  func width(_ glyphs: Glyphs, size: Double) -> Double {
    Double(glyphs.reduce(0) { $0 + advances[Int($1)] }) * size / 1000
  }

  /// Lines no wider than `width` points, at least one letter each. Lines are broken between words; a word that alone is wider,
  /// behind `-`, `/` or `_`, or else anywhere.
  func lines(_ text: String, width: Double, size: Double) -> [Glyphs] {
    let room = Int(width / size * 1000)
    var lines: [Glyphs] = []
    for paragraph in text.unicodeScalars.split(separator: "\n") {
      var glyphs: [UInt16] = []
      for scalar in paragraph where !Self.isUnseen(scalar) { glyphs.append(glyph(scalar)) }
      wrap(glyphs, room, &lines)
    }
    return lines
  }

  private func wrap(_ glyphs: [UInt16], _ room: Int, _ lines: inout [Glyphs]) {
    var start = 0
    var used = 0
    // The last blank in the line, and the place behind the last joint, each with the width before it.
    var blankAt: (index: Int, used: Int)?
    var jointAt: (index: Int, used: Int)?
    for index in glyphs.indices {
      let glyph = glyphs[index]
      let advance = advances[Int(glyph)]
      if glyph == blank {
        if index == start {
          start = index + 1
          continue
        }
        blankAt = (index, used)
        used += advance
        continue
      }
      while used + advance > room, index > start {
        if let place = blankAt {
          lines.append(glyphs[start..<place.index])
          start = place.index + 1
          used -= place.used + advances[Int(blank)]
          if let joint = jointAt, joint.index > start {
            jointAt = (joint.index, joint.used - place.used - advances[Int(blank)])
          } else {
            jointAt = nil
          }
        } else if let place = jointAt {
          lines.append(glyphs[start..<place.index])
          start = place.index
          used -= place.used
          jointAt = nil
        } else {
          lines.append(glyphs[start..<index])
          start = index
          used = 0
        }
        blankAt = nil
        while start < index, glyphs[start] == blank {
          used -= advances[Int(blank)]
          start += 1
        }
      }
      used += advance
      if joints.contains(glyph) { jointAt = (index + 1, used) }
    }
    var end = glyphs.count
    while end > start, glyphs[end - 1] == blank { end -= 1 }
    if end > start { lines.append(glyphs[start..<end]) }
  }
}
