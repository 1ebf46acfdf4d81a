import Foundation

/// Tells systemd how the daemon is (sd_notify(3)): one datagram to the socket that NOTIFY_SOCKET names. Without systemd it
/// does nothing.
public struct SystemdNotifier: Sendable {
  private let address: [UInt8]?
  /// How often systemd expects a sign of life; nil where it expects none. Give one at half of it.
  public let watchdogInterval: Duration?

  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    address = environment["NOTIFY_SOCKET"].flatMap(Self.address)
    let forUs = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
    watchdogInterval = forUs ? environment["WATCHDOG_USEC"].flatMap(Int64.init).map { .microseconds($0) } : nil
  }

  public func ready(_ status: String) { send("READY=1\nSTATUS=\(Self.line(status))\nMAINPID=\(getpid())") }
  public func status(_ status: String) { send("STATUS=\(Self.line(status))") }
  public func alive() { send("WATCHDOG=1") }
  public func stopping() { send("STOPPING=1") }

  /// systemd orders reloads by the monotonic clock that is told with them.
  public func reloading() {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    send("RELOADING=1\nMONOTONIC_USEC=\(Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000)")
  }

  /// A path, or with a leading `@` a name in the abstract namespace (unix(7)). The bytes of `sun_path`.
  private static func address(_ text: String) -> [UInt8]? {
    var bytes = Array(text.utf8)
    guard bytes.count > 1, bytes.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
    switch bytes[0] {
    case UInt8(ascii: "@"): bytes[0] = 0
    case UInt8(ascii: "/"): bytes.append(0)
    default: return nil
    }
    return bytes
  }

  private static func line(_ text: String) -> String { text.replacing("\n", with: " ") }

  private func send(_ message: String) {
    guard let address else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: address) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + address.count)
    let bytes = Array(message.utf8)
    // A message that doesn't arrive costs a status line, never a document: failure is not an error here. Nor is a manager waited
    // for that doesn't read: where its socket is full, the datagram would hold this thread for as long as that lasts.
    _ = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), generic, length)
      }
    }
  }
}
