import Foundation
import NIOConcurrencyHelpers
import Testing

/// A province whose hub is reached through fault proxies alone, and one machine that serves its office and a union: all that
/// a letter needs goes over the line, out and back.
final class Line: Sendable {
  let province: Province
  let office: Office
  let api: FaultProxy
  let site: FaultProxy
  private let middles = NIOLockedValueBox<[Middle]>([])

  static let union = "cdcs-thpt"

  /// - Parameter settings: lines of the agent's configuration.
  init(settings: String = "") async throws {
    province = try await Province(isBehind: true)
    api = try await FaultProxy(at: Self.port(province.apiURL), to: province.apiPort)
    site = try await FaultProxy(at: Self.port(province.publicURL), to: province.publicPort)
    try await province.startHub()
    office = try await province.open("van-phong", units: [Province.office, Self.union])
    await office.agent.stop()
    // The quiet period and rare polls would be most of what such a test waits for.
    try (String(contentsOf: office.configuration, encoding: .utf8) + "quietPeriod: 50ms\npollEvery: 2s\n" + settings)
      .write(to: office.configuration, atomically: true, encoding: .utf8)
    try FileManager.default.removeItem(at: office.agent.log)
    try office.agent.start()
    try await eventually("the agent listens for notices") {
      self.office.agent.hasSaid("notices connected")
    }
  }

  private static func port(_ url: String) throws -> UInt16 {
    guard let port = URL(string: url)?.port.flatMap({ UInt16(exactly: $0) }) else { throw Failure("no port in \(url)") }
    return port
  }

  /// Drops a letter at the union's and remembers it.
  func drop(_ letter: Data, as name: String, into dropped: inout [String: Data]) throws {
    dropped[name] = letter
    try office.drop(letter, as: name, from: Self.union)
  }

  func arrived() -> Int { office.documents("inbox", of: Province.office).count }

  /// Waits until so many letters have arrived and their sender knows it, and asks the one checker.
  func isWhole(_ dropped: [String: Data], within limit: Duration = .seconds(60)) async throws {
    try await eventually("\(dropped.count) letters are filed and acknowledged", within: limit) {
      guard self.arrived() >= dropped.count, self.office.documents("outbox", of: Self.union).isEmpty else {
        return false
      }
      return try await self.office.log().components(separatedBy: "\"delivered\"").count > dropped.count
    }
    let violations = try Checker(dropped: dropped).violations(
      from: office, Self.union, to: [(office, Province.office)])
    #expect(violations == [])
  }

  // MARK: - Something in the hub's place

  /// From now on the hub is reached through servers that end TLS with its key, or another's.
  func interpose(_ face: Middle.Face? = nil) async throws {
    let root = try Data(contentsOf: province.root)
    let face = try face ?? Middle.Face(pem: serverPEM)
    let machine = try Data(contentsOf: office.state.appending(components: "keys", "machine.pem"))
    let door = try await Middle(face, to: province.apiPort, root: root, client: machine)
    let front = try await Middle(face, to: province.publicPort, root: root, client: nil)
    for middle in remember([door, front]) { await middle.close() }
    await api.turn(to: door.port)
    await site.turn(to: front.port)
  }

  /// The hub itself again.
  func withdraw() async {
    await api.turn(to: province.apiPort)
    await site.turn(to: province.publicPort)
    for middle in remember([]) { await middle.close() }
  }

  var serverPEM: Data {
    get throws { try Data(contentsOf: province.hubData.appending(components: "keys", "server.pem")) }
  }

  func setRule(_ rule: @escaping Middle.Rule) { for middle in middles.withLockedValue({ $0 }) { middle.set(rule) } }
  func takeSeen() -> [Middle.Request] { middles.withLockedValue { $0 }.flatMap { $0.takeSeen() } }
  func seen(_ step: WayStep) -> [Middle.Request] {
    middles.withLockedValue { $0 }.flatMap { $0.seen }.filter { WayStep($0) == step }
  }

  private func remember(_ new: [Middle]) -> [Middle] {
    middles.withLockedValue { middles in
      defer { middles = new }
      return middles
    }
  }

  func close() async {
    for middle in remember([]) { await middle.close() }
    await api.close()
    await site.close()
    await province.close()
  }
}
