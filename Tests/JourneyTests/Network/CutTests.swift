import Foundation
import Testing

@Suite struct CutTests {
  /// Where a connection breaks: in the handshake, in a request's head, its body, its answer, the notice stream, the document
  /// that comes back. Letters are 60 kB, so that an offset falls into each.
  static let offsets = [0, 3, 60, 400, 900, 1_600, 2_300, 3_000, 4_200, 7_000, 20_000, 45_000, 61_000, 64_000, 66_000]

  @Test(
    "a connection that is cut, reset or corrupted at any byte costs delay alone", .timeLimit(.minutes(5)),
    arguments: [FaultProxy.Fault.Kind.cut, .reset, .flip])
  func broken(_ kind: FaultProxy.Fault.Kind) async throws {
    let line = try await Line()
    var dropped: [String: Data] = [:]
    var struck = 0
    for direction in [FaultProxy.Direction.toHub, .fromHub] {
      for (index, offset) in Self.offsets.enumerated() {
        let fault = FaultProxy.Fault(kind: kind, direction: direction, offset: offset)
        let (before, connections) = (line.api.struck + line.site.struck, line.api.accepted.count)
        // Every fourth strikes the way to the time-stamps, every second one a fresh connection.
        let proxy = index % 4 == 3 && offset < 2_000 ? line.site : line.api
        if index % 2 == 0 { await proxy.heal() }
        proxy.set(fault)
        try line.drop(Letters.small("\(fault)", padding: 60_000), as: "thư \(dropped.count).pdf", into: &dropped)
        try await eventually("a letter passes in spite of: \(fault)", within: .seconds(60)) {
          line.arrived() >= dropped.count
        }
        let made = line.api.accepted.count - connections
        #expect(made <= 20, "\(fault): \(made) connections for one letter are hammering")
        struck += line.api.struck + line.site.struck - before
      }
    }
    #expect(
      struck >= 24, "only \(struck) of \(Self.offsets.count * 2) faults struck: the offsets are beyond the traffic")
    await line.api.heal()
    try await line.isWhole(dropped)
    await line.close()
  }
}
