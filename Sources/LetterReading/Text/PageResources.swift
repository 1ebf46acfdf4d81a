import PDFSignature

/// What the names in a content stream stand for (ISO 32000-1 §7.8.3).
final class PageResources {
  private let dictionary: PDFDictionary
  private let source: TextSource
  private var fonts: [String: FontChoice] = [:]
  private var plainStates: Set<String> = []

  init(_ dictionary: PDFDictionary, _ source: TextSource) {
    self.dictionary = dictionary
    self.source = source
  }

  func font(_ name: String) throws(NotUnderstood) -> FontChoice {
    if let known = fonts[name] { return known }
    guard let value = try entry("Font", name) else { throw .contents("a font that isn't there") }
    let font = try source.choice(value)
    fonts[name] = font
    return font
  }

  /// nil where there is none, which shows nothing.
  func object(_ name: String) throws(NotUnderstood) -> PDFStream? {
    guard case .stream(let stream) = try source.resolve(try entry("XObject", name)) else { return nil }
    return stream
  }

  func properties(_ name: String) throws(NotUnderstood) -> PDFDictionary? {
    try source.resolve(try entry("Properties", name))?.dictionary
  }

  /// A set of graphics parameters may choose a font as well (§8.4.5); no program of offices writes that.
  func checkState(_ name: String) throws(NotUnderstood) {
    guard !plainStates.contains(name) else { return }
    if try source.resolve(try entry("ExtGState", name))?.dictionary?["Font"] != nil {
      throw .contents("a font out of a graphics state")
    }
    if plainStates.count < 1000 { plainStates.insert(name) }
  }

  private func entry(_ kind: String, _ name: String) throws(NotUnderstood) -> PDFObject? {
    try source.resolve(dictionary[kind])?.dictionary?[name]
  }
}
