/// A seal's part of the incremental update: which field takes it, and which objects it adds.
struct SealPlan {
  /// What is to be written.
  struct Drawn {
    var pieces: [PreparedUpdate.Piece]
    var nextNumber: Int
    var outcome: SealOutcome
    /// Where a new field goes; nil where it stays invisible.
    var page: (reference: PDFReference, dictionary: PDFDictionary)?
    fileprivate var appearance: (form: PDFReference, rectangle: [PDFObject])?

    /// A new widget with the seal as its look.
    func showing(_ widget: PDFDictionary) -> PDFDictionary {
      guard let appearance else { return widget }
      return widget.setting("Rect", to: .array(appearance.rectangle)).setting("AP", to: SealPlan.look(appearance.form))
    }
  }

  private let request: SealRequest
  private let placer: SealPlacer
  private let document: PDFDocument
  private let rules: SigningRules
  private let claim: PDFAClaim
  /// The existing field that the seal's place asks for.
  let fieldName: String?

  /// nil where no seal is wanted.
  init?(_ request: SealRequest?, _ rules: SigningRules, document: PDFDocument) throws(PDFRefusal) {
    guard let request else { return nil }
    self.request = request
    self.rules = rules
    self.document = document
    placer = SealPlacer(document: document, revision: document.last, request: request)
    claim = try PDFAClaim(document, revision: document.last)
    var name: String?
    if request.seal.style.place.anchor == .field {
      for field in rules.fields.fields where field.value == nil && name == nil {
        guard rules.mayFill(field), let widget = try Self.widget(of: field, document) else { continue }
        if Self.isShown(widget.dictionary, amending: !Self.isSigned(rules)),
          try placer.spot(in: widget.reference, widget.dictionary) != nil
        {
          name = field.name
        }
      }
    }
    fieldName = name
  }

  private func draw(_ spot: SealPlacer.Spot, nextNumber: Int) throws(PDFRefusal) -> SealDrawing {
    let isTransparent = try claim.allowsTransparency(on: spot.page, in: document, revision: document.last)
    return SealDrawing(request.seal, spot, claim, isTransparent: isTransparent, nextNumber: nextNumber)
  }

  /// For a field of its own.
  func drawNew(nextNumber: Int) throws(PDFRefusal) -> Drawn {
    let (spot, outcome) = try placer.newSpot()
    guard let spot else { return Drawn(pieces: [], nextNumber: nextNumber, outcome: outcome) }
    let drawing = try draw(spot, nextNumber: nextNumber)
    let rectangle = spot.geometry.userSpace(spot.area)
    return Drawn(
      pieces: drawing.pieces, nextNumber: drawing.nextNumber, outcome: outcome,
      page: (spot.page.reference, spot.page.dictionary),
      appearance: (
        drawing.form,
        [.points(rectangle.x), .points(rectangle.y), .points(rectangle.right), .points(rectangle.top)]
      ))
  }

  /// For a field that is there: `signed` is its dictionary with the signature.
  func fill(_ field: SignatureField, _ signed: PDFDictionary, nextNumber: Int) throws(PDFRefusal) -> Drawn {
    func piece(_ reference: PDFReference, _ dictionary: PDFDictionary) -> PreparedUpdate.Piece {
      var body: [UInt8] = []
      PDFSerialiser.append(dictionary, to: &body)
      return .init(reference: reference, body: body)
    }
    let amending = !Self.isSigned(rules)
    guard let widget = try Self.widget(of: field, document), Self.isShown(widget.dictionary, amending: amending),
      let spot = try placer.spot(in: widget.reference, widget.dictionary)
    else {
      let outcome = SealOutcome(page: nil, remarks: [.invisibleField])
      return Drawn(pieces: [piece(field.reference, signed)], nextNumber: nextNumber, outcome: outcome)
    }
    let drawing = try draw(spot, nextNumber: nextNumber)
    let isMerged = widget.reference == field.reference
    var shown = (isMerged ? signed : widget.dictionary).setting("AP", to: Self.look(drawing.form))
    let flags = shown["F"]?.integer ?? 0
    // Printed, and neither invisible nor hidden (§12.5.3; PDF/A asks for it). An earlier signature allows no change to them.
    if amending { shown = shown.setting("F", to: .integer(flags & ~0x23 | 4)) }
    var pieces = drawing.pieces + [piece(widget.reference, shown)]
    if !isMerged { pieces.append(piece(field.reference, signed)) }
    return Drawn(pieces: pieces, nextNumber: drawing.nextNumber, outcome: spot.outcome)
  }

  fileprivate static func look(_ form: PDFReference) -> PDFObject {
    .dictionary(PDFDictionary().setting("N", to: .reference(form)))
  }

  /// The field itself, or its only widget.
  private static func widget(
    of field: SignatureField, _ document: PDFDocument
  ) throws(PDFRefusal) -> (reference: PDFReference, dictionary: PDFDictionary)? {
    if field.dictionary["Subtype"]?.name == "Widget" { return (field.reference, field.dictionary) }
    let kids = try document.resolve(field.dictionary["Kids"], in: document.last)?.array ?? []
    guard kids.count == 1, let reference = kids[0].reference,
      let widget = try document.resolve(kids[0], in: document.last)?.dictionary, widget["Subtype"]?.name == "Widget"
    else { return nil }
    return (reference, widget)
  }

  /// Not invisible, hidden or kept off the screen (§12.5.3), or about to be made visible.
  private static func isShown(_ widget: PDFDictionary, amending: Bool) -> Bool {
    amending || (widget["F"]?.integer ?? 0) & 0x23 == 0
  }

  private static func isSigned(_ rules: SigningRules) -> Bool { rules.fields.fields.contains { $0.value != nil } }
}
