import Exchange

/// Where a letter stands at one of its recipients, as the sender knows it.
public struct RecipientState: Sendable, Encodable, Equatable {
  public enum Stage: String, Sendable, Encodable, CaseIterable, Comparable {
    /// Its agent has not fetched it yet.
    case posted
    /// In its inbox; nobody moved it to done/ yet.
    case delivered
    /// Its agent could not verify the file.
    case failed
    /// It came back: the recipient refused it, or was closed.
    case returned
    /// A person there has handled it.
    case handled

    public static func < (left: Self, right: Self) -> Bool {
      (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }

    init(_ event: EvidenceEvent) {
      self =
        switch event {
        case .submissionAcceptance: .posted
        case .contentHandover: .delivered
        case .contentHandoverFailure: .failed
        case .consignmentRejection: .returned
        case .contentAccessTracking: .handled
        }
    }
  }

  public var recipient: UnitID
  public var name: String
  public var stage: Stage
  /// Of the last that was heard of it, by the recipient's clock; nil where nothing was.
  public var at: Instant?
  /// Why it failed or came back.
  public var reason: String?
  /// A letter that answers it.
  public var answer: DocumentID?

  /// Whether the sender may still have to do something about it.
  public var isOpen: Bool { stage != .handled && answer == nil }

  /// The states at all recipients: those whom the addressees mean by this directory, and whoever was heard of.
  /// - Parameters:
  ///   - reports: in the order of their times.
  ///   - answers: letters that came in answer, by their senders.
  static func all(
    of addressees: [Addressee], from sender: UnitID, _ directory: Directory?, _ reports: [DeliveryReport],
    answers: [UnitID: DocumentID]
  ) -> [RecipientState] {
    let names = Dictionary(
      (directory?.units ?? []).map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    let members = Dictionary(
      (directory?.groups ?? []).map { ($0.id, $0.members) }, uniquingKeysWith: { first, _ in first })
    var states: [UnitID: RecipientState] = [:]
    func state(of unit: UnitID, _ name: String?) -> RecipientState {
      states[unit]
        ?? RecipientState(recipient: unit, name: name ?? names[unit] ?? unit.rawValue, stage: .posted)
    }
    for addressee in addressees {
      switch addressee {
      case .unit(let unit): states[unit] = state(of: unit, nil)
      case .group(let group):
        for unit in members[group] ?? [] where unit != sender { states[unit] = state(of: unit, nil) }
      }
    }
    for report in reports {
      var state = state(of: report.recipient, report.recipientName)
      (state.stage, state.at, state.reason) = (Stage(report.event), report.at, report.reason)
      states[report.recipient] = state
    }
    for (unit, answer) in answers {
      var state = state(of: unit, nil)
      state.answer = answer
      states[unit] = state
    }
    return states.values.sorted {
      ($0.stage, $0.name, $0.recipient.rawValue) < ($1.stage, $1.name, $1.recipient.rawValue)
    }
  }
}

/// A letter that was sent, and where it stands at each recipient.
public struct SentLetter: Sendable {
  public var record: OutgoingRecord
  public var recipients: [RecipientState]
}

extension SentLetter {
  /// Letters of these units that the hub took since then, the newest first.
  public static func all(of units: [UnitID], since: Instant, in journal: Journal) async throws -> [SentLetter] {
    let directory = try await journal.directory()
    var letters: [SentLetter] = []
    for unit in units {
      for record in try await journal.accepted(of: unit, since: since) {
        letters.append(try await letter(record, directory, journal))
      }
    }
    return letters.sorted { $0.record.takenAt > $1.record.takenAt }
  }

  public static func of(_ record: OutgoingRecord, in journal: Journal) async throws -> SentLetter {
    try await letter(record, try await journal.directory(), journal)
  }

  private static func letter(_ record: OutgoingRecord, _ directory: Directory?, _ journal: Journal) async throws
    -> SentLetter
  {
    SentLetter(
      record: record,
      recipients: RecipientState.all(
        of: record.addressees, from: record.unit, directory, try await journal.deliveries(of: record.document),
        answers: try await journal.answers(to: record.document, of: record.unit)))
  }
}
