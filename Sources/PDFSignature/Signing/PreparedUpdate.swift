import Foundation

/// Everything about a file that its signature needs to know: all checks are done, nothing more is read. A value; it may
/// wait in a queue.
public struct PreparedUpdate: Sendable {
  /// Length of the original: the update begins there.
  public let originalSize: Int64
  /// Name of the field that will hold the signature.
  public let fieldName: String
  /// What the field asks of the signature.
  let demands: FieldDemands

  /// An existing or new object, written plainly.
  struct Piece: Sendable {
    let reference: PDFReference
    let body: [UInt8]
  }

  let pieces: [Piece]
  /// Number of the signature dictionary.
  let signatureNumber: Int
  /// First number above all others, ours included; an xref stream takes it.
  let nextNumber: Int
  /// The original lacks a line end after its last %%EOF.
  let needsLineEnd: Bool
  let kind: XrefSection.Kind
  let previousXref: Int64
  let root: PDFReference
  /// /Info and the first half of /ID, carried over.
  let info: PDFObject?
  let firstID: [UInt8]?
  /// What became of the visible seal; nil where none was asked for.
  public var seal: SealOutcome?
  /// The time that the seal shows: the signature must claim the same.
  var claimedTime: Date?
}
