/// Finds pages (ISO 32000-1 §7.7.3), with a guard against loops.
struct PageTree {
  let document: PDFDocument
  let revision: Int

  /// The first page and its reference.
  func firstPage() throws(PDFRefusal) -> (reference: PDFReference, dictionary: PDFDictionary) {
    let catalog = try document.catalog(in: revision).dictionary
    guard let root = catalog["Pages"]?.reference else { throw PDFRefusal(.damaged, "the catalog has no pages") }
    var visited: Set<PDFReference> = []
    guard let page = try firstPage(under: root, depth: 0, &visited) else {
      throw PDFRefusal(.damaged, "the document has no page")
    }
    return page
  }

  private func firstPage(
    under reference: PDFReference, depth: Int, _ visited: inout Set<PDFReference>
  ) throws(PDFRefusal) -> (reference: PDFReference, dictionary: PDFDictionary)? {
    guard depth < Limits.depth, visited.count < 100_000 else {
      throw PDFRefusal(.tooComplex, "the page tree is too deep")
    }
    guard visited.insert(reference).inserted else { throw PDFRefusal(.damaged, "the page tree forms a loop") }
    guard case .dictionary(let node) = try document.resolve(.reference(reference), in: revision) else {
      throw PDFRefusal(.damaged, "the page tree has a missing page")
    }
    guard let kids = try document.resolve(node["Kids"], in: revision) else {
      guard node["Type"]?.name == "Page" else { throw PDFRefusal(.damaged, "the page tree has a node that is no page") }
      return (reference, node)
    }
    guard let kids = kids.array, node["Type"]?.name == "Pages" else {
      throw PDFRefusal(.damaged, "the page tree has a broken node")
    }
    for kid in kids {
      guard let kid = kid.reference else { throw PDFRefusal(.damaged, "the page tree has a direct page") }
      if let page = try firstPage(under: kid, depth: depth + 1, &visited) { return page }
    }
    return nil
  }
}
