import Foundation
import Testing

/// Every input that a fuzzer started from or found (Fuzz/corpus), and every fixture, again through the code that was fuzzed.
@Suite("Replaying the fuzzers' corpora")
struct ReplayTests {
  private static let corpus = Fixtures.folder.deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fuzz/corpus")

  private static func inputs(_ target: String) -> [URL] {
    let folders =
      [corpus.appendingPathComponent(target)]
      + ["pdf", "hostile", "dispatches"].map {
        Fixtures.folder.appendingPathComponent($0)
      }
    let files = folders.flatMap {
      (try? FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil)) ?? []
    }
    return files.sorted { $0.path < $1.path }
  }

  /// CPU time of this thread, seconds: other tests run beside this one.
  private static func cpuTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The limits of reading (`Limits`) allow half a second for any input in a release build; a debug build is given four
  /// times that.
  private func replay(_ target: String, _ run: (Data) -> Void) throws {
    let inputs = Self.inputs(target)
    #expect(inputs.count > 80)
    for input in inputs {
      let data = try Data(contentsOf: input)
      let start = Self.cpuTime()
      run(data)
      #expect(Self.cpuTime() - start < 2, "\(input.lastPathComponent)")
    }
  }

  @Test("what is signed verifies, whatever the file")
  func sign() throws { try replay("sign", PDFTargets.sign) }

  @Test("nothing is accepted without trust, whatever the file")
  func verify() throws { try replay("verify", PDFTargets.verify) }
}
