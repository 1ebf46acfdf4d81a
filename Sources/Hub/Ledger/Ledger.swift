import Exchange
import Foundation

/// Who calls, by the rows of the ledger.
struct Authorisation: Sendable {
  let machine: MachineID
  let units: Set<UnitID>
  /// Units that it would serve, were they not closed.
  let closed: Set<UnitID>
  let isRevoked: Bool
}

/// A document that the hub has taken on.
struct AcceptedDocument: Sendable {
  let submission: Submission
  /// The exact bytes of the receipt, CMS.
  let receipt: Data
  let digest: SHA256Digest
  let size: Int64
}

/// Who, what and when: everything that the hub knows but the documents' bytes. SQLite on one machine; an engine with more
/// machines in front of it would be another conformance.
protocol Ledger: Sendable {
  // Callers
  func authorise(machineKey: Data, at now: Instant) async throws -> Authorisation?
  /// The unit to which a document certificate belongs, while it is current and the unit active.
  func unit(forCertificate fingerprint: Data, at now: Instant) async throws -> UnitID?

  /// Whether a unit's document certificate, by the SHA-256 of its DER, was revoked.
  func isRevoked(certificate fingerprint: Data) async throws -> Bool

  /// The unit for which another authority's certificate, by the SHA-256 of its DER, is registered now.
  func unit(forSigner fingerprint: Data) async throws -> UnitID?

  // Documents
  func acceptance(of document: DocumentID) async throws -> AcceptedDocument?
  /// Takes a document on in one transaction: identifier, addressees, postings, number, receipt. The same act again gets the
  /// first receipt.
  /// - Parameter receipt: makes the signed receipt from its number; called inside the transaction.
  /// - Throws: `Problem`: `id-reused`, `recipient-unknown`.
  func accept(
    _ submission: Submission, submissionBytes: Data, digest: SHA256Digest, size: Int64, at now: Instant,
    receipt: @escaping @Sendable (String) throws -> Data
  ) async throws -> (receipt: Data, isNew: Bool, notify: Set<UnitID>, cursor: MailboxCursor)

  // Delivery
  func mailbox(of unit: UnitID, after cursor: MailboxCursor, limit: Int) async throws -> MailboxPage
  /// What a unit sent, in the order of the documents' identifiers.
  /// - Parameter document: only what comes after this one; nil from the start.
  func sent(by unit: UnitID, after document: DocumentID?, limit: Int) async throws -> SentPage
  func newestSequence() async throws -> MailboxCursor
  /// Which ledger this is, and how far it goes.
  func standing() async throws -> LedgerStanding
  /// Whether one of the units sent the document or is addressed by it.
  func isParty(_ units: Set<UnitID>, to document: DocumentID) async throws -> Bool
  func acknowledge(_ batch: AcknowledgementBatch, digest: SHA256Digest, at now: Instant) async throws
    -> (result: AcknowledgementResult, notify: Set<UnitID>)
  func recipients(of document: DocumentID) async throws -> [DeliveryStatus]
  func directory() async throws -> Directory
  /// What others did with the ledger since: asked every second, so it must cost next to nothing.
  /// - Parameter mark: nil asks for the mark of now.
  func changes(since mark: LedgerMark?) async throws -> LedgerChanges

  // Enrolment
  /// Counts an attempt against the unit's codes and gives the one that the secret opens.
  /// - Throws: `Problem`: `code-invalid`, `code-expired`.
  func openCode(of unit: UnitID, secretHash: Data, at now: Instant) async throws -> Int64
  /// What a code's slot was used for already: the key's fingerprint, the certificate, and when.
  func use(ofCode code: Int64, slot: Routes.CertificateSlot) async throws -> (
    key: Data, certificate: Data, at: Instant
  )?
  /// The machine that has this key, if one has.
  func machine(withKey key: Data) async throws -> MachineID?
  /// Whether a machine's or a unit's key was revoked: it is never certified again.
  func isRevoked(key: Data) async throws -> Bool
  func register(_ issued: IssuedCertificate) async throws
  func revoked() async throws -> [(serial: Data, at: Instant)]
}

/// How far somebody has read.
struct LedgerMark: Sendable, Equatable {
  var directory: Int64
  var sequence: Int64
}

struct LedgerChanges: Sendable {
  var mark: LedgerMark
  /// Units in whose mailboxes stands something that no request to the hub put there.
  var returned: Set<UnitID> = []
  var isDirectoryNew = false
}

/// A certificate just issued, to be registered in one transaction with the use of the code that asked for it.
struct IssuedCertificate: Sendable {
  enum Holder: Sendable {
    case machine(MachineID)
    case unit(UnitID)
  }

  var holder: Holder
  /// SHA-256 of the SubjectPublicKeyInfo.
  var key: Data
  var fingerprint: Data
  var serial: Data
  var der: Data
  var notAfter: Instant
  var issuedAt: Instant
  /// The code and slot that it uses up; nil at a renewal.
  var code: (id: Int64, slot: Routes.CertificateSlot)?
  /// The unit for which the machine is enrolled, where the holder is a machine and a code is used.
  var servedUnit: UnitID?
}
