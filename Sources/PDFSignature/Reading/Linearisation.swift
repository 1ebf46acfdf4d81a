/// The first object of a file written for the web (ISO 32000-1 annex F) says how long the file is. Where that is true, some
/// programs (poppler, which Evince and Okular show; pdf.js) take the cross-references at the file's beginning for all there
/// are: of updates they show nothing.
enum Linearisation {
  /// /L of the first object; nil where that is no linearisation dictionary.
  static func length(of file: PDFFile, _ budget: inout Budget) throws(PDFRefusal) -> Int64? {
    let dictionary: PDFDictionary?
    do {
      dictionary = try file.lex(at: 0, &budget) { (lexer) throws(PDFRefusal) in
        lexer.skipSpace()
        _ = try lexer.objectHeader()
        guard case .dictionary(let value) = try lexer.value() else { return nil }
        return value
      }
    } catch {
      try budget.check()
      return nil
    }
    guard let dictionary, dictionary["Linearized"] != nil, let length = dictionary["L"]?.number else { return nil }
    return Int64(exactly: length)
  }

  /// Refuses a file that says it was made whole, and was updated: who believes it shows what was there before.
  static func check(_ file: PDFFile, updates: Int, _ budget: inout Budget) throws(PDFRefusal) {
    guard updates > 0, try length(of: file, &budget) == file.size else { return }
    throw PDFRefusal(
      .damaged, "it says that it is as long as written for the web, with its updates: some programs leave them out")
  }
}
