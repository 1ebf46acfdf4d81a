/// Which objects each version of an object refers to, and as what: read once, so that many revisions can be compared without
/// reading all objects for each of them. Eight bytes a reference.
struct ReferenceGraph {
  /// What something is to the document where it is referred to.
  enum Use: UInt8, Sendable {
    case other
    /// Anywhere in /DSS; the value of the catalog's /DSS.
    case store, catalogStore
    /// The value of the catalog's /AcroForm, of its /Metadata.
    case catalogForm, catalogMetadata
    /// The value of the form's /Fields.
    case formFields
    /// Of a page's /Annots, of a form field's /Kids.
    case pageAnnotations, fieldKids
    /// In the form's list of fields, or in a field's of its kids; in a page's list of annotations.
    case fieldItem, annotation
    /// Of a field's or widget's /Parent; of the /Obj of a structure's object reference (ISO 32000-1 §14.7.4.3).
    case fieldParent, structureObject
    /// Of a signature's /Reference, each of its items, and what one says it was made of: /Data, the catalog for many writers
    /// (§12.8.1, table 253).
    case signatureReferences, signatureReference, signatureData

    var isStore: Bool { self == .store || self == .catalogStore }
  }

  /// Several of them.
  struct Uses: OptionSet, Sendable {
    let rawValue: UInt16
    init(rawValue: UInt16) { self.rawValue = rawValue }
    init(_ use: Use) { rawValue = 1 << UInt16(use.rawValue) }

    static let store: Uses = [Uses(.store), Uses(.catalogStore)]
    static let form = Uses(.catalogForm)
    static let metadata = Uses(.catalogMetadata)
    /// What the catalog may be besides itself.
    static let catalog = Uses(.signatureData)
    /// Lists that a new signature field joins.
    static let fieldLists: Uses = [Uses(.formFields), Uses(.pageAnnotations), Uses(.fieldKids)]
    /// Where fields and their widgets stand.
    static let fieldPlaces: Uses = [
      Uses(.fieldItem), Uses(.annotation), Uses(.fieldParent), Uses(.structureObject),
    ]
  }

  /// One reference.
  struct Edge: Equatable, Sendable {
    private let bits: UInt64

    fileprivate init(_ reference: PDFReference, _ use: Use, _ place: Place) {
      bits =
        UInt64(reference.number) | UInt64(reference.generation) << 32 | UInt64(use.rawValue) << 48
        | UInt64(place.rawValue) << 56
    }

    var reference: PDFReference {
      PDFReference(number: Int(bits & 0xFFFF_FFFF), generation: Int(bits >> 32 & 0xFFFF))
    }

    /// What it refers to is this to the document, where the object that holds it is `outer`.
    func use(in outer: Use) -> Use {
      let place = Place(rawValue: UInt8(bits >> 56))
      // The dictionary of a stream says how the stream is read: no evidence stands there.
      if outer.isStore, !place.contains(.inStream) { return .store }
      let use = Use(rawValue: UInt8(bits >> 48 & 0xFF)) ?? .other
      switch outer {
      case .catalogForm where place.contains(.fieldsEntry): return .formFields
      case .catalogForm where place.contains(.fieldsItem): return .fieldItem
      case .formFields, .fieldKids: return place.contains(.item) ? .fieldItem : .other
      case .pageAnnotations: return place.contains(.item) ? .annotation : .other
      default: break
      }
      switch use {
      case .formFields: return use
      // Only a field has kids that are fields; what merely looks like one doesn't.
      case .fieldKids, .fieldItem: return outer == .fieldItem || outer == .catalogForm ? use : .other
      case .fieldParent: return outer == .fieldItem || outer == .annotation ? use : .other
      default: return outer == .catalogForm ? .other : use
      }
    }
  }

  /// Where in its object a reference stands.
  struct Place: OptionSet, Sendable {
    let rawValue: UInt8
    /// In the dictionary of a stream.
    static let inStream = Place(rawValue: 1)
    /// The object is a list, and this one of its items.
    static let item = Place(rawValue: 2)
    /// The object is a dictionary, and this its /Fields, or an item of the list that is.
    static let fieldsEntry = Place(rawValue: 4)
    static let fieldsItem = Place(rawValue: 8)
  }

  private struct Node {
    var first: UInt32 = 0
    var count: UInt32 = 0
    /// Version of the object stream it was read from, plus two; 1: from the file; 0: not read yet.
    var origin: UInt32 = 0
  }

