/// The legal act of sending: what the sender declares of one document. It travels as CMS SignedData by the sending unit's
/// document key over the canonical JSON of this value; the bytes were uploaded before and mean nothing by themselves.
public struct Submission: Codable, Equatable, Sendable {
  /// The version of this record. A hub refuses one that it doesn't know.
  public var version = 1
  public var document: DocumentID
  public var upload: UploadID
  public var sender: UnitID
  /// At least one, sorted, none twice.
  public var addressees: [Addressee]
  /// Of the signed PDF, exactly as uploaded.
  public var digest: SHA256Digest
  /// In bytes, of the signed PDF.
  public var size: Int64
  /// The name that the file had in the sender's folder, for people; never a path. At most 255 bytes of UTF-8.
  public var name: String
  public var urgency: Urgency
  /// The letter that this one answers, as the sender says; nil where it answers none.
  public var replyTo: DocumentID?
  /// Whether the paper original follows by post; nil where it doesn't.
  public var paperFollows: Bool?
  /// By the sender's clock.
  public var submittedAt: Instant

  public init(
    document: DocumentID, upload: UploadID, sender: UnitID, addressees: [Addressee], digest: SHA256Digest, size: Int64,
    name: String, urgency: Urgency, replyTo: DocumentID? = nil, paperFollows: Bool = false, submittedAt: Instant
  ) {
    self.document = document
    self.upload = upload
    self.sender = sender
    self.addressees = addressees.sorted()
    self.digest = digest
    self.size = size
    self.name = name
    self.urgency = urgency
    self.replyTo = replyTo
    self.paperFollows = paperFollows ? true : nil
    self.submittedAt = submittedAt
  }

  /// What a repeat of the same act must have in common with the first. The upload may be another one (the first may have
  /// expired), and a re-signed record has another time; the document and whom it goes to may not change.
  public func isSameAct(as other: Submission) -> Bool {
    document == other.document && sender == other.sender && addressees == other.addressees && digest == other.digest
      && size == other.size
  }
}
