/// A place in the hub's sequence of postings. A unit that has seen up to N asks for what comes after N. Zero is the start.
public struct MailboxCursor: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  public let value: Int64

  public init(_ value: Int64) { self.value = value }

  public static let start = MailboxCursor(0)
  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
  public var description: String { String(value) }

  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(Int64.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

/// A document posted to a unit: all that its agent must know to fetch, verify and file it.
public struct PostedDocument: Codable, Equatable, Sendable {
  public var document: DocumentID
  public var sender: UnitID
  public var senderName: String
  /// As the sender addressed it: the unit itself, or a group that it belongs to.
  public var addressee: Addressee
  public var digest: SHA256Digest
  public var size: Int64
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
    document: DocumentID, sender: UnitID, senderName: String, addressee: Addressee, digest: SHA256Digest, size: Int64,
    name: String, urgency: Urgency, replyTo: DocumentID? = nil, paperFollows: Bool? = nil, acceptedAt: Instant,
    receiptNumber: String
  ) {
    self.document = document
    self.sender = sender
    self.senderName = senderName
    self.addressee = addressee
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

/// News for a sender: what became of its document at one recipient.
public struct DeliveryReport: Codable, Equatable, Sendable {
  public var document: DocumentID
  public var recipient: UnitID
  public var recipientName: String
  public var event: EvidenceEvent
  public var at: Instant
  /// Why, where the event is a failure or a refusal: the recipient's words, or `unitClosed`.
  public var reason: String?

  /// The hub's own reason for a rejection: the recipient was closed before it had fetched the document.
  public static let unitClosed = "unit-closed"

  public init(
    document: DocumentID, recipient: UnitID, recipientName: String, event: EvidenceEvent, at: Instant, reason: String?
  ) {
    self.document = document
    self.recipient = recipient
    self.recipientName = recipientName
    self.event = event
    self.at = at
    self.reason = reason
  }
}

/// One posting in a unit's mailbox. A kind that the reader doesn't know has neither member: it is passed over, and the
/// cursor moves on, so that an old agent survives a newer hub.
public struct MailboxItem: Codable, Equatable, Sendable {
  public var sequence: MailboxCursor
  public var document: PostedDocument?
  public var delivery: DeliveryReport?
  /// Beside a document: what the unit itself has said of it already; nil where it said nothing, or an older hub doesn't tell.
  public var evidence: OwnEvidence?

  public init(
    sequence: MailboxCursor, document: PostedDocument? = nil, delivery: DeliveryReport? = nil,
    evidence: OwnEvidence? = nil
  ) {
    self.sequence = sequence
    self.document = document
    self.delivery = delivery
    self.evidence = evidence
  }
}

/// What a recipient has acknowledged, as the hub keeps it: an agent that lost its journal learns from it what it had filed.
public struct OwnEvidence: Codable, Equatable, Sendable {
  /// The handover, where there was one; else the last word.
  public var event: EvidenceEvent
  /// By the recipient's clock.
  public var at: Instant

  public init(event: EvidenceEvent, at: Instant) {
    self.event = event
    self.at = at
  }
}

/// Which ledger answers, and how far it goes. Cursors and receipts are worth something with this ledger alone: one that was
/// restored from a backup has another epoch, and whoever holds more than it does brings that again.
public struct LedgerStanding: Codable, Equatable, Sendable {
  /// A random text that is the ledger's until it is restored; compared, never read.
  public var epoch: String
  /// The newest posting of all units.
  public var newest: MailboxCursor

  public init(epoch: String, newest: MailboxCursor) {
    self.epoch = epoch
    self.newest = newest
  }
}

/// The answer of the list call: the truth that notices only hint at.
public struct MailboxPage: Codable, Equatable, Sendable {
  public var items: [MailboxItem]
  /// Ask for what comes after this next time; also when `items` is empty.
  public var next: MailboxCursor
  /// Whether the same question with `next` would bring more at once.
  public var more: Bool
  /// nil: an older hub.
  public var ledger: LedgerStanding?

  public init(items: [MailboxItem], next: MailboxCursor, more: Bool, ledger: LedgerStanding? = nil) {
    self.items = items
    self.next = next
    self.more = more
    self.ledger = ledger
  }
}

/// An event of the notice stream (server-sent events): only a hint that the units named have something new. `id` on the
/// stream is `cursor`; event names are `hello`, `cursor` and `restart`.
public struct Notice: Codable, Equatable, Sendable {
  public var cursor: MailboxCursor
  /// Of the units that this machine serves; empty in `hello` and `restart`.
  public var units: [UnitID]
  /// The hub's clock.
  public var at: Instant

  public init(cursor: MailboxCursor, units: [UnitID], at: Instant) {
    self.cursor = cursor
    self.units = units
    self.at = at
  }
}
