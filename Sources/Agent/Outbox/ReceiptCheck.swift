import Exchange
import Foundation
import PKI

/// Whether a receipt is the hub's, and answers just what was submitted.
struct ReceiptCheck: Sendable {
  let trust: TrustAnchors

  struct Wrong: Error, CustomStringConvertible {
    let description: String
  }

  /// - Throws: `PKIError` or `Wrong`.
  func verify(_ cms: Data, answers submission: Submission, at now: Date) throws -> AcceptanceReceipt {
    let verified = try SignedDataReader.verify(cms: cms, detachedDigest: nil)
    _ = try trust.chain(for: verified.signer, intermediates: verified.certificates, at: now, purpose: .evidence)
    // The same authority certifies units: a unit must not be able to sign a receipt.
    guard verified.signer.subjectAlternativeURIs.allSatisfy({ UnitID(certificateURI: $0) == nil }) else {
      throw Wrong(description: "the receipt is signed by a unit, not by the hub")
    }
    let receipt = try CanonicalJSON.decode(AcceptanceReceipt.self, from: verified.content ?? Data())
    guard receipt.answers(submission) else {
      throw Wrong(description: "the receipt speaks of another document than the one submitted")
    }
    return receipt
  }
}

extension AcceptanceReceipt {
  /// Whether it speaks of just what was submitted.
  func answers(_ submission: Submission) -> Bool {
    event == .submissionAcceptance && document == submission.document && sender == submission.sender
      && addressees == submission.addressees && digest == submission.digest && size == submission.size
  }
}
