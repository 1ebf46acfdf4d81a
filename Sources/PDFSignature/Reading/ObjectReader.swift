/// Reads the indirect object that stands at an offset of the file, and structural streams.
struct ObjectReader {
  let file: PDFFile

  /// What stands at an offset: an object up to `endobj`, or up to the first byte of its stream.
  struct Head {
    let reference: PDFReference
    let value: PDFObject
    let weight: Int
    let start: Int64
    let end: Int64
    /// nil where the object is no stream.
    let dataStart: Int64?
  }

  /// Reads `n g obj … endobj`, or `n g obj << … >> stream`.
  func head(at offset: Int64, _ budget: inout Budget) throws(PDFRefusal) -> Head {
    try budget.object()
    return try file.lex(at: offset, &budget) { (lexer) throws(PDFRefusal) in try Head(&lexer) }
  }

  /// The object of a head. - Parameter length: of its stream, where that stands in an object of its own.
  func object(_ head: Head, length: Int64?, _ budget: inout Budget) throws(PDFRefusal) -> IndirectObject {
    guard let dataStart = head.dataStart, let dictionary = head.value.dictionary else {
      return IndirectObject(
        reference: head.reference, value: head.value, start: head.start, end: head.end, weight: head.weight)
    }
    guard let count = dictionary["Length"]?.integer ?? length else {
      throw PDFRefusal(.damaged, "the stream at \(head.start) has no /Length")
    }
    guard count >= 0, count <= file.size - dataStart else {
      throw PDFRefusal(.damaged, "the stream at \(head.start) is longer than the file")
    }
    let stream = PDFStream(dictionary: dictionary, offset: dataStart, length: count)
    let end = try file.lex(at: dataStart + count, &budget) { (lexer) throws(PDFRefusal) in
      if lexer.peek() == 13 { lexer.position += 1 }
      if lexer.peek() == 10 { lexer.position += 1 }
      guard lexer.take(keyword: "endstream") else { throw lexer.damaged("wrong /Length: no endstream") }
      lexer.skipSpace()
      guard lexer.take(keyword: "endobj") else { throw lexer.damaged("no endobj") }
      return lexer.offset
    }
    return IndirectObject(
      reference: head.reference, value: .stream(stream), start: head.start, end: end, weight: head.weight)
  }

  /// The unpacked bytes of a structural stream: Flate or none, with PNG predictors.
  /// - Parameter limit: of bytes, what it takes to unpack them included.
  func decoded(_ stream: PDFStream, limit: Int, _ budget: inout Budget) throws(PDFRefusal) -> [UInt8] {
    guard stream.length <= Int64(min(limit, Limits.objectSize)) else {
      throw PDFRefusal(.tooComplex, "a structural stream of \(stream.length) bytes")
    }
    try budget.unpack(Int(stream.length))
    let raw = try file.bytes(at: stream.offset, count: Int(stream.length))
    let filters = stream.dictionary["Filter"]
    guard let filters else { return raw }
    let name = filters.name ?? (filters.array?.count == 1 ? filters.array?[0].name : nil)
    guard name == "FlateDecode" else { throw PDFRefusal(.damaged, "a structural stream with an unusual filter") }
    let inflated: [UInt8]
    do {
      inflated = try Inflate.decode(raw, limit: min(limit, max(0, budget.unpacked)))
    } catch {
      // As far as it went is not told: as far as it may have gone.
      if error.code == .tooComplex { try budget.unpack(limit) }
      throw error
    }
    try budget.unpack(inflated.count)
    let parameters = stream.dictionary["DecodeParms"]
    guard let parameters = parameters?.dictionary ?? parameters?.array?.first?.dictionary else { return inflated }
    return try Inflate.undoPredictor(inflated, parameters: parameters)
  }
}

extension ObjectReader.Head {
  init(_ lexer: inout Lexer) throws(PDFRefusal) {
    // No white space is skipped: an offset that is off by one betrays a file edited or carried as text.
    guard lexer.peek()?.isDigit == true else { throw lexer.damaged("no object number") }
    start = lexer.offset
    reference = try lexer.objectHeader()
    lexer.skipSpace()
    if lexer.take(keyword: "endobj") {
      // An empty object is null (§7.3.10).
      value = .null
      weight = 0
      dataStart = nil
      end = lexer.offset
      return
    }
    value = try lexer.value()
    weight = lexer.weight
    lexer.skipSpace()
    if lexer.take(keyword: "endobj") {
      dataStart = nil
      end = lexer.offset
      return
    }
    guard case .dictionary = value, lexer.take(keyword: "stream") else { throw lexer.damaged("no endobj") }
    // §7.3.8.1: CR LF or LF, never CR alone.
    if lexer.peek() == 13 { lexer.position += 1 }
    guard lexer.peek() == 10 else { throw lexer.damaged("stream without a line end") }
    lexer.position += 1
    dataStart = lexer.offset
    end = lexer.offset
  }
}
