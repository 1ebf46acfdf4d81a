/// Reads one cross-reference section at an offset, whichever kind stands there.
struct XrefReader {
  let file: PDFFile
  /// What is left of the document's allowance of entries and of inflated bytes.
  var entriesLeft = Limits.xrefEntries
  var inflationLeft = Limits.inflated

  private let allowsHybrid: Bool

  init(file: PDFFile, allowsHybrid: Bool) {
    self.file = file
    self.allowsHybrid = allowsHybrid
  }

  mutating func section(at offset: Int64) throws(PDFRefusal) -> XrefSection {
    let isTable = try file.lex(at: offset) { (lexer) throws(PDFRefusal) in
      return lexer.take(keyword: "xref")
    }
    let section = try isTable ? table(at: offset) : stream(at: offset)
    // Encryption is read off the trailer: qpdf opens a file with an empty user password without a word.
    guard section.trailer.entry("Encrypt") == nil else { throw PDFRefusal(.encrypted, "the trailer has /Encrypt") }
    guard let hidden = section.trailer.entry("XRefStm") else { return section }
    guard allowsHybrid, isTable else { throw PDFRefusal(.hybrid, "the trailer has /XRefStm") }
    guard let place = hidden.value.integer, place > 0, place < offset else {
      throw PDFRefusal(.damaged, "an /XRefStm that is no offset")
    }
    return try section.adding(hidden: try stream(at: place))
  }

  // MARK: Tables

  private mutating func table(at offset: Int64) throws(PDFRefusal) -> XrefSection {
    var cursor = try file.lex(at: offset) { (lexer) throws(PDFRefusal) in
      guard lexer.take(keyword: "xref") else { throw lexer.damaged("no xref") }
      lexer.skipWhite()
      return lexer.offset
    }
    var ranges: [XrefSection.Range] = []
    var exceedsGenerations = false
    while true {
      let header = try file.lex(at: cursor) {
        (lexer) throws(PDFRefusal) -> (first: Int64, count: Int64, next: Int64)? in
        lexer.skipWhite()
        guard let first = lexer.unsigned() else { return nil }
        lexer.skipWhite()
        guard let count = lexer.unsigned() else { throw lexer.damaged("no count in the xref table") }
        while lexer.peek() == 32 { lexer.position += 1 }
        if lexer.peek() == 13 { lexer.position += 1 }
        if lexer.peek() == 10 { lexer.position += 1 }
        return (first, count, lexer.offset)
      }
      guard let header else { break }
      guard header.count <= Int64(entriesLeft), header.first <= 1 << 24 else {
        throw PDFRefusal(.tooComplex, "more than \(Limits.xrefEntries) cross-references")
      }
      entriesLeft -= Int(header.count)
      let entries = try tableEntries(
        at: header.next, count: Int(header.count), exceeds: &exceedsGenerations)
      ranges.append(.init(first: Int(header.first), entries: entries))
      guard ranges.count <= 100_000 else { throw PDFRefusal(.tooComplex, "too many xref subsections") }
      cursor = header.next + header.count * 20
    }
    let (trailer, end) = try file.lex(at: cursor) { (lexer) throws(PDFRefusal) -> (PDFDictionary, Int64) in
      lexer.skipWhite()
      guard lexer.take(keyword: "trailer") else { throw lexer.damaged("no trailer") }
      guard case .dictionary(let trailer) = try lexer.value() else { throw lexer.damaged("no trailer dictionary") }
      return (trailer, lexer.offset)
    }
    return try XrefSection(
      kind: .table, offset: offset, end: end, trailer: trailer, ranges: ranges,
      exceedsGenerations: exceedsGenerations)
  }

  /// Entries of exactly 20 bytes: 10 digits, 5 digits, n or f, two bytes of line end (§7.5.4).
  private func tableEntries(
    at offset: Int64, count: Int, exceeds: inout Bool
  ) throws(PDFRefusal) -> [XrefEntry] {
    var entries: [XrefEntry] = []
    entries.reserveCapacity(count)
    while entries.count < count {
      let batch = min(3200, count - entries.count)
      let bytes = try file.bytes(at: offset + Int64(entries.count) * 20, count: batch * 20)
      for start in stride(from: 0, to: batch * 20, by: 20) {
        guard let position = Self.digits(bytes, start, 10), bytes[start + 10] == 32,
          let generation = Self.digits(bytes, start + 11, 5), bytes[start + 16] == 32,
          Self.isLineEnd(bytes[start + 18], bytes[start + 19])
        else { throw PDFRefusal(.damaged, "an xref entry at \(offset) is not 20 bytes") }
        switch bytes[start + 17] {
        case UInt8(ascii: "n"): entries.append(.at(offset: position, generation: Int(generation)))
        case UInt8(ascii: "f"):
          if generation > 65535 { exceeds = true }
          entries.append(.free)
        default: throw PDFRefusal(.damaged, "an xref entry at \(offset) is neither n nor f")
        }
      }
    }
    return entries
  }

