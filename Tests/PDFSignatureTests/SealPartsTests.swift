import Foundation
import Judging
import Testing

@testable import PDFSignature

/// What an administrator may give, and what is refused with a reason.
@Suite("Parts of a seal")
struct SealPartsTests {
  // MARK: PNG

  private static func chunk(_ kind: String, _ body: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.append32(body.count)
    let named = Array(kind.utf8) + body
    result += named
    result.append32(SealZlib.checksum(named[...]))
    return result
  }

  /// A picture with unfiltered rows.
  private static func png(
    _ width: Int, _ height: Int, bits: Int, type: Int, rows: [[UInt8]], palette: [UInt8]? = nil,
    transparency: [UInt8]? = nil, interlaced: Bool = false
  ) -> Data {
    var header: [UInt8] = []
    header.append32(width)
    header.append32(height)
    header += [UInt8(bits), UInt8(type), 0, 0, interlaced ? 1 : 0]
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
    if let palette { file += chunk("PLTE", palette) }
    if let transparency { file += chunk("tRNS", transparency) }
    file += chunk("IDAT", SealZlib.deflate(rows.flatMap { [0] + $0 })) + chunk("IEND", [])
    return Data(file)
  }

  @Test("every kind of PNG with 8 bits or fewer gives the same picture")
  func kinds() throws {
    // Red, half-seen green, nothing.
    let colours: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 0]
    func pixels(_ data: Data) throws -> (colours: [UInt8], opacity: [UInt8]) {
      let reader = try PNGReader([UInt8](data))
      return (reader.colours, reader.opacity)
    }
    let full = try pixels(
      Self.png(3, 1, bits: 8, type: 6, rows: [[255, 0, 0, 255, 0, 255, 0, 128, 0, 0, 0, 0]]))
    #expect(full.colours == colours && full.opacity == [255, 128, 0])
    for bits in [2, 4, 8] {
      let row: [UInt8] = [2: [0b0001_1000], 4: [0x01, 0x20], 8: [0, 1, 2]][bits] ?? []
      let indexed = try pixels(
        Self.png(3, 1, bits: bits, type: 3, rows: [row], palette: colours, transparency: [255, 128, 0]))
      #expect(indexed.colours == colours && indexed.opacity == [255, 128, 0])
    }
    let keyed = try pixels(Self.png(3, 1, bits: 8, type: 2, rows: [colours], transparency: [0, 0, 0, 0, 0, 0]))
    #expect(keyed.colours == colours && keyed.opacity == [255, 255, 0])
    let gray = try pixels(Self.png(2, 1, bits: 8, type: 4, rows: [[7, 255, 9, 0]]))
    #expect(gray.colours == [7, 7, 7, 9, 9, 9] && gray.opacity == [255, 0])
    let bitmap = try pixels(Self.png(2, 1, bits: 1, type: 0, rows: [[0b1000_0000]], transparency: [0, 1]))
    #expect(bitmap.colours == [255, 255, 255, 0, 0, 0] && bitmap.opacity == [0, 255])
  }

  @Test("a PNG that is broken, unusual or too large is refused with its reason")
  func refusedPictures() throws {
    let good = try Fixtures.data("seal/seal.png")
    func code(_ data: Data) -> SealProblem.Code? {
      do { _ = try SealImage(png: data) } catch { return error.code }
      return nil
    }
    #expect(code(good) == nil)
    #expect(code(Data("%PDF-1.4".utf8)) == .imageDamaged)
    #expect(code(Data()) == .imageDamaged)
    for length in stride(from: 0, to: good.count, by: 997) { #expect(code(good.prefix(length)) == .imageDamaged) }
    for place in stride(from: 8, to: good.count, by: 1999) {
      var changed = good
      changed[place] ^= 0x40
      #expect(code(changed) != nil, "byte \(place)")
    }
    #expect(code(good + Data([0])) == .imageDamaged)
    #expect(code(Self.png(1, 1, bits: 16, type: 0, rows: [[0, 0]])) == .imageUnsupported)
    #expect(code(Self.png(1, 1, bits: 8, type: 0, rows: [[0]], interlaced: true)) == .imageUnsupported)
    #expect(code(Self.png(40_000, 40_000, bits: 8, type: 6, rows: [[0]])) == .imageTooLarge)
    #expect(code(Self.png(1, 1, bits: 8, type: 0, rows: [[0], [0]])) == .imageDamaged, "more pixels than its size")
    #expect(code(Self.png(2, 1, bits: 8, type: 3, rows: [[0, 1]], palette: [1, 2, 3])) == .imageDamaged)
    #expect(code(Data(count: PNGReader.fileLimit + 1)) == .imageTooLarge)
  }

  // MARK: Fonts

  @Test("every letter of Vietnamese is drawn and can be read back, and the part of the font is a font to others")
  func subset() throws {
    let marks = ["", "\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"]
    let vowels = ["a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y"].map { letter in
      marks.map { "\(letter)\($0)" }.joined()
    }
    let words = (vowels + ["bcdđghklmnpqrstvx"]).flatMap { [$0, $0.uppercased()] }
    let seal = try SealHouse.seal("first:top-left", hasImage: false) {
      $0.lines = [words.joined(separator: " ")]
      $0.textWidth = 100
    }
    let (signed, _) = try SealHouse.sign(try Fixtures.data("pdf/table-1.4.pdf"), seal, house: House.ours)
    let workshop = try Workshop()
    let path = try workshop.write(signed, "sealed.pdf")
    let read = try workshop.run("pdftotext", ["-raw", path, "-"]).output.split(whereSeparator: \.isWhitespace).map(
      String.init)
    for word in words.map(\.precomposedStringWithCanonicalMapping) {
      #expect(read.contains { Array($0.unicodeScalars) == Array(word.unicodeScalars) }, "\(word)")
    }
    // FreeType's complaints about a font come out as warnings; Debian's MuPDF also says that it has no ICC.
    let painted = try workshop.run("mutool", ["draw", "-o", "page.png", path])
    let complaints = painted.output.split(separator: "\n").filter { !$0.contains("ICC") && $0.contains("warning") }
    #expect(painted.status == 0 && complaints.isEmpty && !painted.output.contains("error"), "\(painted.output)")
    let font = try #require(seal.font)
    #expect(font.glyphs.count >= 178 && font.advances.allSatisfy { (0...1200).contains($0) })
    #expect(Set(font.glyphs.values).count == font.glyphs.count)
  }

  @Test("a character that the font lacks is named")
  func missing() throws {
    let problem = #expect(throws: SealProblem.self) { try SealHouse.seal(hasImage: false, name: "Công đoàn 工会") }
    #expect(problem?.code == .missingCharacter)
    #expect(problem?.detail.contains("“工” (U+5DE5)") == true && problem?.detail.contains("LiberationSerif") == true)
    #expect(throws: SealProblem.self) { try SealHouse.seal(hasImage: false, name: "q\u{303}") }
  }

  @Test("fonts that may not be embedded, or are of another kind, are refused with their reason")
  func refusedFonts() throws {
    let path = try #require(SealHouse.fontPaths.first(where: FileManager.default.fileExists))
    let good = try Data(contentsOf: URL(fileURLWithPath: path))
    func code(_ change: (inout Data) throws -> Void) rethrows -> SealProblem.Code? {
      var data = good
      try change(&data)
      do { _ = try SealFont(data: data) } catch { return error.code }
      return nil
    }
    func table(_ tag: String) throws -> Int {
      let entry = try #require(good.range(of: Data(tag.utf8))).lowerBound
      return good[entry + 8..<entry + 12].reduce(0) { $0 << 8 | Int($1) }
    }
    let licence = try table("OS/2") + 9
    #expect(code { _ in } == nil)
    #expect(try SealFont(data: good).hasVietnamese)
    #expect(code { $0[licence] = 2 } == .fontForbidsEmbedding)
    #expect(code { $0[licence] = 4 } == nil)
    #expect(code { $0[licence - 1] = 1 } == .fontForbidsEmbedding, "no parts of it")
    #expect(code { $0.replaceSubrange(0..<4, with: Data("OTTO".utf8)) } == .fontUnsupported)
    #expect(code { $0.replaceSubrange(0..<4, with: Data("ttcf".utf8)) } == .fontUnsupported)
    #expect(code { $0 = Data("not a font".utf8) } == .fontDamaged)
    #expect(code { $0 = $0.prefix(1000) } == .fontDamaged)
    #expect(code { $0 = Data(count: SealFont.fileLimit + 1) } == .fontUnsupported)
    // Whatever byte is wrong, nothing worse than a refusal or an odd letter comes of it.
    for place in stride(from: 0, to: 4000, by: 7) {
      var data = good
      data[place] ^= 0xFF
      guard let font = try? SealFont(data: data) else { continue }
      _ = try? FontSubset(font, characters: Set("Công đoàn".unicodeScalars))
    }
  }

  // MARK: Text and layout

  @Test("words in braces are filled in; an unknown one is refused, an absent fact leaves its line out")
  func placeholders() throws {
    let facts = SealText.Facts(name: "A", reason: nil, location: "Bến Tre")
    let text = try SealText(["Ký bởi: {name}", "{reason}", "{location}, {time}"], facts)
    #expect(text.lines(at: SealHouse.time) == ["Ký bởi: A", "Bến Tre, \(SealHouse.timeText)"])
    let problem = #expect(throws: SealProblem.self) { try SealText(["{nam}"], facts) }
    #expect(problem?.code == .unknownPlaceholder && problem?.detail.contains("{nam}") == true)
    // What is filled in is not read for braces again.
    #expect(try SealText(["{name}"], .init(name: "{time}x")).lines(at: SealHouse.time).first?.hasSuffix("x") == true)
  }

  @Test("the box follows from the text, which keeps its size and is wrapped within its width")
  func layout() throws {
    let seal = try SealHouse.seal { $0.textWidth = 40 }
    let layout = seal.layout(at: SealHouse.time)
    #expect(layout.lines.count >= 3)
    let image = try #require(layout.image)
    #expect(abs(image.width - 102.05) < 0.01 && layout.width <= image.width + 42.1 * 72 / 25.4)
    for line in layout.lines {
      let width = Double(try #require(seal.font).width(line.text)) / 100
      #expect(line.x >= image.right && line.x + width <= layout.width + 0.01)
      #expect(line.baseline > 0 && line.baseline < layout.height)
    }
    let gaps = zip(layout.lines, layout.lines.dropFirst()).map { $0.baseline - $1.baseline }
    #expect(gaps.allSatisfy { abs($0 - 12) < 0.01 })
    #expect(throws: SealProblem.self) { try SealHouse.seal { $0.imageWidth = 120 } }
    #expect(throws: SealProblem.self) { try SealHouse.seal { $0.fontSize = 2 } }
    #expect(throws: SealProblem.self) { try SealHouse.seal(hasImage: false) { $0.lines = [] } }
  }

  @Test("places are read as they are written, and nothing else is")
  func places() throws {
    #expect(SealPlace("last:bottom-right") == SealPlace())
    let exact = try #require(SealPlace("3:top-left:12.5,20"))
    #expect(exact.page == .number(3) && exact.corner == .topLeft && exact.across == 12.5 && exact.up == 20)
    for text in [
      "", "last", "last:middle", "0:top-left", "-1:top-left", "last:top-left:1", "last:top-left:1,x",
      "last:top-left:1,2,3",
      "last:top-left:-1,2", "beside-signer", "Field", "first:top-left:1,999",
    ] {
      #expect(SealPlace(text) == nil, "\(text)")
    }
    #expect(SealPlace("beside-signer", signers: ["A"])?.anchor == .signer(names: ["A"]))
  }

  @Test("a name is found as people write it: last page first, whole, on one line, whatever its case and marks")
  func words() throws {
    func word(_ text: String, _ x: Double, _ y: Double) -> String {
      "    <word xMin=\"\(x)\" yMin=\"\(y)\" xMax=\"\(x + 30)\" yMax=\"\(y + 12)\">\(text)</word>"
    }
    let output = """
      <doc>
        <page width="595" height="842">
      \(word("Nguyễn", 10, 700))
      \(word("Văn", 45, 700))
      \(word("An", 80, 700))
        </page>
        <page width="595" height="842">
      \(word("NGUYỄN".decomposedStringWithCanonicalMapping, 10, 100))
      \(word("VĂN", 45, 100))
      \(word("AN.", 80, 100))
      \(word("Nguyễn", 10, 300))
      \(word("Văn", 45, 300))
      \(word("Anh", 80, 300))
      \(word("Nguyễn", 400, 400))
      \(word("Văn", 10, 420))
      \(word("An", 45, 420))
      \(word("R&amp;D", 10, 500))
      garbage
        </page>
      </doc>
      """
    let words = PageWords(bboxOutput: Data(output.utf8))
    let found = try #require(words.last(of: ["Nguyễn Văn An"]))
    #expect(found.page == 2 && found.box.top == 100 && found.box.left == 10 && found.box.right == 110)
    #expect(words.last(of: ["r&d"])?.box.top == 500)
    #expect(words.last(of: ["Trần Văn An"]) == nil && words.last(of: [""]) == nil)
    #expect(PageWords(bboxOutput: Data(output.utf8), firstPage: 5).last(of: ["Nguyễn Văn An"])?.page == 6)
  }

  @Test("a claim to be PDF/A is found however it is written, and one that cannot be read is taken strictly")
  func claims() {
    let namespace = "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" "
    #expect(PDFAClaim.part(of: Array("\(namespace)pdfaid:part='2'".utf8)) == 2)
    #expect(PDFAClaim.part(of: Array("\(namespace)><pdfaid:part>3</pdfaid:part>".utf8)) == 3)
    #expect(PDFAClaim.part(of: Array("\(namespace)><pdfaid:part>x".utf8)) == 1)
    #expect(PDFAClaim.part(of: Array("xmlns:dc=\"http://purl.org/dc/elements/1.1/\" dc:part='2'".utf8)) == nil)
  }
}
