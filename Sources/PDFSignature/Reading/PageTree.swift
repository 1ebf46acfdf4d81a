/// Goes through the pages of one revision in order (ISO 32000-1 §7.7.3), whatever the depth of their tree: nothing but
/// references waits. Each node is met once, or the tree is refused as a loop. /Count is not trusted.
struct PageTree {
  /// A node of the tree; `parent` is a place among the nodes above.
  private struct Waiting {
    let reference: PDFReference
    let parent: Int32
  }

  private let document: PDFDocument
  private let revision: Int
  private let fromEnd: Bool
  private var waiting: [Waiting] = []
  private var visited = NumberSet()
  /// Nodes that have pages below them, in the order they were met.
  private var nodes: [Waiting] = []
  /// The last node whose attributes were looked for, with what it and those above it give: pages come in families.
  private var known: (node: Int32, attributes: InheritedAttributes)?
  private var count = 0

  /// - Parameter fromEnd: the last page first.
  init(document: PDFDocument, revision: Int, fromEnd: Bool = false) throws(PDFRefusal) {
    self.document = document
    self.revision = revision
    self.fromEnd = fromEnd
    let catalog = try document.catalog(in: revision).dictionary
    guard let root = catalog["Pages"]?.reference else { throw PDFRefusal(.damaged, "the catalog has no pages") }
    waiting = [Waiting(reference: root, parent: -1)]
  }

  /// A page, and where its parents stand.
  struct Page {
    let reference: PDFReference
    let dictionary: PDFDictionary
    /// Bytes in memory.
    let weight: Int
    /// 1 for the first that is given.
    let place: Int
    fileprivate let parent: Int32
  }

  /// The next page; nil after the last.
  mutating func next() throws(PDFRefusal) -> Page? {
    while let node = waiting.popLast() {
      guard visited.insert(node.reference.number) else { throw PDFRefusal(.damaged, "the page tree forms a loop") }
      guard let object = try document.object(node.reference, in: revision),
        case .dictionary(let dictionary) = object.value
      else { throw PDFRefusal(.damaged, "the page tree has a missing page") }
      guard let kids = try document.resolve(dictionary["Kids"], in: revision) else {
        guard dictionary["Type"]?.name == "Page" else {
          throw PDFRefusal(.damaged, "the page tree has a node that is no page")
        }
        count += 1
        return Page(
          reference: node.reference, dictionary: dictionary, weight: object.weight, place: count, parent: node.parent)
      }
      guard let kids = kids.array, dictionary["Type"]?.name == "Pages" else {
        throw PDFRefusal(.damaged, "the page tree has a broken node")
      }
      guard visited.count + waiting.count + kids.count <= Limits.pageNodes else {
        throw PDFRefusal(.tooComplex, "the page tree has more than \(Limits.pageNodes) nodes")
      }
      let parent = Int32(nodes.count)
      nodes.append(node)
      for index in kids.indices {
        guard let kid = kids[fromEnd ? index : kids.count - 1 - index].reference else {
          throw PDFRefusal(.damaged, "the page tree has a direct page")
        }
        waiting.append(Waiting(reference: kid, parent: parent))
      }
    }
    return nil
  }

  /// The page with what the nodes above it give: read again from below, for only the page that is wanted needs it.
  mutating func found(_ page: Page) throws(PDFRefusal) -> FoundPage {
    if known?.node != page.parent {
      var attributes = InheritedAttributes()
      var place = page.parent
      while place >= 0, !attributes.isComplete {
        let node = nodes[Int(place)]
        let object = try document.object(node.reference, in: revision)
        if let object, let dictionary = object.value.dictionary, attributes.take(from: dictionary) {
          try document.budget.hold(object.weight)
        }
        place = node.parent
      }
      known = (page.parent, attributes)
    }
    return FoundPage(
      reference: page.reference, dictionary: page.dictionary, inherited: known?.attributes ?? InheritedAttributes(),
      number: fromEnd ? nil : page.place)
  }

  /// Refuses a tree with a break anywhere: other programs would mend it, each in its own way, and show other pages.
  static func check(_ document: PDFDocument, in revision: Int) throws(PDFRefusal) {
    var tree = try PageTree(document: document, revision: revision)
    guard try tree.next() != nil else { throw PDFRefusal(.damaged, "the document has no page") }
    while try tree.next() != nil {}
  }

  /// The first page and its reference.
  static func firstPage(
    of document: PDFDocument, in revision: Int
  ) throws(PDFRefusal) -> (reference: PDFReference, dictionary: PDFDictionary) {
    var tree = try PageTree(document: document, revision: revision)
    guard let page = try tree.next() else { throw PDFRefusal(.damaged, "the document has no page") }
    return (page.reference, page.dictionary)
  }
}
