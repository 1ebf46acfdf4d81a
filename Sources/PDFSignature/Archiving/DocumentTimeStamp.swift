import Foundation
import PKI

/// A document time-stamp (EN 319 142-1 §5.4.3) laid out behind a file, waiting for its token: proves that all before it
/// existed, and renews the proof when older time-stamps age.
public struct DocumentTimeStamp: Sendable {
  /// Digest of what the token is asked for: SHA-256, unless another was chosen.
  public let imprint: Data
  private let writer: UpdateWriter

  /// Room for a token when nothing is known of the authority's: about 4 KiB with two certificates, and reserve.
  public static let usualRoom = 16 << 10

  /// Lays out the update.
  /// - Parameters:
  ///   - room: bytes for the token; ``finish(token:)`` says `tooLarge` where it does not suffice.
  ///   - digest: of the imprint; a renewal because a digest ages needs a stronger one.
  public init(
    _ file: PDFFile, room: Int = usualRoom, allowsHybrid: Bool = false,
    digest: DigestAlgorithm = .sha256
  ) throws {
    let document = try PDFDocument(file, allowsHybrid: allowsHybrid)
    var planner = UpdatePlanner(
      document, avoiding: try Reachability(document, revision: document.last, watched: []).dangling)
    let update = try planner.planTimeStamp(try SigningRules(document))
    try document.budget.check()
    let hasher = DigestHasher(digest)
    try file.stream(0..<file.size) { hasher.update($0) }
    let seed = Array(Data(hasher.copy().finalize()).prefix(16))
    let writer = try UpdateWriter(
      update, content: .documentTimeStamp, reserved: min(room, Limits.signatureContents), idSeed: seed)
    writer.bytes.withUnsafeBytes { bytes in
      hasher.update(UnsafeRawBufferPointer(rebasing: bytes[..<writer.gap.lowerBound]))
      hasher.update(UnsafeRawBufferPointer(rebasing: bytes[writer.gap.upperBound...]))
    }
    imprint = Data(hasher.finalize())
    self.writer = writer
  }

  /// The bytes to append. - Throws: ``PKIError`` where the token is not over ``imprint``; `tooLarge` where it does not fit.
  public func finish(token: Data) throws -> Data {
    _ = try TimeStamp.verify(token: token, imprint: imprint)
    var writer = writer
    guard writer.fill([UInt8](token)) else {
      throw PDFRefusal(.tooLarge, "a time-stamp token of \(token.count) bytes does not fit its room")
    }
    return Data(writer.bytes)
  }
}
