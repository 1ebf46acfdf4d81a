import Foundation

/// A TrueType font (ISO/IEC 14496-22) of which a part can be embedded.
public struct SealFont: Sendable {
  /// Of the file. 16 MiB.
  public static let fileLimit = 16 << 20
  static let glyphLimit = 65_535

  /// The PostScript name, such as `LiberationSerif`.
  public let name: String

  let source: SealBytes
  let tables: [String: Range<Int>]
  let unitsPerEm: Int
  let glyphCount: Int
  let hasLongOffsets: Bool
  let advanceCount: Int
  /// Of the font's box: left, bottom, right, top, in font units.
  let box: [Int]
  let ascent: Int
  let descent: Int
  let capHeight: Int
  /// In degrees.
  let italicAngle: Double
  private let characters: CharacterMap

  private static let broken = SealProblem(
    .fontDamaged, "the font contradicts itself: install it again (Debian: fonts-liberation)")

  /// Reads a `.ttf` file of at most 16 MiB.
  public init(data: Data) throws(SealProblem) {
    guard data.count <= Self.fileLimit else {
      throw SealProblem(.fontUnsupported, "the font has more than \(Self.fileLimit >> 20) MiB: name a smaller one")
    }
    let source = SealBytes(bytes: [UInt8](data), problem: Self.broken)
    self.source = source
    try Self.checkKind(source)
    let tables = try Self.directory(source)
    self.tables = tables
    func table(_ tag: String, atLeast count: Int) throws(SealProblem) -> Int {
      guard let range = tables[tag], range.count >= count else { throw Self.broken }
      return range.lowerBound
    }
    _ = try table("glyf", atLeast: 0)
    let head = try table("head", atLeast: 54)
    unitsPerEm = try source.u16(head + 18)
    box = [
      try source.i16(head + 36), try source.i16(head + 38), try source.i16(head + 40), try source.i16(head + 42),
    ]
    hasLongOffsets = try source.u16(head + 50) == 1
    glyphCount = try source.u16(try table("maxp", atLeast: 6) + 4)
    let hhea = try table("hhea", atLeast: 36)
    ascent = try source.i16(hhea + 4)
    descent = try source.i16(hhea + 6)
    advanceCount = try source.u16(hhea + 34)
    guard (16...16384).contains(unitsPerEm), glyphCount > 0, (1...glyphCount).contains(advanceCount) else {
      throw Self.broken
    }
    _ = try table("hmtx", atLeast: advanceCount * 4)
    _ = try table("loca", atLeast: (glyphCount + 1) * (hasLongOffsets ? 4 : 2))
    let os2 = try table("OS/2", atLeast: 68)
    try Self.checkLicence(try source.u16(os2 + 8))
    let hasCapHeight = try source.u16(os2) >= 2 && tables["OS/2"].map { $0.count >= 90 } == true
    capHeight = hasCapHeight ? try source.i16(os2 + 88) : ascent
    italicAngle =
      try tables["post"].map { (range) throws(SealProblem) in
        Double(try source.i16(range.lowerBound + 4))
      } ?? 0
    name = try Self.postScriptName(source, tables["name"])
    characters = try CharacterMap(source, table: try table("cmap", atLeast: 4))
  }

  private static func checkKind(_ source: SealBytes) throws(SealProblem) {
    switch try source.u32(0) {
    case 0x0001_0000, 0x7472_7565: return
    case 0x4F54_544F:
      throw SealProblem(
        .fontUnsupported,
        "the font has PostScript outlines (OpenType CFF): name a TrueType one, such as Liberation Serif")
    case 0x7474_6366:
      throw SealProblem(.fontUnsupported, "this is a collection of fonts (.ttc): name a single one (.ttf)")
    default:
      throw SealProblem(.fontDamaged, "this is no TrueType font: name a .ttf file, such as Liberation Serif's")
    }
  }

  private static func directory(_ source: SealBytes) throws(SealProblem) -> [String: Range<Int>] {
    let count = try source.u16(4)
    guard (1...64).contains(count) else { throw broken }
    var tables: [String: Range<Int>] = [:]
    for index in 0..<count {
      let entry = 12 + index * 16
      let start = try source.u32(entry + 8)
      let length = try source.u32(entry + 12)
      _ = try source.slice(start, length)
      guard tables.updateValue(start..<start + length, forKey: try source.tag(entry)) == nil else { throw broken }
    }
    return tables
  }

  /// OS/2 fsType: what the maker permits. Printing and showing is enough for a seal; a part must be allowed.
  private static func checkLicence(_ type: Int) throws(SealProblem) {
    if type & 0xE == 2 {
      throw SealProblem(
        .fontForbidsEmbedding, "its maker forbids embedding this font: name another, such as Liberation Serif")
    }
    if type & 0x300 != 0 {
      throw SealProblem(
        .fontForbidsEmbedding, "its maker forbids embedding a part of this font: name another, such as Liberation Serif"
      )
    }
  }

