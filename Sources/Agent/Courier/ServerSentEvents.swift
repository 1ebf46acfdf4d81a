import Exchange
import Foundation
import NIOConcurrencyHelpers

/// A parser of server-sent events (WHATWG HTML §9.2), as a value: bytes in, events out. Pieces may end anywhere, also inside
/// a character.
struct ServerSentEvents: Sendable {
  struct Event: Equatable, Sendable {
    var name = "message"
    var data = ""
    var id: String?
  }

  private var line: [UInt8] = []
  private var skipsLineFeed = false
  private var name = ""
  private var data: [String] = []
  private var id: String?
  private var size = 0

  /// Bytes of one event; what is longer is dropped.
  private static let limit = 256 << 10

  mutating func take(_ bytes: some Sequence<UInt8>) -> [Event] {
    var events: [Event] = []
    for byte in bytes {
      if byte == 0x0A, skipsLineFeed {
        skipsLineFeed = false
        continue
      }
      skipsLineFeed = byte == 0x0D
      if byte == 0x0A || byte == 0x0D {
        if let event = endLine() { events.append(event) }
      } else if line.count < Self.limit {
        line.append(byte)
      }
    }
    return events
  }

  private mutating func endLine() -> Event? {
    defer { line.removeAll(keepingCapacity: true) }
    if line.isEmpty {
      defer {
        name = ""
        data = []
        size = 0
      }
      guard !data.isEmpty, size <= Self.limit else { return nil }
      return Event(name: name.isEmpty ? "message" : name, data: data.joined(separator: "\n"), id: id)
    }
    guard line.first != 0x3A else { return nil }
    let colon = line.firstIndex(of: 0x3A) ?? line.endIndex
    let field = String(decoding: line[..<colon], as: UTF8.self)
    var value = line[colon...].dropFirst()
    if value.first == 0x20 { value = value.dropFirst() }
    let text = String(decoding: value, as: UTF8.self)
    switch field {
    case "event": name = text
    case "data":
      size += text.utf8.count
      if size <= Self.limit { data.append(text) }
    case "id" where !text.contains("\0"): id = text
    default: break
    }
    return nil
  }
}

/// Turns the stream's bytes into notices; events that aren't notices are passed over.
final class NoticeParser: Sendable {
  private let events = NIOLockedValueBox(ServerSentEvents())
  private let onNotice: @Sendable (Notice) -> Void

  /// Of many that come in one piece only the last ones matter. To read each would keep the transport's thread from its other
  /// requests, if a hub sent them without pause.
  static let kept = 16

  init(onNotice: @escaping @Sendable (Notice) -> Void) { self.onNotice = onNotice }

  func take(_ bytes: Data) {
    for event in events.withLockedValue({ $0.take(bytes) }).suffix(Self.kept) {
      guard let notice = try? CanonicalJSON.decode(Notice.self, from: Data(event.data.utf8)) else { continue }
      onNotice(notice)
    }
  }
}
