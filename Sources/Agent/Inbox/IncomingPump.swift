import Durable
import Exchange
import Logging
import NIOConcurrencyHelpers

/// Hands the documents that wait to workers: so many at once, the most urgent first, then the smallest. The journal is read
/// at the start alone; from then on the pump knows what is new.
final class IncomingPump: Sendable {
  private let journal: Journal
  private let worker: IncomingWorker
  private let inFlight: Int
  /// Rung for each document that reached its end, so that it is acknowledged.
  private let done: WakeUp
  private let bell = WakeUp()
  private let now: @Sendable () -> Instant
  private let logger: Logger
  private let queue = NIOLockedValueBox(IncomingQueue())

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
    worker.folders.wake(bell)
  }

  /// Takes documents in; those that it has already are passed over, and those of units that are no longer served here.
  func add(_ records: [IncomingRecord]) {
    if records.isEmpty { return }
    queue.withLockedValue { $0.add(records.filter { worker.units[$0.unit] != nil }) }
    bell.ring()
  }

  func run() async {
    await takeUpOpen()
    let tasks = LooseTasks()
    tasks.whenOneIsHeldUp { [self] in
      queue.withLockedValue { $0.relieve() }
      bell.ring()
    }
    while !Task.isCancelled {
      let away = worker.folders.held
      let (ready, pause) = queue.withLockedValue { $0.next(now(), inFlight: inFlight, away: away) }
      for record in ready { tasks.add(on: worker.threads) { await self.work(on: record) } }
      if let pause { await bell.wait(atMost: pause) } else { await bell.wait() }
    }
    await tasks.end()
  }

  /// What an earlier run left unfinished.
  private func takeUpOpen() async {
    while !Task.isCancelled {
      do {
        let open = try await journal.openIncoming()
        await worker.sweep(keeping: open)
        return add(open)
      } catch {
        logger.error("journal not read", metadata: ["error": "\(error)"])
        try? await Task.sleep(for: .seconds(5))
      }
    }
  }

  private func work(on record: IncomingRecord) async {
    let after = await worker.work(on: record)
    let wasRelieved = LooseTasks.Member.current?.leave() ?? false
    queue.withLockedValue { $0.rest(after, wasRelieved: wasRelieved) }
    if after.journey.nextStep == nil { done.ring() }
    bell.ring()
  }
}
