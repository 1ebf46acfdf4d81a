import Foundation
import Testing

/// Both sides' real decisions in one loop, over thousands of seeds. Set by the environment:
/// - `CONGVAN_SEEDS`: how many (1,000), `CONGVAN_SEED_BUDGET`: for how many seconds at most (100).
/// - `CONGVAN_SEED`: this one alone, with what happened; with `CONGVAN_MUTATION`, with that bug planted.
/// - `CONGVAN_MUTATION` alone: this planted bug is looked for, for five minutes at most.
@Suite(.serialized) struct SimulationTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let single = environment["CONGVAN_SEED"].flatMap { UInt64($0) }
  private static let seeds = environment["CONGVAN_SEEDS"].flatMap { Int($0) } ?? 1000
  private static let budget = Duration.seconds(environment["CONGVAN_SEED_BUDGET"].flatMap { Int($0) } ?? 100)
  /// Fewer meet too little to prove anything.
  private static let fewest = 300
  /// So many meet every rare state.
  private static let many = 1000
  private static let mutations =
    environment["CONGVAN_MUTATION"].flatMap { Mutation(rawValue: $0) }.map { [$0] } ?? Mutation.allCases

  @Test("whatever happens, each letter is delivered once, nothing is lost, and all ends when the faults end")
  func campaign() async {
    if let seed = Self.single { return replay(seed) }
    let report = await Campaign.run(seeds: Self.seeds, fewest: Self.fewest, budget: Self.budget)
    print("simulation: \(report.summary)")
    for failure in report.failures.prefix(5) {
      Issue.record(
        "\(failure.violation)\nreplay: CONGVAN_SEED=\(failure.seed) swift test --filter SimulationTests")
    }
    #expect(report.failures.isEmpty, "\(report.failures.count) of \(report.seeds) seeds fail")
    #expect(
      report.seeds >= min(Self.seeds, Self.fewest), "the machine is too slow for a campaign that proves something")
    if report.seeds >= Self.many {
      #expect(report.unreached.isEmpty, "never met, and so never tested: \(report.unreached.map(\.rawValue))")
    }
  }

  @Test("a seed is a whole history: twice run, twice the same")
  func deterministic() {
    for seed in [UInt64(1), 2, 3, 4] {
      let first = Campaign.replay(seed, keepsNotes: true)
      let second = Campaign.replay(seed, keepsNotes: true)
      #expect(first.notes == second.notes && first.acts == second.acts && first.rare == second.rare)
    }
  }

  @Test("a planted bug is found", .enabled(if: single == nil), arguments: mutations)
  func mutation(_ mutation: Mutation) async throws {
    let report = await Campaign.run(
      from: mutation.start, seeds: Self.many, fewest: 1,
      budget: Self.mutations.count == 1 ? .seconds(300) : .seconds(40),
      mutation: mutation, stopsAtFailure: true)
    let failure = try #require(report.failures.first, "\(mutation) stayed hidden in \(report.seeds) seeds")
    #expect(Campaign.replay(failure.seed).violation == nil, "the seed fails without the planted bug too")
    print("simulation: \(mutation) found by seed \(failure.seed), after \(report.seeds): \(failure.violation)")
  }

  private func replay(_ seed: UInt64) {
    let mutation = Self.environment["CONGVAN_MUTATION"].flatMap { Mutation(rawValue: $0) }
    let outcome = Campaign.replay(seed, mutation: mutation, keepsNotes: true)
    print(outcome.notes.joined(separator: "\n"))
    #expect(outcome.violation == nil)
  }
}
