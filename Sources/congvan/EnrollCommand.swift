import Agent
import ArgumentParser
import Exchange
import Foundation

struct EnrollCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enroll",
    abstract: "Makes this machine serve a unit: keys, certificates, configuration and folders in one go.",
    discussion: """
      CODE is what the province gave on paper, UNIT.SECRET.PIN; hyphens and letter case in its last two parts don't matter. \
      A run that was cut off is repeated with the same code. Exit codes: 0 enrolled; 1 the hub refused; 2 anything else.
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: ArgumentHelp("The hub's public address.", valueName: "https://hub:8443"))
  var hub: String
  @Argument(help: "The enrolment code.")
  var code: String
  @Option(help: ArgumentHelp("The private folder, for a configuration that doesn't exist yet.", valueName: "folder"))
  var state: String?
  @Option(help: ArgumentHelp("The unit's shared folder.", valueName: "folder"))
  var folder: String?
  @Option(help: ArgumentHelp("For a configuration that doesn't exist yet.", valueName: "http://proxy:3128"))
  var proxy: String?
  @Flag(help: "Also where another machine serves the unit's folder: it stands down. For a machine that is replaced.")
  var takeOver = false

  func validate() throws {
    guard let url = URL(string: hub), url.scheme == "https", url.host != nil else {
      throw ValidationError("The hub's address begins with https://")
    }
  }

  func run() async throws {
    try await reportingErrors {
      let messages = common.messages(try? common.configuration())
      let parsed: EnrolmentCode
      do { parsed = try EnrolmentCode(code) } catch {
        Output.errorLine(
          messages.say(
            "mã đăng ký không đúng dạng ĐƠN-VỊ.MÃ-BÍ-MẬT.DẤU-VÂN-TAY: xem lại tờ giấy của tỉnh",
            "the code is not of the form UNIT.SECRET.PIN: look at the province's sheet again"))
        throw ExitCode.impossible
      }
      let enrolment = Enrolment(
        hubURL: hub, code: parsed, configurationPath: common.config, state: state, folder: folder,
        // Of what clerks read from now on: not for an administrator's LANG to decide.
        language: common.language ?? .vietnamese, proxy: proxy, takesOver: takeOver)
      do {
        report(try await enrolment.run(), messages)
      } catch let obstacle as Enrolment.Obstacle {
        Output.errorLine(messages.say(obstacle.vietnamese, obstacle.english))
        throw ExitCode.impossible
      } catch let fault as HubFault {
        guard case .refused(let problem) = fault.kind, let type = problem.type else { throw fault }
        Output.errorLine("\(messages.sentence(forProblem: Refusal.hub(type).code)) [\(problem)]")
        throw ExitCode.negative
      }
    }
  }

  private func report(_ outcome: Enrolment.Outcome, _ messages: Messages) {
    let unit = outcome.unit
    Output.lines([
      messages.say(
        "Máy này đã được đăng ký với \(outcome.hubName) cho đơn vị \(unit.name) (\(unit.unit)).",
        "This machine is enrolled with \(outcome.hubName) for \(unit.name) (\(unit.unit))."),
      "",
      messages.say("Để gửi văn bản lên tỉnh, chép tệp PDF vào:", "To send to the province, copy PDF files into:"),
      "  \(unit.outbox)",
      messages.say("Văn bản đến nằm ở:", "Incoming documents appear in:"),
      "  \(unit.inbox)",
      messages.say(
        "Văn bản không gửi được, kèm lý do, nằm ở:", "What could not be sent, with the reason, goes to:"),
      "  \(unit.rejected)",
      "",
      messages.say(
        "Nếu chương trình congvand đang chạy, chạy: systemctl reload congvand; nếu chưa: systemctl start congvand.",
        "If the daemon runs: systemctl reload congvand; if not: systemctl start congvand."),
    ])
    Output.lines(outcome.files.map { messages.say("  đã ghi \($0)", "  wrote \($0)") })
  }
}
