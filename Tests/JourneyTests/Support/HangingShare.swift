import Foundation

/// A share whose server can be stopped in the middle of everything: whoever then asks it for anything waits, as with a
/// network mount whose server is gone. It is a FUSE mount over an ordinary folder (bindfs).
final class HangingShare: @unchecked Sendable {
  // Sendable: as Province.
  /// Where people see it.
  let point: URL
  /// The same files without the mount, for whoever must look while the server is stopped.
  let store: URL
  private let server = Process()

  /// Whether this machine lets us mount one.
  static let isPossible: Bool = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let hasServer = path.split(separator: ":").contains { access("\($0)/bindfs", X_OK) == 0 }
    return hasServer && access("/dev/fuse", R_OK | W_OK) == 0
  }()

  init(_ point: URL, beside: URL) async throws {
    self.point = point
    store = beside.appending(component: "hanging-store")
    for folder in [point, store] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // In the foreground, so that the process is ours to stop.
    server.arguments = ["bindfs", "-f", store.path, point.path]
    server.standardInput = FileHandle.nullDevice
    try server.run()
    let mounted = point.path
    try await eventually("the share is mounted", within: .seconds(10)) {
      try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8).contains(" \(mounted) fuse")
    }
  }

  func hang() { kill(server.processIdentifier, SIGSTOP) }
  func answer() { kill(server.processIdentifier, SIGCONT) }

  /// The documents in one of its folders, by name, seen without the mount.
  func documents(_ place: String) -> [String: URL] {
    var found: [String: URL] = [:]
    let all = FileManager.default.enumerator(at: store.appending(component: place), includingPropertiesForKeys: nil)
    while let url = all?.nextObject() as? URL {
      if url.pathExtension == "pdf", !url.lastPathComponent.hasPrefix(".") { found[url.lastPathComponent] = url }
    }
    return found
  }

  /// Puts a file into an outbox of it as another computer of the share would: nothing tells this machine of it.
  func drop(_ bytes: Data, as name: String, to recipient: String) throws {
    let outbox = store.appending(components: "outbox", recipient)
    try FileManager.default.createDirectory(at: outbox, withIntermediateDirectories: true)
    let temporary = outbox.appending(component: "~$\(UUID().uuidString).tmp")
    try bytes.write(to: temporary)
    try FileManager.default.moveItem(at: temporary, to: outbox.appending(component: name))
  }

  /// Also what a test that failed must do: a server that stays stopped would hold up whoever lists the folder next.
  func close() async {
    answer()
    _ = try? await Command.judge("umount", "--lazy", point.path)
    server.terminate()
  }

  deinit {
    answer()
    server.terminate()
  }
}
