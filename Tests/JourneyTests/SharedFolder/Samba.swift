import Foundation

/// A real Samba server that shares a folder on loopback, with a configuration and a state of its own, and its client.
final class Samba: @unchecked Sendable {
  // Sendable: as Province.
  private let process = Process()
  private let port: UInt16
  private let home: URL

  /// smbd changes users, and for that must be root.
  static let isPossible = geteuid() == 0
  static let why = "smbd needs root"

  init(sharing folder: URL, in place: URL) async throws {
    home = place.appending(component: "samba")
    port = try FreePorts.take(1)[0]
    for part in ["private", "lock", "state", "cache", "pid", "ncalrpc"] {
      try FileManager.default.createDirectory(
        at: home.appending(component: part), withIntermediateDirectories: true)
    }
    let configuration = home.appending(component: "smb.conf")
    try """
    [global]
    server role = standalone
    map to guest = Bad User
    smb ports = \(port)
    interfaces = lo
    bind interfaces only = yes
    private dir = \(home.path)/private
    lock directory = \(home.path)/lock
    state directory = \(home.path)/state
    cache directory = \(home.path)/cache
    pid directory = \(home.path)/pid
    ncalrpc dir = \(home.path)/ncalrpc
    log file = \(home.path)/log
    load printers = no
    printcap name = /dev/null
    disable spoolss = yes
    [unit]
    path = \(folder.path)
    read only = no
    guest ok = yes
    force user = root
    """.write(to: configuration, atomically: true, encoding: .utf8)
    process.executableURL = URL(fileURLWithPath: "/usr/sbin/smbd")
    process.arguments = ["--foreground", "--no-process-group", "--configfile", configuration.path]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    // Missing, it fails the test: an unchecked promise is not kept.
    try process.run()
    try await eventually("Samba answers", within: .seconds(30)) {
      guard self.process.isRunning else {
        throw Failure(
          "smbd ended: \((try? String(contentsOf: self.home.appending(component: "log"), encoding: .utf8)) ?? "")")
      }
      return try await Command.judge("smbclient", "//127.0.0.1/unit", "-N", "-p", "\(self.port)", "-c", "ls").status
        == 0
    }
  }

  /// Runs commands of smbclient(1), in one session.
  func run(_ commands: String...) async throws {
    let result = try await Command.judge(
      "smbclient", "//127.0.0.1/unit", "-N", "-p", "\(port)", "-c", commands.joined(separator: "; "))
    // It ends with 0 after some errors too, and says them.
    guard result.status == 0, !result.output.contains("NT_STATUS_") else {
      throw Failure("\(commands): \(result.output) \(result.errors)")
    }
  }

  func close() { if process.isRunning { process.terminate() } }
  deinit { close() }
}
