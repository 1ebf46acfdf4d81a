import PDFSignature

/// Reads the words of a document off its pages in this process, in well under a millisecond a page: for the PDFs that offices'
/// programs write. It understands exactly or not at all; what it doesn't understand, pdftotext may.
public enum TextExtractor {
  /// The words and their places, as pdftotext would find them.
  /// - Throws: `NotUnderstood`, within the bounds of `TextBudget`.
  public static func textLayer(_ file: PDFFile) throws(NotUnderstood) -> TextLayer {
    let contents: PageContents
    let pages: [FoundPage]
    var layer = TextLayer(pages: [], isRecognised: false)
    let catalog: PDFDictionary
    do throws(PDFRefusal) {
      contents = try PageContents(file)
      catalog = try contents.catalog()
      let found = try contents.pages(atMost: TextLayerLimits.pages)
      pages = found.pages
      layer.isCut = !found.isAll
    } catch {
      throw .structure(error)
    }
    let source = TextSource(contents)
    try checkLayers(catalog, source)
    let form = try source.resolve(catalog["AcroForm"])?.dictionary
    var needsMore = false
    if case .boolean(true)? = form?["NeedAppearances"] { needsMore = true }
    let appearances = Appearances(source: source, needsMore: needsMore)
    var line = 0
    var room = TextLayerLimits.words
    for page in pages {
      let words = try read(page, source, appearances, line: line, room: room)
      line = words.line
      room -= words.page.words.count
      layer.isCut = layer.isCut || words.isCut
      layer.pages.append(words.page)
    }
    return layer
  }

  private static func read(
    _ page: FoundPage, _ source: TextSource, _ appearances: Appearances, line: Int, room: Int
  ) throws(NotUnderstood) -> (page: TextLayer.Page, line: Int, isCut: Bool) {
    guard let sheet = try Sheet(page, source) else { throw .contents("a page without a size") }
    var interpreter = ContentInterpreter(source, page: sheet.matrix, width: sheet.width, height: sheet.height)
    let resources = PageResources(
      try source.resolve(page.attribute("Resources"))?.dictionary ?? PDFDictionary(), source)
    if let bytes = try contents(page, source) { try interpreter.run(bytes, resources) }
    for appearance in try appearances.of(page) {
      interpreter.endContents(page: sheet.matrix)
      try interpreter.draw(appearance.form, at: appearance.place, resources, depth: 0)
    }
    interpreter.endContents(page: sheet.matrix)
    let lines = WordLines(interpreter.words, line: line, room: room)
    return (
      TextLayer.Page(width: sheet.width, height: sheet.height, words: lines.words), lines.line, lines.isCut
    )
  }

  /// The page's streams as one (ISO 32000-1 §7.8.2); nil where it has none.
  private static func contents(_ page: FoundPage, _ source: TextSource) throws(NotUnderstood) -> [UInt8]? {
    switch try source.resolve(page.dictionary["Contents"]) {
    case nil: return nil
    case .stream(let stream): return try source.decoded(stream)
    case .array(let items):
      var bytes: [UInt8] = []
      guard items.count <= 10_000 else { throw .bounds("a page of too many streams") }
      for item in items {
        guard case .stream(let stream) = try source.resolve(item) else { continue }
        let part = try source.decoded(stream)
        if bytes.isEmpty { bytes = part } else { bytes += part }
        bytes.append(10)
        guard bytes.count <= TextBudget.streamLength else { throw .bounds("a page of too many bytes") }
      }
      return bytes
    default: throw .contents("contents that are no stream")
    }
  }

  /// Layers (§8.11) that aren't shown are not read either; which they are is told only by the simple rule that all are on.
  private static func checkLayers(_ catalog: PDFDictionary, _ source: TextSource) throws(NotUnderstood) {
    guard let layers = try source.resolve(catalog["OCProperties"])?.dictionary,
      let settings = try source.resolve(layers["D"])?.dictionary
    else { return }
    let base = settings["BaseState"]?.name ?? "ON"
    let off = try source.resolve(settings["OFF"])?.array ?? []
    guard base == "ON", off.isEmpty else { throw .shown("layers that are off") }
  }
}
