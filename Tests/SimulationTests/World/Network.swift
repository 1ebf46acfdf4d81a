import Exchange
import Foundation

@testable import Agent
@testable import Hub

/// The way between an agent and the hub: it loses, delays, repeats and reorders.
struct Network {
  unowned let world: World

  /// Asks the hub. Whatever goes wrong on the way looks to the agent like a hub that can't be reached, though the hub may
  /// have done what was asked, or may do it later.
  func ask<Answer>(_ agent: AgentProcess, _ request: @escaping (HubProcess) throws -> Answer) throws -> Answer {
    try agent.act()
    guard let hub = world.hub else { throw Self.unreachable }
    guard hub.isUp, !world.chance.happens(world.faults.lostRequest) else { throw Self.unreachable }
    if world.chance.happens(world.faults.lateRequest) {
      world.later { _ = try? hub.activity { try request(hub) } }
      throw Self.unreachable
    }
    // A proxy that sends it again: while the first is under way, later, or right after it.
    let isRepeated = world.chance.happens(world.faults.repeatedRequest)
    let isCrossing = isRepeated && world.chance.happens(700)
    if isCrossing { world.later { _ = try? hub.activity { try request(hub) } } }
    let outcome = Result { () throws -> Answer in
      let answer = try hub.activity { try request(hub) }
      if isRepeated, !isCrossing { _ = try? hub.activity { try request(hub) } }
      return answer
    }
    // Meanwhile the agent may have died.
    try agent.act()
    let answer: Answer
    do { answer = try outcome.get() } catch { throw Self.fault(error) }
    if world.chance.happens(world.faults.lostAnswer) { throw Self.unreachable }
    return answer
  }

  private static let unreachable = HubFault(kind: .unreachable, detail: "no answer")

  private static func fault(_ error: any Error) -> HubFault {
    switch error {
    case let problem as Problem: HubFault(problem, retryAfter: problem.retryAfter.map { .seconds($0) })
    case let fault as HubFault: fault
    case is Crash, is ConnectionBroken: unreachable
    // As ProblemMiddleware: what isn't a problem is the hub's to mend.
    default: HubFault(Problem(.internalError, "\(error)"), retryAfter: .seconds(5))
    }
  }

  /// A body, perhaps with one bit turned.
  func garbled(_ bytes: [UInt8]) -> [UInt8] {
    guard !bytes.isEmpty, world.chance.happens(world.faults.wrongBytes) else { return bytes }
    var other = bytes
    other[world.chance.below(bytes.count)] ^= 1
    return other
  }

  /// How much of a body arrives; nil: all.
  func arriving(of count: Int) -> Int? {
    world.chance.happens(world.faults.cutBody) ? world.chance.below(count) : nil
  }
}
