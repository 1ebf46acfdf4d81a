import Durable
import Exchange
import Logging
import Synchronization

/// Hands the documents that wait to workers: so many at once, the most urgent first, then the smallest. The journal is read
/// at the start alone; from then on the pump knows what is new.
final class IncomingPump: Sendable {
  private struct State {
    var waiting: [IncomingRecord] = []
    var known: Set<IncomingRecord.Key> = []
    var running = 0
  }

  private let journal: Journal
  private let worker: IncomingWorker
  private let inFlight: Int
  /// Rung for each document that reached its end, so that it is acknowledged.
  private let done: WakeUp
  private let bell = WakeUp()
  private let now: @Sendable () -> Instant
  private let logger: Logger
  private let state = Mutex(State())

  init(
    journal: Journal, worker: IncomingWorker, inFlight: Int, done: WakeUp, now: @escaping @Sendable () -> Instant,
    logger: Logger
  ) {
    self.journal = journal
    self.worker = worker
    self.inFlight = inFlight
    self.done = done
    self.now = now
    self.logger = logger
  }

  /// Takes documents in; those that it has already are passed over, and those of units that are no longer served here.
  func add(_ records: [IncomingRecord]) {
    if records.isEmpty { return }
    state.withLock { state in
      for record in records where worker.units[record.unit] != nil && state.known.insert(record.key).inserted {
        state.waiting.append(record)
      }
    }
    bell.ring()
  }

  func run() async {
    await takeUpOpen()
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        let (ready, pause) = next()
        for record in ready { group.addTask { await self.work(on: record) } }
        if let pause { await bell.wait(atMost: pause) } else { await bell.wait() }
      }
      group.cancelAll()
    }
  }

  /// What an earlier run left unfinished.
  private func takeUpOpen() async {
    while !Task.isCancelled {
      do { return add(try await journal.openIncoming()) } catch {
        logger.error("journal not read", metadata: ["error": "\(error)"])
        try? await Task.sleep(for: .seconds(5))
      }
    }
  }

  private func work(on record: IncomingRecord) async {
    let after = await worker.work(on: record)
    let isDone = after.journey.nextStep == nil
    state.withLock { state in
      state.running -= 1
      if isDone { state.known.remove(record.key) } else { state.waiting.append(after) }
    }
    if isDone { done.ring() }
    bell.ring()
  }

  /// What may start now, and how long until something else may; nil: until the bell rings.
  private func next() -> (ready: [IncomingRecord], pause: Duration?) {
    let instant = now()
    return state.withLock { state in
      let free = max(0, inFlight - state.running)
      let due = state.waiting.indices.filter { state.waiting[$0].journey.notBefore <= instant }
      let chosen = due.sorted { state.waiting[$0].order < state.waiting[$1].order }.prefix(free)
      let ready = chosen.map { state.waiting[$0] }
      for index in chosen.sorted(by: >) {
        state.waiting.swapAt(index, state.waiting.count - 1)
        state.waiting.removeLast()
      }
      state.running += ready.count
      let next = state.waiting.map(\.journey.notBefore).filter { $0 > instant }.min()
      return (ready, next.map { max(.milliseconds(20), $0 - instant) })
    }
  }
}
