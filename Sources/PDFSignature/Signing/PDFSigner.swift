import Foundation
import PKI

/// Signs PDFs by an incremental update: PAdES baseline B-B, or B-T with a time-stamp (EN 319 142-1). The signed file's first
/// bytes are the original, byte for byte.
public struct PDFSigner: Sendable {
  private let key: any SigningKey
  private let certificates: [Certificate]
  private let fieldName: String?
  private let fillsEmptyField: Bool
  private let allowsHybrid: Bool
  private let timeStamp: (@Sendable (Data) throws -> Data)?

  /// - Parameters:
  ///   - key: the signing key of the first certificate.
  ///   - certificates: the signer's, then its issuers.
  ///   - fieldName: an empty signature field of the document to fill. By nil the document's only empty signature field is
  ///     filled; where it has none or several, an invisible one is added.
  ///   - fillsEmptyField: false adds a field although an empty one is there, unless the document is certified.
  ///   - allowsHybrid: sign files with a table and a stream of cross-references, as Word writes them. Adobe and poppler
  ///     accept the result; strict validators (pyHanko) judge no signature in such a file.
  ///   - timeStamp: gives an RFC 3161 token for the SHA-256 imprint of the signature value; nil makes B-B.
  public init(
    key: any SigningKey, certificates: [Certificate], fieldName: String? = nil, fillsEmptyField: Bool = true,
    allowsHybrid: Bool = false,
    timeStamp: (@Sendable (Data) throws -> Data)? = nil
  ) {
    self.key = key
    self.certificates = certificates
    self.fieldName = fieldName
    self.fillsEmptyField = fillsEmptyField
    self.allowsHybrid = allowsHybrid
    self.timeStamp = timeStamp
  }

  /// Reads the file's structure and makes every check; the refusal says why the file cannot be signed.
  /// - Parameter seal: what the signature looks like on the page; nil for an invisible one. A page without room for it makes
  ///   the signature invisible and is said in the result's `seal`: a letter does not wait for its looks.
  public func prepare(_ file: PDFFile, seal: SealRequest? = nil) throws(PDFRefusal) -> PreparedUpdate {
    try Self.plan(
      file, fieldName: fieldName, fillsEmptyField: fillsEmptyField, allowsHybrid: allowsHybrid, seal: seal)
  }

  /// Whether a file could be signed, without a key.
  /// - Throws: `PDFRefusal`, as ``prepare(_:seal:)`` does.
  public static func check(_ file: PDFFile) throws(PDFRefusal) {
    _ = try plan(file, fieldName: nil, fillsEmptyField: true, allowsHybrid: false, seal: nil)
  }

  private static func plan(
    _ file: PDFFile, fieldName: String?, fillsEmptyField: Bool, allowsHybrid: Bool, seal: SealRequest?
  ) throws(PDFRefusal) -> PreparedUpdate {
    let document = try PDFDocument(file, allowsHybrid: allowsHybrid)
    // ISO 32000-2 §7.5.4: generations end at 65535. mutool writes 65536 for what is free, and strict validators (pyHanko)
    // judge nothing in such a file.
    if document.revisions.contains(where: { $0.sections.contains(where: \.exceedsGenerations) }) {
      throw PDFRefusal(
        .damaged, "a free entry of the cross-references has generation 65536 or more")
    }
    let rules = try SigningRules(document)
    let referred = try ContentPolicy.check(document, revision: document.last)
    try document.checkEntries(beside: referred)
    var planner = UpdatePlanner(document, avoiding: referred)
    let update = try planner.plan(rules, fieldName: fieldName, fillsEmptyField: fillsEmptyField, seal: seal)
    // What was passed over as unreadable may have been too much.
    try document.budget.check()
    return update
  }

  /// The bytes to append. `originalDigest` must have taken exactly the original's bytes; it is copied, and stays usable.
  /// Throws what the key or the time-stamp service throws.
  public func sign(
    _ update: PreparedUpdate, originalDigest: SHA256Hasher, details: SignatureDetails
  ) throws -> SignedUpdate {
    let pending = try begin(
      update, originalDigest: originalDigest, details: details, withTimeStamp: timeStamp != nil)
    let token = try timeStamp?(pending.timeStampImprint)
    return try pending.finish(timeStampToken: token)
  }

