import Agent
import ArgumentParser
import Exchange
import Foundation

/// An event as programs read it. Field names are stable.
struct EventLine: Encodable {
  let id: Int64
  let at: Instant
  let document: DocumentID
  let unit: UnitID
  let direction: String
  let event: String
  let detail: [String: String]
  let refusal: Refusal?

  init(_ event: JournalEvent) {
    id = event.id
    at = event.at
    document = event.document
    unit = event.unit
    direction = event.direction.rawValue
    self.event = event.name.rawValue
    detail = event.detail
    refusal = event.refusal
  }
}

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "What happened to the documents of this machine's units, and when.",
    discussion: "With --json, one object per line.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: JSONOption

  @Flag(name: .shortAndLong, help: "Goes on with what happens next, until Ctrl-C.")
  var follow = false

  @Option(name: [.customShort("n"), .long], help: "The newest so many events; by default 200, with --json all.")
  var limit: Int?

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit must not be negative.") }
  }

  func run() async throws {
    try await reportingErrors {
      let configuration = try common.configuration()
      let journal = try await common.explainingJournal(configuration) {
        try await Journal.reading(configuration.paths.journal)
      }
      let names = Dictionary(configuration.units.map { ($0.unit, $0.name) }, uniquingKeysWith: { first, _ in first })
      let timeline = Timeline(
        common.messages(configuration), unitNames: names, directory: try await journal.directory())
      let events = try await journal.events(limit: limit ?? (output.json ? Int.max : 200))
      if output.json {
        for event in events { try Output.json(EventLine(event), pretty: false) }
      } else {
        Output.lines(follow ? events.map(timeline.line) : timeline.lines(events))
      }
      guard follow else { return }
      var last = events.last?.id ?? 0
      while true {
        try await Task.sleep(for: .milliseconds(500))
        let news = try await journal.events(after: last, limit: 100_000)
        for event in news {
          if output.json {
            try Output.json(EventLine(event), pretty: false)
          } else {
            Output.lines([timeline.line(event)])
          }
        }
        last = news.last?.id ?? last
      }
    }
  }
}
