import Agent
import ArgumentParser
import Exchange
import Foundation

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Whether the daemon runs, and how many documents of each unit are where.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: JSONOption

  func run() async throws {
    try await reportingErrors {
      let configuration = try common.configuration()
      let report = try await common.explainingJournal(configuration) { try await StatusReport.make(configuration) }
      if output.json { return try Output.json(report) }
      Output.lines(Self.lines(report, common.messages(configuration)))
      guard report.units.isEmpty else { return }
      Output.lines(
        ["", Self.noUnit(report, AgentConfiguration.unitsFolder(of: common.config), common.messages(configuration))])
    }
  }

  private static func noUnit(_ report: StatusReport, _ folder: String, _ messages: Messages) -> String {
    report.unitsFolderMissing
      ? messages.say(
        "✘ Máy này KHÔNG phục vụ đơn vị nào, vì không có thư mục \(folder). Đăng ký đơn vị bằng `congvan enroll`, hoặc khôi phục các tệp của đơn vị vào đó, rồi chạy `systemctl reload congvand`.",
        "✘ This machine serves NO unit, because there is no folder \(folder). Enrol one with `congvan enroll`, or put the units' files back there, then run `systemctl reload congvand`."
      )
      : messages.say(
        "✘ Máy này không phục vụ đơn vị nào: \(folder) không có tệp .yaml nào. Đăng ký đơn vị bằng `congvan enroll`.",
        "✘ This machine serves no unit: \(folder) holds no .yaml file. Enrol one with `congvan enroll`.")
  }

  private static func lines(_ report: StatusReport, _ messages: Messages) -> [String] {
    var lines: [String] = []
    let process = report.process.map { " (\($0))" } ?? ""
    lines.append(
      report.running
        ? messages.say("Chương trình đang chạy\(process).", "The daemon runs\(process).")
        : messages.say("Chương trình KHÔNG chạy.", "The daemon does NOT run."))
    switch report.journal {
    case .ready: break
    case .missing:
      lines.append(messages.say("Sổ nhật ký chưa có: chương trình chưa chạy lần nào.", "No journal yet: it never ran."))
    case .starting:
      lines.append(
        messages.say(
          "Sổ nhật ký đang được tạo hoặc nâng cấp; xem lại sau giây lát.",
          "The journal is being made or brought up to date; look again in a moment."))
    }
    if let loss = report.journalLoss, let sentence = messages.sentence(loss, now: Instant(Date())) {
      lines.append("✘ \(sentence)")
    }
    lines.append(messages.say("Máy chủ của tỉnh: \(report.hub)", "Hub: \(report.hub)"))
    if let dismissal = report.dismissal {
      lines.append(
        messages.say(
          "Tỉnh KHÔNG còn nhận máy này (\(dismissal.problem.title)), từ \(messages.moment(dismissal.since)). Văn bản được giữ lại, không mất. Xin Văn phòng LĐLĐ tỉnh mã đăng ký mới, rồi chạy `congvan enroll`.",
          "The hub does NOT accept this machine any more (\(dismissal.problem.rawValue)), since \(messages.moment(dismissal.since)). Documents wait and are not lost. Ask the province's office for a new code, then run `congvan enroll`."
        ))
    }
    lines += messages.lines(report.troubles, state: report.state).map { "✘ \($0)" }
    for held in report.heldTokens {
      switch held.state {
      case .locked:
        lines.append(
          messages.say(
            "Thiết bị ký số \(held.token) đã bị khóa. Nhờ nơi cấp mở khóa, rồi chạy `congvan token retry`.",
            "The token \(held.token) has locked itself. Have its issuer unlock it, then run `congvan token retry`."))
      case .lastTry:
        lines.append(
          messages.say(
            "Thiết bị ký số \(held.token) chỉ còn một lần thử mã PIN. Kiểm tra tệp mã PIN, rồi chạy `congvan token retry --last-try`.",
            "The token \(held.token) allows one more PIN. Check the PIN file, then run `congvan token retry --last-try`."
          ))
      default:
        lines.append(
          messages.say(
            "Thiết bị ký số \(held.token) không nhận mã PIN; mã này không được thử lại. Sửa tệp mã PIN, hoặc chạy `congvan token retry`.",
            "The token \(held.token) refused the PIN, which is not tried again. Mend the PIN file, or run `congvan token retry`."
          ))
      }
    }
    for unit in report.units {
      lines += ["", "\(unit.name) (\(unit.unit))", "  \(unit.folder)"]
      if let fault = unit.folderProblem {
        let sentence = messages.sentence(fault, of: unit.unit, folder: unit.folder)
        lines += ["  ✘ \(sentence.happened)", "    \(sentence.remedy)"]
      }
      if let withdrawal = unit.withdrawal {
        let moment = messages.moment(withdrawal.since)
        lines.append(
          messages.say(
            "  ✘ Tỉnh đã thu quyền gửi, nhận văn bản của đơn vị này trên máy này, từ \(moment). Văn bản được giữ lại, không mất. Liên hệ Văn phòng LĐLĐ tỉnh; khi có mã đăng ký mới, chạy `congvan enroll`.",
            "  ✘ The province withdrew this machine's right to send and receive for this unit, since \(moment). Documents wait and are not lost. Ask the province's office; with a new code run `congvan enroll`."
          ))
      }
      let sent = unit.outgoing["sent"] ?? 0
      let rejected = unit.outgoing["rejected"] ?? 0
      lines.append(
        messages.say(
          "  đi:  \(sent) đã gửi, \(unit.waitingOutgoing) đang chờ, \(rejected) bị trả lại",
          "  out: \(sent) sent, \(unit.waitingOutgoing) waiting, \(rejected) rejected"))
      let filed = unit.incoming["filed"] ?? 0
      let quarantined = unit.incoming["quarantined"] ?? 0
      lines.append(
        messages.say(
          "  đến: \(filed) đã vào hộp đến, \(unit.waitingIncoming) đang chờ, \(quarantined) bị cách ly",
          "  in:  \(filed) filed, \(unit.waitingIncoming) waiting, \(quarantined) quarantined"))
      if unit.leftBehindCount > 0 {
        lines.append(
          messages.say(
            "  \(unit.leftBehindCount) tệp gốc đã xong nhưng còn trong hộp đi, vì chương trình không có quyền lấy ra; hãy xóa chúng:",
            "  \(unit.leftBehindCount) originals are done with but stay in the outbox, as they may not be taken out; remove them:"
          ))
        lines += unit.leftBehind.prefix(5).map { "    \(Messages.shown($0))" }
      }
      if let problem = unit.signerProblem {
        lines.append(
          messages.say(
            "  ✘ tỉnh sẽ không nhận chữ ký của đơn vị; báo cho người quản trị máy: \(Messages.shown(problem))",
            "  ✘ the province would refuse the unit's signatures: \(Messages.shown(problem))"))
      }
      if let end = unit.certificateExpires {
        lines.append(
          messages.say(
            "  chứng thư ký có giá trị đến \(messages.moment(end))",
            "  signing certificate valid to \(messages.moment(end))"))
      }
    }
    return lines
  }
}
