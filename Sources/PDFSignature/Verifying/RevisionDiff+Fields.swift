/// What an update may do to signature fields: fill empty ones and add others, which cover little of any page.
extension RevisionDiff {
  mutating func collectFields() throws(PDFRefusal) {
    let before = try SignatureFields(document, revision: revision - 1, withOthers: true)
    let after = try SignatureFields(document, revision: revision)
    let old = Dictionary(before.fields.map { ($0.reference, $0) }, uniquingKeysWith: { first, _ in first })
    for field in after.fields {
      guard let known = old[field.reference] else {
        newFields.insert(field.reference)
        judgeKind(field.dictionary)
        try judgeName(field.dictionary, among: before)
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

  /// A new field is nothing but that: as a page, too, it would show what it holds.
  private mutating func judgeKind(_ field: PDFDictionary) {
    let isWidget = [nil, "Widget"].contains(field["Subtype"]?.name) && [nil, "Annot"].contains(field["Type"]?.name)
    let isDirect = field["Subtype"]?.reference == nil && field["Type"]?.reference == nil
    if !isWidget || !isDirect { note("field-type", "a new signature field is something else as well") }
  }

  /// To a viewer, fields of one name are one, and what the new one says is said of the other too.
  private mutating func judgeName(_ field: PDFDictionary, among before: SignatureFields) throws(PDFRefusal) {
    guard let name = try document.resolve(field["T"], in: revision)?.string, !FieldName.last(name).isEmpty else {
      return note("field-name", "a new signature field has no name of its own")
    }
    if before.isTaken(FieldName.last(name)) {
      note("field-name", "a new signature field has the name of another field")
    }
  }

  private mutating func collectWidgets(of field: SignatureField) throws(PDFRefusal) {
    // A seal is a signer's. What stamps a time, or waits for a signer, has nothing to show.
    let signature = try document.resolve(field.value, in: revision)?.dictionary
    let showsNothing = signature == nil || signature?["SubFilter"]?.name == "ETSI.RFC3161"
    try judgeOverlay(field.dictionary, of: field.reference, showsNothing: showsNothing)
    for kid in try document.resolve(field.dictionary["Kids"], in: revision)?.array ?? [] {
      guard let reference = kid.reference, added.contains(reference.number),
        let widget = try document.resolve(kid, in: revision)?.dictionary, widget["Subtype"]?.name == "Widget"
      else { continue }
      newFields.insert(reference)
      judgeKind(widget)
      // Some writers leave out whose it is.
      if let parent = widget["Parent"], parent.reference != field.reference {
        note("field-name", "a picture of a new signature field says that it is another field's")
      }
      try judgeOverlay(widget, of: reference, showsNothing: showsNothing)
    }
  }

  /// A quarter of an A4 page, in square points.
  static let coverLimit = 595.0 * 842 / 4

  /// A seal is a few centimetres wide. What covers more than a quarter of an A4 page, alone or with others of the same
  /// update, could hide the text under it.
  mutating func judgeOverlay(
    _ widget: PDFDictionary, of reference: PDFReference, showsNothing: Bool = false
  ) throws(PDFRefusal) {
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
    try judgePictures(widget)
    covered += area
    if area > 0 { pictures[reference] = area }
    if !(covered <= Self.coverLimit) {
      note("overlay", "a later signature's picture covers the page")
    }
  }

  /// Whatever a picture draws ends at its box, which is fitted into the rectangle (ISO 32000-1 §12.5.5); without one some
  /// programs draw on. Flags that take a widget out of the page's scale or turn take it out of its rectangle too.
  private mutating func judgePictures(_ widget: PDFDictionary) throws(PDFRefusal) {
    let flags = try document.resolve(widget["F"], in: revision)?.integer ?? 0
    if flags & (Self.noZoom | Self.noRotate) != 0 {
      note("overlay", "a later signature's picture doesn't keep to its place on the page")
    }
    for kind in try document.resolve(widget["AP"], in: revision)?.dictionary?.entries ?? [] {
      let picture = try document.resolve(kind.value, in: revision)
      // Either a picture, or one for each state (§12.5.5).
      if case .dictionary(let states) = picture {
        for state in states.entries { try judgePicture(state.value) }
      } else {
        try judgePicture(picture)
      }
    }
  }

  private mutating func judgePicture(_ value: PDFObject?) throws(PDFRefusal) {
    guard case .stream(let picture) = try document.resolve(value, in: revision) else { return }
    var count = 0
    for item in try document.resolve(picture.dictionary["BBox"], in: revision)?.array ?? [] {
      if try document.resolve(item, in: revision)?.number != nil { count += 1 }
    }
    if count != 4 { note("overlay", "a later signature's picture has no box to end at") }
  }

  /// Bits of /F (table 165).
  private static let noZoom: Int64 = 8
  private static let noRotate: Int64 = 16

  /// The same of each page by its own size, which may be less than A4, and its unit another than a point (/UserUnit).
  mutating func judgePages() throws(PDFRefusal) {
    if pictures.isEmpty { return }
    var tree = try PageTree(document: document, revision: revision)
    while let page = try tree.next() {
      let list = try document.resolve(page.dictionary["Annots"], in: revision)?.array ?? []
      try document.budget.step(list.count)
      // Whatever stands there twice is drawn twice.
      let area = list.reduce(0.0) { $0 + ($1.reference.flatMap { pictures[$0] } ?? 0) }
      if area == 0 { continue }
      let geometry = try PageGeometry(try tree.found(page), in: document, revision: revision)
      if !(area <= (geometry?.area ?? 0) / 4) {
        note("overlay", "a later signature's picture covers more than a quarter of its page")
      }
    }
  }
}
