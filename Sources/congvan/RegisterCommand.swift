import Agent
import ArgumentParser
import Durable
import Exchange
import Foundation
import Registers

extension RegisterFormat: ExpressibleByArgument {}

struct RegisterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "register",
    abstract: "The register of incoming or outgoing letters, in the columns that Decree 30/2020/NĐ-CP prescribes.",
    discussion: """
      By default of this year until today. A pdf and a html are ready to print on A4 landscape. What a letter doesn't say
      is left blank; congvan edit fills it in.
      """)

  enum Kind: String, ExpressibleByArgument, CaseIterable { case incoming, outgoing }

  @OptionGroup var common: CommonOptions
  @OptionGroup var sheet: SheetOptions

  @Argument(help: "incoming (văn bản đến) or outgoing (văn bản đi).")
  var kind: Kind

  @Option(help: ArgumentHelp("First day on which letters came or went.", valueName: "YYYY-MM-DD|DD/MM/YYYY"))
  var from: String?

  @Option(help: ArgumentHelp("Last day.", valueName: "YYYY-MM-DD|DD/MM/YYYY"))
  var to: String?

  @Option(help: "csv, xlsx, pdf or html.")
  var format: RegisterFormat = .pdf

  func validate() throws {
    for day in [from, to].compactMap({ $0 }) where RegisterSheets.day(DayText.normal(day)) == nil {
      throw ValidationError("\(day) is no day such as 2026-11-23 or 23/11/2026.")
    }
    if let from, let to, DayText.normal(from) > DayText.normal(to) {
      throw ValidationError("--from \(from) is after --to \(to).")
    }
  }

  func run() async throws {
    try await reportingErrors {
      let configuration = try common.configuration()
      let messages = common.messages(configuration)
      let unit = try sheet.unit(configuration, messages)
      let today = RegisterSheets.day(Instant(Date()))
      let last =
        to.map(DayText.normal).flatMap(RegisterSheets.day)
        ?? max(today, from.map(DayText.normal).flatMap(RegisterSheets.day) ?? today)
      guard
        let first = from.map(DayText.normal).flatMap(RegisterSheets.day)
          ?? CalendarDay(year: last.year, month: 1, day: 1)
      else {
        throw ExitCode.impossible
      }
      let direction: JournalEvent.Direction = kind == .incoming ? .incoming : .outgoing
      let end = try RegisterSheets.start(of: last) + .seconds(86400)
      let rows = try await sheet.rows(configuration, common)
      let letters = try await rows.letters(
        direction, of: unit.unit, from: RegisterSheets.start(of: first), until: end)
      let register = RegisterSheets.register(direction, of: unit, from: first, to: last, letters, messages)
      let writer = try format.writer { try SheetFontFile.load(sheet.font, messages) }
      try sheet.write(messages, isText: format == .csv || format == .html) { try writer.write(register, to: $0) }
    }
  }
}

struct StampCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stamp",
    abstract: "The received-stamp (dấu đến) of an incoming letter, as a PDF sheet to lay before it.",
    discussion: "The letter itself is never stamped: not a byte of it changes.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var sheet: SheetOptions

  @Argument(help: "The document's identifier, or a part of its beginning or end.")
  var id: String

  func run() async throws {
    try await reportingErrors {
      let configuration = try common.configuration()
      let messages = common.messages(configuration)
      let unit = try sheet.unit(configuration, messages)
      let journal = try await common.explainingJournal(configuration) {
        try await Journal.reading(configuration.paths.journal)
      }
      let found = try await journal.documents(like: id)
      let rows = try await sheet.rows(configuration, common)
      let all = try await rows.letters(
        .incoming, of: unit.unit, from: Instant(millisecondsSinceEpoch: 0),
        until: Instant(Date()) + .seconds(86400))
      guard found.count == 1, let letter = all.first(where: { $0.document == found[0] }) else {
        Output.errorLine(
          messages.say(
            "không có một văn bản đến nào của \(unit.unit) mang mã “\(id)”",
            "no incoming letter of \(unit.unit), or more than one, has the identifier “\(id)”"))
        throw ExitCode.negative
      }
      let stamp = ReceivedStampPDF(font: try SheetFontFile.load(sheet.font, messages))
      try sheet.write(messages, isText: false) { output in
        try output(stamp.data(RegisterSheets.stamp(letter, of: unit)))
      }
    }
  }
}

/// For whom a sheet is made, and where it goes.
struct SheetOptions: ParsableArguments {
  @Option(help: "Of which unit, where this machine serves several.")
  var unit: String?

  @Option(name: [.short, .long], help: "The file to write; by default it goes to standard output.")
  var output: String?

  @Option(help: "A TrueType font with Vietnamese letters, for PDF; by default Liberation Serif or DejaVu Serif.")
  var font: String?

  func unit(_ configuration: AgentConfiguration, _ messages: Messages) throws -> UnitConfiguration {
    if let unit, let found = configuration.units.first(where: { $0.unit.rawValue == unit }) { return found }
    if unit == nil, let only = configuration.units.first, configuration.units.count == 1 { return only }
    let units = configuration.units.map(\.unit.rawValue).joined(separator: ", ")
    Output.errorLine(
      messages.say(
        "hãy chọn một đơn vị của máy này: --unit \(units)", "choose one of this machine's units: --unit \(units)"))
    throw ExitCode.impossible
  }

  func rows(_ configuration: AgentConfiguration, _ common: CommonOptions) async throws -> RegisterRows {
    let journal = try await common.explainingJournal(configuration) {
      try await Journal.reading(configuration.paths.journal)
    }
    // Without one the rows are there, with what the journal knows.
    return RegisterRows(journal: journal, catalogue: try? Catalogue.reading(configuration.paths.catalogue))
  }

  /// Whole or not at all: a file that stands under the name is replaced when all is written.
  func write(_ messages: Messages, isText: Bool, _ make: ((@escaping (Data) throws -> Void) throws -> Void)) throws {
    guard let output else {
      if !isText, isatty(STDOUT_FILENO) == 1 {
        Output.errorLine(
          messages.say("hãy nói ghi vào tệp nào: --output TỆP", "say which file to write: --output FILE"))
        throw ExitCode.impossible
      }
      return try make { try FileHandle.standardOutput.write(contentsOf: $0) }
    }
    let target = URL(fileURLWithPath: output)
    let part = target.deletingLastPathComponent().appending(component: ".\(UUID().uuidString).part")
    defer { try? FileManager.default.removeItem(at: part) }
    guard FileManager.default.createFile(atPath: part.path, contents: nil),
      let handle = try? FileHandle(forWritingTo: part)
    else { throw SystemError(call: "open", path: part.path) }
    try make { try handle.write(contentsOf: $0) }
    try handle.close()
    guard rename(part.path, target.path) == 0 else { throw SystemError(call: "rename", path: target.path) }
  }
}
