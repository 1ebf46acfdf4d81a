import Foundation
import PKI

/// The part of a font that a text needs, as a font of its own: glyphs are numbered anew from 0 without gaps, and the
/// instructions for coarse screens are left out.
package struct FontSubset: Sendable, Equatable {
  /// What becomes of a character that the font lacks.
  package enum Missing: Sendable {
    /// It is a problem: what a signature shows must be exactly what it says.
    case refused
    /// It is shown as a box, and still found and copied as itself; of more than so many such characters the rest has no glyph.
    /// U+FFFD is always among those that have.
    case boxed(limit: Int)
  }

  /// Glyphs of a seal, parts of compound ones included: it says some lines, not a book.
  static let limit = 1000

  /// `ABCDEF+LiberationSerif`: the tag says that this is a part (ISO 32000-1 §9.6.4).
  let name: String
  /// New glyph number of each character.
  package let glyphs: [Unicode.Scalar: Int]
  /// By new glyph number, in thousandths of the font size.
  package let advances: [Int]
  /// The font file, and deflated.
  let file: [UInt8]
  let fileLength: Int
  /// In thousandths of the font size.
  let box: [Int]
  package let ascent: Int
  package let descent: Int
  let capHeight: Int
  let italicAngle: Double

  /// - Parameters:
  ///   - limit: of glyphs, parts of compound ones included; 65,535 at most, as the format has it.
  ///   - missing: what becomes of characters that the font lacks.
  /// - Throws: `missingCharacter`, naming each that the font lacks.
  package init(
    _ font: SealFont, characters: Set<Unicode.Scalar>, limit: Int = Self.limit, missing rule: Missing = .refused
  ) throws(SealProblem) {
    var order = [0]
    var numbers = [0: 0]
    var glyphs: [Unicode.Scalar: Int] = [:]
    var missing: [Unicode.Scalar] = []
    for character in characters.sorted() {
      // A mark that did not melt into its letter would stand beside it.
      guard let glyph = try Self.glyph(character, font, rule) else {
        missing.append(character)
        continue
      }
      if numbers[glyph] == nil {
        numbers[glyph] = order.count
        order.append(glyph)
      }
      glyphs[character] = numbers[glyph]
    }
    switch rule {
    case .refused:
      guard missing.isEmpty else { throw Self.lacking(missing, font) }
    case .boxed(let limit):
      // Glyph 0 should be a box (ISO/IEC 14496-22 §5.2.6.3), yet is blank in Liberation Serif. Each character's own copy of the
      // box has a code that says what it means.
      let question = try font.glyph("?") ?? 0
      let box = try font.glyph("\u{25A1}") ?? question
      let replacement = missing.filter { $0 == "\u{FFFD}" }
      for character in replacement + missing.filter({ $0 != "\u{FFFD}" }).prefix(limit) {
        glyphs[character] = order.count
        order.append(box)
      }
    }
    var outlines: [[UInt8]] = []
    // `order` grows while compound glyphs name their parts.
    while outlines.count < order.count {
      guard order.count <= min(limit, 65_535) else {
        throw SealProblem(.tooLarge, "the text needs more than \(limit) glyphs: shorten it")
      }
      outlines.append(
        try Outline.rewritten(font.outline(order[outlines.count])) { old in
          if let known = numbers[old] { return known }
          numbers[old] = order.count
          order.append(old)
          return order.count - 1
        })
    }
    let file = try FontFile.make(font, glyphs: order, outlines: outlines)
    self.glyphs = glyphs
    let scale = { (value: Int) in Int((Double(value) * 1000 / Double(font.unitsPerEm)).rounded()) }
    var advances: [Int] = []
    for glyph in order { advances.append(scale(try font.advance(glyph))) }
    self.advances = advances
    self.file = SealZlib.deflate(file)
    fileLength = file.count
    name = Self.tag(file) + "+" + font.name
    box = font.box.map(scale)
    ascent = scale(font.ascent)
    descent = scale(font.descent)
    capHeight = scale(font.capHeight)
    italicAngle = font.italicAngle
  }

  private static func glyph(_ character: Unicode.Scalar, _ font: SealFont, _ rule: Missing) throws(SealProblem) -> Int?
  {
    // A mark that did not melt into its letter would stand beside it, which a seal may not.
    if case .refused = rule, character.properties.canonicalCombiningClass != .notReordered { return nil }
    return try font.glyph(character)
  }

  private static func lacking(_ characters: [Unicode.Scalar], _ font: SealFont) -> SealProblem {
    let names = characters.prefix(5).map { scalar in
      let hex = String(scalar.value, radix: 16, uppercase: true)
      let code = "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
      return scalar.properties.generalCategory == .control ? code : "“\(scalar)” (\(code))"
    }
    return SealProblem(
      .missingCharacter,
      "the font \(font.name) has no \(names.joined(separator: ", ")): change the text, or name another font")
  }

  /// Six capitals that differ where the parts differ.
  private static func tag(_ file: [UInt8]) -> String {
    String(decoding: sha256(Data(file)).prefix(6).map { UInt8(ascii: "A") + $0 % 26 }, as: UTF8.self)
  }

  /// In thousandths of the font size.
  func width(_ text: some Sequence<Unicode.Scalar>) -> Int {
    text.reduce(0) { $0 + advances[glyphs[$1] ?? 0] }
  }
}

