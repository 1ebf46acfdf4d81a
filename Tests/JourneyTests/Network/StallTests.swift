import Foundation
import Testing

@Suite struct StallTests {
  /// A connection on which nothing comes any more, and how long the agent waits for it.
  struct Stall: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let fault: FaultProxy.Fault
    let patience: Duration
    /// Where the stream and the mailbox's reader, of which there is one each, may be what stalls: all wait for them.
    var mayHoldUpOthers = false
  }

  @Test(
    "a connection on which nothing comes any more is given up, and holds up no other letter meanwhile",
    .timeLimit(.minutes(5)),
    arguments: [
      Stall(
        testDescription: "in the handshake", fault: .init(kind: .stall, direction: .fromHub, offset: 100),
        patience: .seconds(20), mayHoldUpOthers: true),
      Stall(
        testDescription: "in an upload", fault: .init(kind: .stall, direction: .toHub, offset: 100_000),
        patience: .seconds(60)),
      Stall(
        testDescription: "in a document that is fetched",
        fault: .init(kind: .stall, direction: .fromHub, offset: 100_000), patience: .seconds(60)),
    ])
  func stalled(_ stall: Stall) async throws {
    let line = try await Line()
    var dropped: [String: Data] = [:]
    await line.api.heal()
    line.api.set(stall.fault)
    try line.drop(Letters.small("stalled", padding: 300_000), as: "dài.pdf", into: &dropped)
    try await eventually("the connection stalls") { line.api.struck == 1 }
    let start = ContinuousClock.now
    try line.drop(Letters.small("meanwhile"), as: "ngắn.pdf", into: &dropped)
    if !stall.mayHoldUpOthers {
      try await eventually("another letter passes meanwhile", within: .seconds(60)) { line.arrived() >= 1 }
    }
    try await eventually("the stalled one passes as well", within: stall.patience + .seconds(40)) {
      line.arrived() >= 2
    }
    if !stall.mayHoldUpOthers {
      #expect(ContinuousClock.now - start >= .seconds(30), "the fault was no stall")
    }
    try await line.isWhole(dropped)
    await line.close()
  }
}
