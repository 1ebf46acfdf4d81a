/// May this file be signed, and into which field? (pdf-signing.md 1.4)
struct SigningRules {
  enum Place {
    case newField(name: String)
    case existing(SignatureField)
  }

  let document: PDFDocument
  let fields: SignatureFields
  private var revision: Int { document.last }

  init(_ document: PDFDocument) throws(PDFRefusal) {
    self.document = document
    fields = try SignatureFields(document, revision: document.last)
    if fields.form["XFA"] != nil { throw PDFRefusal(.xfa, "the form has /XFA") }
  }

  /// Where the signature goes: the field of that name if one was asked for, else a new invisible one. A certified file that
  /// allows form filling has its empty field filled, for a new field would break it.
  func place(preferring wanted: String?) throws(PDFRefusal) -> Place {
    let isCertified = try checkCertification()
    let empty = fields.fields.filter { $0.value == nil }
    let place: Place
    if let wanted {
      guard let field = empty.first(where: { $0.name == wanted }) else {
        throw PDFRefusal(.locked, "no empty signature field of the configured name")
      }
      try checkMayFill(field)
      place = .existing(field)
    } else if isCertified {
      guard let field = empty.first else {
        throw PDFRefusal(.certified, "certified, and without an empty signature field")
      }
      try checkMayFill(field)
      place = .existing(field)
    } else {
      place = .newField(name: newName())
    }
    try checkLocks(place)
    return place
  }

  private func newName() -> String {
    let taken = fields.topNames
    // No period in a partial name: readers take it for a path.
    for number in 1... where !taken.contains("CongVan\(number)") { return "CongVan\(number)" }
    return "CongVan"
  }

  /// True if a certification allows filling of fields; refuses if it allows nothing (ISO 32000-1 table 254).
  private func checkCertification() throws(PDFRefusal) -> Bool {
    let catalog = try document.catalog(in: revision).dictionary
    var isCertified = false
    if let permissions = try document.resolve(catalog["Perms"], in: revision)?.dictionary {
      if permissions["UR3"] != nil || permissions["UR"] != nil {
        throw PDFRefusal(.certified, "usage rights of another program would be broken")
      }
      isCertified = permissions["DocMDP"] != nil
    }
    for field in fields.fields {
      for transform in try transforms(of: field) where transform.method == "DocMDP" {
        guard transform.parameters["P"]?.integer ?? 2 != 1 else {
          throw PDFRefusal(.certified, "certified against any change")
        }
        isCertified = true
      }
    }
    return isCertified
  }

  private func transforms(
    of field: SignatureField
  ) throws(PDFRefusal) -> [(method: String, parameters: PDFDictionary)] {
    guard let signature = try document.resolve(field.value, in: revision)?.dictionary else { return [] }
    var result: [(String, PDFDictionary)] = []
    for item in try document.resolve(signature["Reference"], in: revision)?.array ?? [] {
      guard let reference = try document.resolve(item, in: revision)?.dictionary,
        let method = try document.resolve(reference["TransformMethod"], in: revision)?.name
      else { throw PDFRefusal(.damaged, "a signature reference cannot be read") }
      result.append((method, try document.resolve(reference["TransformParams"], in: revision)?.dictionary ?? .init()))
    }
    return result
  }

  /// A field with a lock or with demands (/SV) needs things in its signature that we do not write.
  private func checkMayFill(_ field: SignatureField) throws(PDFRefusal) {
    if field.dictionary["Lock"] != nil { throw PDFRefusal(.locked, "the empty field asks to lock others") }
    if let seed = try document.resolve(field.dictionary["SV"], in: revision)?.dictionary, seed["Ff"]?.integer ?? 0 != 0
    {
      throw PDFRefusal(.locked, "the empty field makes demands (/SV)")
    }
    if field.dictionary["Ff"]?.integer ?? 0 & 1 != 0 { throw PDFRefusal(.locked, "the empty field is read-only") }
  }

  /// Whether this empty field can be filled as we fill fields.
  func mayFill(_ field: SignatureField) -> Bool {
    do { try checkMayFill(field) } catch { return false }
    return true
  }

  private func checkLocks(_ place: Place) throws(PDFRefusal) {
    let name =
      switch place {
      case .newField(let name): name
      case .existing(let field): field.name
      }
    for field in fields.fields {
      for transform in try transforms(of: field) where transform.method == "FieldMDP" {
        let listed = transform.parameters["Fields"]?.array?.compactMap { $0.string.map(PDFText.decode) } ?? []
        let names = listed.contains { name == $0 || name.hasPrefix($0 + ".") }
        let isLocked =
          switch transform.parameters["Action"]?.name {
          case "Include": names
          case "Exclude": !names
          default: true
          }
        if isLocked { throw PDFRefusal(.locked, "a signature in the file locks our field") }
      }
    }
  }
}