/// One glyph's outline (ISO/IEC 14496-22 §5.3.3), rewritten for its new font.
private enum Outline {
  private static let broken = SealProblem(
    .fontDamaged, "a glyph of the font is broken: install the font again (Debian: fonts-liberation)")

  /// Without instructions; parts of compound glyphs renumbered.
  static func rewritten(
    _ outline: ArraySlice<UInt8>, renumber: (Int) -> Int
  ) throws(SealProblem) -> [UInt8] {
    if outline.isEmpty { return [] }
    let source = SealBytes(bytes: Array(outline), problem: broken)
    let contours = try source.i16(0)
    var result = contours >= 0 ? try simple(source, contours) : try compound(source, renumber)
    while !result.count.isMultiple(of: 4) { result.append(0) }
    return result
  }

  private static func simple(_ source: SealBytes, _ contours: Int) throws(SealProblem) -> [UInt8] {
    let lengthAt = 10 + contours * 2
    let pointsAt = lengthAt + 2 + (try source.u16(lengthAt))
    var result = Array(try source.slice(0, lengthAt))
    result.append16(0)
    result += try source.slice(pointsAt, source.bytes.count - pointsAt)
    return result
  }

  private static func compound(_ source: SealBytes, _ renumber: (Int) -> Int) throws(SealProblem) -> [UInt8] {
    var result = Array(try source.slice(0, 10))
    var at = 10
    for _ in 0..<64 {
      let flags = try source.u16(at)
      var length = flags & 0x0001 != 0 ? 8 : 6
      if flags & 0x0008 != 0 {
        length += 2
      } else if flags & 0x0040 != 0 {
        length += 4
      } else if flags & 0x0080 != 0 {
        length += 8
      }
      result.append16(flags & ~0x0100)
      result.append16(renumber(try source.u16(at + 2)))
      result += try source.slice(at + 4, length - 4)
      at += length
      if flags & 0x0020 == 0 { return result }
    }
    throw broken
  }
}

/// The tables that an embedded TrueType font must have (ISO 32000-1 §9.9), and no others.
private enum FontFile {
  static func make(_ font: SealFont, glyphs: [Int], outlines: [[UInt8]]) throws(SealProblem) -> [UInt8] {
    var glyf: [UInt8] = []
    var loca: [UInt8] = []
    for outline in outlines {
      loca.append32(glyf.count)
      glyf += outline
    }
    loca.append32(glyf.count)
    var hmtx: [UInt8] = []
    for glyph in glyphs {
      hmtx.append16(try font.advance(glyph))
      hmtx.append16(try font.leftBearing(glyph))
    }
    var head = try table("head", of: font)
    head.replaceSubrange(8..<12, with: [0, 0, 0, 0])
    head.replaceSubrange(50..<52, with: [0, 1])
    var hhea = try table("hhea", of: font)
    hhea.replaceSubrange(34..<36, with: [UInt8(glyphs.count >> 8), UInt8(glyphs.count & 255)])
    var maxp = try table("maxp", of: font)
    maxp.replaceSubrange(4..<6, with: [UInt8(glyphs.count >> 8), UInt8(glyphs.count & 255)])
    var file = assemble([
      ("glyf", glyf), ("head", head), ("hhea", hhea), ("hmtx", hmtx), ("loca", loca), ("maxp", maxp),
    ])
    // The whole file's sum must come out as this number (§5.2.2).
    guard let start = file.starts["head"] else { return file.bytes }
    var adjustment: [UInt8] = []
    adjustment.append32((0xB1B0_AFBA - sum(file.bytes[...])) & 0xFFFF_FFFF)
    file.bytes.replaceSubrange(start + 8..<start + 12, with: adjustment)
    return file.bytes
  }

  private static func table(_ tag: String, of font: SealFont) throws(SealProblem) -> [UInt8] {
    guard let range = font.tables[tag] else { throw font.source.problem }
    return Array(try font.source.slice(range.lowerBound, range.count))
  }

  private static func assemble(_ tables: [(tag: String, bytes: [UInt8])]) -> (bytes: [UInt8], starts: [String: Int]) {
    var bytes: [UInt8] = []
    bytes.append32(0x0001_0000)
    bytes.append16(tables.count)
    // For a binary search over six tables: 4 is the largest power of two (§4.5).
    bytes.append16(64)
    bytes.append16(2)
    bytes.append16(tables.count * 16 - 64)
    var start = 12 + tables.count * 16
    var starts: [String: Int] = [:]
    for table in tables {
      bytes += table.tag.utf8
      bytes.append32(sum(table.bytes[...]))
      bytes.append32(start)
      bytes.append32(table.bytes.count)
      starts[table.tag] = start
      start += (table.bytes.count + 3) / 4 * 4
    }
    for table in tables {
      bytes += table.bytes
      while !bytes.count.isMultiple(of: 4) { bytes.append(0) }
    }
    return (bytes, starts)
  }

  /// The sum of the 32-bit numbers, the last one filled up with zeros.
  private static func sum(_ bytes: ArraySlice<UInt8>) -> Int {
    var total: UInt32 = 0
    for (index, byte) in bytes.enumerated() { total &+= UInt32(byte) << UInt32(24 - index % 4 * 8) }
    return Int(total)
  }
}
