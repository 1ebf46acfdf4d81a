import Foundation
import Testing

/// Every input that a fuzzer started from or found (Fuzz/corpus), and every fixture, again through the code that was fuzzed.
@Suite("Replaying the fuzzer's corpus of letters")
struct ReplayTests {
  @Test("no letter traps the reader")
  func letters() throws {
    let corpus = Letters.fixtures.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fuzz/corpus/letter")
    let folders = [corpus] + ["pdf", "hostile", "dispatches"].map { Letters.fixtures.appendingPathComponent($0) }
    let inputs = try folders.flatMap {
      try FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil)
    }
    #expect(inputs.count > 80)
    for input in inputs { LetterTarget.run(try Data(contentsOf: input)) }
  }
}
