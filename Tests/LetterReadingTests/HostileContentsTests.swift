import Foundation
import LetterReading
import PDFSignature
import Testing

/// Contents made to keep our own reader busy, or to trap it.
@Suite("Hostile contents end within the bounds of one letter", .serialized)
struct HostileContentsTests {
  enum End { case read, bounds, contents, font }

  struct Attack: Sendable, CustomStringConvertible {
    let sample: Samples.Sample
    let end: End

    var description: String { sample.name }
  }

  private static let show = "BT /F 12 Tf 60 700 Td (chu) Tj ET\n"

  private static func form(_ content: String, _ entries: String = "") -> String {
    Samples.stream(content, "/Type /XObject /Subtype /Form /BBox [0 0 600 800] \(entries)")
  }

  private static func forms(_ name: String, _ contents: [String], _ end: End) -> Attack {
    // Each form may name every other.
    let names = contents.indices.map { "/X\($0) \(10 + $0) 0 R" }.joined(separator: " ")
    let resources = "/XObject << \(names) >>"
    let own = "/Resources << /Font << /F 5 0 R >> \(resources) >>"
    return Attack(
      sample: Samples.Sample(
        name: name, content: "/X0 Do", resources: resources, objects: contents.map { form($0, own) }), end: end)
  }

  private static func mapped(_ name: String, _ map: String, widths: String = "", _ end: End) -> Attack {
    Attack(
      sample: Samples.Sample(
        name: name, content: "BT /F 12 Tf 60 700 Td <00010002> Tj ET",
        font:
          "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [10 0 R] /ToUnicode 11 0 R >>",
        objects: [
          "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A \(widths) >>", Samples.stream(map),
        ]), end: end)
  }

  private static func contents(_ name: String, _ content: String, _ end: End) -> Attack {
    Attack(sample: Samples.Sample(name: name, content: content), end: end)
  }

  private static func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  static let attacks: [Attack] = [
    contents("states within states", many("q ", 100_000) + show, .bounds),
    contents("restoring what was never saved", many("Q ", 100_000) + show, .read),
    contents("a million operators", many("0 g\n", 1_100_000), .bounds),
    contents("an operator with a million numbers", many("1 ", 1_000_000) + "re", .bounds),
    contents("a TJ of a megabyte", "BT /F 12 Tf 60 700 Td [" + many("(x)-1", 90_000) + "] TJ ET", .bounds),
    contents("a word of a megabyte", "BT /F 0.01 Tf 60 700 Td (" + many("x", 1 << 20) + ") Tj ET", .bounds),
    contents(
      "fifty thousand words on a page", "BT /F 1 Tf " + many("1 0 0 1 60 700 Tm (a) Tj 0 9 Td (b) Tj ", 25_000), .bounds
    ),
    contents("a string that never ends", many("(", 1_000_000), .contents),
    contents("dictionaries that never end", many("<<", 50_000) + many("[", 40_000), .read),
    contents("a number of a thousand digits", "BT /F 12 Tf " + many("9", 1000) + " 0 Td (chu) Tj ET", .contents),
    contents(
      "numbers that grow beyond all bounds", many("999999999 0 0 999999999 0 0 cm\n", 200) + show, .read),
    contents(
      "numbers that become none", many("999999999 0 0 999999999 999999999 0 cm\n", 60) + "0 0 0 0 0 0 cm\n" + show,
      .read),
    contents("a font of no size", "BT /F 0 Tf 60 700 Td (chu chu) Tj ET", .read),
    contents("a page of pictures without an end", many("BI ID x ", 10_000), .contents),
    contents("marks that never end", many("/P << /ActualText (x) >> BDC ", 50_000), .contents),
    contents("marks that were never begun", many("EMC ", 50_000) + show, .read),
    forms("a form that draws itself", ["/X0 Do"], .bounds),
    forms("forms that draw each other", ["/X1 Do", "/X0 Do"], .bounds),
    forms(
      "forms that double, ten deep",
      (0..<10).map { "/X\($0 + 1) Do /X\($0 + 1) Do" } + ["q 1 0 0 1 0 0.001 cm \(show) Q"], .bounds),
    forms("a form drawn ten thousand times", [many("/X1 Do ", 10_000), show], .bounds),
    mapped(
      "a map of all codes, a thousand times", many("1 beginbfrange <0000> <FFFF> <0041> endbfrange\n", 1000), .bounds),
    mapped("a map of letters without end", "1 beginbfchar <0001> <\(many("0041", 100_000))> endbfchar", .bounds),
    mapped(
      "a map of a megabyte of letters",
      "100 beginbfrange " + many("<0000> <0100> <\(many("0041", 1000))>\n", 100) + "endbfrange", .bounds),
    mapped("a map that ends before it begins", "1 beginbfrange <FFFF> <0000> <0041> endbfrange", .read),
    mapped("a map of codes beyond any", "1 beginbfrange <00000000> <FFFFFFFF> <D8000000> endbfrange", .read),
    mapped("half a map", "1 beginbfrange <0001> endbfrange 1 beginbfchar <0001> endbfchar", .read),
    mapped("widths of all codes, a thousand times", "", widths: "/W [\(many("0 65535 500 ", 1000))]", .bounds),
    mapped("widths of codes beyond any", "", widths: "/W [0 1e9 500]", .contents),
    mapped("widths below zero", "", widths: "/W [-5 [500]]", .font),
  ]

