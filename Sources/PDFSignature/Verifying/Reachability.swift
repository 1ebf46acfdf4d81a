/// Follows references without judging what they lead to.
enum Reachability {
  /// Numbers that the revision refers to and that are not there. Whoever defines one later puts something into the
  /// document that was signed.
  static func danglingReferences(_ document: PDFDocument, revision: Int) throws(PDFRefusal) -> Set<Int> {
    var dangling: Set<Int> = []
    // By number and generation: a reference of a wrong generation is a fault wherever it is met.
    var visited: Set<PDFReference> = []
    var pending = try [PDFObject.reference(document.catalog(in: revision).reference)]
    while let value = pending.popLast() {
      switch value {
      case .reference(let reference):
        guard visited.insert(reference).inserted else { continue }
        if let object = try document.object(reference, in: revision) {
          pending.append(object.value)
        } else {
          dangling.insert(reference.number)
        }
      case .array(let items): pending += items
      case .dictionary(let dictionary): pending += dictionary.entries.map(\.value)
      case .stream(let stream): pending += stream.dictionary.entries.map(\.value)
      default: break
      }
    }
    return dangling
  }
}
