import Durable
import Foundation
import LetterReading
import Testing

@Suite("Text layers from hostile files stay within bounds")
struct BoundsTests {
  private func layer(_ body: String) -> TextLayer { BoundingBoxReader.read(Data(body.utf8)) }
  private let page = "<page width=\"595.0\" height=\"842.0\">\n"

  @Test("of ten thousand pages only the first are kept, and that is said")
  func pages() {
    let one = page + "<word xMin=\"1.0\" yMin=\"1.0\" xMax=\"9.0\" yMax=\"9.0\">a</word>\n</page>\n"
    let layer = layer(String(repeating: one, count: 10_000))
    #expect(layer.pages.count == TextLayerLimits.pages)
    #expect(layer.isCut)
    #expect(FieldReader.read(layer).isCut)
  }

  @Test("a line of a megabyte, and a page of a million words, are cut")
  func lengths() {
    let box = "<word xMin=\"1.0\" yMin=\"1.0\" xMax=\"9.0\" yMax=\"9.0\">"
    #expect(layer(page + box + String(repeating: "x", count: 1 << 20) + "</word>\n</page>").pages[0].words.isEmpty)
    let many = layer(page + String(repeating: box + "a</word>\n", count: 100_000) + "</page>")
    #expect(many.pages[0].words.count == TextLayerLimits.wordsPerPage)
    #expect(many.isCut)
  }

  @Test(
    "a word whose box is no box is passed over",
    arguments: [
      "xMin=\"nan\" yMin=\"1\" xMax=\"9\" yMax=\"9\"", "xMin=\"1\" yMin=\"1\" xMax=\"inf\" yMax=\"9\"",
      "xMin=\"1\" yMin=\"1\" xMax=\"1e300\" yMax=\"9\"", "xMin=\"9\" yMin=\"1\" xMax=\"1\" yMax=\"9\"",
      "xMin=\"1\" yMin=\"1\" xMax=\"99999999\" yMax=\"9\"", "xMin=\"1\" yMin=\"1\"",
      "xMin=\"\" yMin=\"1\" xMax=\"9\" yMax=\"9\"",
    ])
  func boxes(_ attributes: String) {
    #expect(layer(page + "<word \(attributes)>a</word>\n</page>").pages[0].words.isEmpty)
  }

  @Test("what is no text layer at all gives no page")
  func garbage() {
    #expect(layer("<page width=\"0\" height=\"-1\">\n<word").pages.isEmpty)
    #expect(BoundingBoxReader.read(Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })).pages.isEmpty)
  }

  @Test("text of old fonts is recognised and nothing is read from it")
  func oldFonts() {
    func words(_ text: String) -> String {
      text.split(separator: " ").enumerated().map {
        "<word xMin=\"\($0 * 40).0\" yMin=\"60.0\" xMax=\"\($0 * 40 + 30).0\" yMax=\"72.0\">\($1)</word>\n"
      }.joined()
    }
    let tcvn = layer(
      page + words("Céng hßa x· héi chñ nghÜa ViÖt Nam §éc lËp Tù do H¹nh phóc Sè: 12/Q§-L§L§ ngµy th¸ng n¨m")
        + "</page>")
    #expect(FieldReader.read(tcvn).legacyFont == .tcvn3)
    #expect(FieldReader.read(tcvn).number == nil)
    let vni = layer(
      page + words("COÄNG HOØA XAÕ HOÄI CHUÛ NGHÓA VIEÄT NAM Ñoäc laäp Töï do Haïnh phuùc Soá: 12 ngaøy thaùng naêm")
        + "</page>")
    #expect(FieldReader.read(vni).legacyFont == .vni)
  }

  @Test("a process that takes too much time, memory or output is ended, and its children with it")
  func process() async throws {
    var limits = LimitedProcess.Limits()
    limits.wallTime = .milliseconds(300)
    let sleeping = try await LimitedProcess(
      executable: "/bin/sh", arguments: ["-c", "sleep 60 & sleep 60"], limits: limits
    ).run()
    #expect(sleeping.ending == .outOfTime)
    limits.wallTime = .seconds(20)
    limits.output = 100_000
    let shouting = try await LimitedProcess(executable: "/usr/bin/yes", arguments: [], limits: limits).run()
    #expect(shouting.ending == .tooMuchOutput)
    #expect(shouting.output.count <= 100_000)
    limits.processorSeconds = 1
    let turning = try await LimitedProcess(
      executable: "/bin/sh", arguments: ["-c", "while :; do :; done"], limits: limits
    )
    .run()
    #expect(turning.ending == .signalled(SIGKILL) || turning.ending == .signalled(SIGXCPU))
    limits.memory = 64 << 20
    let greedy = try await LimitedProcess(
      executable: "/bin/sh", arguments: ["-c", "head -c 200000000 /dev/zero | tail -c 150000000 | wc -c"],
      limits: limits
    ).run()
    #expect(!String(decoding: greedy.output, as: UTF8.self).contains("150000000"))
    let first = try await LimitedProcess(executable: "/bin/cat", arguments: ["/proc/self/oom_score_adj"]).run()
    #expect(String(decoding: first.output, as: UTF8.self) == "1000\n", "the kernel ends it before us")
    #expect(try String(contentsOfFile: "/proc/self/oom_score_adj", encoding: .utf8) != "1000\n")
    await #expect(throws: SystemError.self) {
      try await LimitedProcess(executable: "/nonexistent", arguments: []).run()
    }
  }
}
