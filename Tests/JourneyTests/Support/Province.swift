import Exchange
import Foundation
import NIOConcurrencyHelpers

/// A throw-away province: a hub and offices, all real processes on loopback, in a folder of its own.
final class Province: @unchecked Sendable {
  // Sendable: one test owns it; its daemons are awaited.
  let folder: URL
  let publicURL: String
  let apiURL: String
  let hub: Daemon
  private(set) var offices: [Office] = []

  var hubData: URL { folder.appending(component: "hub") }
  var root: URL { hubData.appending(component: "root.pem") }

  /// Where the hub itself listens, at 127.0.0.1; others than the URLs' ports where something stands in front of it.
  let publicPort: UInt16
  let apiPort: UInt16

  static let office = "ldld-tinh"

  /// - Parameter isBehind: whether something else will listen at the hub's URLs, and pass on what it likes.
  init(isBehind: Bool = false) async throws {
    folder = FileManager.default.temporaryDirectory.appending(component: "congvan-test-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let ports = try FreePorts.take(4)
    (publicPort, apiPort) = isBehind ? (ports[2], ports[3]) : (ports[0], ports[1])
    publicURL = "https://localhost:\(ports[0])"
    apiURL = "https://localhost:\(ports[1])"
    let data = folder.appending(component: "hub").path
    hub = Daemon(.hub, ["serve", "--data", data], log: folder.appending(component: "hub.log"))
    try await Program.hub.run([
      "init", "--data", data, "--name", "LĐLĐ tỉnh thử nghiệm", "--unit", Self.office, "--unit-name", "LĐLĐ tỉnh",
      "--public-url", publicURL, "--api-url", apiURL,
    ])
    if isBehind {
      let file = hubData.appending(component: "hub.yaml")
      try
        (String(contentsOf: file, encoding: .utf8)
        + "publicListen: 127.0.0.1:\(publicPort)\napiListen: 127.0.0.1:\(apiPort)\n")
        .write(to: file, atomically: true, encoding: .utf8)
    }
  }

  /// A machine that serves these units, enrolled and running. The hub must be running.
  func open(_ name: String, units: [String]) async throws -> Office {
    let office = Office(name: name, province: self, units: units)
    for unit in units {
      if unit != Self.office {
        try await Program.hub.run(["unit", "add", unit, "--name", "Đơn vị \(unit)", "--data", hubData.path])
      }
      let code = try await Program.hub.run(["enroll-code", unit, "--data", hubData.path])
        .trimmingCharacters(in: .whitespacesAndNewlines)
      try await Program.tool.run([
        "enroll", publicURL, code, "--config", office.configuration.path, "--state", office.state.path, "--folder",
        office.folder(unit).path,
      ])
    }
    offices.append(office)
    try office.agent.start()
    // The tool is asked at once: the daemon must have made its journal.
    try await eventually("\(name)'s agent is ready", within: .seconds(30)) {
      guard office.agent.isRunning else { throw Failure("the agent stopped:\n\(office.agent.lastLines)") }
      return office.agent.hasSaid(" ready ")
    }
    return office
  }

  func startHub() async throws {
    try hub.start()
    try await eventually("the hub answers", within: .seconds(30)) {
      guard self.hub.isRunning else { throw Failure("the hub stopped:\n\(self.hub.lastLines)") }
      return try await Command.judge(
        "curl", "-sk", "--max-time", "2", "-o", "/dev/null", self.publicURL + "/.well-known/congvan"
      )
      .status == 0
    }
  }

  /// Stops everything and removes the folder.
  func close() async {
    for office in offices { await office.agent.stop() }
    await hub.stop()
    try? FileManager.default.removeItem(at: folder)
  }
}

/// One machine and the folders of the units that it serves.
final class Office: @unchecked Sendable {
  // Sendable: as Province.
  let base: URL
  let units: [String]
  let agent: Daemon

  init(name: String, province: Province, units: [String]) {
    base = province.folder.appending(component: name)
    self.units = units
    agent = Daemon(
      .agent, ["--config", base.appending(components: "etc", "congvan.yaml").path],
      log: province.folder.appending(component: "\(name).log"))
  }

  var configuration: URL { base.appending(components: "etc", "congvan.yaml") }
  var state: URL { base.appending(component: "state") }
  func folder(_ unit: String) -> URL { base.appending(component: unit) }

  /// Puts a file into an outbox as a person's computer does: written under a temporary name, then renamed.
  func drop(_ bytes: Data, as name: String, from unit: String, to recipient: String? = nil) throws {
    var outbox = folder(unit).appending(component: "outbox")
    if let recipient { outbox = outbox.appending(component: recipient) }
    try FileManager.default.createDirectory(at: outbox, withIntermediateDirectories: true)
    let temporary = outbox.appending(component: "~$\(UUID().uuidString).tmp")
    try bytes.write(to: temporary)
    try FileManager.default.moveItem(at: temporary, to: outbox.appending(component: name))
  }

  /// Drops small letters for the province, by number, and remembers them by name.
  func drop(_ numbers: Range<Int>, into dropped: inout [String: Data], from unit: String) throws {
    for number in numbers {
      let name = "công văn \(number).pdf"
      let letter = Letters.small("letter \(number)", padding: 3000)
      dropped[name] = letter
      try drop(letter, as: name, from: unit)
    }
  }

  /// Whether so many of a unit's letters are sent, and have come to the province, which this machine serves too.
  func areThrough(_ count: Int, from unit: String) -> Bool {
    documents("sent", of: unit).count == count && documents("outbox", of: unit).isEmpty
      && documents("inbox", of: Province.office).count == count
  }

  /// The documents in one of a unit's folders, sub-folders included, by name.
  func documents(_ place: String, of unit: String) -> [String: URL] {
    var found: [String: URL] = [:]
    let folder = self.folder(unit).appending(component: place)
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    while let url = all?.nextObject() as? URL {
      if url.pathExtension == "pdf", !url.lastPathComponent.hasPrefix(".") { found[url.lastPathComponent] = url }
    }
    return found
  }

  func status() async throws -> String {
    try await Program.tool.run(["status", "--json", "--config", configuration.path])
  }
  func log() async throws -> String { try await Program.tool.run(["log", "--json", "--config", configuration.path]) }
}

/// Ports of loopback that nobody uses now, of those that the kernel doesn't give to connections on their way out: such a
/// one may be gone before a program listens there.
enum FreePorts {
  private static let range: ClosedRange<UInt16> = 15_000...32_000
  /// Given to a test of this run: a hub that isn't started yet, or is just down, holds no port, and it is its all the same.
  private static let given = NIOLockedValueBox<Set<UInt16>>([])

  static func take(_ count: Int) throws -> [UInt16] {
    var sockets: [Int32] = []
    defer { for socket in sockets { close(socket) } }
    var ports: [UInt16] = []
    for _ in 0..<1000 where ports.count < count {
      let port = UInt16.random(in: range)
      guard given.withLockedValue({ $0.insert(port).inserted }) else { continue }
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      guard descriptor >= 0 else { throw Failure("no socket for a port") }
      sockets.append(descriptor)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
      let isFree = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      if isFree { ports.append(port) }
    }
    guard ports.count == count else { throw Failure("no free port") }
    return ports
  }
}
