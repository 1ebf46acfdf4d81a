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
    var tree = try PageTree(document: document, revision: document.last)
    var pages: [FoundPage] = []
    while let page = try tree.next() {
      if pages.count == limit { return (pages, false) }
      try document.budget.hold(page.weight)
      pages.append(try tree.found(page))
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
