import Agent
import ArgumentParser
import Exchange
import Foundation

struct EditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Corrects what the registers and the search say of a letter.",
    discussion: """
      The letter itself is never changed. What stood there before, who corrected it and when stay in the letter's history
      (congvan show). An empty value, as in --signer '', says that the letter has no such thing.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: CommonOptions.documentHelp)
  var id: String

  @Option(help: "Of one unit, where the document went to several of this machine's.")
  var unit: String?

  @Option(help: "Số") var number: String?
  @Option(help: "Ký hiệu, such as LĐLĐ or KH-LĐLĐ.") var symbol: String?
  @Option(help: ArgumentHelp("Ngày văn bản.", valueName: Day.usage)) var date: String?
  @Option(help: "Địa danh") var place: String?
  @Option(help: "Tên loại, such as KẾ HOẠCH.") var type: String?
  @Option(help: "Trích yếu") var subject: String?
  @Option(help: "Cơ quan ban hành") var issuer: String?
  @Option(help: "Cơ quan chủ quản") var parent: String?
  @Option(help: "Người ký") var signer: String?
  @Option(help: "Chức vụ của người ký") var position: String?
  @Option(help: "Kính gửi; once for each.") var addressee: [String] = []
  @Option(help: "Nơi nhận; once for each.") var copy: [String] = []

  func run() async throws {
    try await reportingErrors {
      let configuration = try common.configuration()
      let messages = common.messages(configuration)
      let correction = try correction(messages)
      let (journal, catalogue) = try await common.explainingJournal(configuration) {
        // The catalogue first: who may write to it may write to the journal.
        let catalogue = try Catalogue.correcting(configuration.paths.catalogue)
        return (try Journal(addingTo: configuration.paths.journal), catalogue)
      }
      let document = try await common.document(like: id, in: journal, messages)
      let unit = try unit.map { try UnitID($0) }
      let entries = try await catalogue.entries(of: document).filter { unit == nil || $0.key.unit == unit }
      guard !entries.isEmpty else {
        Output.errorLine(
          messages.say(
            "văn bản này chưa được lưu, nên chưa có trong sổ: chờ khi nó đã vào hộp đến hoặc thư mục đã gửi",
            "this letter isn't filed yet, and so not in the registers: wait until it is in the inbox or among the sent")
        )
        throw ExitCode.negative
      }
      guard let entry = entries.first, entries.count == 1 else {
        // Each unit keeps registers of its own.
        let units = entries.map(\.key.unit.rawValue).joined(separator: ", ")
        Output.errorLine(
          messages.say(
            "văn bản này có trong sổ của nhiều đơn vị: chọn một bằng --unit (\(units))",
            "this letter is in the registers of several units: choose one with --unit (\(units))"))
        throw ExitCode.impossible
      }
      try await Registrar(journal: journal, catalogue: catalogue).correct(entry, correction, by: NSUserName())
      Output.lines([
        messages.say("Đã sửa. Lịch sử: congvan show \(document)", "Corrected. Its history: congvan show \(document)")
      ])
    }
  }

  private func correction(_ messages: Messages) throws -> LetterCorrection {
    let texts: [(LetterCorrection.Field, String?)] = [
      (.number, number), (.symbol, symbol), (.date, date), (.place, place), (.type, type),
      (.subject, subject),
      (.issuer, issuer), (.parent, parent), (.signer, signer), (.position, position),
      (.addressees, addressee.isEmpty ? nil : addressee.joined(separator: "\n")),
      (.copies, copy.isEmpty ? nil : copy.joined(separator: "\n")),
    ]
    var correction = LetterCorrection()
    do {
      for case (let field, let value?) in texts { try correction.set(field, to: value) }
    } catch {
      Output.errorLine(
        messages.say(
          "“\(Messages.shown(error.value))” không dùng được cho --\(error.field.rawValue) (ngày viết như 23/11/2026; số phải có chữ số; không quá 4.000 ký tự)",
          "“\(Messages.shown(error.value))” is no value for --\(error.field.rawValue) (a day is written 2026-11-23 or 23/11/2026; a number has a digit; at most 4,000 characters)"
        ))
      throw ExitCode.impossible
    }
    if correction.isEmpty {
      Output.errorLine(
        messages.say("hãy nói sửa gì, ví dụ --subject “…”", "say what to correct, such as --subject “…”"))
      throw ExitCode.impossible
    }
    return correction
  }
}
