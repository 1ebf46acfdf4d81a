import PDFSignature

/// The tree of a book's pages (ISO 32000-1 §7.7.3), of two floors, so that no list grows with the book beyond its thousandth.
struct PDFPages {
  /// Pages that share a parent.
  private static let together = 100

  let root: PDFReference
  /// How many pages there are.
  private(set) var count = 0
  private let size: (width: Double, height: Double)
  private let resources: PDFReference
  private var groups: [(reference: PDFReference, pages: [PDFReference])] = []

  /// - Parameters:
  ///   - size: of all pages, in points.
  ///   - resources: what all pages use.
  init(_ book: inout PDFBook, size: (width: Double, height: Double), resources: PDFReference) {
    root = book.promise()
    self.size = size
    self.resources = resources
  }

  mutating func add(_ content: [UInt8], to book: inout PDFBook) throws {
    if groups.last.map({ $0.pages.count == Self.together }) != false { groups.append((book.promise(), [])) }
    let parent = groups[groups.count - 1].reference
    let stream = book.promise()
    try book.write(stream, stream: content)
    let page = try book.add(
      PDFDictionary()
        .setting("Type", to: .name("Page")).setting("Parent", to: .reference(parent))
        .setting("Contents", to: .reference(stream)))
    groups[groups.count - 1].pages.append(page)
    count += 1
  }

  func finish(_ book: inout PDFBook) throws {
    func node(_ kids: [PDFReference], _ count: Int) -> PDFDictionary {
      PDFDictionary()
        .setting("Type", to: .name("Pages")).setting("Count", to: .integer(Int64(count)))
        .setting("Kids", to: .array(kids.map(PDFObject.reference)))
    }
    for group in groups {
      let dictionary = node(group.pages, group.pages.count).setting("Parent", to: .reference(root))
      try book.write(PDFPiece(group.reference, .dictionary(dictionary)))
    }
    // Size and resources go down to all pages (§7.7.3.4).
    let box = PDFObject.array([.integer(0), .integer(0), .points(size.width), .points(size.height)])
    let top = node(groups.map(\.reference), count)
      .setting("MediaBox", to: box).setting("Resources", to: .reference(resources))
    try book.write(PDFPiece(root, .dictionary(top)))
  }
}
