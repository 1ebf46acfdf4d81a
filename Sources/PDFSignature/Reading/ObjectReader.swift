/// Reads the indirect object that stands at an offset of the file.
struct ObjectReader {
  let file: PDFFile

  /// Reads `n g obj … endobj`. `length` resolves an indirect /Length.
  func object(
    at offset: Int64, length: (PDFReference) throws(PDFRefusal) -> Int64
  ) throws(PDFRefusal) -> IndirectObject {
    let head = try file.lex(at: offset) { (lexer) throws(PDFRefusal) in try Head(&lexer) }
    guard let dataStart = head.dataStart, let dictionary = head.value.dictionary else {
      return IndirectObject(reference: head.reference, value: head.value, start: head.start, end: head.end)
    }
    let count: Int64
    switch dictionary["Length"] {
    case .integer(let value): count = value
    case .reference(let reference): count = try length(reference)
    default: throw PDFRefusal(.damaged, "the stream at \(offset) has no /Length")
    }
    guard count >= 0, count <= file.size - dataStart else {
      throw PDFRefusal(.damaged, "the stream at \(offset) is longer than the file")
    }
    let stream = PDFStream(dictionary: dictionary, offset: dataStart, length: count)
    let end = try file.lex(at: dataStart + count) { (lexer) throws(PDFRefusal) in
      if lexer.peek() == 13 { lexer.position += 1 }
      if lexer.peek() == 10 { lexer.position += 1 }
      guard lexer.take(keyword: "endstream") else { throw lexer.damaged("wrong /Length: no endstream") }
      lexer.skipSpace()
      guard lexer.take(keyword: "endobj") else { throw lexer.damaged("no endobj") }
      return lexer.offset
    }
    return IndirectObject(reference: head.reference, value: .stream(stream), start: head.start, end: end)
  }

  /// The inflated bytes of a structural stream: Flate or none, with PNG predictors.
  func decoded(_ stream: PDFStream, limit: Int) throws(PDFRefusal) -> [UInt8] {
    guard stream.length <= Int64(min(limit, Limits.objectSize)) else {
      throw PDFRefusal(.tooComplex, "a structural stream of \(stream.length) bytes")
    }
    let raw = try file.bytes(at: stream.offset, count: Int(stream.length))
    let filters = stream.dictionary["Filter"]
    guard let filters else { return raw }
    let name = filters.name ?? (filters.array?.count == 1 ? filters.array?[0].name : nil)
    guard name == "FlateDecode" else { throw PDFRefusal(.damaged, "a structural stream with an unusual filter") }
    let inflated = try Inflate.decode(raw, limit: limit)
    let parameters = stream.dictionary["DecodeParms"]
    guard let parameters = parameters?.dictionary ?? parameters?.array?.first?.dictionary else { return inflated }
    return try Inflate.undoPredictor(inflated, parameters: parameters)
  }

  /// An object up to `endobj`, or up to the first byte of its stream.
  private struct Head {
    let reference: PDFReference
    let value: PDFObject
    let start: Int64
    let end: Int64
    let dataStart: Int64?

    init(_ lexer: inout Lexer) throws(PDFRefusal) {
      // No white space is skipped: an offset that is off by one betrays a file edited or carried as text.
      guard lexer.peek()?.isDigit == true else { throw lexer.damaged("no object number") }
      start = lexer.offset
      reference = try lexer.objectHeader()
      lexer.skipSpace()
      if lexer.take(keyword: "endobj") {
        // An empty object is null (§7.3.10).
        value = .null
        dataStart = nil
        end = lexer.offset
        return
      }
      value = try lexer.value()
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
}
