import Durable
import Exchange
import Foundation
import NIOConcurrencyHelpers
import ServiceLifecycle

/// Who is listening for news, and what each hasn't been told yet. A notice is only a hint with a cursor: a listener that is
/// slow gets one notice for many postings, and memory doesn't grow.
final class NoticeBoard: Service {
  private struct State {
    var listeners: [UInt64: NoticeListener] = [:]
    var perKey: [Data: Int] = [:]
    var nextID: UInt64 = 0
    var isClosed = false
  }

  private let state = NIOLockedValueBox(State())

  static let streamsPerKey = 4

  /// - Throws: `Problem` of type `slow-down` when the machine listens too often, `busy` when the hub is stopping.
  func listen(_ caller: Caller) throws(Problem) -> NoticeListener {
    try state.withLockedValue(throwing: Problem.self) { (state) throws(Problem) in
      guard !state.isClosed else { throw Problem(.busy, "the hub is stopping", retryAfter: 2) }
      guard state.perKey[caller.key, default: 0] < Self.streamsPerKey else {
        throw Problem(.slowDown, "this machine has \(Self.streamsPerKey) notice streams open", retryAfter: 30)
      }
      state.perKey[caller.key, default: 0] += 1
      state.nextID += 1
      let listener = NoticeListener(id: state.nextID, caller: caller)
      state.listeners[listener.id] = listener
      return listener
    }
  }

  func leave(_ listener: NoticeListener) {
    let was = state.withLockedValue { state in
      guard state.listeners.removeValue(forKey: listener.id) != nil else { return false }
      let left = state.perKey[listener.caller.key, default: 1] - 1
      state.perKey[listener.caller.key] = left > 0 ? left : nil
      return true
    }
    if was { listener.end() }
  }

  /// Something new stands in these units' mailboxes.
  func tell(_ units: Set<UnitID>, cursor: MailboxCursor) {
    for listener in state.withLockedValue({ Array($0.listeners.values) }) {
      let concerned = listener.caller.units.intersection(units)
      if !concerned.isEmpty { listener.tell(concerned, cursor: cursor) }
    }
  }

  /// Something changed that concerns everybody, such as the directory.
  func tellAll(cursor: MailboxCursor) {
    for listener in state.withLockedValue({ Array($0.listeners.values) }) {
      listener.tell(listener.caller.units, cursor: cursor)
    }
  }

  /// Lives as long as the hub; at its end every stream is ended, so that nobody waits for it.
  func run() async throws {
    // Thrown at cancellation: the end as well.
    defer { close() }
    try await gracefulShutdown()
  }

  private func close() {
    let open = state.withLockedValue { state in
      state.isClosed = true
      return Array(state.listeners.values)
    }
    for listener in open { listener.end() }
  }
}

/// One listener: the units with news since it last looked.
final class NoticeListener: Sendable {
  struct News: Sendable {
    var units: Set<UnitID> = []
    var cursor = MailboxCursor.start
  }

  private struct State {
    var news = News()
    var isEnded = false
  }

  let id: UInt64
  let caller: Caller
  private let state = NIOLockedValueBox(State())
  /// One ring is as good as many: what happened stands in `state`.
  private let bell = WakeUp()

  init(id: UInt64, caller: Caller) {
    self.id = id
    self.caller = caller
  }

  func tell(_ units: Set<UnitID>, cursor: MailboxCursor) {
    state.withLockedValue {
      $0.news.units.formUnion(units)
      $0.news.cursor = max($0.news.cursor, cursor)
    }
    bell.ring()
  }

  func end() {
    state.withLockedValue { $0.isEnded = true }
    bell.ring()
  }

  /// What is new, waiting for it at most this long; nil when the listener was ended.
  func next(within limit: Duration) async -> News? {
    if !state.withLockedValue({ $0.isEnded }) { await bell.wait(atMost: limit) }
    return state.withLockedValue { state in
      guard !state.isEnded else { return nil }
      defer { state.news.units = [] }
      return state.news
    }
  }
}
