import Foundation

/// Somebody else on the machine who swaps what stands under two names, thousands of times a second
/// (`Tests/Fixtures/share/swap.py`: renameat2 with RENAME_EXCHANGE).
final class Swapper: @unchecked Sendable {
  // Sendable: one test owns it.
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  /// - Parameters:
  ///   - pairs: of paths that stand already.
  ///   - pause: at most, between two swaps, in milliseconds; 0 for none.
  init(_ pairs: [(URL, URL)], pause: Int = 0) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments =
      [Letters.fixtures.appending(components: "share", "swap.py").path, "\(pause)"]
      + pairs.flatMap { [$0.0.path, $0.1.path] }
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  /// Ends it; all stands where it stood at first. - Returns: how many swaps it made.
  func stop() async throws -> Int {
    try input.fileHandleForWriting.close()
    let printed = try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { [process, output] in
        continuation.resume(
          with: Result {
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return String(decoding: data, as: UTF8.self)
          })
      }
    }
    guard let count = Int(printed.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw Failure("the swapper said \(printed.debugDescription)")
    }
    return count
  }

  deinit { if process.isRunning { process.terminate() } }
}

/// A folder held open: what is put there is put into this very one, whatever its path leads to meanwhile.
final class HeldFolder {
  private let descriptor: Int32
  let path: URL

  init(_ url: URL) throws {
    descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure("no folder \(url.path)") }
    path = URL(fileURLWithPath: "/proc/self/fd/\(descriptor)")
  }

  /// Written under a temporary name, then renamed, as a person's computer does.
  func drop(_ bytes: Data, as name: String) throws {
    let temporary = path.appending(component: "~$\(UUID().uuidString).tmp").path
    guard FileManager.default.createFile(atPath: temporary, contents: bytes),
      rename(temporary, path.appending(component: name).path) == 0
    else { throw Failure("\(name) can't be dropped") }
  }

  deinit { close(descriptor) }
}

/// Every regular file below a folder, with its bytes; links are not followed.
func tree(_ folder: URL) -> [String: Data] {
  var found: [String: Data] = [:]
  let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
  while let url = all?.nextObject() as? URL {
    if (try? url.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true {
      found[String(url.path.dropFirst(folder.path.count))] = (try? Data(contentsOf: url)) ?? Data()
    }
  }
  return found
}
