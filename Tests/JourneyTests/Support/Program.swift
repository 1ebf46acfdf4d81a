import Foundation
import Testing

/// Something that a test needed and did not get; the text says what, and what the program printed.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// The programs under test, as they were built beside the tests.
enum Program: String {
  case hub = "congvan-hub"
  case agent = "congvand"
  case tool = "congvan"

  var url: URL {
    get throws {
      let tests = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      let url = tests.deletingLastPathComponent().appending(component: rawValue)
      guard FileManager.default.isExecutableFile(atPath: url.path) else { throw Failure("\(url.path) is not built") }
      return url
    }
  }

  /// Runs to the end and gives what it printed.
  /// - Throws: `Failure` when the exit code isn't 0.
  @discardableResult
  func run(_ arguments: [String]) async throws -> String {
    let result = try await Command.run(try url, arguments)
    guard result.status == 0 else {
      throw Failure("\(rawValue) \(arguments.joined(separator: " ")) exited \(result.status): \(result.errors)")
    }
    return result.output
  }
}

/// An outside program, run to its end.
enum Command {
  struct Result: Sendable {
    let status: Int32
    let output: String
    let errors: String
  }

  static func run(_ executable: URL, _ arguments: [String]) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      // Reading to the end blocks: a thread of its own, not the cooperative pool.
      Thread.detachNewThread {
        continuation.resume(with: Swift.Result { try runBlocking(executable, arguments) })
      }
    }
  }

  /// An outside judge by its name in PATH. A missing judge fails the test: an unchecked promise is not kept.
  static func judge(_ name: String, _ arguments: String...) async throws -> Result {
    try await run(URL(fileURLWithPath: "/usr/bin/env"), [name] + arguments)
  }

  private static func runBlocking(_ executable: URL, _ arguments: [String]) throws -> Result {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    let output = Pipe()
    // Errors go through a file, so that a full pipe cannot stop the program while its other one is read.
    let errors = FileManager.default.temporaryDirectory.appending(component: "congvan-\(UUID().uuidString).err")
    _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: errors) }
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let printed = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: String(decoding: printed, as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
  }
}

/// A program that runs until it is stopped or killed, and can be started again.
final class Daemon: @unchecked Sendable {
  // Sendable: used by one test at a time, which awaits each call.
  private let program: Program
  private let arguments: [String]
  let log: URL
  /// A command that runs the program, such as `setpriv`; empty for none.
  var wrapper: [String] = []
  private var process: Process?

  init(_ program: Program, _ arguments: [String], log: URL) {
    self.program = program
    self.arguments = arguments
    self.log = log
  }

  /// A test that failed on its way leaves nothing running behind it.
  deinit {
    if let process, process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
  }

  var isRunning: Bool { process?.isRunning ?? false }

  func start() throws {
    if !FileManager.default.fileExists(atPath: log.path) {
      _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    }
    let handle = try FileHandle(forWritingTo: log)
    try handle.seekToEnd()
    let process = Process()
    let command = wrapper + [try program.url.path] + arguments
    process.executableURL = URL(fileURLWithPath: wrapper.isEmpty ? command[0] : "/usr/bin/env")
    process.arguments = wrapper.isEmpty ? arguments : command
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.run()
    self.process = process
  }

  /// How many threads it has, and how many files it holds open.
  func holdings() throws -> (threads: Int, files: Int) {
    guard let process, process.isRunning else { throw Failure("it doesn't run") }
    let folder = "/proc/\(process.processIdentifier)"
    return (
      try FileManager.default.contentsOfDirectory(atPath: folder + "/task").count,
      try FileManager.default.contentsOfDirectory(atPath: folder + "/fd").count
    )
  }

  /// Memory of its own that stands in RAM now.
  func residentBytes() throws -> Int {
    guard let process, process.isRunning else { throw Failure("it doesn't run") }
    let text = try String(contentsOfFile: "/proc/\(process.processIdentifier)/smaps_rollup", encoding: .utf8)
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("Private_Dirty:") }
    return try lines.compactMap { Int($0.split(separator: " ")[1]) }.first.map { $0 << 10 }
      ?? { throw Failure("no figure in smaps_rollup") }()
  }

  /// SIGHUP: read the configuration again.
  func reload() {
    guard let process, process.isRunning else { return }
    Foundation.kill(process.processIdentifier, SIGHUP)
  }

  /// SIGKILL: what a power cut does to a process.
  func kill() async {
    guard let process, process.isRunning else { return }
    Foundation.kill(process.processIdentifier, SIGKILL)
    await ended(process)
  }

  /// SIGTERM; returns how long the program took to leave, and its exit code.
  @discardableResult
  func stop() async -> (seconds: Double, status: Int32) {
    guard let process, process.isRunning else { return (0, process?.terminationStatus ?? 0) }
    let start = ContinuousClock.now
    process.terminate()
    await ended(process)
    let taken = ContinuousClock.now - start
    return (Double(taken.components.seconds) + Double(taken.components.attoseconds) / 1e18, process.terminationStatus)
  }

  /// Whether this stands anywhere in its log, of any of its runs.
  func hasSaid(_ text: String) -> Bool { logText.contains(text) }
  var logText: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

  var lastLines: String {
    logText.split(separator: "\n").suffix(12).joined(separator: "\n")
  }

  private func ended(_ process: Process) async {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        process.waitUntilExit()
        continuation.resume()
      }
    }
  }
}

/// Asks until the answer is yes. Folders and processes of others give no event that a test could await portably, so this
/// looks every 20 ms; it never waits longer than it must, and a time-out fails the test with its reason.
func eventually(_ what: String, within limit: Duration = .seconds(60), _ holds: () async throws -> Bool) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !holds() {
    guard ContinuousClock.now < deadline else { throw Failure("not within \(limit): \(what)") }
    try await Task.sleep(for: .milliseconds(20))
  }
}
