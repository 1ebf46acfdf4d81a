/// One state of the file: the original, or an incremental update.
struct Revision: Sendable {
  /// Newest first; two only for a linearised original.
  let sections: [XrefSection]
  /// What the revision's startxref names.
  let xrefOffset: Int64
  /// Offset just after `%%EOF`; nil if something else stands between the section and its end mark.
  let end: Int64?

  /// Offset just after the last of its sections.
  var sectionsEnd: Int64 { sections.map(\.end).max() ?? 0 }

  /// The trailer that counts.
  var trailer: PDFDictionary { sections[0].trailer }
  var kind: XrefSection.Kind { sections[0].kind }
}

/// Reads header, end mark and the chain of cross-references: every revision, oldest first.
struct RevisionChain: Sendable {
  let revisions: [Revision]
  /// Offset just after the last `%%EOF`.
  let contentEnd: Int64
  let index: XrefIndex

  init(_ file: PDFFile, allowsHybrid: Bool, _ budget: inout Budget) throws(PDFRefusal) {
    try Self.checkHeader(file)
    let tail = try Tail(file)
    contentEnd = tail.end
    let reader = XrefReader(file: file, allowsHybrid: allowsHybrid)
    var newestFirst: [XrefSection] = []
    var visited: Set<Int64> = []
    var next: Int64? = tail.xrefOffset
    while let offset = next {
      guard visited.insert(offset).inserted else { throw PDFRefusal(.damaged, "the xref sections form a loop") }
      guard newestFirst.count <= Limits.revisions else {
        throw PDFRefusal(.tooComplex, "more than \(Limits.revisions) revisions")
      }
      let section = try reader.section(at: offset, &budget)
      // Its trailer is kept, with as much as it may hold.
      try budget.hold(section.weight)
      guard section.end <= tail.start else { throw PDFRefusal(.damaged, "the xref section at \(offset) has no end") }
      newestFirst.append(section)
      if let previous = section.trailer["Prev"] {
        guard let value = previous.integer, value > 0, value < file.size else {
          throw PDFRefusal(.damaged, "a /Prev that is no offset")
        }
        next = value
      } else {
        next = nil
      }
    }
    try Self.checkSize(newestFirst)
    revisions = try Self.group(newestFirst, file: file, tail: tail, &budget)
    index = XrefIndex(revisions)
    try checkGenerations()
    try checkPlaces()
    try Linearisation.check(file, updates: revisions.count - 1, &budget)
  }

  /// One more than the highest number of an object (ISO 32000-1 annex C).
  private static let sizeLimit: Int64 = 8_388_608

  /// Numbers at or above the newest /Size do not exist for some readers and do for others. Only an xref stream's own
  /// number is commonly left out of the count.
  private static func checkSize(_ sections: [XrefSection]) throws(PDFRefusal) {
    guard let size = sections.first?.trailer["Size"]?.integer, size > 0 else {
      throw PDFRefusal(.damaged, "the trailer has no /Size")
    }
    for section in sections {
      // Programs with the limit of ISO 32000-1 annex C go through the whole file instead.
      guard section.trailer["Size"]?.integer ?? 0 <= sizeLimit else {
        throw PDFRefusal(.damaged, "a /Size above \(sizeLimit)")
      }
      guard let highest = section.highestListed else { continue }
      guard Int64(highest) < size || highest == section.ownNumber else {
        throw PDFRefusal(.damaged, "object \(highest) is beyond /Size \(size)")
      }
    }
  }

  /// A number gets a generation above 0 only by having been freed before (ISO 32000-1 §7.5.4). Some validators judge nothing
  /// in a file that breaks this.
  private func checkGenerations() throws(PDFRefusal) {
    for (place, revision) in revisions.enumerated() {
      for section in revision.sections {
        try section.each { (number, entry) throws(PDFRefusal) in
          guard case .at(_, let generation) = entry, generation > 0 else { return }
          switch index.version(of: number, in: place - 1).map(index.entry) {
          case .free: return
          case .at(_, generation): return
          default:
            throw PDFRefusal(.damaged, "object \(number) has generation \(generation) and was never freed")
          }
        }
      }
    }
  }

  /// A revision holds what it lists, or an older one does: an update must not put anything where what was signed looks for it.
  private func checkPlaces() throws(PDFRefusal) {
    for revision in revisions {
      let end = revision.end ?? revision.sectionsEnd
      for section in revision.sections {
        try section.each { (number, entry) throws(PDFRefusal) in
          guard case .at(let offset, _) = entry, offset >= end else { return }
          throw PDFRefusal(.damaged, "object \(number) lies outside the revision that lists it")
        }
      }
    }
  }

