/// What an update may do to signature fields: fill empty ones and add others, which cover little of any page.
extension RevisionDiff {
  mutating func collectFields() throws(PDFRefusal) {
    let before = try SignatureFields(document, revision: revision - 1)
    let after = try SignatureFields(document, revision: revision)
    let old = Dictionary(before.fields.map { ($0.reference, $0) }, uniquingKeysWith: { first, _ in first })
    for field in after.fields {
      guard let known = old[field.reference] else {
        newFields.insert(field.reference)
        if let type = field.dictionary["Subtype"], type != .name("Widget") {
          note("field-type", "a new signature field is an annotation of another kind")
        }
        try collectWidgets(of: field)
        try explain(.reference(field.reference))
        continue
      }
      if known.value == nil, let value = field.value {
        filledFields.insert(field.reference)
        try explain(value)
      }
    }
    let remaining = Set(after.fields.map(\.reference))
    for field in before.fields where !remaining.contains(field.reference) {
      note("field-removed", "a signature field is gone")
    }
  }

  private mutating func collectWidgets(of field: SignatureField) throws(PDFRefusal) {
    // A seal is a signer's. What stamps a time, or waits for a signer, has nothing to show.
    let signature = try document.resolve(field.value, in: revision)?.dictionary
    let showsNothing = signature == nil || signature?["SubFilter"]?.name == "ETSI.RFC3161"
    try judgeOverlay(field.dictionary, showsNothing: showsNothing)
    for kid in try document.resolve(field.dictionary["Kids"], in: revision)?.array ?? [] {
      guard let reference = kid.reference, added.contains(reference.number),
        let widget = try document.resolve(kid, in: revision)?.dictionary, widget["Subtype"]?.name == "Widget"
      else { continue }
      newFields.insert(reference)
      try judgeOverlay(widget, showsNothing: showsNothing)
    }
  }

  /// A quarter of an A4 page, in square points.
  static let coverLimit = 595.0 * 842 / 4

  /// A seal is a few centimetres wide. What covers more than a quarter of an A4 page, alone or with others of the same
  /// update, could hide the text under it.
  mutating func judgeOverlay(_ widget: PDFDictionary, showsNothing: Bool = false) throws(PDFRefusal) {
    // A field that has its widgets among its /Kids is on no page itself.
    guard widget["Rect"] != nil || widget["Subtype"] != nil || widget["AP"] != nil else { return }
    var corners: [Double] = []
    for item in try document.resolve(widget["Rect"], in: revision)?.array ?? [] {
      if let number = try document.resolve(item, in: revision)?.number { corners.append(number) }
    }
    guard corners.count == 4, try document.resolve(widget["Rect"], in: revision)?.array?.count == 4 else {
      note("overlay", "a later signature's place on the page cannot be read")
      return
    }
    let area = abs(corners[2] - corners[0]) * abs(corners[3] - corners[1])
    if showsNothing, area > 0, widget["AP"] != nil || widget["MK"] != nil {
      note("overlay", "a field that signs nothing shows something on the page")
    }
    covered += area
    if !(covered <= Self.coverLimit) {
      note("overlay", "a later signature's picture covers the page")
    }
  }
}