  /// Name 6, in ASCII; viewers show it.
  private static func postScriptName(_ source: SealBytes, _ table: Range<Int>?) throws(SealProblem) -> String {
    guard let start = table?.lowerBound else { return "Font" }
    let storage = start + (try source.u16(start + 4))
    for index in 0..<min(try source.u16(start + 2), 1000) {
      let record = start + 6 + index * 12
      guard try source.u16(record + 6) == 6 else { continue }
      let bytes = try source.slice(storage + source.u16(record + 10), source.u16(record + 8))
      let letters = bytes.filter { $0.isDigit || ($0 | 0x20 >= 97 && $0 | 0x20 <= 122) || $0 == UInt8(ascii: "-") }
      if !letters.isEmpty { return String(decoding: letters.prefix(63), as: UTF8.self) }
    }
    return "Font"
  }

  /// Whether it has the letters of Vietnamese: those with two marks, which fonts of the West lack, and đ, ơ, ư.
  public var hasVietnamese: Bool {
    "ĐđƠơƯưẾếỆệỘộỮữẢả".unicodeScalars.allSatisfy { ((try? glyph($0)) ?? nil ?? 0) != 0 }
  }

  /// The character's glyph; nil if the font has none.
  func glyph(_ character: Unicode.Scalar) throws(SealProblem) -> Int? {
    guard let glyph = try characters.glyph(Int(character.value), in: source), glyph < glyphCount else { return nil }
    return glyph
  }

  /// In font units.
  func advance(_ glyph: Int) throws(SealProblem) -> Int {
    guard let table = tables["hmtx"] else { throw Self.broken }
    return try source.u16(table.lowerBound + min(glyph, advanceCount - 1) * 4)
  }

  func leftBearing(_ glyph: Int) throws(SealProblem) -> Int {
    guard let table = tables["hmtx"] else { throw Self.broken }
    if glyph < advanceCount { return try source.i16(table.lowerBound + glyph * 4 + 2) }
    let at = table.lowerBound + advanceCount * 4 + (glyph - advanceCount) * 2
    return at + 2 <= table.upperBound ? try source.i16(at) : 0
  }

  /// The glyph's outline; empty for a blank.
  func outline(_ glyph: Int) throws(SealProblem) -> ArraySlice<UInt8> {
    guard let loca = tables["loca"], let glyf = tables["glyf"] else { throw Self.broken }
    let start: Int
    let end: Int
    if hasLongOffsets {
      start = try source.u32(loca.lowerBound + glyph * 4)
      end = try source.u32(loca.lowerBound + glyph * 4 + 4)
    } else {
      start = try source.u16(loca.lowerBound + glyph * 2) * 2
      end = try source.u16(loca.lowerBound + glyph * 2 + 2) * 2
    }
    guard start <= end, end <= glyf.count else { throw Self.broken }
    return try source.slice(glyf.lowerBound + start, end - start)
  }
}

/// Which glyph shows a character: the font's Unicode table, format 12 or 4.
private struct CharacterMap {
  private let table: Int
  private let isLong: Bool

  init(_ source: SealBytes, table start: Int) throws(SealProblem) {
    var short: Int?
    var long: Int?
    for index in 0..<min(try source.u16(start + 2), 64) {
      let record = start + 4 + index * 8
      let platform = try source.u16(record)
      let encoding = try source.u16(record + 2)
      // Unicode, or Microsoft's Unicode (not its symbols).
      guard platform == 0 || (platform == 3 && (encoding == 1 || encoding == 10)) else { continue }
      let place = start + (try source.u32(record + 4))
      switch try source.u16(place) {
      case 4: short = place
      case 12: long = place
      default: continue
      }
    }
    guard let table = long ?? short else {
      throw SealProblem(.fontUnsupported, "the font has no Unicode table: name another, such as Liberation Serif")
    }
    self.table = table
    isLong = long != nil
  }

  func glyph(_ character: Int, in source: SealBytes) throws(SealProblem) -> Int? {
    let glyph = try isLong ? longGlyph(character, source) : shortGlyph(character, source)
    return glyph == 0 ? nil : glyph
  }

  private func longGlyph(_ character: Int, _ source: SealBytes) throws(SealProblem) -> Int {
    var low = 0
    var high = try source.u32(table + 12)
    while low < high {
      let middle = (low + high) / 2
      let group = table + 16 + middle * 12
      if character < (try source.u32(group)) {
        high = middle
      } else if character > (try source.u32(group + 4)) {
        low = middle + 1
      } else {
        return try source.u32(group + 8) + character - source.u32(group)
      }
    }
    return 0
  }

  private func shortGlyph(_ character: Int, _ source: SealBytes) throws(SealProblem) -> Int {
    guard character <= 0xFFFF else { return 0 }
    let doubled = try source.u16(table + 6)
    let (ends, starts) = (table + 14, table + 16 + doubled)
    for segment in stride(from: 0, to: doubled, by: 2) where try source.u16(ends + segment) >= character {
      let first = try source.u16(starts + segment)
      guard first <= character else { return 0 }
      let delta = try source.u16(starts + doubled + segment)
      let at = starts + doubled * 2 + segment
      let offset = try source.u16(at)
      if offset == 0 { return (character + delta) & 0xFFFF }
      let glyph = try source.u16(at + offset + (character - first) * 2)
      return glyph == 0 ? 0 : (glyph + delta) & 0xFFFF
    }
    return 0
  }
}
