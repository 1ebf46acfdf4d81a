/// What the pages of a document show, for readers of its text: its newest revision, page by page, and the objects that pages
/// refer to. Lives within one call, on one thread.
package final class PageContents {
  private let document: PDFDocument

  /// A hybrid file may be read: what it hides from old readers is seen.
  package init(_ file: PDFFile) throws(PDFRefusal) {
    document = try PDFDocument(file, allowsHybrid: true)
  }

  /// The document's catalog.
  package func catalog() throws(PDFRefusal) -> PDFDictionary { try document.catalog(in: document.last).dictionary }

  /// The first pages, with what they inherit, and whether there are more.
  package func pages(atMost limit: Int) throws(PDFRefusal) -> (pages: [FoundPage], isAll: Bool) {
    guard let root = try catalog()["Pages"]?.reference else { throw PDFRefusal(.damaged, "the catalog has no pages") }
    var visited: Set<PDFReference> = []
    var pages: [FoundPage] = []
    // The nodes on the way down, each with the kids that are still to be visited: a wide node is not copied.
    var path: [(kids: [PDFObject], next: Int)] = [([.reference(root)], 0)]
    var inherited: [PDFDictionary] = []
    while let (kids, next) = path.last {
      guard next < kids.count else {
        path.removeLast()
        if !inherited.isEmpty { inherited.removeFirst() }
        continue
      }
      path[path.count - 1].next += 1
      guard let reference = kids[next].reference, visited.insert(reference).inserted else {
        throw PDFRefusal(.damaged, "the page tree has a direct node, or one twice")
      }
      guard visited.count <= limit * 8 + 1024, path.count < Limits.depth else {
        throw PDFRefusal(.tooComplex, "the page tree is too large or too deep")
      }
      guard case .dictionary(let node) = try resolve(kids[next]) else {
        throw PDFRefusal(.damaged, "the page tree has a missing page")
      }
      if let below = try resolve(node["Kids"]) {
        guard let below = below.array, node["Type"]?.name == "Pages" else {
          throw PDFRefusal(.damaged, "the page tree has a broken node")
        }
        inherited.insert(node, at: 0)
        path.append((below, 0))
      } else {
        guard node["Type"]?.name == "Page" else {
          throw PDFRefusal(.damaged, "the page tree has a node that is no page")
        }
        if pages.count == limit { return (pages, false) }
        pages.append(
          FoundPage(reference: reference, dictionary: node, inherited: inherited, number: pages.count + 1))
      }
    }
    return (pages, true)
  }

  /// The value, or what it refers to; nil for null and for what isn't there.
  package func resolve(_ value: PDFObject?) throws(PDFRefusal) -> PDFObject? {
    try document.resolve(value, in: document.last)
  }

  /// The bytes of a stream of contents or of a map of characters, its filters undone.
  /// - Parameter limit: of bytes.
  package func decoded(_ stream: PDFStream, limit: Int) throws(PDFRefusal) -> [UInt8] {
    let decoder = StreamDecoder(file: document.file) { (value) throws(PDFRefusal) in try self.resolve(value) }
    return try decoder.decoded(stream, limit: limit)
  }
}
