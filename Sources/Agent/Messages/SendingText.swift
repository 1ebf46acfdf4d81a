import Exchange

extension Messages {
  /// Why a letter would not go, under a stable code: what is the matter, line by line, then what to do.
  public func explain(_ obstacle: SendingPlan.Obstacle, fileName: String) -> (code: String, lines: [String]) {
    switch obstacle {
    case .refused(let refusal):
      let (happened, remedy) = sentence(refusal, fileName: fileName)
      return (refusal.code, [Self.oneLine(happened), remedy])
    case .recipient(let refusal):
      return (refusal.code, [text(SendingText.recipient(refusal)), text(SendingText.choose)])
    case .unclear(let unclear):
      return (
        "addressee-unclear",
        PuzzleText.happened(unclear.puzzle).map { Self.oneLine(text($0)) } + [text(SendingText.sayTo)]
      )
    }
  }
}

/// What is said of a recipient that whoever sends a letter by command named; in folders' terms `RefusalText` says the same.
enum SendingText {
  static func recipient(_ refusal: Refusal) -> Phrase {
    func list(_ names: [String]) -> String { names.map(Messages.shown).joined(separator: ", ") }
    switch refusal {
    case .recipientUnknown(let asked, let near):
      let asked = Messages.shown(asked)
      return Phrase(
        "“\(asked)” không phải là tên của đơn vị hay nhóm nào trong danh bạ."
          + (near.isEmpty ? "" : " Có thể là: \(list(near))."),
        "“\(asked)” is not the name of any unit or group in the directory."
          + (near.isEmpty ? "" : " It may be: \(list(near))."))
    case .recipientAmbiguous(let asked, let candidates):
      return Phrase(
        "“\(Messages.shown(asked))” không chỉ rõ một nơi nhận; có thể là: \(list(candidates)).",
        "“\(Messages.shown(asked))” does not name one recipient alone; it may be: \(list(candidates)).")
    default: return RefusalText.entry(for: refusal).happened
    }
  }

  static let choose = Phrase(
    "Dùng mã của nơi nhận (phần trong ngoặc) cho --to. Đơn vị mới có trong danh bạ của máy này sau khoảng một phút.",
    "Give --to the recipient's identifier (in brackets). A new unit is in this machine's directory within a minute or so."
  )
  static let sayTo = Phrase(
    "Nói rõ nơi nhận bằng --to, hoặc sửa văn bản.", "Say to whom with --to, or mend the letter.")
}
