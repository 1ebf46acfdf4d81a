/// What a recipient says of one document.
public struct Acknowledgement: Codable, Equatable, Sendable {
  public var document: DocumentID
  /// As the recipient computed it over what it holds.
  public var digest: SHA256Digest
  public var event: EvidenceEvent
  /// By the recipient's clock.
  public var at: Instant
  /// Required where the event is a failure or a refusal.
  public var reason: String?

  public init(document: DocumentID, digest: SHA256Digest, event: EvidenceEvent, at: Instant, reason: String? = nil) {
    self.document = document
    self.digest = digest
    self.event = event
    self.at = at
    self.reason = reason
  }
}

/// Acknowledgements of one unit, signed together: CMS SignedData by the unit's document key over the canonical JSON of this
/// value. At most `Limits.acknowledgementsPerBatch`. A batch repeated under the same identifier gets the same answer.
public struct AcknowledgementBatch: Codable, Equatable, Sendable {
  public var version = 1
  public var evidence: EvidenceID
  public var unit: UnitID
  public var items: [Acknowledgement]

  public init(evidence: EvidenceID, unit: UnitID, items: [Acknowledgement]) {
    self.evidence = evidence
    self.unit = unit
    self.items = items
  }
}

/// The hub's answer to a batch.
public struct AcknowledgementResult: Codable, Equatable, Sendable {
  public struct Rejection: Codable, Equatable, Sendable {
    public var document: DocumentID
    public var type: ProblemType

    public init(document: DocumentID, type: ProblemType) {
      self.document = document
      self.type = type
    }
  }

  public var accepted: [DocumentID]
  public var rejected: [Rejection]

  public init(accepted: [DocumentID], rejected: [Rejection]) {
    self.accepted = accepted
    self.rejected = rejected
  }
}

/// Where a document stands at one recipient, for its sender.
public struct DeliveryStatus: Codable, Equatable, Sendable {
  public var recipient: UnitID
  public var recipientName: String
  /// The last event; nil while nothing is known but that it was posted.
  public var event: EvidenceEvent?
  public var at: Instant?
  public var reason: String?

  public init(recipient: UnitID, recipientName: String, event: EvidenceEvent?, at: Instant?, reason: String?) {
    self.recipient = recipient
    self.recipientName = recipientName
    self.event = event
    self.at = at
    self.reason = reason
  }
}
