import Agent
import ArgumentParser
import Exchange
import Registers

struct StampCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stamp",
    abstract: "The received-stamp (dấu đến) of an incoming letter, as a PDF sheet to lay before it.",
    discussion: "The letter itself is never stamped: not a byte of it changes.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var sheet: SheetOptions

  @Argument(help: CommonOptions.documentHelp)
  var id: String

  func run() async throws {
    try await reportingErrors {
      let configuration = try common.configuration()
      let messages = common.messages(configuration)
      let unit = try sheet.unit(configuration, messages)
      let rows = try await sheet.rows(configuration, common)
      let document = try await common.document(like: id, in: rows.journal, messages)
      guard let letter = try await rows.incoming(document, of: unit.unit) else {
        Output.errorLine(
          messages.say(
            "văn bản này chưa vào hộp đến của \(unit.unit)", "this letter isn't in the inbox of \(unit.unit)"))
        throw ExitCode.negative
      }
      let stamp = ReceivedStampPDF(font: try SheetFontFile.load(sheet.font, messages))
      try sheet.write(messages, isText: false) { output in
        try output(stamp.data(RegisterSheets.stamp(letter, of: unit)))
      }
    }
  }
}
