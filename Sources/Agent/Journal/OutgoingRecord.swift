import Durable
import Exchange
import Foundation
import GRDB

/// A row of the journal: one document that was in an outbox.
public struct OutgoingRecord: Sendable {
  public var document: DocumentID
  public var unit: UnitID
  /// To whom it goes: sorted, none twice; empty where it was refused before anyone knew.
  public var addressees: [Addressee]
  public var journey: OutgoingJourney
  public var urgency: Urgency
  /// The letter that this one answers, where whoever sent it said so.
  public var replyTo: DocumentID?
  /// Whether the paper original follows by post.
  public var paperFollows = false
  /// The outbox folder that it was in.
  public var folder: FilePath
  /// As bytes: kept as given.
  public var name: [UInt8]
  /// Which file it was when it was taken in.
  public var identity: FileIdentity
  /// Of the dropped bytes.
  public var digest: SHA256Digest?
  public var signedDigest: SHA256Digest?
  public var signedSize: Int64?
  public var upload: UploadID?
  public var refusal: Refusal?
  /// The hub's receipt, CMS.
  public var receipt: Data?
  public var receiptNumber: String?
  /// Where the file goes at the end: absolute, in sent/ or rejected/. Journalled before the file is put there.
  public var target: FilePath?
  /// At the journey's end: why the original still stands in the outbox, in the system's words; nil where it doesn't. Such a
  /// file is known, and not taken in again.
  public var leftBehind: String?
  public var takenAt: Instant
  public var updatedAt: Instant

  public init(
    document: DocumentID, unit: UnitID, addressees: [Addressee], journey: OutgoingJourney = OutgoingJourney(),
    urgency: Urgency = .normal, source: FilePath, identity: FileIdentity, digest: SHA256Digest?, takenAt: Instant
  ) {
    self.document = document
    self.unit = unit
    self.addressees = addressees
    self.journey = journey
    self.urgency = urgency
    folder = source.folder
    name = source.name
    self.identity = identity
    self.digest = digest
    self.takenAt = takenAt
    updatedAt = takenAt
  }

  /// For people: invalid UTF-8 is replaced.
  public var nameText: String { String(decoding: name, as: UTF8.self) }
  public var source: FilePath { folder.appending(name) }
  public var order: SubmissionOrder {
    SubmissionOrder(urgency: urgency, size: signedSize ?? identity.size, document: document)
  }
}

extension OutgoingRecord: FetchableRecord {
  public init(row: Row) throws {
    document = try DocumentID(row["document"] as String)
    unit = try UnitID(row["unit"] as String)
    addressees = try (row["addressee"] as String?).map { try Addressee.list($0) } ?? []
    guard let state = OutgoingState(rawValue: row["state"]) else { throw MalformedValue("state", row["state"]) }
    journey = OutgoingJourney(
      state: state, attempts: row["attempts"], notBefore: Instant(millisecondsSinceEpoch: row["notBefore"]))
    urgency = Urgency(rawValue: row["urgency"]) ?? .normal
    replyTo = try (row["replyTo"] as String?).map { try DocumentID($0) }
    paperFollows = row["paperFollows"]
    folder = FilePath(bytes: [UInt8](row["folder"] as Data))
    name = [UInt8](row["name"] as Data)
    identity = FileIdentity(
      device: UInt64(bitPattern: row["device"]), inode: UInt64(bitPattern: row["inode"]), size: row["size"],
      modified: row["modified"], changed: row["changed"])
    digest = try (row["digest"] as String?).map { try SHA256Digest(hex: $0) }
    signedDigest = try (row["signedDigest"] as String?).map { try SHA256Digest(hex: $0) }
    signedSize = row["signedSize"]
    upload = try (row["upload"] as String?).map { try UploadID($0) }
    refusal = try (row["refusal"] as String?).map { try CanonicalJSON.decode(Refusal.self, from: Data($0.utf8)) }
    receipt = row["receipt"]
    receiptNumber = row["receiptNumber"]
    target = (row["target"] as String?).map { FilePath($0) }
    leftBehind = row["leftBehind"]
    takenAt = Instant(millisecondsSinceEpoch: row["takenAt"])
    updatedAt = Instant(millisecondsSinceEpoch: row["updatedAt"])
  }

  func save(_ database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO outgoing (document, unit, addressee, state, urgency, folder, name, device, inode, size, modified, changed,
          digest, signedDigest, signedSize, upload, attempts, notBefore, refusal, receipt, receiptNumber, target, leftBehind,
          takenAt, updatedAt, replyTo, paperFollows)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (document) DO UPDATE SET addressee = excluded.addressee, state = excluded.state,
          urgency = excluded.urgency, digest = excluded.digest, signedDigest = excluded.signedDigest,
          signedSize = excluded.signedSize, upload = excluded.upload, attempts = excluded.attempts,
          notBefore = excluded.notBefore, refusal = excluded.refusal, receipt = excluded.receipt,
          receiptNumber = excluded.receiptNumber, target = excluded.target, leftBehind = excluded.leftBehind,
          updatedAt = excluded.updatedAt
        """)
    let refusalText = try refusal.map { String(decoding: try CanonicalJSON.encode($0), as: UTF8.self) }
    try statement.execute(arguments: [
      document.text, unit.rawValue, addressees.isEmpty ? nil : Addressee.text(of: addressees), journey.state.rawValue,
      urgency.rawValue,
      Data(folder.bytes),
      Data(name), Int64(bitPattern: identity.device), Int64(bitPattern: identity.inode), identity.size,
      identity.modified,
      identity.changed, digest?.hex, signedDigest?.hex, signedSize, upload?.text, journey.attempts,
      journey.notBefore.millisecondsSinceEpoch, refusalText, receipt, receiptNumber, target?.description,
      leftBehind, takenAt.millisecondsSinceEpoch, updatedAt.millisecondsSinceEpoch,
      replyTo?.text, paperFollows,
    ])
  }
}