  private static func digits(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int64? {
    var value: Int64 = 0
    for byte in bytes[start..<start + count] {
      guard byte.isDigit else { return nil }
      value = value * 10 + Int64(byte - 48)
    }
    return value
  }

  private static func isLineEnd(_ first: UInt8, _ second: UInt8) -> Bool {
    (first == 32 || first == 13) && (second == 10 || second == 13)
  }

  // MARK: Streams

  private mutating func stream(at offset: Int64) throws(PDFRefusal) -> XrefSection {
    let object = try ObjectReader(file: file).object(at: offset) { (_) throws(PDFRefusal) in
      throw PDFRefusal(.damaged, "the xref stream's length is not direct")
    }
    guard case .stream(let stream) = object.value, stream.dictionary["Type"]?.name == "XRef" else {
      throw PDFRefusal(.damaged, "neither an xref table nor an xref stream at \(offset)")
    }
    let dictionary = stream.dictionary
    guard let widths = dictionary["W"]?.array?.compactMap(\.integer), widths.count == 3,
      widths.allSatisfy({ (0...8).contains($0) }), widths[1] > 0, let size = dictionary["Size"]?.integer, size > 0
    else { throw PDFRefusal(.damaged, "the xref stream has no usable /W or /Size") }
    let data = try ObjectReader(file: file).decoded(stream, limit: inflationLeft)
    inflationLeft -= data.count
    var pairs: [Int64] = [0, size]
    if let index = dictionary["Index"] {
      guard let numbers = index.array?.compactMap(\.integer), numbers.count == index.array?.count,
        numbers.count.isMultiple(of: 2), numbers.allSatisfy({ (0...1 << 24).contains($0) })
      else { throw PDFRefusal(.damaged, "the xref stream has no usable /Index") }
      pairs = numbers
    }
    var ranges: [XrefSection.Range] = []
    var exceedsGenerations = false
    var cursor = 0
    let (w0, w1, w2) = (Int(widths[0]), Int(widths[1]), Int(widths[2]))
    for pair in stride(from: 0, to: pairs.count, by: 2) {
      let count = pairs[pair + 1]
      guard count <= Int64(entriesLeft) else {
        throw PDFRefusal(.tooComplex, "more than \(Limits.xrefEntries) cross-references")
      }
      entriesLeft -= Int(count)
      guard Int(count) * (w0 + w1 + w2) <= data.count - cursor else {
        throw PDFRefusal(.damaged, "the xref stream is shorter than its /Index")
      }
      var entries: [XrefEntry] = []
      entries.reserveCapacity(Int(count))
      for _ in 0..<count {
        let kind = w0 == 0 ? 1 : try Self.field(data, &cursor, w0)
        let second = try Self.field(data, &cursor, w1)
        let third = try Self.field(data, &cursor, w2)
        switch kind {
        case 0:
          if third > 65535 { exceedsGenerations = true }
          entries.append(.free)
        case 1 where third <= 65535: entries.append(.at(offset: second, generation: Int(third)))
        case 2 where second <= 1 << 24 && third <= 1 << 24:
          entries.append(.inStream(container: Int(second), index: Int(third)))
        default: throw PDFRefusal(.damaged, "an xref stream entry of kind \(kind)")
        }
      }
      ranges.append(.init(first: Int(pairs[pair]), entries: entries))
    }
    return try XrefSection(
      kind: .stream, offset: offset, end: object.end ?? offset, trailer: dictionary, ranges: ranges,
      ownNumber: object.reference.number, exceedsGenerations: exceedsGenerations)
  }

  private static func field(_ data: [UInt8], _ cursor: inout Int, _ width: Int) throws(PDFRefusal) -> Int64 {
    var value: UInt64 = 0
    for byte in data[cursor..<cursor + width] { value = value << 8 | UInt64(byte) }
    cursor += width
    guard value <= UInt64(Int64.max) else { throw PDFRefusal(.damaged, "an xref field out of range") }
    return Int64(value)
  }
}