  private static let part = 1 << 16
  /// In parts, so that growing copies nothing.
  private var parts: [[Edge]] = []
  private var count = 0
  private var nodes: [Node] = []
  private let versions: Int

  /// - Parameter versions: how many versions of objects there are.
  init(versions: Int) { self.versions = versions }

  subscript(place: Int) -> Edge { parts[place / Self.part][place % Self.part] }

  /// Places of the references of a version that was read from this object stream, or from the file.
  func known(_ version: Int, container: Int?) -> Range<Int>? {
    guard version < nodes.count else { return nil }
    let node = nodes[version]
    guard node.origin == UInt32(clamping: (container ?? -1) + 2) else { return nil }
    return Int(node.first)..<Int(node.first) + Int(node.count)
  }

  /// Takes the references of a version of an object, the last first.
  mutating func add(_ version: Int, container: Int?, _ value: PDFObject) throws(PDFRefusal) -> Range<Int> {
    if nodes.isEmpty { nodes = Array(repeating: Node(), count: versions) }
    let first = count
    try Self.walk(value, as: .other) { (edge) throws(PDFRefusal) in
      // The same thing twice in a row is no news.
      if count > first, self[count - 1] == edge { return }
      guard count < Limits.references else {
        throw PDFRefusal(.tooComplex, "more than \(Limits.references) references")
      }
      if count % Self.part == 0 { parts.append([]) }
      parts[parts.count - 1].append(edge)
      count += 1
    }
    nodes[version] = Node(
      first: UInt32(first), count: UInt32(count - first), origin: UInt32(clamping: (container ?? -1) + 2))
    return first..<count
  }

  // MARK: Within one object

  /// Every reference in a value that is `use`, the last first.
  /// - Parameter isTop: whether the value is an object of its own.
  static func walk(
    _ value: PDFObject, as use: Use, isTop: Bool = true, in place: Place = [],
    _ body: (Edge) throws(PDFRefusal) -> Void
  ) throws(PDFRefusal) {
    switch value {
    case .reference(let reference): try body(Edge(reference, use, place))
    case .array(let items):
      let inner: Use =
        switch use {
        case .store, .catalogStore: .store
        case .formFields, .fieldKids: .fieldItem
        case .pageAnnotations: .annotation
        case .signatureReferences: .signatureReference
        default: .other
        }
      let own: Place = isTop ? place.union(.item) : place.contains(.fieldsEntry) ? [.fieldsItem] : place
      for item in items.reversed() {
        // Lists in lists are of no field, and what is referred to may be named by others too.
        let isReference = item.reference != nil
        let isDirect = inner.isStore || inner == .signatureReference
        try walk(
          item, as: isReference != isDirect || inner.isStore ? inner : .other, isTop: false,
          in: isReference ? own : place.intersection(.inStream), body)
      }
    case .dictionary(let dictionary):
      let kind = Kind(dictionary, use, isTop: isTop)
      for entry in dictionary.entries.reversed() {
        var own = place.intersection(.inStream)
        if isTop, entry.key == "Fields" { own.insert(.fieldsEntry) }
        try walk(entry.value, as: kind.use(of: entry.key), isTop: false, in: own, body)
      }
    case .stream(let stream):
      for entry in stream.dictionary.entries.reversed() {
        try walk(entry.value, as: .other, isTop: false, in: .inStream, body)
      }
    default: break
    }
  }

  /// What a dictionary is, as far as it says what its values are.
  private enum Kind {
    case store, form, page, field, objectReference, signature, signatureReference, other

    init(_ dictionary: PDFDictionary, _ outer: Use, isTop: Bool) {
      switch outer {
      case .store, .catalogStore: self = .store
      case .catalogForm: self = .form
      case .signatureReference: self = .signatureReference
      default:
        switch dictionary["Type"]?.name {
        case "OBJR": self = .objectReference
        case "Page" where isTop: self = .page
        case "Sig" where isTop: self = .signature
        case nil where isTop && dictionary["ByteRange"] != nil: self = .signature
        case nil where isTop, "Annot" where isTop: self = .field
        default: self = .other
        }
      }
    }

    func use(of key: String) -> Use {
      switch (self, key) {
      case (.store, _): .store
      case (.form, "Fields"): .formFields
      case (.page, "Annots"): .pageAnnotations
      // If it is one, which whoever comes to it knows.
      case (.field, "Kids"): .fieldKids
      case (.field, "Parent"): .fieldParent
      case (.objectReference, "Obj"): .structureObject
      case (.signature, "Reference"): .signatureReferences
      case (.signatureReference, "Data"): .signatureData
      default: .other
      }
    }
  }
}
