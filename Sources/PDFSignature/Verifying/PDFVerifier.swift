import Foundation
import PKI

/// What a verifier insists on beyond the rules that always hold.
public struct VerificationPolicy: Sendable {
  /// Scripts, attached files and other active content make a document invalid.
  public var refuseActiveContent = true
  /// A signature without a time-stamp makes the document invalid.
  public var requireTimeStamp = false
  /// Judge adbe.pkcs7.detached (ISO 32000-1 §12.8.3.3), which is a signature but below every level of PAdES, with a warning;
  /// false: an error.
  public var allowLegacySubFilter = true
  /// Judge files with a table and a stream of cross-references, as Word writes them, where the signed update itself is plain.
  public var allowHybrid = false
  /// Every certificate must be shown not to have been revoked, by the document's evidence or by ``evidence``.
  public var requireRevocationEvidence = false
  /// Signatures below this level, as those that are not PAdES, make the document invalid.
  public var minimumLevel: SignatureLevel?
  /// Evidence of revocation beside the document's own.
  public var evidence: [RevocationEvidence] = []
  /// Anchors for time-stamp authorities; nil: the same as for signers.
  public var timeStampTrust: TrustAnchors?

  /// The strict defaults.
  public init() {}
}

/// Judges the signatures a PDF carries, without a network (EN 319 102-1 in outline; pdf-signing.md 5.2, 5.3, 5.3b). Never throws and never says
/// "no signature" of what it cannot read.
public enum PDFVerifier {
  /// Judges `file` by `trust` as of `at`, or as of the proven time where a time-stamp proves one. Reads the file once, plus
  /// the few kilobytes after each signature.
  public static func verify(
    _ file: PDFFile, trust: TrustAnchors, at: Date = Date(), policy: VerificationPolicy = VerificationPolicy()
  ) -> VerificationReport {
    let document: PDFDocument
    do {
      document = try PDFDocument(file, allowsHybrid: policy.allowHybrid)
    } catch {
      return unreadable(file, error)
    }
    do {
      var verification = Verification(document: document, trust: trust, time: at, policy: policy)
      return try verification.run().report
    } catch let refusal as PDFRefusal {
      return unreadable(file, refusal)
    } catch {
      return unreadable(file, PDFRefusal(.unreadable, "\(error)"))
    }
  }

  private static func unreadable(_ file: PDFFile, _ refusal: PDFRefusal) -> VerificationReport {
    let digest = (try? SignedDigests(file, shapes: []))?.whole ?? Data()
    return VerificationReport(
      findings: [.error(refusal.code.rawValue, refusal.detail)], signatures: [], fileLength: file.size,
      digest: digest.lowercaseHex)
  }
}

extension Data {
  /// Lower-case hexadecimal.
  var lowercaseHex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(count * 2)
    for byte in self { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
