import Agent
import ArgumentParser
import Durable
import Exchange
import Foundation

struct SendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "send", abstract: "Sends a PDF, as if it were dropped into the outbox, and says to whom it goes.",
    discussion: """
      The file is checked as the daemon checks it; what would be refused is told at once, and not sent. Else a copy is put
      into the unit's outbox, with a slip that says what you said here; the daemon signs and sends it. Without --to it goes
      to the province; from the province, to whom the letter itself names. Exit codes: 0 it goes; 1 it would not; 2 anything
      else.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: JSONOption
  @Argument(help: "The PDF. It stays where it is.") var file: String
  @Option(help: "The sending unit, where this machine serves several.") var unit: String?
  @Option(
    name: .customLong("to"),
    help: ArgumentHelp(
      "A unit or a group, by identifier, name or alias; once for each. All get it in one act, with one receipt.",
      valueName: "name"))
  var recipients: [String] = []
  @Flag(help: "Khẩn: before letters that aren't urgent.") var urgent = false
  @Option(help: ArgumentHelp("urgent (khẩn), very-urgent (thượng khẩn) or express (hỏa tốc).", valueName: "word"))
  var urgency: String?
  @Flag(help: "The paper original follows by post; recipients are told.") var paperFollows = false
  @Option(
    help: ArgumentHelp(
      "The letter that this one answers: its identifier, or a part of its beginning or end.", valueName: "id"))
  var replyTo: String?
  @Option(help: "The name under which it is sent; by default the file's.") var name: String?
  @Flag(help: "Say what would happen, and do nothing.") var dryRun = false

  /// For programs; field names are stable.
  private struct Report: Encodable {
    struct Recipient: Encodable {
      let addressee: Addressee
      let name: String
      /// Of a group.
      let members: Int?
    }

    let file: String
    let unit: UnitID
    let title: String?
    let recipients: [Recipient]
    let urgency: Int
    let replyTo: DocumentID?
    let paperFollows: Bool
    let problem: String?
    let reasons: [String]
    /// In the outbox; null where nothing was sent.
    let placed: String?
  }

  func validate() throws {
    if let urgency, Self.urgencies[urgency] == nil {
      throw ValidationError("--urgency is urgent, very-urgent or express")
    }
  }

  private static let urgencies: [String: Urgency] = [
    "urgent": .urgent, "very-urgent": .veryUrgent, "express": .express,
  ]

  func run() async throws {
    try await reportingErrors {
      let configuration = try common.configuration()
      let messages = common.messages(configuration)
      let unit = try configuration.unit(named: unit, messages)
      let journal = try await common.explainingJournal(configuration) {
        try await Journal.reading(configuration.paths.journal)
      }
      guard let directory = try await journal.directory() else {
        Output.errorLine(
          messages.say(
            "chưa có danh bạ của tỉnh trên máy này: chạy congvand cho đến khi nó liên lạc được với tỉnh, rồi thử lại",
            "the province's directory isn't known on this machine yet: run congvand until it has reached the hub, and try again"
          ))
        throw ExitCode.impossible
      }
      let reply =
        if let replyTo { try await common.document(like: replyTo, in: journal, messages) as DocumentID? } else {
          nil as DocumentID?
        }
      let order = SendingPlan.Order(
        file: URL(fileURLWithPath: file).path, name: name ?? URL(fileURLWithPath: file).lastPathComponent,
        recipients: recipients,
        urgency: max(urgent ? .urgent : .normal, urgency.flatMap { Self.urgencies[$0] } ?? .normal), replyTo: reply,
        paperFollows: paperFollows)
      let plan: SendingPlan
      do {
        plan = try await SendingPlan.make(
          order, from: unit, directory: directory, journal: journal, limit: configuration.documentSize)
      } catch let error as SystemError {
        Output.errorLine("\(file): \(messages.why(error))")
        throw ExitCode.impossible
      }
      let placed = try plan.obstacle == nil && !dryRun ? place(plan, unit, configuration, messages) : nil
      try tell(plan, unit, directory, placed, messages)
      if plan.obstacle != nil { throw ExitCode.negative }
      if placed != nil, StateLock.holder(of: configuration.paths.lock) == nil {
        Output.errorLine(
          messages.say(
            "congvand không chạy trên máy này: văn bản chờ trong hộp đi cho đến khi nó chạy (systemctl start congvand)",
            "congvand isn't running on this machine: the letter waits in the outbox until it is (systemctl start congvand)"
          ))
      }
    }
  }

  private func place(
    _ plan: SendingPlan, _ unit: UnitConfiguration, _ configuration: AgentConfiguration, _ messages: Messages
  ) throws -> String {
    do {
      return try LetterPackage.place(
        plan.order.file, named: plan.order.name, with: plan.slip, into: unit,
        paths: configuration.paths)
    } catch let error as SystemError {
      Output.errorLine("\(unit.outbox): \(messages.why(error))")
      throw ExitCode.impossible
    }
  }

  // MARK: - Telling

  private func tell(
    _ plan: SendingPlan, _ unit: UnitConfiguration, _ directory: Directory, _ placed: String?, _ messages: Messages
  ) throws {
    let names = AddresseeNames(directory)
    let members = Dictionary(directory.groups.map { ($0.id, $0.members) }, uniquingKeysWith: { first, _ in first })
    let recipients = plan.addressees.map { addressee in
      var count: Int?
      if case .group(let group) = addressee { count = (members[group] ?? []).count { $0 != unit.unit } }
      return Report.Recipient(addressee: addressee, name: names.name(of: addressee), members: count)
    }
    let obstacle = plan.obstacle.map { messages.explain($0, fileName: file) }
    if output.json {
      return try Output.json(
        Report(
          file: file, unit: unit.unit, title: plan.title, recipients: recipients, urgency: plan.urgency.rawValue,
          replyTo: plan.order.replyTo, paperFollows: plan.order.paperFollows, problem: obstacle?.code,
          reasons: obstacle?.lines ?? [],
          placed: placed))
    }
    if let obstacle {
      for reason in obstacle.lines { Output.errorLine("\(Messages.shown(file)): \(reason)") }
      return
    }
    var lines = [Messages.shown(file) + (plan.title.map { " · \(Messages.shown($0))" } ?? "")]
    lines += recipients.map { recipient in
      let size = recipient.members.map { messages.say(" · \($0) đơn vị", " · \($0) units") } ?? ""
      return "  → \(Messages.shown(recipient.name)) (\(recipient.addressee.identifier))\(size)"
    }
    if plan.urgency != .normal {
      lines.append("  \(messages.say("Độ khẩn", "Urgency")): \(messages.urgency(plan.urgency))")
    }
    if let reply = plan.order.replyTo { lines.append("  \(messages.say("Trả lời văn bản", "In answer to")): \(reply)") }
    if plan.order.paperFollows {
      lines.append("  \(messages.say("Bản giấy gửi theo đường bưu chính", "The paper original follows by post"))")
    }
    lines.append(
      placed.map { path in
        messages.say(
          "Đã đưa vào hộp đi: \(path). Theo dõi: congvan log", "In the outbox: \(path). What becomes of it: congvan log"
        )
      } ?? messages.say("Chỉ chạy thử: chưa gửi gì.", "A dry run: nothing was sent."))
    Output.lines(lines)
  }
}
