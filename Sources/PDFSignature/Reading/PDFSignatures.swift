/// A question for those who would rewrite a file.
public enum PDFSignatures {
  /// True if any signature field of the file holds a value. Throws where the file cannot be read strictly.
  public static func areIn(_ file: PDFFile) throws(PDFRefusal) -> Bool {
    let document = try PDFDocument(file)
    return try SignatureFields(document, revision: document.last).fields.contains { $0.value != nil }
  }
}