  /// The most memory that this process had since the mark was set back, in bytes (proc(5), clear_refs).
  private static func peak() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return try #require(Int(line.filter(\.isNumber))) * 1024
  }

  @Test("contents, forms, maps and widths", arguments: attacks)
  func attack(_ attack: Attack) throws {
    let url = try attack.sample.written()
    defer { try? FileManager.default.removeItem(at: url) }
    try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    let before = try Self.peak()
    let start = ContinuousClock.now
    let end: String
    do {
      let layer = try TextExtractor.textLayer(try PDFFile(path: url.path))
      end = "read"
      for word in layer.pages.flatMap(\.words) {
        #expect(word.box.left.isFinite && word.box.bottom.isFinite && word.text.utf8.count <= 200)
      }
    } catch let reason as NotUnderstood {
      end = "\(reason)"
    }
    let growth = try Self.peak() - before
    print("\(attack): \(ContinuousClock.now - start), \(growth >> 20) MiB, \(end)")
    switch attack.end {
    case .read: #expect(end == "read")
    case .bounds: #expect(end.hasPrefix("bounds"))
    case .contents: #expect(end.hasPrefix("contents") || end.hasPrefix("structure"))
    case .font: #expect(end.hasPrefix("font"))
    }
    // A release build takes a fiftieth of it.
    #expect(ContinuousClock.now - start < .seconds(20))
    #expect(growth < 96 << 20)
  }

  @Test("no byte changed in a letter traps the reader")
  func flips() throws {
    for name in ["letters/by-authority.pdf", "letters/party-head.pdf"] {
      let whole = try Data(contentsOf: Letters.fixtures.appendingPathComponent(name))
      for index in stride(from: 0, to: whole.count, by: 397) {
        for value: UInt8 in [0, 0x28, 0x39, 0xFF] {
          var copy = whole
          copy[index] = value
          _ = try? TextExtractor.textLayer(PDFFile(data: copy))
        }
      }
    }
    // Uncompressed contents, so that it is them that change.
    for sample in Samples.all {
      let url = try sample.written()
      defer { try? FileManager.default.removeItem(at: url) }
      let whole = try Data(contentsOf: url)
      for index in whole.indices {
        for value: UInt8 in [0x2D, 0x3E] {
          var copy = whole
          copy[index] = value
          _ = try? TextExtractor.textLayer(PDFFile(data: copy))
        }
      }
    }
  }
}
