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

    var isStore: Bool { self == .store || self == .catalogStore }
  }

  /// Several of them.
  struct Uses: OptionSet, Sendable {
    let rawValue: UInt8
    init(rawValue: UInt8) { self.rawValue = rawValue }
    init(_ use: Use) { rawValue = 1 << use.rawValue }

    static let store: Uses = [Uses(.store), Uses(.catalogStore)]
    static let form = Uses(.catalogForm)
    static let metadata = Uses(.catalogMetadata)
    /// Lists that a new signature field joins.
    static let fieldLists: Uses = [Uses(.formFields), Uses(.pageAnnotations), Uses(.fieldKids)]
  }

  /// One reference.
  struct Edge: Equatable, Sendable {
    private let bits: UInt64

    fileprivate init(_ reference: PDFReference, _ use: Use, isFormEntry: Bool, isFields: Bool, isInStream: Bool) {
      bits =
        UInt64(reference.number) | UInt64(reference.generation) << 32 | UInt64(use.rawValue) << 48
        | (isFormEntry ? 1 << 56 : 0) | (isFields ? 1 << 57 : 0) | (isInStream ? 1 << 58 : 0)
    }

    var reference: PDFReference {
      PDFReference(number: Int(bits & 0xFFFF_FFFF), generation: Int(bits >> 32 & 0xFFFF))
    }

    /// What it refers to is this to the document, where the object that holds it is `outer`.
    func use(in outer: Use) -> Use {
      // The dictionary of a stream says how the stream is read: no evidence stands there.
      if outer.isStore, bits & 1 << 58 == 0 { return .store }
      if outer == .catalogForm, bits & 1 << 56 != 0 { return bits & 1 << 57 != 0 ? .formFields : .other }
      return Use(rawValue: UInt8(bits >> 48 & 0xFF)) ?? .other
    }
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
  static func walk(
    _ value: PDFObject, as use: Use, isTop: Bool = true, isInStream: Bool = false,
    _ body: (Edge) throws(PDFRefusal) -> Void
  ) throws(PDFRefusal) {
    switch value {
    case .reference(let reference):
      try body(Edge(reference, use, isFormEntry: false, isFields: false, isInStream: isInStream))
    case .array(let items):
      let inner: Use = use.isStore ? .store : .other
      for item in items.reversed() { try walk(item, as: inner, isTop: false, isInStream: isInStream, body) }
    case .dictionary(let dictionary):
      let kind = Kind(dictionary, use)
      for entry in dictionary.entries.reversed() {
        let inner = kind.use(of: entry.key)
        if isTop, let reference = entry.value.reference {
          let isFields = entry.key == "Fields"
          try body(Edge(reference, inner, isFormEntry: true, isFields: isFields, isInStream: isInStream))
        } else {
          try walk(entry.value, as: inner, isTop: false, isInStream: isInStream, body)
        }
      }
    case .stream(let stream):
      for entry in stream.dictionary.entries.reversed() {
        try walk(entry.value, as: .other, isTop: false, isInStream: true, body)
      }
    default: break
    }
  }

  /// What a dictionary is, as far as it says what its values are.
  private enum Kind {
    case store, form, page, field, other

    init(_ dictionary: PDFDictionary, _ outer: Use) {
      switch outer {
      case .store, .catalogStore: self = .store
      case .catalogForm: self = .form
      default:
        switch dictionary["Type"]?.name {
        case "Page": self = .page
        case "Pages", "Catalog": self = .other
        default: self = dictionary["T"] != nil || dictionary["FT"] != nil ? .field : .other
        }
      }
    }

    func use(of key: String) -> Use {
      switch (self, key) {
      case (.store, _): .store
      case (.form, "Fields"): .formFields
      case (.page, "Annots"): .pageAnnotations
      case (.field, "Kids"): .fieldKids
      default: .other
      }
    }
  }
}
