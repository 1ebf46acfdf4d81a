/// Finds a page by its place, with a guard against loops. /Count is not trusted.
struct PageFinder {
  /// Nodes of the page tree looked at for one page.
  private static let limit = 100_000

  let document: PDFDocument
  let revision: Int

  /// The page that was asked for; the last one where the document has fewer.
  func page(_ wanted: SealPlace.Page) throws(PDFRefusal) -> FoundPage {
    switch wanted {
    case .first: try search(stop: 1)
    case .number(let number): try search(stop: number)
    case .last: try search(fromEnd: true, stop: 1)
    }
  }

  /// How many pages there are.
  func count() throws(PDFRefusal) -> Int { try search(stop: Int.max).number ?? 1 }

  /// The page with this reference; nil if it is not in the tree.
  func page(_ reference: PDFReference) throws(PDFRefusal) -> FoundPage? {
    let found = try search(stop: Int.max) { $0.reference == reference }
    return found.reference == reference ? found : nil
  }

  /// The first page whose /Annots names the widget; nil if none does.
  func page(withAnnotation widget: PDFReference) throws(PDFRefusal) -> FoundPage? {
    func holds(_ page: FoundPage) -> Bool {
      let list = try? document.resolve(page.dictionary["Annots"], in: revision)?.array
      return list?.contains(.reference(widget)) ?? false
    }
    let found = try search(stop: Int.max, where: holds)
    return holds(found) ? found : nil
  }

  private struct Node {
    let reference: PDFReference
    let inherited: [PDFDictionary]
  }

  private func search(
    fromEnd: Bool = false, stop: Int, where isWanted: (FoundPage) -> Bool = { _ in false }
  ) throws(PDFRefusal) -> FoundPage {
    let catalog = try document.catalog(in: revision).dictionary
    guard let root = catalog["Pages"]?.reference else { throw PDFRefusal(.damaged, "the catalog has no pages") }
    var visited: Set<PDFReference> = []
    var pending = [Node(reference: root, inherited: [])]
    var found: FoundPage?
    var count = 0
    while let node = pending.popLast() {
      guard visited.insert(node.reference).inserted else { throw PDFRefusal(.damaged, "the page tree forms a loop") }
      guard visited.count <= Self.limit, node.inherited.count < Limits.depth else {
        throw PDFRefusal(.tooComplex, "the page tree is too large or too deep")
      }
      guard case .dictionary(let dictionary) = try document.resolve(.reference(node.reference), in: revision) else {
        throw PDFRefusal(.damaged, "the page tree has a missing page")
      }
      if let kids = try document.resolve(dictionary["Kids"], in: revision) {
        guard let kids = kids.array, dictionary["Type"]?.name == "Pages", kids.allSatisfy({ $0.reference != nil })
        else {
          throw PDFRefusal(.damaged, "the page tree has a broken node")
        }
        guard pending.count + kids.count <= Self.limit else {
          throw PDFRefusal(.tooComplex, "the page tree is too large")
        }
        let nodes = kids.compactMap(\.reference).map {
          Node(reference: $0, inherited: [dictionary] + node.inherited)
        }
        pending += fromEnd ? nodes : nodes.reversed()
      } else {
        guard dictionary["Type"]?.name == "Page" else {
          throw PDFRefusal(.damaged, "the page tree has a node that is no page")
        }
        count += 1
        let page = FoundPage(
          reference: node.reference, dictionary: dictionary, inherited: node.inherited, number: fromEnd ? nil : count)
        found = page
        if count == stop || isWanted(page) { return page }
      }
    }
    guard let found else { throw PDFRefusal(.damaged, "the document has no page") }
    return found
  }
}
