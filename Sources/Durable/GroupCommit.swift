import CLinux
import Foundation
import GRDB

/// Writes to one SQLite database from many tasks, with one commit, and so one fsync, for all that are waiting: while a
/// commit is on its way to the disk, the next group gathers. Each write runs in a savepoint of its own, so that one that
/// fails takes no other with it; nobody is answered before the commit is durable.
public final class GroupCommit: Sendable {
  private let line = WaitingLine()

  /// Writes in one group at most, so that a group's commit stays short.
  private static let groupLimit = 256

  public init(_ database: any DatabaseWriter, name: String) {
    let line = self.line
    let thread = Thread {
      cl_name_thread("\(name.prefix(15))")
      while let group = line.next(atMost: Self.groupLimit) { Self.commit(group, to: database) }
    }
    thread.stackSize = 1 << 20
    thread.start()
  }

  deinit { line.close() }

  /// Runs the write in the next group.
  /// - Throws: what the closure throws (its own changes are undone), or the commit's error.
  public func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      line.add(WaitingWrite(body) { continuation.resume(with: $0) })
    }
  }

  private static func commit(_ group: [any Waiting], to database: any DatabaseWriter) {
    let outcome = Result {
      try database.writeWithoutTransaction { database in
        try database.inTransaction(.immediate) {
          for write in group { write.run(in: database) }
          return .commit
        }
      }
    }
    for write in group { write.answer(outcome) }
  }
}

private protocol Waiting {
  func run(in database: Database)
  func answer(_ commit: Result<Void, any Error>)
}

/// One write: run once on the committing thread, then answered once on the same thread.
private final class WaitingWrite<Value: Sendable>: Waiting {
  private let body: @Sendable (Database) throws -> Value
  private let done: @Sendable (Result<Value, any Error>) -> Void
  /// nil until it was run: where the group could not even begin, what was in the way says why.
  private var result: Result<Value, any Error>?

  init(
    _ body: @escaping @Sendable (Database) throws -> Value, done: @escaping @Sendable (Result<Value, any Error>) -> Void
  ) {
    self.body = body
    self.done = done
  }

  func run(in database: Database) {
    result = Result {
      var value: Value?
      try database.inSavepoint {
        value = try body(database)
        return .commit
      }
      guard let value else { throw CancellationError() }
      return value
    }
  }

  func answer(_ commit: Result<Void, any Error>) {
    switch (result, commit) {
    case (let own?, _): done(own.flatMap { value in commit.map { value } })
    case (nil, .failure(let error)): done(.failure(error))
    case (nil, .success): done(.failure(CancellationError()))  // Not reached: a commit runs all writes of its group.
    }
  }
}

/// The writes that wait for the next group.
private final class WaitingLine: @unchecked Sendable {
  // Sendable: everything is touched under the condition's lock.
  private let condition = NSCondition()
  private var writes: [any Waiting] = []
  private var isClosed = false

  func add(_ write: any Waiting) {
    condition.lock()
    writes.append(write)
    condition.unlock()
    // After the lock: whoever is woken inside it goes to sleep again at once, on the lock.
    condition.signal()
  }

  func next(atMost limit: Int) -> [any Waiting]? {
    condition.lock()
    defer { condition.unlock() }
    while writes.isEmpty && !isClosed { condition.wait() }
    guard !writes.isEmpty else { return nil }
    let group = Array(writes.prefix(limit))
    writes.removeFirst(group.count)
    return group
  }

  func close() {
    condition.lock()
    isClosed = true
    condition.signal()
    condition.unlock()
  }
}
