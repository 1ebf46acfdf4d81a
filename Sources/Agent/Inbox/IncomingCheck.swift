import Durable
import Exchange
import Foundation
import PDFSignature
import PKI

/// Whole, signed by its sender, and trusted. Only `IncomingCheck` makes one.
struct VerifiedDocument: Sendable {
  let record: IncomingRecord
  /// In the spool.
  let path: String
  /// As the certificate names the signer.
  let signer: String

  fileprivate init(_ fetched: FetchedDocument, signer: String) {
    record = fetched.record
    path = fetched.path
    self.signer = signer
  }
}

/// Decides whether what was fetched may be shown: nothing unverified is filed.
enum IncomingCheck {
  /// Why a document goes to quarantine.
  struct Failure: Error, Equatable {
    /// Stable names.
    enum Code: String, Sendable, CaseIterable {
      case size = "size-mismatch"
      case digest = "digest-mismatch"
      case unsigned
      case signature = "signature-invalid"
      case signer = "signer-not-sender"
    }

    let code: Code
    /// For the log, in English.
    let detail: String

    /// For the sender's clerk, in the evidence that goes back.
    var reason: String { "\(IncomingText.failure(code).vietnamese) (\(code.rawValue))" }
  }

  /// Reads the file and judges it. Blocking: for a thread that may block.
  ///
  /// The signature is judged as of the moment at which the hub took the document on: a certificate that ran out while the
  /// letter lay in the mailbox makes it no worse.
  /// - Throws: `Failure` of a document that is not to be trusted; `SystemError` where the system didn't give its bytes, so that
  ///   nothing is known of it.
  static func verify(_ fetched: FetchedDocument, trust: DocumentTrust.Rules) throws -> VerifiedDocument {
    let file: PDFFile
    do { file = try PDFFile(path: fetched.path) } catch {
      if let code = error.systemCode { throw SystemError(call: "read", path: fetched.path, code: code) }
      throw Failure(code: .signature, detail: "the file cannot be read as a PDF: \(error)")
    }
    let posted = fetched.record.posted
    let report = PDFVerifier.verify(file, trust: trust.anchors, at: posted.acceptedAt.date)
    if let code = file.systemFault { throw SystemError(call: "read", path: fetched.path, code: code) }
    let signer = try judge(report, of: posted) { trust.isSignature($0, of: posted.sender, at: posted.acceptedAt) }
    return VerifiedDocument(fetched, signer: signer)
  }

  /// The rules alone. Returns the signer's name.
  /// - Parameter isSenders: whether a signature is by a certificate of the sender's.
  static func judge(
    _ report: VerificationReport, of posted: PostedDocument, isSenders: (SignatureReport) -> Bool
  ) throws(Failure) -> String {
    guard report.fileLength == posted.size else {
      throw Failure(code: .size, detail: "\(report.fileLength) bytes instead of \(posted.size)")
    }
    guard report.digest == posted.digest.hex else {
      throw Failure(code: .digest, detail: "SHA-256 \(report.digest) instead of \(posted.digest)")
    }
    if report.verdict == .unknown { throw Failure(code: .unsigned, detail: "it carries no signature") }
    guard report.isAcceptable else {
      let errors = report.reasons.filter(\.isError).prefix(3).map { "\($0.code): \($0.detail)" }
      throw Failure(code: .signature, detail: errors.joined(separator: "; "))
    }
    let own = report.signatures.last { signature in
      signature.coversDocument && signature.chainTrusted && signature.isPAdES
        && isSenders(signature)
    }
    guard let own else {
      let signers = report.signatures.map { $0.unitURI ?? $0.signer ?? "nobody known" }.joined(separator: ", ")
      throw Failure(code: .signer, detail: "signed by \(signers), sent by \(posted.sender)")
    }
    return own.signer ?? posted.senderName
  }
}
