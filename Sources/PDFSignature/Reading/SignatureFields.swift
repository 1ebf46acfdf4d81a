/// A signature field of the form (ISO 32000-1 §12.7.4.5).
struct SignatureField {
  let reference: PDFReference
  let dictionary: PDFDictionary
  /// Partial names joined by periods.
  let name: String
  /// /V as written, nil when the field is empty.
  let value: PDFObject?
  /// /Ff, which a field inherits; bit 1 is ReadOnly.
  let flags: Int64
}

/// The form of one revision: its dictionary, and the fields under it.
struct SignatureFields {
  /// Where /AcroForm stands.
  enum Holder {
    case none, direct
    case indirect(PDFReference)
  }

  let holder: Holder
  let form: PDFDictionary
  let fields: [SignatureField]
  /// Every top-level partial name, whatever the field's type.
  let topNames: Set<String>
  /// Hashes of the own names of all fields that are none of a signature, if they were asked for.
  private let otherNames: Set<Int>

  /// Whether a field for something else than a signature has this name of its own.
  func isTaken(_ name: String) -> Bool { otherNames.contains(name.hashValue) }

  /// - Parameter withOthers: keep also what the other fields are called.
  init(_ document: PDFDocument, revision: Int, withOthers: Bool = false) throws(PDFRefusal) {
    let value = try document.catalog(in: revision).dictionary["AcroForm"]
    guard let value else {
      self.init(holder: .none, form: PDFDictionary(), fields: [], topNames: [], otherNames: [])
      return
    }
    guard case .dictionary(let form) = try document.resolve(value, in: revision) else {
      throw PDFRefusal(.damaged, "/AcroForm is no dictionary")
    }
    var walk = Walk(document: document, revision: revision, withOthers: withOthers)
    let roots = try document.resolve(form["Fields"], in: revision)
    guard let list = roots == nil ? [] : roots?.array else { throw PDFRefusal(.damaged, "/Fields is no array") }
    for item in list {
      let context = Walk.Context(path: "", type: nil, value: nil, flags: 0, depth: 0)
      try walk.visit(item, context)
    }
    let holder: Holder = value.reference.map { .indirect($0) } ?? .direct
    self.init(holder: holder, form: form, fields: walk.found, topNames: walk.topNames, otherNames: walk.otherNames)
  }

  private init(
    holder: Holder, form: PDFDictionary, fields: [SignatureField], topNames: Set<String>, otherNames: Set<Int>
  ) {
    self.otherNames = otherNames
    self.holder = holder
    self.form = form
    self.fields = fields
    self.topNames = topNames
  }

  private struct Walk {
    /// What a field inherits.
    struct Context {
      var path: String
      var type: String?
      var value: PDFObject?
      /// Bytes in memory of the object that holds the value.
      var valueWeight = 0
      var flags: Int64
      var depth: Int
    }

    let document: PDFDocument
    let revision: Int
    var found: [SignatureField] = []
    var topNames: Set<String> = []
    var otherNames: Set<Int> = []
    private let withOthers: Bool
    var visited = NumberSet()
    /// What is found and kept, bytes in memory.
    private var weight = 0

    init(document: PDFDocument, revision: Int, withOthers: Bool) {
      self.document = document
      self.revision = revision
      self.withOthers = withOthers
    }

    private mutating func keep(_ bytes: Int) throws(PDFRefusal) {
      weight += bytes
      guard weight <= Limits.fieldsHeld else { throw PDFRefusal(.tooComplex, "the form has too many signature fields") }
    }

    mutating func visit(_ item: PDFObject, _ inherited: Context) throws(PDFRefusal) {
      guard let reference = item.reference else { throw PDFRefusal(.damaged, "a form field that is not indirect") }
      guard inherited.depth < Limits.depth, visited.count < Limits.fields else {
        throw PDFRefusal(.tooComplex, "the form is too large")
      }
      guard visited.insert(reference.number) else {
        throw PDFRefusal(.damaged, "a form field stands twice in the form")
      }
      guard let object = try document.object(reference, in: revision), !object.value.isNull else { return }
      guard case .dictionary(let field) = object.value else {
        throw PDFRefusal(.damaged, "a form field is no dictionary")
      }
      var context = inherited
      context.depth += 1
      let name = try document.resolve(field["T"], in: revision)?.string
      if let name {
        guard name.count + inherited.path.utf8.count <= Limits.fieldName else {
          throw PDFRefusal(.tooComplex, "a form field whose name is over \(Limits.fieldName) bytes")
        }
        let text = PDFText.decode(name)
        context.path = inherited.path.isEmpty ? text : inherited.path + "." + text
        if inherited.depth == 0, topNames.insert(text).inserted { try keep(text.utf8.count) }
      }
      if let type = try document.resolve(field["FT"], in: revision)?.name { context.type = type }
      if withOthers, let name, context.type != "Sig" { otherNames.insert(FieldName.last(name).hashValue) }
      if let value = field["V"] {
        context.value = value
        context.valueWeight = object.weight
      }
      if let flags = try document.resolve(field["Ff"], in: revision)?.integer { context.flags = flags }
      var hasFieldKids = false
      for kid in try document.resolve(field["Kids"], in: revision)?.array ?? [] {
        // Kids without a name are the field's widgets, not fields.
        if try document.resolve(kid, in: revision)?.dictionary?["T"] != nil {
          hasFieldKids = true
          try visit(kid, context)
        }
      }
      if !hasFieldKids, context.type == "Sig" {
        try keep(object.weight + (field["V"] == nil ? context.valueWeight : 0) + context.path.utf8.count + 128)
        found.append(
          SignatureField(
            reference: reference, dictionary: field, name: context.path, value: context.value, flags: context.flags))
      }
    }
  }
}
