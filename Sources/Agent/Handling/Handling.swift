/// What a clerk did with an incoming letter, as its place in the inbox says.
public enum Handling: String, Codable, Sendable, CaseIterable {
  /// It lies in inbox/: not handled yet.
  case waiting
  /// Moved to inbox/done/: read and handled.
  case done
  /// Moved to inbox/returned/: refused, with a reason.
  case returned
}

/// What follows from where a letter was found.
enum HandlingDecision: Equatable {
  case nothing
  /// Tell the sender that it was handled.
  case done
  /// Tell the sender that it comes back, and why.
  case returned(reason: String)
  /// The clerk may still be writing the reason.
  case awaitReason
  /// It is back in the inbox. What the sender was told stays told: events only add up.
  case takenUpAgain

  /// - Parameters:
  ///   - known: as the journal has it.
  ///   - place: where it lies now.
  ///   - reason: the text beside it; nil where there is none.
  ///   - isPatienceOver: whether a reason was waited for long enough.
  static func decide(known: Handling, place: Handling, reason: String?, isPatienceOver: Bool, otherwise: String)
    -> HandlingDecision
  {
    switch place {
    case known: return .nothing
    case .done: return .done
    case .waiting: return .takenUpAgain
    case .returned:
      if let reason { return .returned(reason: reason) }
      return isPatienceOver ? .returned(reason: otherwise) : .awaitReason
    }
  }
}
