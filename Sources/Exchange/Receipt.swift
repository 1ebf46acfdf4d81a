/// The moments of a document's journey that leave evidence, by the names of ETSI EN 319 522-1.
public enum EvidenceEvent: String, Codable, Sendable {
  /// A.1: the hub took the document on. From here on its delivery is the hub's duty.
  case submissionAcceptance = "SubmissionAcceptance"
  /// E.1: the recipient's agent has filed it, with hash and signature verified.
  case contentHandover = "ContentHandover"
  /// E.2: the recipient's agent could not accept the bytes (hash or signature wrong): they are in its quarantine.
  case contentHandoverFailure = "ContentHandoverFailure"
  /// A person has read and handled it (moved to done/).
  case contentAccessTracking = "ContentAccessTracking"
  /// C.4: the recipient refused it (moved to returned/), with a reason; or the hub says so of a recipient that was closed.
  case consignmentRejection = "ConsignmentRejection"
}

/// What the hub says when it takes a document on: CMS SignedData by the hub's evidence key over the canonical JSON of this
/// value. It is given only after document and record are durable.
public struct AcceptanceReceipt: Codable, Equatable, Sendable {
  public var version = 1
  public var event = EvidenceEvent.submissionAcceptance
  public var evidence: EvidenceID
  /// For people, such as `2026-000123`: counts the year's acceptances of this hub.
  public var number: String
  public var document: DocumentID
  public var sender: UnitID
  public var addressees: [Addressee]
  /// Of the signed PDF as the hub computed it, not as it was told.
  public var digest: SHA256Digest
  public var size: Int64
  /// SHA-256 of the submission's CMS bytes: which act this answers.
  public var submissionDigest: SHA256Digest
  /// By the hub's clock.
  public var acceptedAt: Instant
  /// The hub's name.
  public var hub: String

  public init(
    evidence: EvidenceID, number: String, submission: Submission, digest: SHA256Digest, size: Int64,
    submissionDigest: SHA256Digest, acceptedAt: Instant, hub: String
  ) {
    self.evidence = evidence
    self.number = number
    self.document = submission.document
    self.sender = submission.sender
    self.addressees = submission.addressees
    self.digest = digest
    self.size = size
    self.submissionDigest = submissionDigest
    self.acceptedAt = acceptedAt
    self.hub = hub
  }
}
