import CLinux
import Foundation

/// Another program, run once on hostile input: without a shell, without our environment and descriptors, under limits of
/// memory, processor time, wall time and output, in a process group that is killed whole.
public struct LimitedProcess: Sendable {
  public struct Limits: Sendable {
    /// Address space in bytes (RLIMIT_AS).
    public var memory: UInt64 = 512 << 20
    /// Seconds of processor time (RLIMIT_CPU).
    public var processorSeconds: UInt64 = 10
    public var wallTime: Duration = .seconds(20)
    /// Bytes of standard output; more ends the process.
    public var output = 32 << 20
    /// Bytes of any file that it writes (RLIMIT_FSIZE).
    public var fileSize: UInt64 = 0

    public init() {}
  }

  /// How it came to its end.
  public enum Ending: Sendable, Equatable {
    case exited(Int32)
    /// By this signal: SIGXCPU and SIGKILL where it ran out of processor time.
    case signalled(Int32)
    /// We ended it: it took longer than `Limits.wallTime`.
    case outOfTime
    /// We ended it: it wrote more than `Limits.output`.
    case tooMuchOutput
  }

  public struct Result: Sendable {
    public let ending: Ending
    /// Standard output, at most `Limits.output` bytes.
    public let output: Data
    /// The first 4 KiB of standard error, for the log.
    public let diagnostics: String
    /// User and system time of the process.
    public let processorTime: Duration
  }

  public let executable: String
  public let arguments: [String]
  public let limits: Limits
  /// The working folder.
  public let folder: String

  /// - Parameters:
  ///   - executable: absolute path.
  ///   - arguments: without the program's name.
  ///   - folder: absolute path of the working folder.
  public init(executable: String, arguments: [String], limits: Limits = Limits(), folder: String = "/") {
    self.executable = executable
    self.arguments = arguments
    self.limits = limits
    self.folder = folder
  }

  /// Where the system keeps a program of this name; nil where it isn't installed. The caller's PATH is not asked: a daemon
  /// runs what the packages installed.
  public static func installed(_ name: String) -> String? {
    ["/usr/bin", "/usr/local/bin", "/bin"].map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  /// As many run at the same time; others wait.
  private static let threads = IOThreads(count: 4, name: "process")

  /// Runs it to its end on a thread of its own.
  /// - Throws: `SystemError` where it could not be started.
  public func run() async throws -> Result { try await Self.threads.run { try self.runBlocking() } }

  /// The same, blocking the calling thread.
  public func runBlocking() throws(SystemError) -> Result {
    let output = try Pipe()
    let error = try Pipe()
    let process = try start(output: output.writing, error: error.writing)
    output.closeWriting()
    error.closeWriting()
    var collected = Collected(limit: limits.output)
    let cut = collect(from: output.reading, error.reading, into: &collected)
    if cut != nil { kill(-process, SIGKILL) }
    let (status, usage) = wait(for: process)
    // Whatever it left behind in its group goes with it; the group's number is not reused while we hold none of it.
    kill(-process, SIGKILL)
    let signal = status & 0x7F
    let ending = cut ?? (signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal))
    return Result(
      ending: ending, output: collected.output, diagnostics: String(decoding: collected.error, as: UTF8.self),
      processorTime: .microseconds(
        (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec))
  }

  private func start(output: Int32, error: Int32) throws(SystemError) -> Int32 {
    var bounds = cl_limits(memory: limits.memory, cpu: limits.processorSeconds, file_size: limits.fileSize)
    // A fixed environment: UTF-8, one thread for programs that would take all cores.
    let environment = ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/nonexistent", "OMP_THREAD_LIMIT=1"]
    var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { for pointer in words + settings { free(pointer) } }
    return try SystemError.check("exec", executable) {
      cl_spawn_limited(executable, &words, &settings, folder, output, error, &bounds)
    }
  }

  private struct Collected {
    let limit: Int
    var output = Data()
    var error = Data()
  }

  /// Reads both pipes until both end, the time is over or there is too much.
  private func collect(from output: Int32, _ error: Int32, into collected: inout Collected) -> Ending? {
    let deadline = ContinuousClock.now.advanced(by: limits.wallTime)
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    var watched = [
      pollfd(fd: output, events: Int16(POLLIN), revents: 0), pollfd(fd: error, events: Int16(POLLIN), revents: 0),
    ]
    while watched.contains(where: { $0.fd >= 0 }) {
      let left = ContinuousClock.now.duration(to: deadline)
      guard left > .zero else { return .outOfTime }
      let milliseconds = Int32(clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000)
      let ready = poll(&watched, nfds_t(watched.count), max(1, milliseconds))
      if ready < 0 && errno != EINTR { return .outOfTime }
      if ready <= 0 { continue }
      for index in watched.indices where watched[index].fd >= 0 && watched[index].revents != 0 {
        let count = read(watched[index].fd, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 {
          watched[index].fd = -1
        } else if index == 0 {
          if collected.output.count + count > collected.limit { return .tooMuchOutput }
          collected.output.append(contentsOf: buffer[0..<count])
        } else if collected.error.count < 4096 {
          collected.error.append(contentsOf: buffer[0..<min(count, 4096 - collected.error.count)])
        }
      }
    }
    return nil
  }

  private func wait(for process: Int32) -> (status: Int32, usage: rusage) {
    var status: Int32 = 0
    var usage = rusage()
    // Its output is at its end; a process that closed it and sleeps on is not waited for beyond the wall time.
    let deadline = ContinuousClock.now.advanced(by: limits.wallTime)
    var pause: UInt32 = 200
    while true {
      let ended = wait4(process, &status, WNOHANG, &usage)
      if ended == process || (ended < 0 && errno != EINTR) { return (status, usage) }
      if ContinuousClock.now > deadline { kill(-process, SIGKILL) }
      usleep(pause)
      pause = min(pause * 2, 20_000)
    }
  }

  /// Both ends of a pipe, closed with their owner.
  private final class Pipe {
    let reading: Int32
    private(set) var writing: Int32

    init() throws(SystemError) {
      var ends: [Int32] = [-1, -1]
      _ = try SystemError.check("pipe", "") { cl_pipe(&ends) }
      reading = ends[0]
      writing = ends[1]
    }

    func closeWriting() {
      if writing >= 0 { close(writing) }
      writing = -1
    }

    deinit {
      close(reading)
      closeWriting()
    }
  }
}
