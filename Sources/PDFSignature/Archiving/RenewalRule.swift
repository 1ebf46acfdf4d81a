import Foundation
import PKI

/// When a document's newest time-stamp must be renewed: before its certificate ends, and before its algorithms age
/// (EN 319 102-1 §5.6; the lists of ages are in ETSI TS 119 312). A decision, not an act.
public struct RenewalRule: Sendable {
  /// Renew so long before the certificate of the newest time-stamp ends.
  public var margin: TimeInterval = 90 * 86_400
  /// Digests that are to be replaced.
  public var ageingDigests: Set<DigestAlgorithm> = []

  /// 90 days, no algorithm ageing.
  public init() {}

  /// Why a renewal is due.
  public enum Reason: String, Sendable, Codable {
    /// The document has no document time-stamp that holds.
    case noTimeStamp = "no-time-stamp"
    case certificateEnds = "certificate-ends"
    case digestAgeing = "digest-ageing"
    /// A signature's own evidence is not complete.
    case evidenceMissing = "evidence-missing"
    /// The user wants it.
    case asked
  }

  /// What the newest good document time-stamp rests on.
  public struct Newest: Sendable, Equatable {
    public let certificateEnd: Date
    /// Of what it is over.
    public let digest: DigestAlgorithm
    /// Over which the authority signed it: not the asker's to choose, so that no renewal is due for it.
    public let signatureDigest: DigestAlgorithm

    public init(
      certificateEnd: Date, digest: DigestAlgorithm, signatureDigest: DigestAlgorithm? = nil
    ) {
      self.certificateEnd = certificateEnd
      self.digest = digest
      self.signatureDigest = signatureDigest ?? digest
    }
  }

  /// - Parameters:
  ///   - newest: of the newest good document time-stamp; nil where there is none.
  ///   - level: the lowest reached by the document's signatures.
  /// - Returns: nil where nothing has to be done yet.
  public func reason(_ newest: Newest?, level: SignatureLevel, at date: Date) -> Reason? {
    guard let newest else { return .noTimeStamp }
    if ageingDigests.contains(newest.digest) { return .digestAgeing }
    if newest.certificateEnd.timeIntervalSince(date) <= margin { return .certificateEnds }
    return level < .archival ? .evidenceMissing : nil
  }
}
