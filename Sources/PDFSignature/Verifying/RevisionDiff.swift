/// What an incremental update did to the revision before it. Allowed, and nothing else: signature fields with their widgets
/// and signatures, the form and annotation lists that hold them, validation material (/DSS), and the modification date
/// (pdf-signing.md 5.2 rule 2). Everything is compared object by object.
struct RevisionDiff {
  let document: PDFDocument
  let revision: Int
  private(set) var findings: [Finding] = []
  /// What changed without harm.
  private(set) var remarks: [Finding] = []
  /// The update made or filled signature fields.
  var touchesFields: Bool { !newFields.isEmpty || !filledFields.isEmpty }

  var added = NumberSet()
  var changed = NumberSet()
  var explained = NumberSet()
  /// New signature fields and their widgets: the only things lists may grow by.
  var newFields: Set<PDFReference> = []
  var filledFields: Set<PDFReference> = []
  /// Objects that hold lists or records of the security store: they may grow by validation material.
  var storeHolders = NumberSet()
  /// What the changed objects were to the document that was signed. An object that plays two parts is changed for both.
  var uses: [Int: ReferenceGraph.Uses] = [:]
  /// Of the pictures that the update puts on pages, in square points; and each widget's.
  var covered = 0.0
  var pictures: [PDFReference: Double] = [:]

  /// Compares `revision` with the one before it. Throws when either cannot be read.
  init(_ document: PDFDocument, revision: Int) throws(PDFRefusal) {
    self.document = document
    self.revision = revision
    try collectEntries()
    if try !document.isGapless(revision) {
      note("revision-gaps", "the update holds something beside the objects that it lists")
    }
    let signed = try Reachability(document, revision: revision - 1, watched: changed)
    uses = signed.uses
    try collectFields()
    try explainFormAndCatalog()
    for number in changed { try judgeChange(of: number) }
    try judgePages()
    for number in added {
      if signed.dangling.contains(number) {
        note("dangling-filled", "object \(number) fills a reference that was empty when signed")
      } else if !explained.contains(number) {
        note("unexplained-object", "object \(number) belongs to no signature")
      }
    }
  }

  mutating func note(_ code: String, _ detail: String) {
    guard findings.count < 20 else { return }
    findings.append(.error(code, detail + " (revision \(revision + 1))"))
  }

  /// Programs such as pyHanko and Acrobat write title and dates of the document (XMP) anew with each revision. They are not
  /// shown on any page; that they changed is told all the same.
  private mutating func remarkMetadata() {
    let remark = Finding.warning(
      "metadata-changed", "the document's XMP metadata was replaced (revision \(revision + 1))")
    if !remarks.contains(remark) { remarks.append(remark) }
  }

  private static func isMetadata(_ dictionary: PDFDictionary) -> Bool {
    dictionary["Type"]?.name == "Metadata" && dictionary["Subtype"]?.name == "XML"
  }

  private func isMetadata(_ reference: PDFReference) throws(PDFRefusal) -> Bool {
    try document.catalog(in: revision).dictionary["Metadata"]?.reference == reference
  }

  // MARK: Which objects

  private mutating func collectEntries() throws(PDFRefusal) {
    let newest = document.revisions[revision]
    let oldest = document.revisions[revision - 1]
    if newest.trailer["Root"] != oldest.trailer["Root"] {
      note("catalog-replaced", "the trailer names another catalog")
    }
    if newest.trailer["Info"] != oldest.trailer["Info"], oldest.trailer["Info"] != nil {
      note("info-replaced", "the trailer names another /Info")
    }
    if let info = newest.trailer["Info"]?.reference { explained.insert(info.number) }
    for section in newest.sections {
      if section.trailer["XRefStm"] != nil { note("hybrid-update", "an update with two kinds of cross-references") }
      if let own = section.ownNumber { explained.insert(own) }
      try section.each { (number, entry) throws(PDFRefusal) in classify(number, entry) }
    }
  }

  private mutating func classify(_ number: Int, _ entry: XrefEntry) {
    guard number != 0 else { return }
    let before = document.entry(number, in: revision - 1)
    switch (before, entry) {
    case (nil, .free), (.free, .free): return
    case (_, .free): note("object-freed", "object \(number) was deleted")
    case (.free, _): note("object-reused", "the number \(number) of a deleted object is used again")
    case (nil, _): added.insert(number)
    case (let before?, _): if before != entry { changed.insert(number) }
    }
    if case .inStream(let container, _) = entry {
      explained.insert(container)
      if document.entry(container, in: revision - 1) != nil, before != entry {
        note("object-moved", "object \(number) was moved into an older object stream")
      }
    }
  }

