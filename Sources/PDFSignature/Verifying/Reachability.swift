/// Follows references through one revision without judging what they lead to.
struct Reachability {
  /// Where something is referred to: what it is to the document.
  enum Use: Hashable {
    /// The value of a key of the catalog.
    case catalog(String)
    /// Of the form's dictionary.
    case form(String)
    /// Anywhere in /DSS.
    case store
    /// Of a page.
    case page(String)
    /// Of a form field.
    case field(String)
    case other
  }

  /// Numbers that the revision refers to and that are not there. Whoever defines one later puts something into the
  /// document that was signed.
  private(set) var dangling: Set<Int> = []
  /// What each of the watched objects is used for: a change that is harmless to one use may show on a page by another.
  private(set) var uses: [Int: Set<Use>] = [:]

  /// - Parameter watched: numbers of the objects whose uses are asked for.
  init(_ document: PDFDocument, revision: Int, watched: Set<Int>) throws(PDFRefusal) {
    // By number and generation: a reference of a wrong generation is a fault wherever it is met. What was met in the store
    // is gone through once more where it is met elsewhere too.
    var visited: Set<PDFReference> = []
    var inStore: Set<PDFReference> = []
    let catalog = try document.catalog(in: revision)
    visited.insert(catalog.reference)
    var pending: [(value: PDFObject, use: Use)] = catalog.dictionary.entries.map { ($0.value, .catalog($0.key)) }
    while let (value, use) = pending.popLast() {
      switch value {
      case .reference(let reference):
        if watched.contains(reference.number) { uses[reference.number, default: []].insert(use) }
        let isStore = use == .store || use == .catalog("DSS")
        guard !visited.contains(reference) else { continue }
        if isStore {
          guard inStore.insert(reference).inserted else { continue }
        } else {
          visited.insert(reference)
        }
        if let object = try document.object(reference, in: revision) {
          pending.append((object.value, use))
        } else {
          dangling.insert(reference.number)
        }
      case .array(let items):
        let inner: Use = use == .store || use == .catalog("DSS") ? .store : .other
        for item in items { pending.append((item, inner)) }
      case .dictionary(let dictionary):
        for entry in dictionary.entries { pending.append((entry.value, Self.use(of: entry.key, in: dictionary, use))) }
      case .stream(let stream):
        for entry in stream.dictionary.entries { pending.append((entry.value, .other)) }
      default: break
      }
    }
  }

  private static func use(of key: String, in dictionary: PDFDictionary, _ outer: Use) -> Use {
    switch outer {
    case .store, .catalog("DSS"): return .store
    case .catalog("AcroForm"): return .form(key)
    default: break
    }
    switch dictionary["Type"]?.name {
    case "Page": return .page(key)
    case "Pages", "Catalog": return .other
    default: return dictionary["T"] != nil || dictionary["FT"] != nil ? .field(key) : .other
    }
  }
}
