import Agent
import ArgumentParser
import Exchange
import Foundation

/// Everything about one document, for programs. Field names are stable.
struct DocumentReport: Encodable {
  struct Outgoing: Encodable {
    let unit: UnitID
    let addressees: [Addressee]
    let state: String
    let name: String
    let urgency: Int
    let replyTo: DocumentID?
    let paperFollows: Bool
    let digest: String?
    let signedDigest: String?
    let signedSize: Int64?
    let receiptNumber: String?
    let problem: String?
    /// Where it stands at each recipient; empty before the hub has it.
    let recipients: [RecipientState]
    /// The same with all its facts.
    let refusal: Refusal?
    let target: String?
    let takenAt: Instant
  }

  struct Incoming: Encodable {
    let unit: UnitID
    let sender: UnitID
    let senderName: String
    let state: String
    let name: String
    let urgency: Int
    let replyTo: DocumentID?
    let paperFollows: Bool
    let digest: String
    let size: Int64
    let number: Int?
    let year: Int?
    let fileName: String?
    let handling: Handling
    let problem: String?
    let receiptNumber: String
    let acceptedAt: Instant
  }

  let document: DocumentID
  var outgoing: Outgoing?
  var incoming: [Incoming]
  var deliveries: [DeliveryReport]
  var events: [EventLine]
}

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Everything about one document.",
    discussion: "ID is the document's identifier, or its first or last characters where no other document has the same."
  )

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: JSONOption
  @Argument(help: CommonOptions.documentHelp)
  var id: String

  func run() async throws {
    try await reportingErrors {
      let configuration = try common.configuration()
      let messages = common.messages(configuration)
      let journal = try await common.explainingJournal(configuration) {
        try await Journal.reading(configuration.paths.journal)
      }
      let document = try await common.document(like: id, in: journal, messages)
      let events = try await journal.events(of: document)
      let report = try await report(document, events, journal)
      if output.json { return try Output.json(report) }
      let names = Dictionary(configuration.units.map { ($0.unit, $0.name) }, uniquingKeysWith: { first, _ in first })
      let timeline = Timeline(messages, unitNames: names, directory: try await journal.directory())
      Output.lines(timeline.lines(events))
      Output.lines(facts(report, messages))
    }
  }

  private func report(
    _ document: DocumentID, _ events: [JournalEvent], _ journal: Journal
  ) async throws -> DocumentReport {
    let sent = try await journal.outgoing(document)
    var recipients: [RecipientState] = []
    if let sent { recipients = try await SentLetter.of(sent, in: journal).recipients }
    let outgoing = sent.map { record in
      DocumentReport.Outgoing(
        unit: record.unit, addressees: record.addressees, state: record.journey.state.rawValue,
        name: record.nameText, urgency: record.urgency.rawValue, replyTo: record.replyTo,
        paperFollows: record.paperFollows,
        digest: record.digest?.hex,
        signedDigest: record.signedDigest?.hex, signedSize: record.signedSize, receiptNumber: record.receiptNumber,
        problem: record.refusal?.code, recipients: record.receiptNumber == nil ? [] : recipients,
        refusal: record.refusal, target: record.target?.description,
        takenAt: record.takenAt)
    }
    let incoming = try await journal.incoming(document).map { record in
      DocumentReport.Incoming(
        unit: record.unit, sender: record.posted.sender, senderName: record.posted.senderName,
        state: record.journey.state.rawValue, name: record.posted.name, urgency: record.posted.urgency.rawValue,
        replyTo: record.posted.replyTo, paperFollows: record.posted.paperFollows ?? false,
        digest: record.posted.digest.hex, size: record.posted.size, number: record.number, year: record.year,
        fileName: record.target, handling: record.handling, problem: record.detail,
        receiptNumber: record.posted.receiptNumber,
        acceptedAt: record.posted.acceptedAt)
    }
    return DocumentReport(
      document: document, outgoing: outgoing, incoming: incoming,
      deliveries: try await journal.deliveries(of: document), events: events.map(EventLine.init))
  }

  private func facts(_ report: DocumentReport, _ messages: Messages) -> [String] {
    var lines = [""]
    if let outgoing = report.outgoing {
      if let state = OutgoingState(rawValue: outgoing.state) {
        lines.append(messages.say("Trạng thái: ", "State: ") + messages.state(state))
      }
      if let urgency = Urgency(rawValue: outgoing.urgency), urgency != .normal {
        lines.append(messages.say("Độ khẩn: ", "Urgency: ") + messages.urgency(urgency))
      }
      if let number = outgoing.receiptNumber {
        lines.append(messages.say("Biên nhận của tỉnh: số \(number)", "The province's receipt: number \(number)"))
      }
      lines += messages.lines(outgoing.recipients)
      if let target = outgoing.target { lines.append(messages.say("Nơi lưu: \(target)", "Filed: \(target)")) }
      if let refusal = outgoing.refusal {
        lines += [messages.line(refusal), messages.sentence(refusal, fileName: outgoing.name).remedy]
      }
      if let digest = outgoing.signedDigest { lines.append("SHA-256: \(digest)") }
    }
    for incoming in report.incoming {
      if let state = IncomingState(rawValue: incoming.state) {
        let handling = state == .filed ? ", " + messages.handling(incoming.handling) : ""
        lines.append(messages.say("Trạng thái: ", "State: ") + messages.state(state) + handling)
      }
      lines.append(
        messages.say(
          "Nơi gửi: \(incoming.senderName) (\(incoming.sender)), \(messages.size(incoming.size))",
          "Sender: \(incoming.senderName) (\(incoming.sender)), \(messages.size(incoming.size))"))
      if let problem = incoming.problem { lines.append(messages.say("Trở ngại: \(problem)", "Problem: \(problem)")) }
      lines.append("SHA-256: \(incoming.digest)")
    }
    return lines
  }
}
