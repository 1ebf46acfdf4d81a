import Exchange
import Foundation

/// A file of our own spool that is to be sent.
public struct SpooledFile: Sendable {
  public let path: String
  /// In bytes.
  public let size: Int64
  public let digest: SHA256Digest

  public init(path: String, size: Int64, digest: SHA256Digest) {
    self.path = path
    self.size = size
    self.digest = digest
  }
}

/// The way to the hub: libcurl's; the tests have one that knows no network.
public protocol HubConnection: Sendable {
  /// Brings the bytes to the hub, from where it has them on.
  /// - Parameter onCreated: told as soon as the hub has given the upload a name, so that it can be journalled.
  func upload(
    _ file: SpooledFile, resuming: UploadID?, onCreated: @Sendable (UploadID) async throws -> Void
  ) async throws(HubFault) -> UploadID
  /// Submits a signed record; the answer is the receipt, CMS.
  func submit(_ submission: Data, documentID: DocumentID) async throws(HubFault) -> Data
  func inbox(of unit: UnitID, after: MailboxCursor, limit: Int) async throws(HubFault) -> MailboxPage
  /// What the hub took on of a unit, in the order of the documents' identifiers.
  func sent(by unit: UnitID, after: DocumentID?, limit: Int) async throws(HubFault) -> SentPage
  /// The receipt of a document of ours again, CMS.
  func receipt(of document: DocumentID) async throws(HubFault) -> Data
  /// Fetches a document's bytes into a file, going on where a partial file ends. On return size and digest are right and the
  /// bytes durable.
  func fetch(_ documentID: DocumentID, size: Int64, digest: SHA256Digest, into path: String) async throws(HubFault)
  /// Sends a signed batch of acknowledgements.
  func acknowledge(_ batch: Data) async throws(HubFault) -> AcknowledgementResult
  /// nil when nothing changed since that version.
  func directory(since: Int?) async throws(HubFault) -> Directory?
  /// One stream of notices; it ends or throws when the connection does.
  func notices(lastEventID: MailboxCursor?) -> AsyncThrowingStream<Notice, any Error>
  /// Asks the hub's time-stamp authority (RFC 3161).
  func timeStamp(_ request: Data) async throws(HubFault) -> Data
  /// The hub's authority's revocation list, DER.
  func revocationList() async throws(HubFault) -> Data
}

/// Why the hub gave no good answer.
public struct HubFault: Error, Sendable, CustomStringConvertible {
  public enum Kind: Sendable {
    /// No connection, or one that broke.
    case unreachable
    /// The hub isn't who it should be, or doesn't accept our certificate.
    case tls
    /// The hub doesn't know this machine (any more).
    case unauthorised
    case refused(Problem)
    case busy(retryAfter: Duration?)
    /// The hub has no room left: its administrator must make some.
    case full(retryAfter: Duration?)
    /// Something answered that doesn't speak the exchange: a captive portal, a proxy's page.
    case protocolViolation
    case cancelled
    /// Our own disk; the value of `errno`.
    case local(Int32)
  }

  public let kind: Kind
  public let detail: String

  public init(kind: Kind, detail: String) {
    self.kind = kind
    self.detail = detail
  }

  /// Whether trying again, unchanged, may succeed.
  public var mayPass: Bool {
    if case .refused(let problem) = kind { return problem.type?.mayPass ?? (problem.status >= 500) }
    return true
  }

  /// How long the hub asks to wait.
  var retryAfter: Duration? {
    switch kind {
    case .busy(let duration), .full(let duration): duration
    default: nil
    }
  }

  public var description: String { detail }
}
