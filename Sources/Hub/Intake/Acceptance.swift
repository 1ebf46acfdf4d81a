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
    /// The unit that the PDF's last signature names, by a certificate of the hub's own authority.
    var signer: UnitID?
    /// SHA-256 of its certificate.
    var signerCertificate: Data?
    /// Another authority's certificate signed: what it says of its unit counts for nothing.
    var isForeign = false
    /// Nothing tells whether that certificate, or one above it, was revoked.
    var isRevocationUnknown = false
  }

  /// What the ledger knows of the certificate that signed the PDF.
  struct SignerRecord: Sendable {
    /// It was revoked by the hub.
    var isRevoked = false
    /// The unit for which another authority's certificate is registered now.
    var registered: UnitID?
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
    // Nobody's mailbox gets what they sent themselves: the receipt would promise a delivery that never comes.
    guard !submission.addressees.contains(.unit(submission.sender)) else {
      return .refuse(.recipientUnknown, "\(submission.sender) is the sender itself: nobody delivers to themselves")
    }
    guard (1...Limits.nameLength).contains(submission.name.utf8.count) else {
      return .refuse(.malformed, "the name must have 1 to \(Limits.nameLength) bytes")
    }
    guard (1...limits).contains(submission.size) else { return .refuse(.tooLarge, "at most \(limits) bytes are taken") }
    return .accept
  }

  /// After the bytes were looked at.
  /// - Parameters:
  ///   - record: of the certificate that signed the PDF.
  ///   - demandsRevocationEvidence: of other authorities' certificates.
  static func decide(
    _ submission: Submission, verdict: Verdict, record: SignerRecord, demandsRevocationEvidence: Bool = false
  ) -> Decision {
    guard verdict.size == submission.size, verdict.digest == submission.digest else {
      return .refuse(.digestMismatch, "the bytes uploaded are not the ones declared")
    }
    if let fault = verdict.fault { return .refuse(fault, verdict.detail) }
    if verdict.isForeign {
      let certificate = verdict.signerCertificate.map { Hex.encode($0) } ?? "?"
      guard record.registered == submission.sender else {
        let holder = record.registered == nil ? "not registered" : "registered for another unit"
        return .refuse(
          .signerNotAuthorised,
          "the certificate that signed the PDF (SHA-256 \(certificate)) is \(holder): the province registers it with "
            + "`congvan-hub unit signer add \(submission.sender) CERT.pem`")
      }
      guard !demandsRevocationEvidence || !verdict.isRevocationUnknown else {
        return .refuse(
          .signerNotAuthorised,
          "nothing tells whether the certificate that signed the PDF (SHA-256 \(certificate)) was revoked: sign at level "
            + "B-LT, or have the hub's `revocationLists` refreshed")
      }
      return .accept
    }
    guard verdict.signer == submission.sender else {
      return .refuse(.signerNotAuthorised, "the PDF is signed by another unit than \(submission.sender)")
    }
    guard !record.isRevoked else {
      return .refuse(.signerNotAuthorised, "the certificate that signed the PDF was revoked: sign it anew")
    }
    return .accept
  }
}
