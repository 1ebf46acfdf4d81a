/// What is said of letters that clerks handled or sent back.
enum HandlingText {
  static let noReason = Phrase("không nêu lý do", "no reason given")

  static func handling(_ handling: Handling) -> Phrase {
    switch handling {
    case .waiting: Phrase("chưa xử lý", "not handled yet")
    case .done: Phrase("đã xử lý", "handled")
    case .returned: Phrase("đã trả lại nơi gửi", "sent back")
    }
  }
}

extension Messages {
  public func handling(_ handling: Handling) -> String { text(HandlingText.handling(handling)) }
}

extension HandlingText {
  static func stage(_ stage: RecipientState.Stage) -> Phrase {
    switch stage {
    case .posted: Phrase("chưa nhận về", "not fetched yet")
    case .delivered: Phrase("đã nhận, chưa xử lý", "in the inbox, not handled yet")
    case .failed: Phrase("không nhận được tệp nguyên vẹn", "could not verify it")
    case .returned: Phrase("trả lại", "sent back")
    case .handled: Phrase("đã xử lý", "handled")
    }
  }

  /// So many recipients of one stage are named; of more, the number is told.
  private static let mostNames = 12

  /// A line for each stage: who is there, and why where a reason was given.
  static func lines(_ states: [RecipientState], _ messages: Messages) -> [String] {
    var lines = RecipientState.Stage.allCases.compactMap { stage -> String? in
      let here = states.filter { $0.stage == stage }
      guard !here.isEmpty else { return nil }
      let names = here.prefix(mostNames).map { state in
        Messages.shown(state.name) + (state.reason.map { " (\(Self.reason($0, messages)))" } ?? "")
      }
      let more = here.count > mostNames ? ", … (\(here.count))" : ""
      return "\(messages.text(self.stage(stage))): \(names.joined(separator: ", "))\(more)"
    }
    let answered = states.filter { $0.answer != nil }
    if !answered.isEmpty {
      let names = answered.prefix(mostNames).map { Messages.shown($0.name) }.joined(separator: ", ")
      let more = answered.count > mostNames ? ", … (\(answered.count))" : ""
      lines.append(messages.say("đã trả lời: ", "answered: ") + names + more)
    }
    return lines
  }

  private static func reason(_ text: String, _ messages: Messages) -> String {
    JourneyText.reason(text).map { messages.text($0) } ?? Messages.shown(text)
  }
}

extension Messages {
  /// Where a letter stands at its recipients.
  public func lines(_ states: [RecipientState]) -> [String] { HandlingText.lines(states, self) }
}
