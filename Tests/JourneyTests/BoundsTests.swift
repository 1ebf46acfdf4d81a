import Foundation
import Testing

/// Files that are made to cost memory or time (scripts/conforming/bounds.py), and large ones without harm, each given to the
/// tool as a process of its own: what the kernel says of that process counts.
@Suite("Bounds of reading") struct BoundsTests {
  /// Resident memory of `congvan verify` and `congvan sign`, whatever the file. KiB.
  private static let memory = 256 << 10
  /// Processor time. A release build has 5 s; a debug build is given ten times that.
  private static let time = 50.0

  private struct Run: Decodable {
    let name: String
    let command: String
    let honest: Bool
    let status: Int32
    let codes: [String]
    /// KiB.
    let peak: Int
    /// Of processor time.
    let seconds: Double
  }

  @Test("no file makes the tool grow or hang, and what is large or deep without harm is signed and valid")
  func bounds() async throws {
    let script = Letters.fixtures.deletingLastPathComponent().deletingLastPathComponent()
      .appending(components: "scripts", "conforming", "bounds.py").path
    let programs = try Program.tool.url.deletingLastPathComponent().path
    let result = try await Command.judge("python3", script, "--programs", programs)
    #expect(result.status == 0, "\(result.errors)")
    let runs = try result.output.split(separator: "\n").map { try JSONDecoder().decode(Run.self, from: Data($0.utf8)) }
    #expect(runs.count > 50)
    for run in runs {
      let what: Comment = "\(run.command) \(run.name): \(run.peak) KiB, \(run.seconds) s, \(run.codes)"
      #expect(run.peak < Self.memory, what)
      #expect(run.seconds < Self.time, what)
      // 0: done or valid; 1: refused or not valid. Anything else is a crash.
      #expect(run.honest ? run.status == 0 : (0...1).contains(run.status), what)
      if !run.honest, run.command == "verify" { #expect(run.status == 1, what) }
    }
  }
}
