import CCurl
import CLinux
import Foundation
import NIOConcurrencyHelpers

/// All of this machine's requests on one thread, with libcurl's multi interface: connections are shared and kept, nothing
/// blocks Swift's tasks, and when nothing is under way the thread sleeps.
final class CurlTransport: Sendable {
  private let engine: CurlEngine
  private let credentials: NIOLockedValueBox<CurlCredentials>

  private static let initialised: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// - Throws: `HubFault` when libcurl can't start.
  init(_ credentials: CurlCredentials) throws(HubFault) {
    guard Self.initialised, let multi = curl_multi_init() else {
      throw HubFault(kind: .local(ENOMEM), detail: "libcurl cannot start")
    }
    cc_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 32)
    let engine = CurlEngine(multi)
    self.engine = engine
    self.credentials = NIOLockedValueBox(credentials)
    let thread = Thread {
      cl_name_thread("courier")
      engine.run()
    }
    thread.stackSize = 1 << 20
    thread.start()
  }

  deinit { engine.close() }

  /// New requests use these; connections made with the old ones aren't used again.
  func use(_ new: CurlCredentials) { credentials.withLockedValue { $0 = new } }

  func perform(_ request: CurlRequest) async throws(HubFault) -> CurlResponse {
    let credentials = self.credentials.withLockedValue { $0 }
    let ticket = engine.ticket()
    let result: Result<CurlResponse, HubFault> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        engine.start(ticket, request, credentials) { continuation.resume(returning: $0) }
      }
    } onCancel: {
      engine.cancel(ticket)
    }
    return try result.get()
  }
}

/// The thread's side: what is under way, and what it was told to do.
private final class CurlEngine: @unchecked Sendable {
  // Sendable: `orders` is under the lock, `active` belongs to the thread, and waking the multi handle is thread-safe
  // (curl_multi_wakeup(3)) until it is cleaned up, which the thread does last.
  private enum Order: Sendable {
    case start(UInt64, CurlRequest, CurlCredentials, @Sendable (Result<CurlResponse, HubFault>) -> Void)
    case cancel(UInt64)
    case close
  }

  private struct Desk {
    var orders: [Order] = []
    var nextTicket: UInt64 = 0
    var isClosed = false
  }

  private let multi: UnsafeMutableRawPointer
  private let desk = NIOLockedValueBox(Desk())
  private var active: [UInt64: CurlTransfer] = [:]
  private var tickets: [UnsafeMutableRawPointer: UInt64] = [:]
  private var isClosing = false

  init(_ multi: UnsafeMutableRawPointer) { self.multi = multi }

  func ticket() -> UInt64 {
    desk.withLockedValue {
      $0.nextTicket += 1
      return $0.nextTicket
    }
  }

  func start(
    _ ticket: UInt64, _ request: CurlRequest, _ credentials: CurlCredentials,
    finish: @escaping @Sendable (Result<CurlResponse, HubFault>) -> Void
  ) {
    give(.start(ticket, request, credentials, finish))
  }

  func cancel(_ ticket: UInt64) { give(.cancel(ticket)) }
  func close() { give(.close) }

  private func give(_ order: Order) {
    desk.withLockedValue { desk in
      guard !desk.isClosed else { return }
      desk.orders.append(order)
      // Inside the lock: the thread closes the desk before it frees the handle.
      curl_multi_wakeup(multi)
    }
  }

  func run() {
    while !isClosing {
      for order in desk.withLockedValue({ desk in
        defer { desk.orders.removeAll() }
        return desk.orders
      }) { obey(order) }
      var running: Int32 = 0
      curl_multi_perform(multi, &running)
      var result = CURLE_OK
      while let handle = cc_next_done(multi, &result) {
        guard let ticket = tickets[handle], let transfer = take(ticket) else { continue }
        transfer.complete(result)
      }
      // libcurl shortens this to its own next deadline; orders interrupt it.
      var events: Int32 = 0
      if !isClosing { curl_multi_poll(multi, nil, 0, 3_600_000, &events) }
    }
    desk.withLockedValue { $0.isClosed = true }
    for ticket in active.keys { take(ticket)?.fail(HubFault(kind: .cancelled, detail: "the courier stopped")) }
    curl_multi_cleanup(multi)
  }

  /// Cancellations that came before their start.
  private var cancelledEarly: Set<UInt64> = []

  private func obey(_ order: Order) {
    switch order {
    case .start(let ticket, let request, let credentials, let finish):
      if cancelledEarly.remove(ticket) != nil {
        return finish(.failure(HubFault(kind: .cancelled, detail: "cancelled")))
      }
      guard let transfer = CurlTransfer(request, credentials, finish: finish) else {
        return finish(.failure(HubFault(kind: .local(ENOMEM), detail: "no memory for a request")))
      }
      active[ticket] = transfer
      tickets[transfer.handle] = ticket
      curl_multi_add_handle(multi, transfer.handle)
    case .cancel(let ticket):
      if let transfer = take(ticket) {
        transfer.fail(HubFault(kind: .cancelled, detail: "cancelled"))
      } else {
        cancelledEarly.insert(ticket)
        if cancelledEarly.count > 1000 { cancelledEarly.removeAll() }
      }
    case .close: isClosing = true
    }
  }

  private func take(_ ticket: UInt64) -> CurlTransfer? {
    guard let transfer = active.removeValue(forKey: ticket) else { return nil }
    tickets[transfer.handle] = nil
    curl_multi_remove_handle(multi, transfer.handle)
    return transfer
  }
}
