import Foundation
import PDFSignature

/// Writes a PDF file (ISO 32000-1 §7.5) object by object, and at the end where each of them is.
struct PDFBook {
  private var output: ChunkedOutput
  /// By number less 1; 0 for one that was promised and isn't written yet.
  private var offsets: [Int] = []

  init(_ output: ChunkedOutput) throws {
    self.output = output
    // The second line tells programs that this is no text (§7.5.2).
    try self.output.append(bytes: Array("%PDF-1.7\n%".utf8) + [0xE2, 0xE3, 0xCF, 0xD3, 10])
  }

  /// Of an object that others name before it is written.
  mutating func promise() -> PDFReference {
    offsets.append(0)
    return PDFReference(number: offsets.count, generation: 0)
  }

  /// The number of the next object that isn't promised.
  var nextNumber: Int { offsets.count + 1 }

  mutating func write(_ piece: PDFPiece) throws {
    while offsets.count < piece.reference.number { offsets.append(0) }
    // Ten digits is what a cross-reference table has for a place (§7.5.4).
    guard output.count < 9_999_999_999 else {
      throw RegisterProblem(.tooLarge, "the PDF would exceed 9 GB: choose a shorter span")
    }
    offsets[piece.reference.number - 1] = output.count
    try output.append("\(piece.reference.number) 0 obj\n")
    try output.append(bytes: piece.body)
    try output.append("\nendobj\n")
  }

  mutating func add(_ dictionary: PDFDictionary) throws -> PDFReference {
    let reference = promise()
    try write(PDFPiece(reference, .dictionary(dictionary)))
    return reference
  }

  /// A stream, which is deflated here.
  mutating func write(_ reference: PDFReference, stream: [UInt8], _ dictionary: PDFDictionary = .init()) throws {
    let deflated = SealZlib.deflate(stream, level: 6)
    try write(PDFPiece(reference, stream: deflated, isDeflated: true, dictionary))
  }

  /// - Parameter title: what a viewer shows in its window's frame.
  mutating func finish(pages: PDFReference, title: String) throws {
    let root = try add(
      PDFDictionary()
        .setting("Type", to: .name("Catalog")).setting("Pages", to: .reference(pages))
        .setting("Lang", to: .string(Array("vi".utf8)))
        .setting("ViewerPreferences", to: .dictionary(PDFDictionary().setting("DisplayDocTitle", to: .boolean(true)))))
    // UTF-16 with its mark (§7.9.2.2).
    let units = title.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    let info = try add(PDFDictionary().setting("Title", to: .string([0xFE, 0xFF] + units)))
    let start = output.count
    try output.append("xref\n0 \(offsets.count + 1)\n0000000000 65535 f\r\n")
    for offset in offsets {
      let digits = String(offset)
      try output.append(String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n\r\n")
    }
    try output.append("trailer\n<</Size \(offsets.count + 1)/Root \(root.number) 0 R/Info \(info.number) 0 R>>\n")
    try output.append("startxref\n\(start)\n%%EOF\n")
    try output.flush()
  }
}
