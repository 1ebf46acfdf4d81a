import Agent
import ArgumentParser
import Exchange
import Foundation

struct OutstandingCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outstanding", abstract: "Letters that were sent and are not handled everywhere, and who is missing.",
    discussion: """
      A recipient has handled a letter when somebody there moved it to done/, or answered it with --reply-to. Exit codes: 0 \
      nothing is outstanding; 1 something is; 2 it could not be asked.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: JSONOption
  @Option(help: "Of one unit only, where this machine serves several.") var unit: String?
  @Option(help: "Letters of the last so many days.") var days = 90
  @Flag(help: "What isn't answered, handled or not.") var unanswered = false
  @Flag(help: "All letters, also those that are handled everywhere.") var all = false

  /// For programs; field names are stable.
  private struct Line: Encodable {
    let document: DocumentID
    let unit: UnitID
    let name: String
    let sentAt: Instant
    let receiptNumber: String?
    let paperFollows: Bool
    let recipients: [RecipientState]
  }

  func validate() throws {
    guard (1...36_500).contains(days) else { throw ValidationError("--days is a number from 1 to 36500") }
  }

  func run() async throws {
    try await reportingErrors {
      let configuration = try common.configuration()
      let messages = common.messages(configuration)
      let journal = try await common.explainingJournal(configuration) {
        try await Journal.reading(configuration.paths.journal)
      }
      let units = try unit == nil ? configuration.units : [configuration.unit(named: unit, messages)]
      let since = Instant(Date(timeIntervalSinceNow: -86_400 * Double(days)))
      let letters = try await SentLetter.all(of: units.map(\.unit), since: since, in: journal)
        .filter { $0.recipients.contains(where: isOpen) || all }
      if output.json {
        try Output.json(
          letters.map { letter in
            Line(
              document: letter.record.document, unit: letter.record.unit, name: letter.record.nameText,
              sentAt: letter.record.takenAt, receiptNumber: letter.record.receiptNumber,
              paperFollows: letter.record.paperFollows, recipients: letter.recipients)
          })
      } else {
        Output.lines(letters.flatMap { lines($0, messages) })
        if letters.isEmpty {
          Output.lines([
            messages.say(
              "Không còn văn bản nào chờ xử lý trong \(days) ngày qua.",
              "Nothing that was sent in the last \(days) days is outstanding.")
          ])
        }
      }
      if letters.contains(where: { $0.recipients.contains(where: isOpen) }) { throw ExitCode.negative }
    }
  }

  private func isOpen(_ state: RecipientState) -> Bool { unanswered ? state.answer == nil : state.isOpen }

  private func lines(_ letter: SentLetter, _ messages: Messages) -> [String] {
    let receipt = letter.record.receiptNumber.map { messages.say(" · biên nhận \($0)", " · receipt \($0)") } ?? ""
    return [
      "\(Messages.shown(letter.record.nameText)) · \(messages.moment(letter.record.takenAt))\(receipt) · \(letter.record.document)"
    ] + messages.lines(letter.recipients).map { "   \($0)" }
  }
}
