import Foundation

/// Everything about a file that its signature needs to know: all checks are done, nothing more is read. A value; it may
/// wait in a queue.
public struct PreparedUpdate: Sendable {
  /// Length of the original: the update begins there.
  public var originalSize: Int64 { base.originalSize }
  /// Name of the field that will hold the signature.
  public let fieldName: String
  /// What the field asks of the signature.
  let demands: FieldDemands

  typealias Piece = PDFPiece

  let base: UpdateBase
  let pieces: [Piece]
  /// Number of the signature dictionary.
  let signatureNumber: Int
  /// First number above all others, ours included; an xref stream takes it.
  let nextNumber: Int
  /// What became of the visible seal; nil where none was asked for.
  public var seal: SealOutcome?
  /// The time that the seal shows: the signature must claim the same.
  var claimedTime: Date?
}