  /// Marks every new object reachable from `value` through new objects.
  mutating func explain(_ value: PDFObject) throws(PDFRefusal) {
    var pending: [PDFReference] = []
    var value: PDFObject? = value
    while true {
      // References alone wait, each once: values that wait for one another would all be held.
      try ReferenceGraph.walk(value ?? .null, as: .other) { (edge) throws(PDFRefusal) in
        let reference = edge.reference
        guard added.contains(reference.number), explained.insert(reference.number) else { return }
        pending.append(reference)
      }
      guard let next = pending.popLast() else { return }
      value = try document.object(next, in: revision)?.value
    }
  }

  // MARK: Catalog and form

  mutating func explainFormAndCatalog() throws(PDFRefusal) {
    let before = try document.catalog(in: revision - 1).dictionary
    let after = try document.catalog(in: revision).dictionary
    for key in after.keysDiffering(from: before) {
      switch key {
      case "AcroForm": break  // Compared below, wherever it stands.
      case "DSS": break
      case "Extensions", "Version":
        // What a writer says of the features it used; nothing is shown differently for it.
        if let value = after[key] { try explain(value) }
        if !Self.isPlain(try document.resolve(after[key], in: revision)) {
          note("catalog-changed", "/\(key) refers to objects")
        }
      case "Metadata":
        guard let value = after[key], case .stream(let stream) = try document.resolve(value, in: revision),
          Self.isMetadata(stream.dictionary)
        else {
          note("catalog-changed", "/Metadata of the catalog was taken away")
          continue
        }
        try explain(value)
        remarkMetadata()
      default: note("catalog-changed", "/\(key) of the catalog was changed")
      }
    }
    try judgeForm(before: before["AcroForm"], after: after["AcroForm"])
    try judgeSecurityStore(after["DSS"])
  }

  /// A value without references.
  private static func isPlain(_ value: PDFObject?) -> Bool {
    switch value {
    case .reference, .stream: false
    case .array(let items): items.allSatisfy { isPlain($0) }
    case .dictionary(let dictionary): dictionary.entries.allSatisfy { isPlain($0.value) }
    default: true
    }
  }

  private mutating func judgeForm(before: PDFObject?, after: PDFObject?) throws(PDFRefusal) {
    let old = try document.resolve(before, in: revision - 1)?.dictionary ?? PDFDictionary()
    let new = try document.resolve(after, in: revision)?.dictionary ?? PDFDictionary()
    if let holder = after?.reference { explained.insert(holder.number) }
    if let holder = new["Fields"]?.reference { explained.insert(holder.number) }
    for key in new.keysDiffering(from: old) {
      switch key {
      case "Fields": break
      case "SigFlags":
        guard let flags = new[key]?.integer, (1...3).contains(flags) else {
          note("form-changed", "/SigFlags was taken away")
          continue
        }
      default: note("form-changed", "/\(key) of the form was changed")
      }
    }
    try judgeGrowth(before: old["Fields"], after: new["Fields"], of: "/Fields")
  }

  /// The list keeps its items in order and grows at its end by new signature fields only.
  mutating func judgeGrowth(before: PDFObject?, after: PDFObject?, of what: String) throws(PDFRefusal) {
    let earlier = try document.resolve(before, in: revision - 1) ?? .null
    let old = earlier.array ?? []
    let new = try document.resolve(after, in: revision)?.array ?? []
    // What was something else may have been used as that.
    guard earlier.isNull || earlier.array != nil else {
      note("list-changed", "\(what) was no list")
      return
    }
    // Many objects may name one long list.
    try document.budget.step(new.count)
    guard new.starts(with: old) else {
      note("list-changed", "\(what) lost or reordered items")
      return
    }
    for item in new.dropFirst(old.count) {
      guard let reference = item.reference, newFields.contains(reference) else {
        note("list-changed", "\(what) grew by something that is no signature field")
        return
      }
    }
  }

  // MARK: Changed objects

  /// Whether all that a changed object was to the signed document is among these; of what nothing referred to, anything is.
  func isOnly(_ number: Int, _ allowed: ReferenceGraph.Uses) -> Bool {
    allowed.isSuperset(of: uses[number, default: []])
  }

