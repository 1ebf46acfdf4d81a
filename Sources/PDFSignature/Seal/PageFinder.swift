/// Finds a page by its place. /Count is not trusted.
struct PageFinder {
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
    func holds(_ page: PDFDictionary) -> Bool {
      // Many pages may name one long list.
      guard let list = try? document.resolve(page["Annots"], in: revision)?.array,
        (try? document.budget.step(list.count)) != nil
      else { return false }
      return list.contains(.reference(widget))
    }
    let found = try search(stop: Int.max) { holds($0.dictionary) }
    return holds(found.dictionary) ? found : nil
  }

  private func search(
    fromEnd: Bool = false, stop: Int, where isWanted: (PageTree.Page) -> Bool = { _ in false }
  ) throws(PDFRefusal) -> FoundPage {
    var tree = try PageTree(document: document, revision: revision, fromEnd: fromEnd)
    var last: PageTree.Page?
    while let page = try tree.next() {
      last = page
      if page.place == stop || isWanted(page) { break }
    }
    guard let last else { throw PDFRefusal(.damaged, "the document has no page") }
    return try tree.found(last)
  }
}
