import Foundation
import Testing

/// The judge: OpenSSL's command line in a folder of its own.
final class OpenSSL {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("pki-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Puts a file into the folder.
  func put(_ name: String, _ data: Data) throws { try data.write(to: folder.appendingPathComponent(name)) }

  func get(_ name: String) throws -> Data { try Data(contentsOf: folder.appendingPathComponent(name)) }

  /// Runs `openssl` with the arguments (split at spaces) in the folder.
  @discardableResult
  func run(_ arguments: String) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments.split(separator: " ").map(String.init)
    process.currentDirectoryURL = folder
    let log = folder.appendingPathComponent("log-\(UUID().uuidString)")
    try Data().write(to: log)
    let handle = try FileHandle(forWritingTo: log)
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try handle.close()
    return (process.terminationStatus, String(decoding: try Data(contentsOf: log), as: UTF8.self))
  }

  /// Demands that the judge says yes.
  func accepts(_ arguments: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (status, output) = try run(arguments)
    #expect(status == 0, "openssl \(arguments)\n\(output)", sourceLocation: sourceLocation)
  }
}
