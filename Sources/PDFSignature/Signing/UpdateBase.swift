/// What an incremental update must know of the file it is appended to, whatever it adds. A value; nothing more is read.
struct UpdateBase: Sendable {
  /// Length of the original: the update begins there.
  let originalSize: Int64
  /// The original lacks a line end after its last %%EOF.
  let needsLineEnd: Bool
  /// The update's cross-references are of the kind that the file's newest section has.
  let kind: XrefSection.Kind
  let previousXref: Int64
  let root: PDFReference
  /// /Info and the first half of /ID, carried over.
  let info: PDFObject?
  let firstID: [UInt8]?

  init(_ document: PDFDocument) throws(PDFRefusal) {
    let newest = document.revisions[document.last]
    let lastByte = try document.file.bytes(at: document.file.size - 1, count: 1)[0]
    originalSize = document.file.size
    needsLineEnd = lastByte != 10 && lastByte != 13
    kind = newest.kind
    previousXref = newest.xrefOffset
    root = try document.catalog(in: document.last).reference
    info = newest.trailer["Info"].flatMap { $0.reference == nil ? nil : $0 }
    firstID = try document.resolve(newest.trailer["ID"], in: document.last)?.array?.first?.string
  }
}
