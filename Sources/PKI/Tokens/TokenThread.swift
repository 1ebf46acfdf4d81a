import Foundation

/// The one thread on which a module is called. Modules of cheap tokens are often not safe to call from several, and a call
/// into one that hangs (a driver, a reader, a card that doesn't answer) cannot be ended: it keeps this thread, and nothing
/// else. Callers wait up to a limit; while a call hangs, later ones are turned away at once.
final class TokenThread: @unchecked Sendable {
  // Sendable: everything is touched under the condition's lock.
  private let condition = NSCondition()
  private var jobs: [Job] = []
  private var isHanging = false
  private var hasStarted = false

  private final class Job {
    let work: () -> Void
    var isRunning = false
    var isDone = false
    var isAbandoned = false
    init(_ work: @escaping () -> Void) { self.work = work }
  }

  // Sendable: written before, read after the job is done, which both sides learn under the lock.
  private final class Answer<Value>: @unchecked Sendable {
    var result: Result<Value, any Error>?
  }

  /// Runs the closure there and waits for it: blocks.
  /// - Throws: what the closure throws; ``PKIError/Code/tokenNotAnswering``.
  func run<Value: Sendable>(limit: TimeInterval, _ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let answer = Answer<Value>()
    let job = Job { answer.result = Result { try body() } }
    condition.lock()
    defer { condition.unlock() }
    guard !isHanging else {
      throw PKIError(.tokenNotAnswering, "An earlier call to the token has not come back yet.")
    }
    startIfNeeded()
    jobs.append(job)
    condition.broadcast()
    let deadline = Date(timeIntervalSinceNow: limit)
    while !job.isDone {
      guard condition.wait(until: deadline) || job.isDone else {
        job.isAbandoned = true
        if job.isRunning { isHanging = true }
        throw PKIError(
          .tokenNotAnswering, "The token did not answer within \(Int(limit)) seconds: look at its reader and plug.")
      }
    }
    guard let result = answer.result else { throw PKIError(.libraryFailure, "A call to the token left no answer.") }
    return try result.get()
  }

  /// Runs the closure there some time, unless a call hangs; waits for nothing.
  func post(_ body: @escaping @Sendable () -> Void) {
    condition.lock()
    defer { condition.unlock() }
    guard hasStarted, !isHanging else { return }
    jobs.append(Job(body))
    condition.broadcast()
  }

  private func startIfNeeded() {
    guard !hasStarted else { return }
    hasStarted = true
    // Modules live as long as the process, and so does this thread.
    let thread = Thread { [self] in
      while true { runNext() }
    }
    thread.name = "congvan-token"
    thread.stackSize = 1 << 20
    thread.start()
  }

  private func runNext() {
    condition.lock()
    while jobs.isEmpty { condition.wait() }
    let job = jobs.removeFirst()
    guard !job.isAbandoned else { return condition.unlock() }
    job.isRunning = true
    condition.unlock()
    job.work()
    condition.lock()
    job.isDone = true
    isHanging = false
    condition.broadcast()
    condition.unlock()
  }
}
