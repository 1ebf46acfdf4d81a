/// Follows references through one revision without judging what they lead to.
struct Reachability {
  /// Numbers that the revision refers to and that are not there. Whoever defines one later puts something into the
  /// document that was signed.
  private(set) var dangling = NumberSet()
  /// What each of the watched objects is used for: a change that is harmless to one use may show on a page by another.
  private(set) var uses: [Int: ReferenceGraph.Uses] = [:]

  private let watched: NumberSet
  // What was met in the store is gone through once more where it is met elsewhere too.
  private var visited = NumberSet()
  private var inStore = NumberSet()
  /// Objects on the way down: their references that are still to be followed, and what they are themselves.
  private var path: [(next: UInt32, end: UInt32, use: ReferenceGraph.Use)] = []

  /// - Parameter watched: numbers of the objects whose uses are asked for.
  init(_ document: PDFDocument, revision: Int, watched: NumberSet) throws(PDFRefusal) {
    self.watched = watched
    let catalog = try document.catalog(in: revision)
    visited.insert(catalog.reference.number)
    for entry in catalog.dictionary.entries.reversed() {
      let use: ReferenceGraph.Use =
        switch entry.key {
        case "AcroForm": .catalogForm
        case "DSS": .catalogStore
        case "Metadata": .catalogMetadata
        default: .other
        }
      // A form that stands in the catalog itself is no object that refers.
      let outer: ReferenceGraph.Use = use == .catalogForm && entry.value.reference == nil ? .catalogForm : .other
      try ReferenceGraph.walk(entry.value, as: use, isTop: false) { (edge) throws(PDFRefusal) in
        try meet(edge, in: outer, document, revision)
        while let (next, end, use) = path.last {
          guard next < end else {
            path.removeLast()
            continue
          }
          path[path.count - 1].next += 1
          try meet(document.edge(Int(next)), in: use, document, revision)
        }
      }
    }
  }

  private mutating func meet(
    _ edge: ReferenceGraph.Edge, in outer: ReferenceGraph.Use, _ document: PDFDocument, _ revision: Int
  ) throws(PDFRefusal) {
    let reference = edge.reference
    let use = edge.use(in: outer)
    if watched.contains(reference.number) { uses[reference.number, default: []].insert(.init(use)) }
    guard !visited.contains(reference.number), !(use.isStore && inStore.contains(reference.number)) else {
      // A reference of a wrong generation is a fault wherever it is met.
      _ = try document.exists(reference, in: revision)
      return
    }
    if use.isStore { inStore.insert(reference.number) } else { visited.insert(reference.number) }
    if let references = try document.references(of: reference, in: revision) {
      path.append((UInt32(references.lowerBound), UInt32(references.upperBound), use))
    } else {
      dangling.insert(reference.number)
    }
  }
}
