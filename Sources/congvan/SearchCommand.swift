import Agent
import ArgumentParser
import Exchange
import Foundation
import LetterReading

struct SearchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Finds letters by what stands in them, typed with accents or without.",
    discussion: """
      All words must be there; "in quotation marks" they must follow each other. Letters that have them in number, type or
      subject come first, then the newest. Without words, the newest letters that the other options let through.
      Exit codes: 0 something was found; 1 nothing was.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: JSONOption

  @Argument(help: "Words, such as: thi dua khen thuong, or 78/LĐLĐ.")
  var words: [String] = []

  @Option(help: "A part of the name of who sent it, got it or issued it.")
  var party: String?

  @Option(help: "A part of the type's name, such as: kế hoạch.")
  var type: String?

  @Option(help: ArgumentHelp("From this day on, by the letter's own date.", valueName: Day.usage))
  var from: Day?

  @Option(help: ArgumentHelp("Until this day.", valueName: Day.usage))
  var to: Day?

  @Option(help: "Of one unit, by its identifier.")
  var unit: String?

  @Flag(help: "Which letters; by default all.")
  var direction: Direction?

  @Option(name: [.customShort("n"), .long], help: "At most so many.")
  var limit = 20

  @Flag(help: "Opens the first one that is found, in the desktop's program for PDF files.")
  var open = false

  enum Direction: String, EnumerableFlag { case incoming, outgoing }

  func validate() throws {
    guard (1...1000).contains(limit) else { throw ValidationError("--limit must be from 1 to 1000.") }
    let other = words.isEmpty && party == nil && type == nil && from == nil && to == nil
    if other { throw ValidationError("Say what to look for: words, --party, --type, --from or --to.") }
  }

  func run() async throws {
    try await reportingErrors {
      let configuration = try common.configuration()
      let messages = common.messages(configuration)
      let catalogue = try await common.explainingJournal(configuration) {
        try Catalogue.reading(configuration.paths.catalogue)
      }
      var query = CatalogueQuery(words: words.joined(separator: " "), limit: limit)
      query.party = party
      query.type = type
      query.from = from?.text
      query.to = to?.text
      query.unit = try unit.map { try UnitID($0) }
      query.direction = direction.map { $0 == .incoming ? .incoming : .outgoing }
      let hits = try await catalogue.search(query)
      let places = hits.map { LetterPlace.find($0.entry, in: configuration) }
      if output.json {
        try Output.json(zip(hits, places).map { HitReport($0, path: $1) })
      } else {
        Output.lines(zip(hits, places).flatMap { lines($0, path: $1, configuration, messages) })
      }
      guard let first = places.first else {
        if !output.json { Output.errorLine(messages.say("không tìm thấy văn bản nào", "no letter was found")) }
        throw ExitCode.negative
      }
      if open { try openFile(first, messages) }
    }
  }

  private func lines(
    _ hit: CatalogueHit, path: String?, _ configuration: AgentConfiguration, _ messages: Messages
  ) -> [String] {
    let entry = hit.entry
    let arrow = entry.key.direction == .incoming ? "←" : "→"
    let number = entry.number.map { "[\($0)] " } ?? ""
    let title = [entry.facts.numberSymbol, entry.facts.typeAndAbstract].compactMap { $0 }.joined(separator: " · ")
    var lines = ["\(arrow) \(number)\(Messages.shown(title.isEmpty ? entry.name : title))"]
    let day = entry.facts.date.flatMap(LetterDate.init).map(messages.day) ?? messages.moment(entry.at)
    // Whose it is, where that isn't plain.
    let own = configuration.units.count > 1 ? configuration.units.first { $0.unit == entry.key.unit }?.name : nil
    let between = [entry.party, own].compactMap { $0 }.map(Messages.shown)
    let parties =
      entry.key.direction == .incoming ? between.joined(separator: " → ") : between.reversed().joined(separator: " → ")
    lines.append("   \(day) · \(parties)")
    if let snippet = hit.snippet {
      lines.append("   … \(Messages.shown(snippet.replacing("\n", with: " ").replacing("\u{0C}", with: " ")))")
    }
    lines.append(
      "   " + (path.map(Messages.shown) ?? messages.say("(tệp không còn ở đó)", "(its file isn't there any more)")))
    return lines
  }

  private func openFile(_ path: String?, _ messages: Messages) throws {
    guard let path else { throw ExitCode.negative }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/xdg-open")
    process.arguments = [path]
    do { try process.run() } catch {
      Output.errorLine(
        messages.say(
          "không mở được: máy này không có xdg-open (gói xdg-utils)",
          "can't be opened: xdg-open is missing (package xdg-utils)"))
      throw ExitCode.impossible
    }
    process.waitUntilExit()
  }
}

/// A letter that was found, for programs. Field names are stable.
struct HitReport: Encodable {
  let document: DocumentID
  let unit: UnitID
  let direction: String
  let at: Instant
  let incomingNumber: Int?
  let name: String
  let path: String?
  let party: String
  let reading: String
  let letter: LetterFacts
  let snippet: String?

  init(_ hit: CatalogueHit, path: String?) {
    let entry = hit.entry
    document = entry.key.document
    unit = entry.key.unit
    direction = entry.key.direction.rawValue
    at = entry.at
    incomingNumber = entry.number
    name = entry.name
    self.path = path
    party = entry.party
    reading = entry.reading.rawValue
    letter = entry.facts
    snippet = hit.snippet
  }
}
