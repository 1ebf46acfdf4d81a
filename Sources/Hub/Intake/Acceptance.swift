import Exchange
import Foundation

/// Whether a submission is accepted: a pure decision over facts that the route gathers. The rules stand here in their order,
/// and nowhere else.
struct Acceptance: Sendable {
  /// What the ledger knows of the document's identifier.
  struct Earlier: Sendable {
    var submission: Submission
  }

  /// What was found in the uploaded bytes.
  struct Verdict: Sendable {
    var digest: SHA256Digest
    var size: Int64
    /// nil when the signature is good and covers the whole file; otherwise what is wrong.
    var fault: ProblemType?
    var detail: String
    /// The unit that the PDF's last signature names.
    var signer: UnitID?
    /// SHA-256 of its certificate.
    var signerCertificate: Data?
  }

  /// What the machine that calls is to the unit in whose name it sends.
  enum Standing: Sendable {
    case serves
    case unitIsClosed
    case doesNotServe
  }

  enum Decision: Equatable, Sendable {
    case accept
    /// The same act was accepted before: give the same receipt again.
    case repeatReceipt
    case refuse(ProblemType, String)
  }

  /// Before the bytes are looked at.
  /// - Parameters:
  ///   - path: the document that the request's path names.
  ///   - signerIsSender: whether the record is signed by a current certificate of the sender.
  ///   - standing: whether the machine that calls may send for that unit.
  static func decide(
    _ submission: Submission, path: DocumentID, signerIsSender: Bool, standing: Standing, earlier: Earlier?,
    limits: Int64
  ) -> Decision {
    guard submission.version == 1 else { return .refuse(.unsupported, "version \(submission.version) is not known") }
    guard submission.document == path else { return .refuse(.malformed, "the record is about another document") }
    switch standing {
    case .serves: break
    case .unitIsClosed: return .refuse(.unitSuspended, "the unit \(submission.sender) is closed")
    case .doesNotServe: return .refuse(.notYours, "this machine does not serve \(submission.sender)")
    }
    guard signerIsSender else {
      return .refuse(.signerNotAuthorised, "the record is not signed by a current certificate of \(submission.sender)")
    }
    if let earlier {
      return submission.isSameAct(as: earlier.submission)
        ? .repeatReceipt : .refuse(.idReused, "this identifier stands for another document or other addressees")
    }
    guard (1...Limits.addressees).contains(submission.addressees.count),
      Set(submission.addressees).count == submission.addressees.count
    else { return .refuse(.malformed, "1 to \(Limits.addressees) addressees, none twice") }
    guard (1...Limits.nameLength).contains(submission.name.utf8.count) else {
      return .refuse(.malformed, "the name must have 1 to \(Limits.nameLength) bytes")
    }
    guard (1...limits).contains(submission.size) else { return .refuse(.tooLarge, "at most \(limits) bytes are taken") }
    return .accept
  }

  /// After the bytes were looked at.
  /// - Parameter isRevoked: whether the certificate of the PDF's signer was revoked, as the ledger knows.
  static func decide(_ submission: Submission, verdict: Verdict, isRevoked: Bool) -> Decision {
    guard verdict.size == submission.size, verdict.digest == submission.digest else {
      return .refuse(.digestMismatch, "the bytes uploaded are not the ones declared")
    }
    if let fault = verdict.fault { return .refuse(fault, verdict.detail) }
    guard verdict.signer == submission.sender else {
      return .refuse(.signerNotAuthorised, "the PDF is signed by another unit than \(submission.sender)")
    }
    guard !isRevoked else {
      return .refuse(.signerNotAuthorised, "the certificate that signed the PDF was revoked: sign it anew")
    }
    return .accept
  }
}
