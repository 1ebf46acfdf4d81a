import Foundation
import Glibc

/// A disk of its own for one folder, that can be filled, made read-only, taken away and brought back.
final class SmallDisk: @unchecked Sendable {
  // Sendable: as Province.
  let point: URL
  private let filler: URL

  /// Tried, for root in a container may not: a mount that ends with the process that makes it.
  static let isPossible: Bool = {
    let trial = Process()
    trial.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    trial.arguments = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", FileManager.default.temporaryDirectory.path]
    trial.standardError = FileHandle.nullDevice
    guard geteuid() == 0, (try? trial.run()) != nil else { return false }
    trial.waitUntilExit()
    return trial.terminationStatus == 0
  }()
  static let why = "a small disk can't be mounted: needs root, and the right to mount"

  enum Lack: String, CaseIterable {
    case bytes, inodes
  }

  init(_ point: URL, options: String) async throws {
    self.point = point
    filler = point.appending(component: "filler")
    try FileManager.default.createDirectory(at: point, withIntermediateDirectories: true)
    guard try await Command.judge("mount", "-t", "tmpfs", "-o", options, "tmpfs", point.path).status == 0 else {
      throw Failure("no tmpfs at \(point.path)")
    }
  }

  /// Takes everything that is left.
  func fill(_ lack: Lack) throws {
    try FileManager.default.createDirectory(at: filler, withIntermediateDirectories: true)
    switch lack {
    case .bytes:
      let file = open(filler.appending(component: "bytes").path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
      defer { Glibc.close(file) }
      for piece in [64 << 10, 4096, 1] {
        let zeros = [UInt8](repeating: 0, count: piece)
        while write(file, zeros, piece) == piece {}
      }
    case .inodes:
      for index in 0..<1_000_000 {
        let file = open(filler.appending(component: "\(index)").path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        if file < 0 { break }
        Glibc.close(file)
      }
    }
    guard errno == ENOSPC else { throw Failure("the disk is not full: \(String(cString: strerror(errno)))") }
  }

  func empty() throws { try FileManager.default.removeItem(at: filler) }

  func remount(_ option: String) async throws {
    let result = try await Command.judge("mount", "-o", "remount,\(option)", point.path)
    guard result.status == 0 else { throw Failure("not remounted: \(result.errors)") }
  }

  func close() async { _ = try? await Command.judge("umount", "--lazy", point.path) }

  deinit { _ = umount2(point.path, Int32(MNT_DETACH)) }
}

extension Office {
  /// Sets a line of the machine's configuration; the daemon takes it at its next start.
  func set(_ line: String) throws {
    let key = line.prefix { $0 != ":" }
    let text = try String(contentsOf: configuration, encoding: .utf8)
    let others = text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("\(key):") }
    try (others.joined(separator: "\n") + "\n\(line)\n").write(to: configuration, atomically: true, encoding: .utf8)
  }
}