  private mutating func judgeChange(of number: Int) throws(PDFRefusal) {
    guard let oldReference = reference(number, in: revision - 1), let newReference = reference(number, in: revision),
      oldReference == newReference
    else {
      note("object-changed", "object \(number) has another generation")
      return
    }
    let old = try document.object(oldReference, in: revision - 1)?.value ?? .null
    let new = try document.object(newReference, in: revision)?.value ?? .null
    if old == new { return }
    switch (old, new) {
    case (.array(let before), .array(let after))
    where storeHolders.contains(number) && isOnlyStore(number) && after.starts(with: before):
      try explain(new)
    case (.array, .array)
    where isOnly(number, .fieldLists):
      try judgeGrowth(before: old, after: new, of: "the list in object \(number)")
    case (.dictionary(let before), .dictionary(let after)):
      try judgeDictionary(oldReference, before: before, after: after)
    case (.stream(let before), .stream(let after)):
      // Some writers write the document's metadata again with every signature; the same bytes say the same.
      if try isSame(before, after) { return }
      if try isMetadata(newReference), isOnly(number, .metadata),
        Self.isMetadata(before.dictionary), Self.isMetadata(after.dictionary)
      {
        remarkMetadata()
      } else {
        note("object-changed", "the stream in object \(number) was replaced")
      }
    default:
      note("object-changed", "object \(number) was replaced")
    }
  }

  private func isSame(_ before: PDFStream, _ after: PDFStream) throws(PDFRefusal) -> Bool {
    guard before.dictionary == after.dictionary, before.length == after.length, before.length <= 1 << 20 else {
      return false
    }
    let count = Int(before.length)
    try document.budget.unpack(2 * count)
    return try document.file.bytes(at: before.offset, count: count)
      == document.file.bytes(at: after.offset, count: count)
  }

  private func reference(_ number: Int, in revision: Int) -> PDFReference? {
    switch document.entry(number, in: revision) {
    case .at(_, let generation): PDFReference(number: number, generation: generation)
    case .inStream: PDFReference(number: number, generation: 0)
    case nil, .free: nil
    }
  }

  /// A string, or nothing.
  private static func isText(_ value: PDFObject?) -> Bool { value == nil || value?.string != nil }

  private mutating func judgeDictionary(
    _ reference: PDFReference, before: PDFDictionary, after: PDFDictionary
  ) throws(PDFRefusal) {
    let keys = Set(after.keysDiffering(from: before))
    let catalog = try document.catalog(in: revision)
    // Judged key by key already, as what it is to the trailer. To nothing else may it be anything.
    if reference == catalog.reference, isOnly(reference.number, .catalog) { return }
    // The same object was the form and nothing else: its keys were compared.
    if reference == catalog.dictionary["AcroForm"]?.reference,
      reference == (try document.catalog(in: revision - 1).dictionary["AcroForm"]?.reference),
      isOnly(reference.number, .form)
    {
      return
    }
    // The trailer alone names it, and these are texts.
    if reference == document.revisions[revision].trailer["Info"]?.reference,
      keys.isSubset(of: ["ModDate", "Producer"]),
      isOnly(reference.number, []), keys.allSatisfy({ Self.isText(before[$0]) && Self.isText(after[$0]) })
    {
      return
    }
    if before["Type"]?.name == "Page", keys == ["Annots"] {
      if let holder = after["Annots"]?.reference { explained.insert(holder.number) }
      return try judgeGrowth(
        before: before["Annots"], after: after["Annots"], of: "/Annots of page object \(reference.number)")
    }
    let isFieldAlone = isOnly(reference.number, .fieldPlaces) && Self.isText(before["M"]) && Self.isText(after["M"])
    if filledFields.contains(reference), keys.isSubset(of: ["V", "AP", "M"]), isFieldAlone {
      try judgeOverlay(after, of: reference)
      return try explain(after["AP"] ?? .null)
    }
    if before["Subtype"]?.name == "Widget", let parent = before["Parent"]?.reference, filledFields.contains(parent),
      keys.isSubset(of: ["AP", "M"]), isFieldAlone
    {
      try judgeOverlay(after, of: reference)
      return try explain(after["AP"] ?? .null)
    }
    if try isSecurityStore(reference, catalog.dictionary) || storeHolders.contains(reference.number),
      isOnlyStore(reference.number), Self.isGrown(before, after)
    {
      return try explain(.dictionary(after))
    }
    note(
      "object-changed", "object \(reference.number) was changed after signing: \(keys.sorted().joined(separator: ", "))"
    )
  }
}
