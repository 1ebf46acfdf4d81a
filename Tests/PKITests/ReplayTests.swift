import Foundation
import Testing

@Suite("Replaying the fuzzer's corpus")
struct ReplayTests {
  @Test("no input that a fuzzer started from or found breaks a promise")
  func replay() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fuzz/corpus/der")
    let inputs = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(inputs.count >= 5)
    for input in inputs { DERTarget.run(try Data(contentsOf: input)) }
  }
}
