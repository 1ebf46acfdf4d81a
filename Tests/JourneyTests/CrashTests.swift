import Foundation
import Testing

@Suite(.serialized) struct CrashTests {
  @Test(
    "200 documents arrive exactly once, byte for byte, though agents and hub are killed at 50 random moments",
    .timeLimit(.minutes(6)))
  func killed() async throws {
    var random = SplitMix(seed: UInt64(ProcessInfo.processInfo.environment["CONGVAN_SEED"] ?? "") ?? 20_261_123)
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office])
    let district = try await province.open("huyen", units: ["cdcs-thpt"])
    let daemons = [office.agent, district.agent, province.hub]

    var dropped: [String: Data] = [:]
    var kills = 0
    for batch in 0..<50 {
      for index in 0..<4 {
        let name = "báo cáo \(batch * 4 + index).pdf"
        let letter = Letters.small("report \(batch * 4 + index)", padding: Int(random.next() % 60_000))
        dropped[name] = letter
        try district.drop(letter, as: name, from: "cdcs-thpt")
      }
      // The moment is the randomness of this test: anywhere in the work that the last drops caused.
      try await Task.sleep(for: .milliseconds(Int(random.next() % 400)))
      let victim = daemons[Int(random.next() % 3)]
      await victim.kill()
      kills += 1
      try victim.start()
    }
    #expect(kills == 50)
    try await eventually("all letters are sent and filed", within: .seconds(180)) {
      for (daemon, name) in zip(daemons, ["the office's agent", "the district's agent", "the hub"])
      where !daemon.isRunning {
        throw Failure("\(name) stopped by itself:\n\(daemon.lastLines)")
      }
      return district.documents("sent", of: "cdcs-thpt").count >= 200
        && office.documents("inbox", of: Province.office).count >= 200
        && district.documents("outbox", of: "cdcs-thpt").isEmpty
    }
    let violations = try Checker(dropped: dropped)
      .violations(from: district, "cdcs-thpt", to: [(office, Province.office)])
    #expect(violations == [])
    await province.close()
  }
}

/// A generator whose sequence is the same on every machine (Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
