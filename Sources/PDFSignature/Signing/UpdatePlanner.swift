/// Works out the smallest incremental update that adds a signature: which objects are rewritten, which are new.
struct UpdatePlanner {
  let document: PDFDocument
  private let revision: Int
  private var pieces: [PreparedUpdate.Piece] = []
  private var nextNumber: Int

  /// More than a signature with its seal ever adds.
  private static let room = 64

  /// - Parameter avoiding: numbers that the document refers to, as far as there is no such object.
  init(_ document: PDFDocument, avoiding: NumberSet) {
    self.document = document
    revision = document.last
    nextNumber = document.firstFreeNumber(room: Self.room, avoiding: avoiding)
  }

  /// Plans for `rules`; all refusals of the structure come from here.
  mutating func plan(
    _ rules: SigningRules, fieldName: String?, fillsEmptyField: Bool = true, seal: SealRequest? = nil
  ) throws(PDFRefusal) -> PreparedUpdate {
    let sealing = try SealPlan(seal, rules, document: document)
    let place = try rules.place(preferring: fieldName ?? sealing?.fieldName, fillsEmptyField: fillsEmptyField)
    var update = try plan(rules, place: place, sealing: sealing)
    update.claimedTime = seal?.time
    return update
  }

  /// Plans for a document time-stamp: always in a field of its own, for an empty one waits for a person's signature.
  mutating func planTimeStamp(_ rules: SigningRules) throws(PDFRefusal) -> PreparedUpdate {
    try plan(rules, place: rules.placeOfTimeStamp(), sealing: nil)
  }

  private mutating func plan(
    _ rules: SigningRules, place: SigningRules.Place, sealing: SealPlan?
  ) throws(PDFRefusal) -> PreparedUpdate {
    let signature = PDFReference(number: takeNumber(), generation: 0)
    let name: String
    var demands = FieldDemands()
    var outcome: SealOutcome?
    switch place {
    case .existing(let field):
      name = field.name
      demands = try FieldDemands(field, in: document)
      let signed = field.dictionary.setting("V", to: .reference(signature))
      if let sealing {
        let drawn = try sealing.fill(field, signed, nextNumber: nextNumber)
        outcome = drawn.outcome
        take(drawn)
      } else {
        try add(field.reference, .dictionary(signed))
      }
      try updateForm(rules.fields, adding: nil)
    case .newField(let newName):
      name = newName
      let drawn = try sealing?.drawNew(nextNumber: nextNumber)
      outcome = drawn?.outcome
      if let drawn { take(drawn) }
      let page: (reference: PDFReference, dictionary: PDFDictionary)
      if let shown = drawn?.page {
        page = shown
      } else {
        page = try PageTree.firstPage(of: document, in: revision)
      }
      let field = PDFReference(number: takeNumber(), generation: 0)
      let widget = widget(named: newName, on: page.reference, signature: signature)
      try add(field, .dictionary(drawn?.showing(widget) ?? widget))
      try addAnnotation(field, to: page)
      try updateForm(rules.fields, adding: field)
    }
    return PreparedUpdate(
      fieldName: name, demands: demands, base: try UpdateBase(document), pieces: pieces,
      signatureNumber: signature.number, nextNumber: nextNumber, seal: outcome)
  }

  private mutating func take(_ drawn: SealPlan.Drawn) {
    pieces += drawn.pieces
    nextNumber = drawn.nextNumber
  }

  private mutating func takeNumber() -> Int {
    defer { nextNumber += 1 }
    return nextNumber
  }

  /// An object has one new version in an update. Where a file lets one object play two parts (the page that is the form too),
  /// what one part needs would undo the other's.
  private mutating func add(_ reference: PDFReference, _ value: PDFObject) throws(PDFRefusal) {
    let piece = PreparedUpdate.Piece(reference, value)
    guard let other = pieces.first(where: { $0.reference == reference }) else { return pieces.append(piece) }
    guard other.body == piece.body else {
      throw PDFRefusal(
        .damaged, "object \(reference.number) is two things at once: of page, annotations, form and fields")
    }
  }

  /// An invisible field merged with its widget. Print and Locked (132); it stands in the page's /Annots all the same, as
  /// Adobe and PDF/A want.
  private func widget(named name: String, on page: PDFReference, signature: PDFReference) -> PDFDictionary {
    let zero = PDFObject.integer(0)
    return PDFDictionary()
      .setting("Type", to: .name("Annot")).setting("Subtype", to: .name("Widget"))
      .setting("FT", to: .name("Sig")).setting("T", to: .string(PDFText.encode(name)))
      .setting("F", to: .integer(132)).setting("Rect", to: .array([zero, zero, zero, zero]))
      .setting("P", to: .reference(page)).setting("V", to: .reference(signature))
  }

  private mutating func addAnnotation(
    _ field: PDFReference, to page: (reference: PDFReference, dictionary: PDFDictionary)
  ) throws(PDFRefusal) {
    let existing = try document.resolve(page.dictionary["Annots"], in: revision)
    guard let items = existing == nil ? [] : existing?.array else {
      throw PDFRefusal(.damaged, "/Annots of the page is no array")
    }
    let list = PDFObject.array(items + [.reference(field)])
    if existing != nil, let holder = page.dictionary["Annots"]?.reference {
      try add(holder, list)
    } else {
      try add(page.reference, .dictionary(page.dictionary.setting("Annots", to: list)))
    }
  }

  /// The form with our field and SignaturesExist + AppendOnly; rewrites the smallest holder, or nothing.
  private mutating func updateForm(_ fields: SignatureFields, adding field: PDFReference?) throws(PDFRefusal) {
    var form = fields.form
    if let field {
      let existing = try document.resolve(form["Fields"], in: revision)?.array
      let list = PDFObject.array((existing ?? []) + [.reference(field)])
      // A reference to an object that isn't there reads as null, and stays that: others may name it too.
      if existing != nil, let holder = form["Fields"]?.reference {
        try add(holder, list)
      } else {
        form = form.setting("Fields", to: list)
      }
    }
    if form["SigFlags"]?.integer != 3 { form = form.setting("SigFlags", to: .integer(3)) }
    guard form != fields.form else { return }
    let catalog = try document.catalog(in: revision)
    switch fields.holder {
    case .indirect(let holder): try add(holder, .dictionary(form))
    case .direct: try add(catalog.reference, .dictionary(catalog.dictionary.setting("AcroForm", to: .dictionary(form))))
    case .none:
      let holder = PDFReference(number: takeNumber(), generation: 0)
      try add(holder, .dictionary(form))
      try add(catalog.reference, .dictionary(catalog.dictionary.setting("AcroForm", to: .reference(holder))))
    }
  }
}