  private static func checkHeader(_ file: PDFFile) throws(PDFRefusal) {
    guard file.size > 0 else { throw PDFRefusal(.empty, "the file has no bytes") }
    let head = try file.bytes(at: 0, count: Int(min(8, file.size)))
    // ISO 32000-2 §7.5.2, at byte 0: junk before the header shifts every offset and lets two programs see two files.
    let isPDF = head.count == 8 && head.starts(with: Array("%PDF-".utf8)) && head[6] == UInt8(ascii: ".")
    guard isPDF,
      head[5] == UInt8(ascii: "1") && (48...55).contains(head[7]) || head[5] == UInt8(ascii: "2") && head[7] == 48
    else { throw PDFRefusal(.notPDF, "does not begin with %PDF-1.x or %PDF-2.0") }
  }

  /// The file's last `startxref N %%EOF`.
  private struct Tail {
    /// Where programs look for startxref, from the end of the file. Who doesn't find it there takes the file for broken.
    private static let window: Int64 = 1024

    let xrefOffset: Int64
    let start: Int64
    let end: Int64

    init(_ file: PDFFile) throws(PDFRefusal) {
      let count = Int(min(2048, file.size))
      let base = file.size - Int64(count)
      let bytes = try file.bytes(at: base, count: count)
      var index = bytes.count
      func skipWhite() { while index > 0, bytes[index - 1].isPDFSpace, bytes[index - 1] != 0 { index -= 1 } }
      func step(back text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard index >= length else { return false }
        let matches = text.withUTF8Buffer { bytes[index - length..<index].elementsEqual($0) }
        if matches { index -= length }
        return matches
      }
      skipWhite()
      end = base + Int64(index)
      guard step(back: "%%EOF") else {
        let text = bytes.lastRange(of: Array("%%EOF".utf8))
        throw text == nil
          ? PDFRefusal(.truncated, "no %%EOF at the end") : PDFRefusal(.damaged, "bytes after the last %%EOF")
      }
      skipWhite()
      let digitsEnd = index
      while index > 0, bytes[index - 1].isDigit { index -= 1 }
      guard digitsEnd > index, digitsEnd - index <= 15 else { throw PDFRefusal(.damaged, "no offset after startxref") }
      xrefOffset = bytes[index..<digitsEnd].reduce(0) { $0 * 10 + Int64($1 - 48) }
      skipWhite()
      guard step(back: "startxref") else { throw PDFRefusal(.damaged, "no startxref before %%EOF") }
      start = base + Int64(index)
      guard file.size - start <= Self.window else {
        throw PDFRefusal(.damaged, "startxref stands further from the end than other programs look for it")
      }
    }
  }

  private static func group(
    _ newestFirst: [XrefSection], file: PDFFile, tail: Tail, _ budget: inout Budget
  ) throws(PDFRefusal) -> [Revision] {
    var revisions: [Revision] = []
    var index = newestFirst.count - 1
    while index >= 0 {
      var sections = [newestFirst[index]]
      // A linearised original (ISO 32000-1 annex F): startxref names the first page's section near the top of the file,
      // whose /Prev is the main section further down. Anywhere else a /Prev that points forward is a trick.
      if index > 0, newestFirst[index - 1].offset < newestFirst[index].offset {
        guard index == newestFirst.count - 1 else { throw PDFRefusal(.damaged, "a /Prev that points forward") }
        sections = [newestFirst[index - 1], newestFirst[index]]
        index -= 1
      }
      let xrefOffset = sections[0].offset
      let lastEnd = sections.map(\.end).max() ?? 0
      if let previous = revisions.last {
        let earliest = previous.end ?? previous.sectionsEnd
        guard xrefOffset >= earliest else { throw PDFRefusal(.damaged, "revisions overlap") }
      }
      let end = try endMark(file, after: lastEnd, naming: xrefOffset, &budget)
      revisions.append(Revision(sections: sections, xrefOffset: xrefOffset, end: end))
      index -= 1
    }
    return revisions
  }

  /// The offset after `startxref N %%EOF`, if that is what follows.
  private static func endMark(
    _ file: PDFFile, after offset: Int64, naming xrefOffset: Int64, _ budget: inout Budget
  ) throws(PDFRefusal) -> Int64? {
    try file.lex(at: offset, &budget) { (lexer) throws(PDFRefusal) in
      lexer.skipWhite()
      guard lexer.take(keyword: "startxref") else { return nil }
      lexer.skipWhite()
      guard lexer.unsigned() == xrefOffset else { return nil }
      lexer.skipWhite()
      for byte in "%%EOF".utf8 {
        guard lexer.peek() == byte else { return nil }
        lexer.position += 1
      }
      return lexer.offset
    }
  }
}

extension [UInt8] {
  /// The last place where `pattern` stands.
  func lastRange(of pattern: [UInt8]) -> Swift.Range<Int>? {
    guard !pattern.isEmpty, count >= pattern.count else { return nil }
    for start in stride(from: count - pattern.count, through: 0, by: -1)
    where self[start..<start + pattern.count].elementsEqual(pattern) {
      return start..<start + pattern.count
    }
    return nil
  }
}
