import PDFSignature

/// What the pages of a sheet share: the font as `/F`, and as `/N` a picture of how many pages there are, which is known last.
struct SheetResources {
  let reference: PDFReference
  private let font: PDFReference
  private let total: PDFReference

  init(_ book: inout PDFBook) {
    reference = book.promise()
    font = book.promise()
    total = book.promise()
  }

  /// - Parameter total: the picture's content; it begins at its lower left corner.
  func finish(_ book: inout PDFBook, _ letters: SheetFont, total content: [UInt8]) throws {
    let objects = FontObjects(letters.subset, nextNumber: book.nextNumber)
    for piece in objects.pieces {
      let isFont = piece.reference == objects.font
      try book.write(isFont ? PDFPiece(reference: font, body: piece.body) : piece)
    }
    let fonts = PDFObject.dictionary(PDFDictionary().setting("F", to: .reference(font)))
    let box = PDFObject.array([.integer(0), .integer(-5), .integer(100), .integer(20)])
    try book.write(
      total, stream: content,
      PDFDictionary()
        .setting("Type", to: .name("XObject")).setting("Subtype", to: .name("Form")).setting("BBox", to: box)
        .setting("Resources", to: .dictionary(PDFDictionary().setting("Font", to: fonts))))
    let pictures = PDFObject.dictionary(PDFDictionary().setting("N", to: .reference(total)))
    try book.write(
      PDFPiece(
        reference, .dictionary(PDFDictionary().setting("Font", to: fonts).setting("XObject", to: pictures))))
  }
}
