import Exchange
import Foundation

/// Documents' histories as people read them: per document its name, then each step with its time and how long it took.
public struct Timeline: Sendable {
  private let messages: Messages
  private let unitNames: [UnitID: String]
  private let addressees: AddresseeNames

  /// - Parameters:
  ///   - unitNames: of the units served here.
  ///   - directory: where addressees' names are looked up.
  public init(_ messages: Messages, unitNames: [UnitID: String] = [:], directory: Directory? = nil) {
    self.messages = messages
    self.unitNames = unitNames
    addressees = AddresseeNames(directory)
  }

  /// Lines for these events, grouped by document in the order in which the documents appear. A document that came for
  /// several units here, or went from one to another, has a group for each.
  public func lines(_ events: [JournalEvent]) -> [String] {
    struct Group: Hashable {
      let document: DocumentID
      let unit: UnitID
      let direction: JournalEvent.Direction
    }
    var order: [Group] = []
    var members: [Group: [JournalEvent]] = [:]
    for event in events {
      let group = Group(document: event.document, unit: event.unit, direction: event.direction)
      if members[group, default: []].isEmpty { order.append(group) }
      members[group, default: []].append(event)
    }
    var lines: [String] = []
    for group in order {
      let history = (members[group] ?? []).sorted { ($0.at, $0.id) < ($1.at, $1.id) }
      let name = history.lazy.compactMap { $0.detail["name"] }.first ?? group.document.text
      let arrow = group.direction == .outgoing ? "→" : "←"
      let unit = unitNames[group.unit] ?? group.unit.rawValue
      if !lines.isEmpty { lines.append("") }
      lines.append("\(arrow) \(Messages.shown(name))")
      lines.append("   \(messages.text(JourneyText.direction(group.direction))) · \(unit) · \(group.document)")
      var previous: Instant?
      for event in history {
        lines.append("   \(line(event, after: previous))")
        previous = event.at
      }
    }
    return lines
  }

  /// One event in one line, for a running log.
  public func line(_ event: JournalEvent) -> String {
    let arrow = event.direction == .outgoing ? "→" : "←"
    let name = event.detail["name"].map(Messages.shown) ?? String(event.document.text.suffix(12))
    return "\(moment(event.at)) \(arrow) \(event.unit) \(name): \(what(event))"
  }

  private func line(_ event: JournalEvent, after previous: Instant?) -> String {
    let taken = previous.map { "+\(duration(event.at - $0))" } ?? ""
    return "\(moment(event.at))  \(String(repeating: " ", count: max(0, 9 - taken.count)))\(taken)  \(what(event))"
  }

  private func what(_ event: JournalEvent) -> String {
    var text = messages.event(event.name)
    if event.name == .filed, let name = event.detail["name"] {
      return text + ": \(Messages.shown(name))"
    }
    if event.name == .delayed { return text + delay(event) }
    if event.name == .corrected { return text + corrections(event) }
    for (key, label) in JourneyText.facts {
      // A label with nothing behind it says nothing.
      guard let value = event.detail[key], !value.allSatisfy(\.isWhitespace) else { continue }
      let shown =
        switch key {
        case "problem": event.refusal.map(messages.line) ?? messages.sentence(forProblem: value)
        case "reason": JourneyText.reason(value).map(messages.text) ?? value
        case "paper": messages.say("gửi theo đường bưu chính", "follows by post")
        case "addressee": (try? Addressee.list(value)).map(addressees.text) ?? value
        default: value
        }
      text += ", \(messages.text(label)) \(Messages.shown(shown))"
    }
    return text
  }

  /// Who corrected what: `subject “was” → “is”`.
  private func corrections(_ event: JournalEvent) -> String {
    func quoted(_ value: String) -> String {
      value.isEmpty ? "–" : "“\(Messages.shown(value.replacing("\n", with: "; ")))”"
    }
    let person = event.detail["by"].map { " (\(Messages.shown($0)))" } ?? ""
    let changes = LetterCorrection.Field.allCases.compactMap { field -> String? in
      guard let now = event.detail["now.\(field.rawValue)"] else { return nil }
      let was = event.detail["was.\(field.rawValue)"] ?? ""
      return "\(messages.text(JourneyText.field(field))) \(quoted(was)) → \(quoted(now))"
    }
    return person + ": " + changes.joined(separator: ", ")
  }

  /// Why it waits: in words, then the error's own text for whoever helps. Events of older versions have only the latter.
  private func delay(_ event: JournalEvent) -> String {
    var text = ""
    if let cause = event.detail["cause"] {
      text = ": " + (DelayCause(rawValue: cause).map { messages.text(DelayText.cause($0)) } ?? Messages.shown(cause))
    } else if let problem = event.detail["problem"] {
      text = ": " + messages.sentence(forProblem: problem)
    }
    guard let error = event.detail["error"] ?? event.detail["reason"] else { return text }
    return text + " [\(Messages.shown(String(error.prefix(Self.longestError))))]"
  }

  /// In characters; `--json` has all.
  private static let longestError = 200

  private func moment(_ instant: Instant) -> String {
    let civil = instant.inVietnam
    let milliseconds = String(civil.millisecond)
    let padded = String(repeating: "0", count: 3 - milliseconds.count) + milliseconds
    return "\(Messages.day(instant)) \(civil.timeText).\(padded)"
  }

  private func duration(_ duration: Duration) -> String {
    let milliseconds = max(0, duration.milliseconds)
    let text: String
    switch milliseconds {
    case ..<1000: return "\(milliseconds) ms"
    case ..<60_000: text = String(format: "%.1f s", Double(milliseconds) / 1000)
    case ..<3_600_000: text = String(format: "%.1f min", Double(milliseconds) / 60_000)
    default: text = String(format: "%.1f h", Double(milliseconds) / 3_600_000)
    }
    return messages.language == .vietnamese ? text.replacing(".", with: ",") : text
  }
}
