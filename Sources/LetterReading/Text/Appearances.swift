import PDFSignature

/// What annotations show on a page (ISO 32000-1 §12.5.5): the seal of a signature, the entries of a form.
struct Appearances {
  /// Of one page.
  private static let limit = 1_000

  let source: TextSource
  /// The form asks viewers to make up the appearances of its fields.
  let needsMore: Bool

  /// Forms to be drawn on top of the page, and where.
  func of(_ page: FoundPage) throws(NotUnderstood) -> [(form: PDFStream, place: Matrix)] {
    guard let items = try source.resolve(page.dictionary["Annots"])?.array else { return [] }
    guard items.count <= Self.limit else { throw .bounds("a page of too many annotations") }
    var found: [(form: PDFStream, place: Matrix)] = []
    for item in items {
      guard let annotation = try source.resolve(item)?.dictionary else { continue }
      let subtype = annotation["Subtype"]?.name
      let flags = try source.resolve(annotation["F"])?.integer ?? 0
      // Hidden, NoView.
      if subtype == "Popup" || flags & (2 | 32) != 0 { continue }
      let type = annotation["FT"]?.name
      if subtype == "Widget", needsMore, type != "Sig" { throw .shown("form fields without appearances") }
      guard let form = try normal(annotation) else {
        if try isMadeUp(annotation, subtype) { throw .shown("an annotation without an appearance") }
        continue
      }
      guard let target = try source.box(annotation["Rect"]) else { continue }
      let own = try source.matrix(form.dictionary["Matrix"]) ?? Matrix()
      guard let box = try source.box(form.dictionary["BBox"]) else { continue }
      let drawn = own.bounds(box)
      guard drawn.width > 0, drawn.height > 0 else { continue }
      let (x, y) = (target.width / drawn.width, target.height / drawn.height)
      let fit = Matrix(a: x, d: y, e: target.left - drawn.left * x, f: target.top - drawn.top * y)
      found.append((form, own.then(fit)))
    }
    return found
  }

  /// Whether a viewer makes up what an annotation without an appearance shows: its text, or a form field's value.
  private func isMadeUp(_ annotation: PDFDictionary, _ subtype: String?) throws(NotUnderstood) -> Bool {
    switch subtype {
    case "FreeText", "Stamp": return true
    case "Widget":
      // Type and value may be the field's, of which this is a widget.
      var node: PDFDictionary? = annotation
      for _ in 0..<8 {
        guard let field = node else { return false }
        if let type = field["FT"]?.name, type == "Sig" || type == "Btn" { return false }
        if field["V"] != nil { return true }
        node = try source.resolve(field["Parent"])?.dictionary
      }
      return true
    default: return false
    }
  }

  /// The normal appearance, of the state that the annotation is in.
  private func normal(_ annotation: PDFDictionary) throws(NotUnderstood) -> PDFStream? {
    let appearance = try source.resolve(annotation["AP"])?.dictionary?["N"]
    switch try source.resolve(appearance) {
    case .stream(let stream): return stream
    case .dictionary(let states):
      guard let state = annotation["AS"]?.name, case .stream(let stream) = try source.resolve(states[state]) else {
        return nil
      }
      return stream
    default: return nil
    }
  }
}
