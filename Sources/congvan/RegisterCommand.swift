import Agent
import ArgumentParser
import Exchange
import Foundation
import LetterReading
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

  @Option(help: ArgumentHelp("First day on which letters came or went.", valueName: Day.usage))
  var from: Day?

  @Option(help: ArgumentHelp("Last day.", valueName: Day.usage))
  var to: Day?

  @Option(help: "csv, xlsx, pdf or html.")
  var format: RegisterFormat = .pdf

  func validate() throws {
    if let from, let to, from > to { throw ValidationError("--from \(from.text) is after --to \(to.text).") }
  }

  func run() async throws {
    try await reportingErrors {
      let configuration = try common.configuration()
      let messages = common.messages(configuration)
      let unit = try sheet.unit(configuration, messages)
      let today = RegisterSheets.day(Instant(Date()))
      let first = from.map { RegisterSheets.day($0.date) }
      let last = to.map { RegisterSheets.day($0.date) } ?? max(today, first ?? today)
      let begin = first ?? RegisterSheets.newYear(of: last)
      let direction: JournalEvent.Direction = kind == .incoming ? .incoming : .outgoing
      let rows = try await sheet.rows(configuration, common)
      let letters = try await rows.letters(
        direction, of: unit.unit, from: RegisterSheets.start(of: begin),
        until: RegisterSheets.start(of: last) + .seconds(86400))
      let register = RegisterSheets.register(direction, of: unit, from: begin, to: last, letters, messages)
      let writer = try format.writer { try SheetFontFile.load(sheet.font, messages) }
      try sheet.write(messages, isText: format == .csv || format == .html) { try writer.write(register, to: $0) }
    }
  }
}
