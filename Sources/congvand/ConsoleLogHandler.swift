import Exchange
import Foundation
import Logging

/// One line per message on standard error: level, message, facts. Under systemd the journal has the time, and the level
/// goes in front in its own form (sd-daemon(3)); elsewhere the line begins with the time.
struct ConsoleLogHandler: LogHandler {
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]
  private let isUnderSystemd: Bool

  init(environment: [String: String]) { isUnderSystemd = environment["JOURNAL_STREAM"] != nil }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var facts = metadata
    if let own = event.metadata { facts.merge(own) { $1 } }
    let text = facts.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.shown("\($0.value)"))" }.joined()
    let head =
      isUnderSystemd
      ? "<\(Self.priority(event.level))>"
      : "\(Instant(Date())) \(event.level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)) "
    let line = Array("\(head)\(event.message)\(text)\n".utf8)
    // One write per line, so that lines of several threads don't mix.
    _ = write(STDERR_FILENO, line, line.count)
  }

  /// Values that could break a line or look like two are quoted.
  private static func shown(_ value: String) -> String {
    let plain = value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0 != "=" && $0.value != 0x7F }
    return plain && !value.isEmpty ? value : value.debugDescription
  }

  private static func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
