/// The objects that embed letters: a Type 0 font whose codes are glyph numbers (ISO 32000-1 §9.7.4, §9.7.6).
package struct FontObjects {
  package private(set) var pieces: [PDFPiece] = []
  /// The font to be named in resources.
  package private(set) var font = PDFReference(number: 0, generation: 0)
  /// First number that no object here has.
  package private(set) var nextNumber: Int

  /// - Parameter nextNumber: for the first new object.
  package init(_ font: FontSubset, nextNumber: Int) {
    self.nextNumber = nextNumber
    self.font = add(font)
  }

  private mutating func takeNumber() -> PDFReference {
    defer { nextNumber += 1 }
    return PDFReference(number: nextNumber, generation: 0)
  }

  private mutating func add(_ dictionary: PDFDictionary) -> PDFReference {
    let reference = takeNumber()
    pieces.append(PDFPiece(reference, .dictionary(dictionary)))
    return reference
  }

  private mutating func add(deflated stream: [UInt8], _ dictionary: PDFDictionary = .init()) -> PDFReference {
    let reference = takeNumber()
    pieces.append(PDFPiece(reference, stream: stream, isDeflated: true, dictionary))
    return reference
  }

  private mutating func add(_ font: FontSubset) -> PDFReference {
    let file = add(deflated: font.file, PDFDictionary().setting("Length1", to: .integer(Int64(font.fileLength))))
    let unicode = add(deflated: Self.unicodeMap(font))
    // Which glyphs are in the part: all of them (§9.8.3.2; asked for by ISO 19005-1 §6.3.5).
    let set = add(deflated: SealZlib.deflate(Self.allOnes(font.advances.count)))
    let number = { (value: Int) in PDFObject.integer(Int64(value)) }
    let descriptor = add(
      PDFDictionary()
        .setting("Type", to: .name("FontDescriptor")).setting("FontName", to: .name(font.name))
        // Symbolic: its codes are its own (§9.8.2).
        .setting("Flags", to: .integer(font.italicAngle == 0 ? 4 : 68))
        .setting("FontBBox", to: .array(font.box.map(number)))
        .setting("ItalicAngle", to: .points(font.italicAngle)).setting("Ascent", to: number(font.ascent))
        .setting("Descent", to: number(font.descent)).setting("CapHeight", to: number(font.capHeight))
        .setting("StemV", to: .integer(80)).setting("FontFile2", to: .reference(file))
        .setting("CIDSet", to: .reference(set)))
    let system = PDFDictionary()
      .setting("Registry", to: .string(Array("Adobe".utf8))).setting("Ordering", to: .string(Array("Identity".utf8)))
      .setting("Supplement", to: .integer(0))
    let descendant = add(
      PDFDictionary()
        .setting("Type", to: .name("Font")).setting("Subtype", to: .name("CIDFontType2"))
        .setting("BaseFont", to: .name(font.name)).setting("CIDSystemInfo", to: .dictionary(system))
        .setting("FontDescriptor", to: .reference(descriptor)).setting("CIDToGIDMap", to: .name("Identity"))
        .setting("DW", to: .integer(0))
        .setting("W", to: .array([.integer(0), .array(font.advances.map(number))])))
    return add(
      PDFDictionary()
        .setting("Type", to: .name("Font")).setting("Subtype", to: .name("Type0"))
        .setting("BaseFont", to: .name(font.name)).setting("Encoding", to: .name("Identity-H"))
        .setting("DescendantFonts", to: .array([.reference(descendant)]))
        .setting("ToUnicode", to: .reference(unicode)))
  }

  private static func allOnes(_ count: Int) -> [UInt8] {
    var bits = [UInt8](repeating: 0xFF, count: count / 8)
    if !count.isMultiple(of: 8) { bits.append(0xFF << UInt8(8 - count % 8)) }
    return bits
  }

  /// Four hexadecimal digits: a glyph's code in a string of the page.
  package static func hex4(_ number: Int) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// From glyph numbers back to characters, so that the text can be searched and copied (§9.10.3).
  private static func unicodeMap(_ font: FontSubset) -> [UInt8] {
    var pairs = ""
    var known: Set<Int> = []
    var count = 0
    var blocks = ""
    func close() {
      if count > 0 { blocks += "\(count) beginbfchar\n\(pairs)endbfchar\n" }
      pairs = ""
      count = 0
    }
    for (character, glyph) in font.glyphs.sorted(by: { $0.key < $1.key }) where known.insert(glyph).inserted {
      pairs += "<\(hex4(glyph))> <\(Character(character).utf16.map { hex4(Int($0)) }.joined())>\n"
      count += 1
      if count == 100 { close() }
    }
    close()
    let map = """
      /CIDInit /ProcSet findresource begin
      12 dict begin
      begincmap
      /CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
      /CMapName /Adobe-Identity-UCS def
      /CMapType 2 def
      1 begincodespacerange
      <0000> <FFFF>
      endcodespacerange
      \(blocks)endcmap
      CMapName currentdict /CMap defineresource pop
      end
      end

      """
    return SealZlib.deflate(Array(map.utf8))
  }
}
