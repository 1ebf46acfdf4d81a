import Foundation
import NIOConcurrencyHelpers
import Testing

@testable import Durable

@Suite struct FolderSyncsTests {
  /// Blocks threads, so each caller gets one of its own.
  private func callers(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) async {
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<count {
        group.addTask {
          await withCheckedContinuation { continuation in
            Thread.detachNewThread {
              body(index)
              continuation.resume()
            }
          }
        }
      }
    }
  }

  @Test("whoever asks for a folder to be synced returns after a sync that began after asking, and many share one")
  func shared() async {
    let syncs = FolderSyncs()
    // A counter stands for the folder: a flush makes durable what it sees when it begins.
    let written = NIOLockedValueBox(0)
    let durable = NIOLockedValueBox(0)
    let flushes = NIOLockedValueBox(0)
    let broken = NIOLockedValueBox(0)
    await callers(64) { _ in
      for _ in 0..<20 {
        let mine = written.withLockedValue {
          $0 += 1
          return $0
        }
        do throws(SystemError) {
          try syncs.sync(FilePath("/somewhere")) { (_: FilePath) throws(SystemError) in
            let seen = written.withLockedValue { $0 }
            usleep(200)  // what a disk takes
            durable.withLockedValue { $0 = max($0, seen) }
            flushes.withLockedValue { $0 += 1 }
          }
        } catch { broken.withLockedValue { $0 += 1 } }
        if durable.withLockedValue({ $0 }) < mine { broken.withLockedValue { $0 += 1 } }
      }
    }
    #expect(broken.withLockedValue { $0 } == 0)
    #expect(flushes.withLockedValue { $0 } < 64 * 20 / 4)
  }

  @Test("a sync that fails fails for everyone who waited for it, and the next one may succeed")
  func failing() async throws {
    let syncs = FolderSyncs()
    let failures = NIOLockedValueBox(0)
    await callers(16) { _ in
      do throws(SystemError) {
        try syncs.sync(FilePath("/somewhere")) { (path: FilePath) throws(SystemError) in
          usleep(1000)
          throw SystemError(call: "fsync", path: "\(path)", code: EIO)
        }
      } catch { failures.withLockedValue { $0 += 1 } }
    }
    #expect(failures.withLockedValue { $0 } == 16)
    try syncs.sync(FilePath("/somewhere")) { (_: FilePath) throws(SystemError) in }
  }
}
