import CLinux
import Foundation
import Synchronization

/// A few threads for calls that block (disk, SQLite, child processes), so that none of them holds one of the few threads on
/// which Swift's tasks run. Work is taken up in the order in which it came.
public final class IOThreads: Sendable {
  private let queue = WorkQueue()

  /// - Parameters:
  ///   - count: how many calls may block at the same time.
  ///   - name: of the threads, at most 12 characters, for `ps -T`.
  public init(count: Int, name: String) {
    for index in 0..<count {
      let queue = self.queue
      let thread = Thread {
        cl_name_thread("\(name.prefix(12))-\(index)")
        while let work = queue.next() { work() }
      }
      thread.stackSize = 1 << 20
      thread.start()
    }
  }

  deinit { queue.close() }

  /// Runs the closure on one of the threads; the calling task is suspended meanwhile.
  public func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let accepted = queue.add { continuation.resume(with: Result { try body() }) }
      if !accepted { continuation.resume(throwing: CancellationError()) }
    }
  }
}

/// The line of work in front of the threads: a list under a lock, and a condition to sleep on.
private final class WorkQueue: @unchecked Sendable {
  // Sendable: everything is touched under the condition's lock.
  private let condition = NSCondition()
  private var work: [@Sendable () -> Void] = []
  private var head = 0
  private var isClosed = false

  func add(_ item: @escaping @Sendable () -> Void) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    guard !isClosed else { return false }
    work.append(item)
    condition.signal()
    return true
  }

  func next() -> (@Sendable () -> Void)? {
    condition.lock()
    defer { condition.unlock() }
    while head == work.count && !isClosed { condition.wait() }
    guard head < work.count else { return nil }
    let item = work[head]
    head += 1
    if head > 64, head * 2 > work.count {
      work.removeFirst(head)
      head = 0
    }
    return item
  }

  func close() {
    condition.lock()
    isClosed = true
    condition.broadcast()
    condition.unlock()
  }
}
