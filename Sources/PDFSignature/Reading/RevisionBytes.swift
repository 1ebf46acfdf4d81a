/// What stands in the file beside the objects that its cross-references name: a program that takes the file for broken goes
/// through all its bytes instead, and the last object of a number that it comes upon counts.
extension PDFDocument {
  /// More white space in a row than any writer leaves.
  private static let blankLimit: Int64 = 4096
  /// Any header is shorter: three words with some white space.
  private static let headerLimit: Int64 = 64

  /// Do the objects that the revision's cross-references list fill it from the end of the one before, but for white space and
  /// comments that name no object?
  func isGapless(_ revision: Int) throws(PDFRefusal) -> Bool {
    guard revision > 0, let begin = revisions[revision - 1].end, revisions[revision].sections.count == 1 else {
      return false
    }
    let section = revisions[revision].sections[0]
    var objects: [(start: Int64, reference: PDFReference)] = []
    try section.each { (number, entry) throws(PDFRefusal) in
      // Some writers list what an older revision holds once more.
      guard case .at(let offset, let generation) = entry, offset != section.offset, offset >= begin else { return }
      objects.append((offset, PDFReference(number: number, generation: generation)))
    }
    var position = begin
    for (start, reference) in objects.sorted(by: { $0.start < $1.start }) {
      guard try isBlank(position, start), let end = try object(reference, in: revision)?.end else { return false }
      position = end
    }
    return try isBlank(position, section.offset)
  }

  private func isBlank(_ start: Int64, _ end: Int64) throws(PDFRefusal) -> Bool {
    guard start <= end, end - start <= Self.blankLimit else { return false }
    let bytes = try file.bytes(at: start, count: Int(end - start))
    try budget.read(bytes.count, making: 0)
    var isComment = false
    for (place, byte) in bytes.enumerated() {
      if byte == 10 || byte == 13 {
        isComment = false
      } else if isComment {
        if bytes[place...].starts(with: Array("obj".utf8)) { return false }
      } else if byte == UInt8(ascii: "%") {
        isComment = true
      } else if !byte.isPDFSpace || byte == 0 {
        return false
      }
    }
    return !isComment
  }

  /// Refuses a file whose cross-references name something that is not there, although nothing refers to it: some programs
  /// look, and take the whole file for broken.
  /// - Parameter read: numbers of objects that were read already.
  func checkEntries(beside read: NumberSet) throws(PDFRefusal) {
    try eachNewest { (number, entry) throws(PDFRefusal) in
      if read.contains(number) { return }
      try budget.step(4)
      switch entry {
      // At offset 0 is the header: careless writers mean by it that there is no such object, and so it is read.
      case .free, .at(0, _): return
      case .at(let offset, let generation):
        guard offset < contentEnd, try isHeader(of: PDFReference(number: number, generation: generation), at: offset)
        else { throw PDFRefusal(.damaged, "object \(number) is not where the xref says") }
      case .inStream(let container, _):
        guard case .at(_, 0) = self.entry(container, in: last) else {
          throw PDFRefusal(.damaged, "object \(number) is in an object stream that is not there")
        }
      }
    }
  }

  private func isHeader(of reference: PDFReference, at offset: Int64) throws(PDFRefusal) -> Bool {
    let bytes = try file.bytes(at: offset, count: Int(min(Self.headerLimit, file.size - offset)))
    var lexer = Lexer(bytes)
    guard bytes.first?.isDigit == true, let found = try? lexer.objectHeader() else { return false }
    return found == reference
  }
}
