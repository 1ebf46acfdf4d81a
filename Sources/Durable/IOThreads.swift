import CLinux
import Foundation
import Synchronization

/// A few threads for calls that block (disk, SQLite, child processes), so that none of them holds one of the few threads on
/// which Swift's tasks run. Work is taken up in the order in which it came.
///
/// They are a task executor too (SE-0417): a task whose work is mostly such calls prefers them, and then makes each where it
/// stands, without handing it from thread to thread. A document's way has some thirty such calls, and a hand-over costs more
/// than most of them.
public final class IOThreads: TaskExecutor {
  private let queue = WorkQueue()
  /// Tells these threads from those of other groups.
  private let mark = IOThreads.marks.add(1, ordering: .relaxed).newValue
  private let name: String

  private static let marks = Atomic<UInt>(0)

  /// - Parameters:
  ///   - count: how many calls may block at the same time.
  ///   - name: of the threads, at most 12 characters, for `ps -T`.
  public init(count: Int, name: String) {
    self.name = String(name.prefix(12))
    for index in 0..<count { startThread("\(self.name)-\(index)") }
  }

  deinit { queue.close() }

  private func startThread(_ name: String) {
    let (queue, mark) = (self.queue, self.mark)
    let thread = Thread {
      cl_mark_thread(mark)
      cl_name_thread(name)
      Pulse.give()
      while let work = queue.next() { work() }
      Pulse.takeBack()
    }
    thread.stackSize = 1 << 20
    thread.start()
  }

  /// Another thread for one that a call holds up, so that the others' calls go on. `relieved` takes it back.
  public func relieve() { startThread("\(name)-x") }

  /// The call that held a thread up is over: one of the threads leaves when it is next free.
  public func relieved() { queue.dismissOne() }

  /// Has the closure run on one of the threads, and doesn't wait for it.
  public func start(_ body: @escaping @Sendable () -> Void) { _ = queue.add(body) }

  /// Whether the caller stands on a thread of any such group, and so may block.
  public static var mayBlock: Bool { cl_thread_mark() != 0 }

  /// Runs the closure on one of the threads; the calling task is suspended meanwhile, unless it stands on one of them.
  public func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    if cl_thread_mark() == mark {
      return try body()
    }
    return try await withCheckedThrowingContinuation { continuation in
      let accepted = queue.add { continuation.resume(with: Result { try body() }) }
      if !accepted { continuation.resume(throwing: CancellationError()) }
    }
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // A task that prefers these threads keeps them, so the line is open.
    _ = queue.add { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// The line of work in front of the threads: a list under a lock, and a condition to sleep on.
private final class WorkQueue: @unchecked Sendable {
  // Sendable: everything is touched under the condition's lock.
  private let condition = NSCondition()
  private var work: [(@Sendable () -> Void)?] = []
  private var head = 0
  private var isClosed = false
  /// How many threads are to leave.
  private var dismissed = 0

  func add(_ item: @escaping @Sendable () -> Void) -> Bool {
    condition.lock()
    let accepts = !isClosed
    if accepts { work.append(item) }
    condition.unlock()
    // After the lock: whoever is woken inside it goes to sleep again at once, on the lock.
    if accepts { condition.signal() }
    return accepts
  }

  func next() -> (@Sendable () -> Void)? {
    condition.lock()
    defer { condition.unlock() }
    while head == work.count && !isClosed && dismissed == 0 { condition.wait() }
    if dismissed > 0 {
      dismissed -= 1
      // The ring that woke this thread may have been for a piece of work.
      condition.signal()
      return nil
    }
    guard head < work.count else { return nil }
    let item = work[head]
    // What it holds goes with it, not when the line is next tidied.
    work[head] = nil
    head += 1
    if head > 64, head * 2 > work.count {
      work.removeFirst(head)
      head = 0
    }
    return item
  }

  func dismissOne() {
    condition.lock()
    dismissed += 1
    condition.unlock()
    condition.signal()
  }

  func close() {
    condition.lock()
    isClosed = true
    condition.broadcast()
    condition.unlock()
  }
}
