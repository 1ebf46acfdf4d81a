import Foundation
import Testing

/// tinyproxy: an HTTP proxy as offices have them, judged by its own log.
private final class OfficeProxy: @unchecked Sendable {
  // Sendable: one test owns it.
  let port: UInt16
  private let process = Process()
  private let log: URL

  init(in folder: URL, ports: [UInt16], login: String?) throws {
    port = try FreePorts.take(1)[0]
    let name = UUID().uuidString
    log = folder.appending(component: "\(name).log")
    let file = folder.appending(component: "\(name).conf")
    var text =
      "Port \(port)\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 600\nLogLevel Connect\nLogFile \"\(log.path)\"\n"
    for port in ports { text += "ConnectPort \(port)\n" }
    if let login { text += "BasicAuth \(login)\n" }
    try text.write(to: file, atomically: true, encoding: .utf8)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tinyproxy", "-d", "-c", file.path]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  deinit { stop() }

  /// Not SIGTERM: it would wait for connections that are kept open.
  func stop() { if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) } }

  /// How many connections it made for others, and how often it said 407.
  var text: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }
}

@Suite struct ProxyTests {
  @Test(
    "letters pass an HTTP proxy, with and without a login; one that wants a login costs delay", .timeLimit(.minutes(5)))
  func proxies() async throws {
    let line = try await Line()
    let ports = [line.api.port, line.site.port]
    var dropped: [String: Data] = [:]
    let folder = line.province.folder
    let plain = try OfficeProxy(in: folder, ports: ports, login: nil)
    let guarded = try OfficeProxy(in: folder, ports: ports, login: "congvan matkhau1")
    let configuration = try String(contentsOf: line.office.configuration, encoding: .utf8)
    // What this machine's environment excepts from proxies must not be excepted here.
    line.office.agent.wrapper = ["env", "-u", "no_proxy", "-u", "NO_PROXY"]
    func restart(_ proxy: String) async throws {
      await line.office.agent.stop()
      try (configuration + "proxy: \(proxy)\n").write(
        to: line.office.configuration, atomically: true, encoding: .utf8)
      try line.office.agent.start()
    }
    func through(_ proxy: OfficeProxy) -> Int { proxy.text.components(separatedBy: "Request (file").count - 1 }

    try await restart("http://127.0.0.1:\(plain.port)")
    try line.drop(Letters.small("plain"), as: "thư 0.pdf", into: &dropped)
    try await eventually("it passes", within: .seconds(60)) { line.arrived() == 1 }
    #expect(through(plain) >= 2, "\(plain.text)")

    try await restart("http://127.0.0.1:\(guarded.port)")
    try line.drop(Letters.small("no login"), as: "thư 1.pdf", into: &dropped)
    try await eventually("the log says what the proxy wants") { line.office.agent.hasSaid("407") }
    try await Task.sleep(for: .seconds(3))
    #expect(through(guarded) <= 40, "\(through(guarded)) tries at a proxy that wants a login")
    #expect(line.office.documents("outbox", of: Line.union).count == 1)

    try await restart("http://congvan:matkhau1@127.0.0.1:\(guarded.port)")
    try await eventually("with the login it passes", within: .seconds(60)) { line.arrived() == 2 }
    try await line.isWhole(dropped)
    #expect(!line.office.agent.hasSaid("matkhau1"), "the proxy's password stands in the log")
    plain.stop()
    guarded.stop()
    await line.close()
  }
}
