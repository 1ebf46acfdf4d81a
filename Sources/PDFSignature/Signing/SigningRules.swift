/// May this file be signed, and into which field? (pdf-signing.md 1.4)
struct SigningRules {
  enum Place {
    case newField(name: String)
    case existing(SignatureField)
  }

  let document: PDFDocument
  let fields: SignatureFields
  private var revision: Int { document.last }

  /// - Parameter checksEarlierSignatures: false only in tests, to sign as a forger would.
  init(_ document: PDFDocument, checksEarlierSignatures: Bool = true) throws(PDFRefusal) {
    self.document = document
    try PageTree.check(document, in: document.last)
    // As long as it will be once it is signed, say.
    if let length = try Linearisation.length(of: document.file, &document.budget), length > document.file.size {
      throw PDFRefusal(.damaged, "it says that it is \(length) bytes long, and is \(document.file.size)")
    }
    fields = try SignatureFields(document, revision: document.last)
    if fields.form["XFA"] != nil { throw PDFRefusal(.xfa, "the form has /XFA") }
    if checksEarlierSignatures { try EarlierSignatures(fields.fields, in: document).check() }
  }

  /// Where the signature goes: the field of that name if one was asked for; else the empty signature field, when there is
  /// one; else a new invisible one. A certified file must have an empty field, for a new one would break it.
  func place(preferring wanted: String?, fillsEmptyField: Bool = true) throws(PDFRefusal) -> Place {
    let isCertified = try checkCertification()
    let empty = fields.fields.filter { $0.value == nil }
    if let wanted {
      guard let field = empty.first(where: { $0.name == wanted }) else {
        throw PDFRefusal(.fieldMissing, "no empty signature field of the name that was asked for")
      }
      guard try !isLocked(field.name) else { throw Self.locked }
      return .existing(field)
    }
    var open: [SignatureField] = []
    for field in empty where try !isLocked(field.name) { open.append(field) }
    if isCertified {
      guard let field = open.first else {
        throw PDFRefusal(.certified, "certified, and without an empty signature field")
      }
      return .existing(field)
    }
    // Among several it takes a person to say which is ours.
    if fillsEmptyField, open.count == 1 { return .existing(open[0]) }
    let name = newName()
    guard try !isLocked(name) else { throw Self.locked }
    return .newField(name: name)
  }

  /// Where a document time-stamp goes: neither certifications nor locks forbid it. What is needed to add one, or validation
  /// material, is no change of the document, whatever was certified (ISO 32000-2 §12.8.2.2.2, table 257), and its invisible
  /// field is none that an earlier signature could have locked.
  func placeOfTimeStamp() throws(PDFRefusal) -> Place {
    let catalog = try document.catalog(in: revision).dictionary
    if let permissions = try document.resolve(catalog["Perms"], in: revision)?.dictionary {
      try Self.checkRights(permissions)
    }
    return .newField(name: newName())
  }

  private static func checkRights(_ permissions: PDFDictionary) throws(PDFRefusal) {
    guard permissions["UR3"] == nil, permissions["UR"] == nil else {
      throw PDFRefusal(.certified, "usage rights of another program would be broken")
    }
  }

  private static let locked = PDFRefusal(.locked, "a signature in the file locks our field")

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
    var signatures = fields.fields.compactMap(\.value)
    if let permissions = try document.resolve(catalog["Perms"], in: revision)?.dictionary {
      try Self.checkRights(permissions)
      if let certification = permissions["DocMDP"] {
        isCertified = true
        signatures.append(certification)
      }
    }
    for signature in signatures {
      for transform in try transforms(of: signature) where transform.method == "DocMDP" {
        let permission = try document.resolve(transform.parameters["P"], in: revision)
        guard permission == nil || permission == .integer(2) || permission == .integer(3) else {
          throw PDFRefusal(.certified, "certified against any change")
        }
        isCertified = true
      }
    }
    return isCertified
  }

  private func transforms(
    of value: PDFObject
  ) throws(PDFRefusal) -> [(method: String, parameters: PDFDictionary)] {
    guard let signature = try document.resolve(value, in: revision)?.dictionary else { return [] }
    var result: [(String, PDFDictionary)] = []
    for item in try document.resolve(signature["Reference"], in: revision)?.array ?? [] {
      guard let reference = try document.resolve(item, in: revision)?.dictionary,
        let method = try document.resolve(reference["TransformMethod"], in: revision)?.name
      else { throw PDFRefusal(.damaged, "a signature reference cannot be read") }
      result.append((method, try document.resolve(reference["TransformParams"], in: revision)?.dictionary ?? .init()))
    }
    return result
  }

  /// Whether this empty field can be filled as we fill fields.
  func mayFill(_ field: SignatureField) -> Bool {
    do {
      _ = try FieldDemands(field, in: document)
      return try !isLocked(field.name)
    } catch {
      return false
    }
  }

  /// True if a signature in the file locks the field of that name (ISO 32000-1 table 256).
  private func isLocked(_ name: String) throws(PDFRefusal) -> Bool {
    for value in fields.fields.compactMap(\.value) {
      for transform in try transforms(of: value) where transform.method == "FieldMDP" {
        let listed = try document.resolve(transform.parameters["Fields"], in: revision)?.array ?? []
        // Read again for every field that may be locked.
        try document.budget.step(listed.count * 4)
        let names = listed.compactMap { $0.string.map(PDFText.decode) }
        let isListed = names.contains { name == $0 || name.hasPrefix($0 + ".") }
        switch try document.resolve(transform.parameters["Action"], in: revision)?.name {
        case "Include": if isListed { return true }
        case "Exclude": if !isListed { return true }
        default: return true
        }
      }
    }
    return false
  }
}
