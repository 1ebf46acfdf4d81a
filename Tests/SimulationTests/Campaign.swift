import Foundation
import NIOConcurrencyHelpers

/// Many seeds, one after another on each processor.
struct Campaign {
  struct Failure: Sendable {
    let seed: UInt64
    let violation: String
  }

  struct Report: Sendable {
    var seeds = 0
    var acts = 0
    var failures: [Failure] = []
    var rare: [RareState: Int] = [:]
    var elapsed: Duration = .zero

    /// The rare states that no seed reached.
    var unreached: [RareState] { RareState.allCases.filter { rare[$0] == nil } }

    var summary: String {
      let seconds = max(0.001, Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
      let rates = "\(seeds) seeds in \(Int(seconds.rounded())) s, \(Int(Double(seeds) / seconds)) seeds/s, \(acts) acts"
      let states = RareState.allCases.map { "\($0.rawValue) \(rare[$0] ?? 0)" }.joined(separator: ", ")
      return "\(rates)\nrare states: \(states)"
    }
  }

  /// What the processors share.
  private final class Tally: Sendable {
    let report = NIOLockedValueBox(Report())
    let next: NIOLockedValueBox<UInt64>

    init(_ first: UInt64) { next = NIOLockedValueBox(first) }
  }

  /// - Parameters:
  ///   - seeds: the first and how many.
  ///   - fewest: so many are run whatever the budget says.
  ///   - budget: no seed is begun after this.
  ///   - stopsAtFailure: for planted bugs, of which one finding is enough.
  static func run(
    from first: UInt64 = 1, seeds: Int, fewest: Int = 0, budget: Duration, mutation: Mutation? = nil,
    stopsAtFailure: Bool = false
  ) async -> Report {
    let clock = ContinuousClock()
    let start = clock.now
    let tally = Tally(first)
    await withDiscardingTaskGroup { group in
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
        group.addTask {
          while true {
            let seed = tally.next.withLockedValue { next in
              defer { next += 1 }
              return next
            }
            if seed >= first + UInt64(fewest), clock.now - start >= budget { return }
            if seed >= first + UInt64(seeds) { return }
            if stopsAtFailure, tally.report.withLockedValue({ !$0.failures.isEmpty }) { return }
            let outcome = replay(seed, mutation: mutation)
            tally.report.withLockedValue { $0.add(outcome) }
          }
        }
      }
    }
    var done = tally.report.withLockedValue { $0 }
    done.failures.sort { $0.seed < $1.seed }
    done.elapsed = clock.now - start
    return done
  }

  struct Outcome {
    let seed: UInt64
    var violation: String?
    var acts = 0
    var rare: [RareState: Int] = [:]
    var notes: [String] = []
  }

  /// One seed: the same history each time.
  static func replay(_ seed: UInt64, mutation: Mutation? = nil, keepsNotes: Bool = false) -> Outcome {
    var outcome = Outcome(seed: seed)
    do {
      let world = try World(seed: seed, mutation: mutation, keepsNotes: keepsNotes)
      world.run()
      outcome.violation = world.checker.violation
      outcome.acts = world.acts
      outcome.rare = world.rare
      outcome.notes = world.notes
    } catch {
      outcome.violation = "the world cannot be made: \(error)"
    }
    return outcome
  }
}

extension Campaign.Report {
  fileprivate mutating func add(_ outcome: Campaign.Outcome) {
    seeds += 1
    acts += outcome.acts
    for (state, count) in outcome.rare { rare[state, default: 0] += count }
    if let violation = outcome.violation { failures.append(.init(seed: outcome.seed, violation: violation)) }
  }
}
