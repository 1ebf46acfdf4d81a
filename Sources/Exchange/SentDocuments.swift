/// A document that a unit sent and the hub took on: what a sender that lost its journal must know to go on.
public struct AcceptedSending: Codable, Equatable, Sendable {
  public var document: DocumentID
  public var addressees: [Addressee]
  /// Of the signed PDF.
  public var digest: SHA256Digest
  /// In bytes, of the signed PDF.
  public var size: Int64
  /// As submitted, for people.
  public var name: String
  public var urgency: Urgency
  /// The letter that this one answers, as the sender says; nil where it answers none.
  public var replyTo: DocumentID?
  /// Whether the paper original follows by post; nil where it doesn't.
  public var paperFollows: Bool?
  public var acceptedAt: Instant
  /// The number of the hub's receipt.
  public var receiptNumber: String

  public init(
    document: DocumentID, addressees: [Addressee], digest: SHA256Digest, size: Int64, name: String, urgency: Urgency,
    replyTo: DocumentID? = nil, paperFollows: Bool? = nil, acceptedAt: Instant, receiptNumber: String
  ) {
    self.document = document
    self.addressees = addressees
    self.digest = digest
    self.size = size
    self.name = name
    self.urgency = urgency
    self.replyTo = replyTo
    self.paperFollows = paperFollows
    self.acceptedAt = acceptedAt
    self.receiptNumber = receiptNumber
  }
}

/// A page of what a unit sent, in the order of the documents' identifiers. Ask for the next one with the last identifier.
public struct SentPage: Codable, Equatable, Sendable {
  public var items: [AcceptedSending]
  /// Whether there are more after the last item.
  public var more: Bool

  public init(items: [AcceptedSending], more: Bool) {
    self.items = items
    self.more = more
  }
}