  /// The first half of `sign`, for callers that fetch the time-stamp themselves.
  /// - Throws: ``PKIError`` also where the certificate must not sign at the details' time (``PKI/Certificate/checkSigning(at:)``).
  public func begin(
    _ update: PreparedUpdate, originalDigest: SHA256Hasher, details: SignatureDetails, withTimeStamp: Bool
  ) throws -> PendingSignature {
    try certificates.first?.checkSigning(at: details.time)
    try update.demands.check(details, certificates: certificates)
    let estimate = SignedDataBuilder.estimatedSize(
      certificates: certificates, key: key.algorithm, withTimeStamp: withTimeStamp)
    var details = details
    // What the seal shows is what the signature claims.
    if let time = update.claimedTime { details.time = time }
    var reserved = Self.rounded(estimate)
    let seed = Array(Data(originalDigest.copy().finalize()).prefix(16))
    while true {
      let writer = try UpdateWriter(update, content: .signature(details), reserved: reserved, idSeed: seed)
      let digest = originalDigest.copy()
      writer.bytes.withUnsafeBytes { bytes in
        digest.update(UnsafeRawBufferPointer(rebasing: bytes[..<writer.gap.lowerBound]))
        digest.update(UnsafeRawBufferPointer(rebasing: bytes[writer.gap.upperBound...]))
      }
      let (cms, value) = try SignedDataBuilder.signature(
        contentDigest: Data(digest.finalize()), certificates: certificates, key: key)
      // Should the estimate fall short, the tail is laid out again with what was measured.
      if cms.count <= reserved {
        return PendingSignature(
          writer: writer, cms: cms, originalDigest: originalDigest.snapshot(), originalSize: update.originalSize,
          timeStampImprint: sha256(value), seal: update.seal)
      }
      reserved = Self.rounded(cms.count + (withTimeStamp ? 12 << 10 : 0))
    }
  }

  /// Up to the next 4 KiB, and never beyond what our own verifier accepts.
  private static func rounded(_ count: Int) -> Int { min((count + 4095) / 4096 * 4096, Limits.signatureContents) }
}

/// A signature made, its place in the file laid out, waiting for its time-stamp.
public struct PendingSignature: Sendable {
  private let writer: UpdateWriter
  private let cms: Data
  private let originalDigest: SHA256Hasher.Snapshot
  private let originalSize: Int64
  /// SHA-256 of the signature value: what the time-stamp is asked for.
  public let timeStampImprint: Data
  /// What became of the visible seal; nil where none was asked for.
  public let seal: SealOutcome?

  init(
    writer: UpdateWriter, cms: Data, originalDigest: SHA256Hasher.Snapshot, originalSize: Int64, timeStampImprint: Data,
    seal: SealOutcome?
  ) {
    self.seal = seal
    self.writer = writer
    self.cms = cms
    self.originalDigest = originalDigest
    self.originalSize = originalSize
    self.timeStampImprint = timeStampImprint
  }

  /// Closes the signature: B-T with a token, B-B without. A token that does not fit its room is refused as `tooLarge`.
  public func finish(timeStampToken: Data?) throws -> SignedUpdate {
    var complete = cms
    if let timeStampToken { complete = try SignedDataBuilder.addingTimeStamp(timeStampToken, to: cms) }
    var writer = writer
    guard writer.fill([UInt8](complete)) else {
      throw PDFRefusal(.tooLarge, "the signature of \(complete.count) bytes does not fit its room")
    }
    return SignedUpdate(
      appended: Data(writer.bytes), signedLength: originalSize + Int64(writer.bytes.count),
      hasTimeStamp: timeStampToken != nil, originalDigest: originalDigest)
  }
}

/// What to append to the original to have it signed.
public struct SignedUpdate: Sendable {
  /// The bytes to write just after the original's last byte.
  public let appended: Data
  /// Length of the signed file.
  public let signedLength: Int64
  /// B-T rather than B-B.
  public let hasTimeStamp: Bool

  let originalDigest: SHA256Hasher.Snapshot

  /// SHA-256 of the whole signed file, computed when asked for.
  public var signedDigest: Data {
    let digest = originalDigest.resume()
    digest.update(appended)
    return Data(digest.finalize())
  }
}
