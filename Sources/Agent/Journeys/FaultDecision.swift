import Exchange

/// What a fault of the hub means for the document that met it on its way out.
enum OutgoingFault: Equatable, Sendable {
  /// The hub said no, for good: the document goes back to the clerk.
  case refused(Refusal)
  /// It may pass. An upload that the hub no longer knows is begun anew.
  case passing(retryAfter: Duration?, uploadIsGone: Bool)
  /// The daemon is stopping: the document stays where it is.
  case stopping

  init(_ fault: HubFault) {
    switch fault.kind {
    case .cancelled: self = .stopping
    // The unit's right to send was withdrawn on this machine: a person gives it back, and the letter isn't at fault.
    case .refused(let problem) where problem.type == .notYours: self = .passing(retryAfter: nil, uploadIsGone: false)
    case .refused(let problem) where !fault.mayPass:
      self = .refused(problem.type.map { .hub($0) } ?? .hubOther(status: problem.status))
    case .refused(let problem):
      self = .passing(retryAfter: nil, uploadIsGone: problem.type == .uploadGone || problem.type == .uploadIncomplete)
    default: self = .passing(retryAfter: fault.retryAfter, uploadIsGone: false)
    }
  }
}

/// What a fault of the hub means for the document that met it on its way in.
enum IncomingFault: Equatable, Sendable {
  /// The hub no longer gives it out.
  case gone(reason: String)
  /// The bytes contradicted their announcement too often.
  case untrustworthy(IncomingCheck.Failure)
  case passing(retryAfter: Duration?)
  /// The daemon is stopping: the document stays where it is.
  case stopping

  /// How often bytes that contradict their announcement are fetched before the document is given up.
  static let contradictionsAllowed = 8

  /// - Parameter attempts: faults since the document's last step forward, without this one.
  init(_ fault: HubFault, attempts: Int) {
    switch fault.kind {
    case .cancelled: self = .stopping
    case .refused(let problem) where problem.type == .notFound || problem.type == .notYours:
      self = .gone(reason: problem.description)
    case .protocolViolation where attempts + 1 >= Self.contradictionsAllowed:
      self = .untrustworthy(IncomingCheck.Failure(code: .digest, detail: fault.detail))
    default: self = .passing(retryAfter: fault.retryAfter)
    }
  }
}
