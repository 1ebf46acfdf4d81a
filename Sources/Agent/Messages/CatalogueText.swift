/// What is said where the catalogue of letters can't be used.
enum CatalogueText {
  static func problem(_ problem: Catalogue.Problem) -> Phrase {
    switch problem {
    case .missing(let path):
      Phrase(
        "Chưa có mục lục văn bản \(path): chương trình congvand chưa chạy lần nào với cấu hình này, hoặc đang lập lại nó.",
        "There is no catalogue of letters at \(path): the daemon congvand has not run yet with this configuration, or is just making it anew."
      )
    case .newer(let path):
      Phrase(
        "Mục lục văn bản \(path) do một phiên bản mới hơn của chương trình ghi: cài lại phiên bản đó hoặc mới hơn.",
        "The catalogue \(path) was written by a newer version: install that version again, or a newer one.")
    case .closed(let path):
      Phrase(
        "Không mở được mục lục văn bản \(path): chỉ dịch vụ được dùng nó. Dùng sudo, hoặc chạy bằng người dùng của dịch vụ.",
        "The catalogue \(path) cannot be opened: it is the service's alone. Use sudo, or run this as the service's user."
      )
    case .unfinished(let path):
      Phrase(
        "Mục lục văn bản \(path) đang được tạo: thử lại sau giây lát.",
        "The catalogue \(path) is just being made: try again in a moment.")
    }
  }
}

extension Messages {
  /// Why the catalogue can't be used, and what to do.
  public func sentence(_ problem: Catalogue.Problem) -> String { text(CatalogueText.problem(problem)) }
}
