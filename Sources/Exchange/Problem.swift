/// Every way in which the hub says no. The raw value is the last part of the problem's type URI (RFC 9457 §3.1.1) and never
/// changes its meaning; docs/protocol.md explains each.
public enum ProblemType: String, Codable, Sendable, CaseIterable {
  // The caller
  case keyUnknown = "key-unknown"
  case keyRevoked = "key-revoked"
  case unitSuspended = "unit-suspended"
  case notYours = "not-yours"
  case codeInvalid = "code-invalid"
  case codeExpired = "code-expired"
  case requestBad = "csr-bad"
  // The request
  case malformed = "malformed"
  case unsupported = "unsupported"
  case notFound = "not-found"
  case methodNotAllowed = "method-not-allowed"
  case mediaType = "media-type"
  case tooLarge = "too-large"
  case range = "range"
  // Uploads (tus 1.0.0)
  case tusVersion = "tus-version"
  case uploadGone = "upload-gone"
  case offsetMismatch = "offset-mismatch"
  case checksumMismatch = "checksum-mismatch"
  case tooManyUploads = "too-many-uploads"
  case quota = "quota"
  // Submissions
  case uploadIncomplete = "upload-incomplete"
  case idReused = "id-reused"
  case digestMismatch = "digest-mismatch"
  case signatureInvalid = "signature-invalid"
  case signerNotAuthorised = "signer-not-authorised"
  case authorityUnknown = "authority-unknown"
  case recipientUnknown = "recipient-unknown"
  case notPDF = "not-pdf"
  case activeContent = "active-content"
  case secrecyForbidden = "secrecy-forbidden"
  // Acknowledgements
  case state = "state"
  case reasonRequired = "reason-required"
  // Passing
  case slowDown = "slow-down"
  case busy = "busy"
  case internalError = "internal"

  /// The status it travels with (RFC 9110 §15; 460 is of the tus checksum extension).
  public var status: Int {
    switch self {
    case .keyUnknown, .codeInvalid: 401
    case .keyRevoked, .unitSuspended, .notYours, .codeExpired: 403
    case .notFound: 404
    case .methodNotAllowed: 405
    case .offsetMismatch, .uploadIncomplete, .idReused, .state: 409
    case .uploadGone: 410
    case .tusVersion: 412
    case .tooLarge: 413
    case .mediaType: 415
    case .range: 416
    case .unsupported, .digestMismatch, .signatureInvalid, .signerNotAuthorised, .authorityUnknown,
      .recipientUnknown, .notPDF, .activeContent, .secrecyForbidden, .reasonRequired:
      422
    case .tooManyUploads, .slowDown: 429
    case .checksumMismatch: 460
    case .internalError: 500
    case .busy: 503
    case .quota: 507
    case .requestBad, .malformed: 400
    }
  }

  /// Whether the same request may succeed later, unchanged, without a person doing anything.
  public var mayPass: Bool {
    switch self {
    case .uploadGone, .offsetMismatch, .checksumMismatch, .uploadIncomplete, .tooManyUploads, .quota, .slowDown, .busy,
      .internalError:
      true
    default: false
    }
  }
}

/// An error as it travels: `application/problem+json` (RFC 9457).
public struct Problem: Error, Codable, Equatable, Sendable, CustomStringConvertible {
  public static let mediaType = "application/problem+json"
  static let typePrefix = "/problems/"

  /// nil where the hub is newer than we are and names a type that we don't know.
  public var type: ProblemType?
  public var status: Int
  /// The kind, in Vietnamese, for people.
  public var title: String
  /// This occurrence, in English, for administrators.
  public var detail: String
  /// With `offset-mismatch`: the offset that the hub has.
  public var offset: Int64?
  /// In seconds, where the hub asks to wait; also in the Retry-After header.
  public var retryAfter: Int?

  public init(_ type: ProblemType, _ detail: String, offset: Int64? = nil, retryAfter: Int? = nil) {
    self.type = type
    self.status = type.status
    self.title = type.title
    self.detail = detail
    self.offset = offset
    self.retryAfter = retryAfter
  }

  public var description: String { "\(type?.rawValue ?? "problem") (\(status)): \(detail)" }

  private enum CodingKeys: String, CodingKey { case type, status, title, detail, offset, retryAfter }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let uri = try container.decodeIfPresent(String.self, forKey: .type) ?? "about:blank"
    type = uri.split(separator: "/").last.flatMap { ProblemType(rawValue: String($0)) }
    status = try container.decode(Int.self, forKey: .status)
    title = try container.decodeIfPresent(String.self, forKey: .title) ?? ""
    detail = try container.decodeIfPresent(String.self, forKey: .detail) ?? ""
    offset = try container.decodeIfPresent(Int64.self, forKey: .offset)
    retryAfter = try container.decodeIfPresent(Int.self, forKey: .retryAfter)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(type.map { Self.typePrefix + $0.rawValue } ?? "about:blank", forKey: .type)
    try container.encode(status, forKey: .status)
    try container.encode(title, forKey: .title)
    try container.encode(detail, forKey: .detail)
    try container.encodeIfPresent(offset, forKey: .offset)
    try container.encodeIfPresent(retryAfter, forKey: .retryAfter)
  }
}
