import Foundation

extension Certificate {
  /// Refuses what no verifier would take: a certificate that has ended or not begun at `date`, or whose key is not for signing
  /// documents (``CertificatePurpose/documentSigning``). Says nothing of trust. Asked before each signature, since a signature
  /// made with such a certificate looks like one and is none.
  /// - Throws: ``PKIError`` with ``PKIError/Code/certificateExpired``, ``PKIError/Code/certificateNotYetValid`` or
  ///   ``PKIError/Code/purposeUnsuitable``, and the remedy.
  public func checkSigning(at date: Date) throws(PKIError) {
    guard CertificatePurpose.documentSigning.suits(self) else {
      throw PKIError(
        .purposeUnsuitable,
        "The certificate “\(subject)” is not one for signing documents: it must have the key usage nonRepudiation, and where "
          + "it lists extended usages, one for documents or e-mail. Sign with another, or ask its authority for one."
      )
    }
    guard date >= notBefore else {
      throw PKIError(
        .certificateNotYetValid,
        "The certificate “\(subject)” is valid from \(notBefore.formatted(.iso8601)) on: set this machine's clock right, or "
          + "wait until then.")
    }
    guard date <= notAfter else {
      throw PKIError(
        .certificateExpired,
        "The certificate “\(subject)” ended on \(notAfter.formatted(.iso8601)): renew it and sign with the new one, or set "
          + "this machine's clock right.")
    }
  }
}
