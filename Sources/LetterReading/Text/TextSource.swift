import PDFSignature

/// Where the reading of one document's text gets its objects from, and what it has left to spend.
final class TextSource {
  private let contents: PageContents
  var budget = TextBudget()
  private var fonts: [PDFReference: FontChoice] = [:]

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

  /// The font that a name stands for, one object for all names of it in the document.
  func choice(_ value: PDFObject) throws(NotUnderstood) -> FontChoice {
    if let reference = value.reference, let known = fonts[reference] { return known }
    try TextBudget.spend(&budget.fonts)
    let choice = FontChoice(value, self)
    if let reference = value.reference { fonts[reference] = choice }
    return choice
  }
}

/// A font that was chosen. It is read where something is shown in it, and not before: pages choose fonts that they don't use,
/// and one that isn't understood matters only then.
final class FontChoice {
  private let value: PDFObject
  private unowned let source: TextSource
  private var font: Font?

  init(_ value: PDFObject, _ source: TextSource) {
    self.value = value
    self.source = source
  }

  func read() throws(NotUnderstood) -> Font {
    if let font { return font }
    guard let dictionary = try source.resolve(value)?.dictionary else { throw .font("a font that is no dictionary") }
    let font = try FontReader(source: source).font(dictionary)
    try TextBudget.spend(&source.budget.tables, font.size)
    self.font = font
    return font
  }
}
