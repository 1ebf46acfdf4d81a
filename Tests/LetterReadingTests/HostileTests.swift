import Foundation
import LetterReading
import Testing

/// Files made to keep a reader busy, through the real pdftotext.
@Suite("Hostile files are read in bounded time and memory, or not at all", .serialized)
struct HostileTests {
  /// What came of a file, the seconds that it took, and the bytes by which this process had grown at most.
  private func read(_ file: PagedPDF) async throws -> (outcome: LetterReader.Outcome, seconds: Double, growth: Int) {
    let url = try file.written()
    defer { try? FileManager.default.removeItem(at: url) }
    // The kernel's mark of our greatest size is set back to the present one (proc(5), clear_refs).
    try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    let before = try Self.peak()
    let start = ContinuousClock.now
    let outcome = await LetterReader().read(url.path)
    let taken = (ContinuousClock.now - start).components
    return (outcome, Double(taken.seconds) + Double(taken.attoseconds) / 1e18, try Self.peak() - before)
  }

  /// The most memory that this process had since the mark was set back, in bytes.
  private static func peak() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return try #require(Int(line.filter(\.isNumber))) * 1024
  }

  /// A reading of any outcome, within the 15 s after which pdftotext is ended and a while for our own part on a busy machine,
  /// and within memory that the service has.
  private func isBounded(_ reading: (outcome: LetterReader.Outcome, seconds: Double, growth: Int)) -> Bool {
    print("\(reading.seconds) s, \(reading.growth >> 20) MiB, \(reading.outcome.name)")
    return reading.seconds < 25 && reading.growth < 128 << 20
  }

  private static let head =
    "BT /F 12 Tf 60 780 Td (LIEN DOAN LAO DONG TINH BEN TRE) Tj 0 -30 Td (So: 7/LDLD) Tj 250 30 Td (CONG HOA XA HOI CHU NGHIA VIET NAM) Tj 0 -30 Td (Ben Tre, ngay 13 thang 4 nam 2016) Tj ET\n"

  @Test("ten thousand pages: the letter's head is still read")
  func pages() async throws {
    let reading = try await read(PagedPDF(contents: [Data(Self.head.utf8)], pages: 10_000))
    guard case .read(let fields) = reading.outcome else {
      Issue.record("\(reading.outcome)")
      return
    }
    #expect(fields.number?.value == "7" && fields.date?.value.description == "2016-04-13")
    #expect(isBounded(reading))
  }

  @Test("a line of a megabyte, in one word, in short words and in commas", arguments: ["x", "ab ", ", ", "ngay 1"])
  func line(_ piece: String) async throws {
    let text = String(repeating: piece, count: (1 << 20) / piece.utf8.count)
    #expect(
      isBounded(
        try await read(PagedPDF(contents: [Data((Self.head + "BT /F 12 Tf 0.005 Tz 60 700 Td (\(text)) Tj ET").utf8)])))
    )
  }

  @Test("a hundred thousand tiny boxes, all over the page, in one line and in one place", arguments: [0, 1, 2])
  func boxes(_ layout: Int) async throws {
    var content = Self.head + "BT /F 1 Tf\n"
    for number in 0..<100_000 {
      let (x, y) =
        switch layout {
        case 0: (Double(number % 400) * 1.4, Double(number / 400) * 3)
        case 1: (Double(number) * 0.0055, 400)
        default: (300, 400)
        }
      content += "1 0 0 1 \(x) \(y) Tm (a) Tj\n"
    }
    #expect(isBounded(try await read(PagedPDF(contents: [Data((content + "ET").utf8)], pages: 3))))
  }

  @Test("bytes that are no UTF-8, half surrogates, controls and signs of markup are no more than odd words")
  func encoding() async throws {
    var map = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
    map += "1 begincodespacerange <00> <ff> endcodespacerange\n"
    // z → half a surrogate, y → NUL, x → </word><page, w → U+FFFF, v → a right-to-left mark, q → a thousand letters.
    map += "6 beginbfchar\n<7a> <d800>\n<79> <0000>\n<78> <003c002f0077006f00720064003e003c0070006100670065>\n"
    map += "<77> <ffff>\n<76> <202e>\n<71> <\(String(repeating: "0041", count: 1000))>\nendbfchar\nendcmap end end"
    var content = Data((Self.head + "BT /F 12 Tf 60 700 Td (zzz yyy xxx www vvv qqq ").utf8)
    content.append(contentsOf: [0xFF, 0xFE, 0xC0, 0x80, 0xED, 0xA0, 0x80, 0xF5])
    content.append(Data(") Tj ET".utf8))
    let reading = try await read(PagedPDF(contents: [content], toUnicode: Data(map.utf8)))
    #expect(isBounded(reading))
    guard case .read(let fields) = reading.outcome else {
      Issue.record("\(reading.outcome)")
      return
    }
    #expect(fields.number?.value == "7")
    let layer = BoundingBoxReader.read(
      Data("<page width=\"595\" height=\"842\">\n<word xMin=\"1\" yMin=\"1\" xMax=\"9\" yMax=\"9\">a".utf8)
        + Data([0xFF, 0xC0, 0x80]) + Data("b</word>\n</page>".utf8))
    #expect(layer.pages[0].words.map(\.text) == ["a\u{FFFD}\u{FFFD}\u{FFFD}b"])
  }

  @Test("three million words written over each other")
  func bomb() async throws {
    let words = String(repeating: "(word ) Tj 0 -0.001 Td\n", count: 50_000)
    let reading = try await read(PagedPDF(contents: [Data(("BT /F 9 Tf 60 700 Td\n" + words + "ET").utf8)], pages: 60))
    #expect(isBounded(reading))
  }
}

extension LetterReader.Outcome {
  /// In a word, for what a test prints.
  fileprivate var name: String {
    switch self {
    case .read: "read"
    case .recognised: "recognised"
    case .noText: "no text"
    case .failed(let failure): "\(failure)"
    }
  }
}
