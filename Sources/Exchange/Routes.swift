/// Every path of the exchange, in one place. Paths are relative to the base URL of the listener named.
public enum Routes {
  // The public listener: no client certificate.
  public static let description = "/.well-known/congvan"
  public static let authorityCertificates = "/.well-known/est/cacerts"
  public static let timeStamp = "/tsa"
  public static let revocationList = "/crl"

  /// What a certificate is for; the label of EST's paths (RFC 7030 §3.2.2).
  public enum CertificateSlot: String, Sendable, CaseIterable {
    /// The machine's transport key.
    case machine
    /// The unit's document key.
    case unit
  }

  public static func enrol(_ slot: CertificateSlot) -> String { "/.well-known/est/\(slot.rawValue)/simpleenroll" }

  // The API's listener: a client certificate is required.
  /// The unit is named in the query, `?unit=ID`, for the slot `unit`.
  public static func renew(_ slot: CertificateSlot) -> String { "/.well-known/est/\(slot.rawValue)/simplereenroll" }

  public static let uploads = "/v1/uploads"
  public static func upload(_ id: UploadID) -> String { "\(uploads)/\(id)" }
  public static func submission(_ id: DocumentID) -> String { "/v1/documents/\(id)/submission" }
  public static func receipt(_ id: DocumentID) -> String { "/v1/documents/\(id)/receipt" }
  public static func content(_ id: DocumentID) -> String { "/v1/documents/\(id)/content" }
  public static func recipients(_ id: DocumentID) -> String { "/v1/documents/\(id)/recipients" }
  /// Query: `after`, `limit` (1 to `Limits.mailboxPage`), `wait` (seconds, 0 to 25).
  public static func mailbox(_ unit: UnitID) -> String { "/v1/units/\(unit)/mailbox" }
  /// Query: `after`, a document, and `limit` (1 to `Limits.mailboxPage`).
  public static func sent(_ unit: UnitID) -> String { "/v1/units/\(unit)/sent" }
  public static let notices = "/v1/notices"
  public static let acknowledgements = "/v1/acknowledgements"
  /// Query: `since`, a version; 304 when nothing changed.
  public static let directory = "/v1/directory"
}

/// The media types of bodies that aren't JSON.
public enum MediaType {
  public static let json = "application/json"
  public static let pdf = "application/pdf"
  public static let cms = "application/pkcs7-mime"
  public static let uploadBytes = "application/offset+octet-stream"
  public static let eventStream = "text/event-stream"
  public static let certificateRequest = "application/pkcs10"
  public static let timeStampQuery = "application/timestamp-query"
  public static let timeStampReply = "application/timestamp-reply"
}

/// Bounds that both sides keep. Sizes in bytes.
public enum Limits {
  /// One signed PDF. The hub's configuration may lower it.
  public static let documentSize: Int64 = 4 << 30
  /// A document up to here travels in one request with its creation; a larger one in chunks of this size.
  public static let uploadChunk = 8 << 20
  /// A submission or a batch of acknowledgements, in CMS.
  public static let signedRecord = 512 << 10
  public static let addressees = 500
  public static let nameLength = 255
  public static let mailboxPage = 500
  public static let acknowledgementsPerBatch = 500
  /// Any JSON answer of the hub.
  public static let jsonBody = 16 << 20
  /// Uploads that one machine may have open at the hub.
  public static let openUploads = 256
}
