import PDFSignature

/// Where the reading of one document's text gets its objects from, and what it has left to spend.
final class TextSource {
  private let contents: PageContents
  var budget = TextBudget()
  private var fonts: [PDFReference: Result<Font, NotUnderstood>] = [:]

  init(_ contents: PageContents) { self.contents = contents }

  func resolve(_ value: PDFObject?) throws(NotUnderstood) -> PDFObject? {
    // Most values stand where they are needed.
    guard case .reference = value else { return value }
    do throws(PDFRefusal) { return try contents.resolve(value) } catch { throw .structure(error) }
  }

  func decoded(_ stream: PDFStream) throws(NotUnderstood) -> [UInt8] {
    do throws(PDFRefusal) {
      let bytes = try contents.decoded(stream, limit: min(TextBudget.streamLength, budget.decoded))
      budget.decoded -= bytes.count
      return bytes
    } catch {
      throw .structure(error)
    }
  }

  /// The font, read once for the document. One that isn't understood matters only where something is shown in it.
  func font(_ value: PDFObject) throws(NotUnderstood) -> Result<Font, NotUnderstood> {
    if let reference = value.reference, let known = fonts[reference] { return known }
    try TextBudget.spend(&budget.fonts)
    let result: Result<Font, NotUnderstood>
    do throws(NotUnderstood) {
      guard let dictionary = try resolve(value)?.dictionary else { throw .font("a font that is no dictionary") }
      let font = try FontReader(source: self).font(dictionary)
      try TextBudget.spend(&budget.tables, font.size)
      result = .success(font)
    } catch {
      result = .failure(error)
    }
    if let reference = value.reference { fonts[reference] = result }
    return result
  }
}
