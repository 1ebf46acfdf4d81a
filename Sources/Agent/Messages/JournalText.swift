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

extension Messages {
  /// Why the journal can't be read, and what to do.
  public func sentence(_ problem: Journal.Problem) -> String { text(JournalText.problem(problem)) }
}
