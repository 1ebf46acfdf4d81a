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
    self.detail = PDFRefusal.short(detail)
    self.isError = isError
  }

  static func error(_ code: String, _ detail: String) -> Finding { Finding(code: code, detail: detail, isError: true) }
  static func warning(_ code: String, _ detail: String) -> Finding {
    Finding(code: code, detail: detail, isError: false)
  }
}

/// What the evidence at hand says of a chain's certificates as of the proven time.
public struct RevocationReport: Codable, Sendable, Equatable {
  /// The worst of the chain's certificates.
  public enum Status: String, Codable, Sendable {
    case good
    /// Not revoked at the proven time; revoked afterwards, which doesn't touch the signature.
    case revokedLater = "revoked-later"
    case revoked
    /// No evidence of the document, and none supplied, speaks for one of the certificates.
    case unknown
  }

  public let status: Status
  /// When it was revoked.
  public let revokedAt: Date?
  /// By which evidence, one line per certificate: `crl` or `ocsp`, `document` or `supplied`, when issued.
  public let evidence: [String]
}

/// One state of the file, and what it added to the one before.
public struct RevisionReport: Codable, Sendable, Equatable {
  public enum Addition: String, Codable, Sendable {
    case signature
    case timeStamp = "time-stamp"
    /// Validation material in /DSS.
    case evidence
    /// Anything that a signature must not be followed by; the findings say what.
    case other
  }

  /// From 1, oldest first.
  public let number: Int
  /// Bytes from the file's beginning; nil where the revision has no end of its own.
  public let length: Int64?
  /// Empty for what stood before the first signature.
  public let adds: [Addition]
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
  /// Who issued the signer's certificate, RFC 2253.
  public internal(set) var issuer: String?
  /// SHA-256 of the certificate's DER, lower-case hexadecimal.
  public internal(set) var certificateFingerprint: String?
  /// What the signer claims (/M).
  public internal(set) var claimedTime: Date?
  /// What a time-stamp authority confirms.
  public internal(set) var timeStampTime: Date?
  /// When it certainly existed, by whatever proves it earliest; nil: only the claimed time is known.
  public internal(set) var provenTime: Date?
  /// What proves ``provenTime``.
  public internal(set) var provenBy: Proof?
  /// A ``SignatureLevel``, `doc-time-stamp`, or `legacy` for adbe.pkcs7.detached. B-LT and B-LTA are said only of what the
  /// document's own evidence bears out.
  public internal(set) var level: String
  /// The signed ranges reach the end of the file.
  public internal(set) var coversWholeFile: Bool
  /// Everything a reader is shown is signed: after the signature come only validation material and document time-stamps.
  public internal(set) var coversDocument: Bool
  /// /SubFilter as written.
  public internal(set) var subFilter: String
  /// A chain to an anchor was found, valid at the proven time.
  public internal(set) var chainTrusted: Bool
  /// Subjects of the chain, the signer's first, the anchor's last; empty where none was found.
  public internal(set) var chain: [String]
  /// SHA-256 of the anchor's DER, lower-case hexadecimal; nil where no trusted chain was found. What a certificate says of
  /// itself, such as its unit, is worth what this authority's word is worth.
  public internal(set) var anchorFingerprint: String?
  /// nil where there is no trusted chain to ask about.
  public internal(set) var revocation: RevocationReport?
  /// The revision that the signature closes, from 1; 0 if its coverage cannot be read.
  public internal(set) var revision: Int
  /// What was noticed about this signature.
  public internal(set) var findings: [Finding]

  /// Whose clock proves the time.
  public enum Proof: String, Codable, Sendable {
    case signatureTimeStamp = "signature-time-stamp"
    /// A document time-stamp over the signature.
    case documentTimeStamp = "document-time-stamp"
  }

  init(fieldName: String) {
    self.fieldName = fieldName
    level = ""
    coversWholeFile = false
    coversDocument = false
    subFilter = ""
    chainTrusted = false
    chain = []
    revision = 0
    findings = []
  }

  /// A document time-stamp, which is nobody's consent to what the document says.
  public var isDocumentTimeStamp: Bool { subFilter == "ETSI.RFC3161" }

  /// A signature of PAdES (EN 319 142-1), which is what the exchange asks of a sender.
  public var isPAdES: Bool { subFilter == "ETSI.CAdES.detached" }

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
  /// The file's states, oldest first; a signature's later changes are the revisions after its own. Empty if unreadable.
  public let revisions: [RevisionReport]
  /// Bytes of the file.
  public let fileLength: Int64
  /// SHA-256 of the file, lower-case hexadecimal; empty if it could not be read.
  public let digest: String

  /// Valid, with or without warnings.
  public var isAcceptable: Bool { verdict == .valid || verdict == .validWithWarnings }

  init(
    findings: [Finding], signatures: [SignatureReport], revisions: [RevisionReport] = [], fileLength: Int64,
    digest: String
  ) {
    let all = findings + signatures.flatMap(\.findings)
    reasons = all.filter(\.isError) + all.filter { !$0.isError }
    self.signatures = signatures
    self.revisions = revisions
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

extension VerificationReport {
  /// Whose a signature is, by somebody who knows more than its certificate says.
  public enum Attribution: Sendable {
    /// What the certificate says.
    case asStated
    /// The unit of this URI.
    case unit(String)
    /// No unit's.
    case nobody
  }

  /// The same with each signature told as a unit's where it is one. What a certificate says of its unit is worth what its
  /// authority's word is worth, and a foreign authority knows nothing of our units.
  public func attributing(_ attribution: (SignatureReport) -> Attribution) -> VerificationReport {
    var signatures = self.signatures
    for index in signatures.indices where !signatures[index].isDocumentTimeStamp {
      switch attribution(signatures[index]) {
      case .asStated: continue
      case .unit(let uri): signatures[index].unitURI = uri
      case .nobody:
        signatures[index].unitURI = nil
        signatures[index].findings.append(
          .warning("signer-not-registered", "the province registered the signer's certificate for no unit"))
      }
    }
    let own = self.signatures.flatMap(\.findings)
    return VerificationReport(
      findings: reasons.filter { !own.contains($0) }, signatures: signatures, revisions: revisions,
      fileLength: fileLength, digest: digest)
  }
}
