import Foundation
import Testing

/// The bounded form of `scripts/conformance`: what is promised of signatures, before every judge.
@Suite("Conformance")
struct ConformanceTests {
  @Test(
    "at every level and with every kind of key pyHanko, poppler, qpdf, OpenSSL and we agree; hostile files get their verdicts",
    .timeLimit(.minutes(3)))
  func everyLevelAndKey() async throws {
    let script = Letters.fixtures.deletingLastPathComponent().deletingLastPathComponent()
      .appending(components: "scripts", "conformance").path
    let judges = URL(fileURLWithPath: try #require(ProcessInfo.processInfo.environment["CONGVAN_JUDGES"]))
    let result = try await Command.judge(
      "python3", script, "--quick", "--programs", try Program.tool.url.deletingLastPathComponent().path, "--judges",
      judges.deletingLastPathComponent().path)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("Disagreements\n\nNone."), "\(result.output.suffix(2000))")
  }
}
