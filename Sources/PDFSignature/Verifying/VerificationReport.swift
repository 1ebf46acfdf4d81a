import Foundation

/// One thing noticed while verifying.
public struct Finding: Codable, Sendable, Equatable {
  /// Stable code, lower case with hyphens.
  public let code: String
  /// An English sentence for the log.
  public let detail: String
  /// True if it makes the document invalid; false for a warning.
  public let isError: Bool

  /// Makes a finding.
  public init(code: String, detail: String, isError: Bool) {
    self.code = code
    self.detail = detail
    self.isError = isError
  }

  static func error(_ code: String, _ detail: String) -> Finding { Finding(code: code, detail: detail, isError: true) }
  static func warning(_ code: String, _ detail: String) -> Finding {
    Finding(code: code, detail: detail, isError: false)
  }
}

/// What one signature or document time-stamp says and is worth.
public struct SignatureReport: Codable, Sendable, Equatable {
  /// Full name of the form field.
  public let fieldName: String
  /// Common name of the signer's certificate; nil if the signature cannot be read.
  public internal(set) var signer: String?
  /// Organisation of the signer's certificate.
  public internal(set) var organization: String?
  /// `urn:congvan:unit:…` of the certificate, if it names a unit.
  public internal(set) var unitURI: String?
  /// SHA-256 of the certificate's DER, lower-case hexadecimal.
  public internal(set) var certificateFingerprint: String?
  /// What the signer claims (/M).
  public internal(set) var claimedTime: Date?
  /// What a time-stamp authority confirms.
  public internal(set) var timeStampTime: Date?
  /// `B-B`, `B-T`, `doc-time-stamp`, or `legacy` for adbe.pkcs7.detached.
  public internal(set) var level: String
  /// The signed ranges reach the end of the file.
  public internal(set) var coversWholeFile: Bool
  /// /SubFilter as written.
  public internal(set) var subFilter: String
  /// A chain to an anchor was found, valid at the proven time.
  public internal(set) var chainTrusted: Bool
  /// What was noticed about this signature.
  public internal(set) var findings: [Finding]

  init(fieldName: String) {
    self.fieldName = fieldName
    level = ""
    coversWholeFile = false
    subFilter = ""
    chainTrusted = false
    findings = []
  }

  var isGood: Bool { !findings.contains(where: \.isError) }
}

/// The judgement on a file. Only `isAcceptable` documents may be shown, filed or passed on.
public struct VerificationReport: Codable, Sendable, Equatable {
  /// The judgement in one word.
  public enum Verdict: String, Codable, Sendable {
    /// Every signature is good and the file is what was signed.
    case valid
    /// Good, with remarks for a person.
    case validWithWarnings = "valid-with-warnings"
    /// Anything else: broken, changed, untrusted or unreadable.
    case invalid
    /// A readable PDF that never had a signature.
    case unknown
  }

  /// The judgement.
  public let verdict: Verdict
  /// Everything noticed, errors first.
  public let reasons: [Finding]
  /// The signatures in the order of the form's fields.
  public let signatures: [SignatureReport]
  /// Bytes of the file.
  public let fileLength: Int64
  /// SHA-256 of the file, lower-case hexadecimal; empty if it could not be read.
  public let digest: String

  /// Valid, with or without warnings.
  public var isAcceptable: Bool { verdict == .valid || verdict == .validWithWarnings }

  init(findings: [Finding], signatures: [SignatureReport], fileLength: Int64, digest: String) {
    let all = findings + signatures.flatMap(\.findings)
    reasons = all.filter(\.isError) + all.filter { !$0.isError }
    self.signatures = signatures
    self.fileLength = fileLength
    self.digest = digest
    if all.contains(where: \.isError) {
      verdict = .invalid
    } else if signatures.isEmpty {
      verdict = .unknown
    } else {
      verdict = all.isEmpty ? .valid : .validWithWarnings
    }
  }
}
