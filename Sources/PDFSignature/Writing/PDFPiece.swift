/// An existing or new object, written plainly; a stream's body is its dictionary, data and `endstream`.
package struct PDFPiece: Sendable {
  package let reference: PDFReference
  package let body: [UInt8]

  package init(reference: PDFReference, body: [UInt8]) {
    self.reference = reference
    self.body = body
  }

  package init(_ reference: PDFReference, _ value: PDFObject) {
    var body: [UInt8] = []
    PDFSerialiser.append(value, to: &body)
    self.init(reference: reference, body: body)
  }

  /// A stream; `isDeflated` says whether the bytes are so already.
  package init(_ reference: PDFReference, stream: [UInt8], isDeflated: Bool, _ dictionary: PDFDictionary = .init()) {
    var full = dictionary
    if isDeflated { full = full.setting("Filter", to: .name("FlateDecode")) }
    var body: [UInt8] = []
    PDFSerialiser.append(full.setting("Length", to: .integer(Int64(stream.count))), to: &body)
    body += "\nstream\n".utf8
    body += stream
    body += "\nendstream".utf8
    self.init(reference: reference, body: body)
  }
}

extension PDFObject {
  /// A length, with four decimals at most.
  package static func points(_ value: Double) -> PDFObject { .real(Array(decimal(value).utf8)) }

  /// Plain decimal digits: PDF knows no exponents (§7.3.3).
  package static func decimal(_ value: Double) -> String {
    let scaled = Int64((value * 10_000).rounded())
    let digits = String(abs(scaled))
    let padded = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    var fraction = padded.suffix(4)
    while fraction.last == "0" { fraction.removeLast() }
    return (scaled < 0 ? "-" : "") + padded.dropLast(4) + (fraction.isEmpty ? "" : "." + fraction)
  }
}
