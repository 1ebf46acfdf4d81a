import Exchange

/// What is said where the journal can't be read.
enum JournalText {
  static func problem(_ problem: Journal.Problem) -> Phrase {
    switch problem {
    case .newer(let path):
      Phrase(
        "Sổ nhật ký \(path) do một phiên bản mới hơn của chương trình ghi: cài lại phiên bản đó hoặc mới hơn.",
        "The journal \(path) was written by a newer version: install that version again, or a newer one.")
    case .missing(let path):
      Phrase(
        "Chưa có sổ nhật ký \(path): chương trình congvand chưa chạy lần nào với cấu hình này.",
        "There is no journal at \(path): the daemon congvand has not run yet with this configuration.")
    case .unreadable(let path, let error):
      Phrase(
        "Không đọc được sổ nhật ký \(path): \(SystemText.why(error.code).vietnamese). Chỉ dịch vụ được đọc nó: dùng sudo, hoặc chạy bằng người dùng của dịch vụ.",
        "The journal \(path) cannot be read: \(SystemText.why(error.code).english). It is the service's alone: use sudo, or run this as the service's user."
      )
    case .unfinished(let path):
      Phrase(
        "Sổ nhật ký \(path) đang được tạo hoặc nâng cấp: thử lại sau giây lát; nếu vẫn vậy, khởi động congvand.",
        "The journal \(path) is being made or brought up to date: try again in a moment; if that doesn't help, start congvand."
      )
    }
  }
}

extension JournalText {
  /// How long a loss that was made good is told, so that whoever looks after the machine hears of it.
  private static let remembered: Duration = .seconds(7 * 86400)

  static func loss(_ loss: JournalLoss, now: Instant) -> Phrase? {
    let since = Messages(.vietnamese).moment(loss.since)
    let (what, whatEnglish) = loss.cause == .damaged ? ("bị hỏng", "was damaged") : ("bị mất", "was gone")
    let (from, fromEnglish) =
      loss.backupAt.map { ("bản sao lưu lúc \(Messages(.vietnamese).moment($0))", "the backup of \($0)") }
      ?? ("đầu, vì không có bản sao lưu", "nothing, as there was no backup")
    let aside = loss.aside.map { (" Tệp cũ ở \($0).", " What was left of it is in \($0).") } ?? ("", "")
    guard let settled = loss.settledAt else {
      return Phrase(
        "Sổ nhật ký \(what), từ \(since): được lập lại từ \(from), và đang chờ đối chiếu với máy chủ của tỉnh và các thư mục. Văn bản chờ, không mất.\(aside.0)",
        "The journal \(whatEnglish), since \(since): it is made again from \(fromEnglish), and waits to be compared with hub and folders. Documents wait and are not lost.\(aside.1)"
      )
    }
    guard now - settled < remembered else { return nil }
    return Phrase(
      "Sổ nhật ký \(what), lúc \(since); đã lập lại từ \(from), máy chủ của tỉnh và các thư mục. Không văn bản nào gửi hay lưu hai lần. Hãy kiểm tra đĩa của máy.\(aside.0)",
      "The journal \(whatEnglish), at \(since); it was made again from \(fromEnglish), the hub and the folders. Nothing was sent or filed twice. Check this machine's disk.\(aside.1)"
    )
  }
}

extension Messages {
  /// That the journal was lost, and what was done; nil where that is long over.
  public func sentence(_ loss: JournalLoss, now: Instant) -> String? {
    JournalText.loss(loss, now: now).map(text)
  }

  /// Why the journal can't be read, and what to do.
  public func sentence(_ problem: Journal.Problem) -> String { text(JournalText.problem(problem)) }
}
