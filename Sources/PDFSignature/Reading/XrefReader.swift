/// Reads one cross-reference section at an offset, whichever kind stands there.
struct XrefReader {
  let file: PDFFile
  let allowsHybrid: Bool

  func section(at offset: Int64, _ budget: inout Budget) throws(PDFRefusal) -> XrefSection {
    let isTable = try file.lex(at: offset, &budget) { (lexer) throws(PDFRefusal) in
      return lexer.take(keyword: "xref")
    }
    let section = try isTable ? table(at: offset, &budget) : stream(at: offset, &budget)
    // Encryption is read off the trailer: qpdf opens a file with an empty user password without a word.
    guard section.trailer.entry("Encrypt") == nil else { throw PDFRefusal(.encrypted, "the trailer has /Encrypt") }
    guard let hidden = section.trailer.entry("XRefStm") else { return section }
    guard allowsHybrid, isTable else { throw PDFRefusal(.hybrid, "the trailer has /XRefStm") }
    guard let place = hidden.value.integer, place > 0, place < offset else {
      throw PDFRefusal(.damaged, "an /XRefStm that is no offset")
    }
    return try section.adding(hidden: try stream(at: place, &budget))
  }

  // MARK: Tables

  private func table(at offset: Int64, _ budget: inout Budget) throws(PDFRefusal) -> XrefSection {
    var cursor = try file.lex(at: offset, &budget) { (lexer) throws(PDFRefusal) in
      guard lexer.take(keyword: "xref") else { throw lexer.damaged("no xref") }
      lexer.skipWhite()
      return lexer.offset
    }
    var list = XrefSection.List()
    while true {
      let header = try file.lex(at: cursor, &budget) {
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
      try budget.list(entries: Int(header.count))
      guard header.first + header.count <= XrefSection.numberLimit else {
        throw PDFRefusal(.tooComplex, "an object number beyond \(XrefSection.numberLimit)")
      }
      list.begin(first: Int(header.first), count: Int(header.count))
      try readTable(at: header.next, count: Int(header.count), into: &list)
      cursor = header.next + header.count * 20
    }
    let (trailer, end, weight) = try file.lex(at: cursor, &budget) {
      (lexer) throws(PDFRefusal) -> (PDFDictionary, Int64, Int) in
      lexer.skipWhite()
      guard lexer.take(keyword: "trailer") else { throw lexer.damaged("no trailer") }
      guard case .dictionary(let trailer) = try lexer.value() else { throw lexer.damaged("no trailer dictionary") }
      return (trailer, lexer.offset, lexer.weight)
    }
    return try XrefSection(kind: .table, offset: offset, end: end, trailer: trailer, weight: weight, list: list)
  }

  /// Entries of exactly 20 bytes: 10 digits, 5 digits, n or f, two bytes of line end (§7.5.4).
  private func readTable(
    at offset: Int64, count: Int, into list: inout XrefSection.List
  ) throws(PDFRefusal) {
    var done = 0
    while done < count {
      let batch = min(3200, count - done)
      let bytes = try file.bytes(at: offset + Int64(done) * 20, count: batch * 20)
      for start in stride(from: 0, to: batch * 20, by: 20) {
        guard let position = Self.digits(bytes, start, 10), bytes[start + 10] == 32,
          let generation = Self.digits(bytes, start + 11, 5), bytes[start + 16] == 32,
          Self.isLineEnd(bytes[start + 18], bytes[start + 19])
        else { throw PDFRefusal(.damaged, "an xref entry at \(offset) is not 20 bytes") }
        switch bytes[start + 17] {
        case UInt8(ascii: "n"): try list.append(.at(offset: position, generation: Int(generation)))
        case UInt8(ascii: "f"): try list.appendFree(generation: generation)
        default: throw PDFRefusal(.damaged, "an xref entry at \(offset) is neither n nor f")
        }
      }
      done += batch
    }
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

  private func stream(at offset: Int64, _ budget: inout Budget) throws(PDFRefusal) -> XrefSection {
    let reader = ObjectReader(file: file)
    // Its length is direct: where another object stands is not known yet.
    let object = try reader.object(try reader.head(at: offset, &budget), length: nil, &budget)
    guard case .stream(let stream) = object.value, stream.dictionary["Type"]?.name == "XRef" else {
      throw PDFRefusal(.damaged, "neither an xref table nor an xref stream at \(offset)")
    }
    let dictionary = stream.dictionary
    guard let widths = dictionary["W"]?.array?.compactMap(\.integer), widths.count == 3,
      widths.allSatisfy({ (0...8).contains($0) }), widths[1] > 0,
      // Poppler reads no wider one.
      widths[0] <= 4, let size = dictionary["Size"]?.integer, size > 0
    else { throw PDFRefusal(.damaged, "the xref stream has no usable /W or /Size") }
    let data = try reader.decoded(stream, limit: Limits.structuralStream, &budget)
    var pairs: [Int64] = [0, size]
    if let index = dictionary["Index"] {
      guard let numbers = index.array?.compactMap(\.integer), numbers.count == index.array?.count,
        numbers.count.isMultiple(of: 2), numbers.allSatisfy({ (0...1 << 24).contains($0) })
      else { throw PDFRefusal(.damaged, "the xref stream has no usable /Index") }
      pairs = numbers
    }
    var list = XrefSection.List()
    var cursor = 0
    let (w0, w1, w2) = (Int(widths[0]), Int(widths[1]), Int(widths[2]))
    for pair in stride(from: 0, to: pairs.count, by: 2) {
      let count = pairs[pair + 1]
      try budget.list(entries: Int(count))
      guard pairs[pair] + count <= XrefSection.numberLimit else {
        throw PDFRefusal(.tooComplex, "an object number beyond \(XrefSection.numberLimit)")
      }
      guard Int(count) * (w0 + w1 + w2) <= data.count - cursor else {
        throw PDFRefusal(.damaged, "the xref stream is shorter than its /Index")
      }
      list.begin(first: Int(pairs[pair]), count: Int(count))
      for _ in 0..<count {
        let kind = w0 == 0 ? 1 : try Self.field(data, &cursor, w0)
        let second = try Self.field(data, &cursor, w1)
        let third = try Self.field(data, &cursor, w2)
        switch kind {
        case 0: try list.appendFree(generation: third)
        case 1 where third <= 65535: try list.append(.at(offset: second, generation: Int(third)))
        case 2 where second <= 1 << 24 && third <= 1 << 24:
          try list.append(.inStream(container: Int(second), index: Int(third)))
        default: throw PDFRefusal(.damaged, "an xref stream entry of kind \(kind)")
        }
      }
    }
    return try XrefSection(
      kind: .stream, offset: offset, end: object.end ?? offset, trailer: dictionary, weight: object.weight,
      list: list,
      ownNumber: object.reference.number)
  }

  private static func field(_ data: [UInt8], _ cursor: inout Int, _ width: Int) throws(PDFRefusal) -> Int64 {
    var value: UInt64 = 0
    for byte in data[cursor..<cursor + width] { value = value << 8 | UInt64(byte) }
    cursor += width
    guard value <= UInt64(Int64.max) else { throw PDFRefusal(.damaged, "an xref field out of range") }
    return Int64(value)
  }
}
