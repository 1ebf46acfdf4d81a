/// Objects kept compressed in one stream (ISO 32000-1 §7.5.7). /Extends is not followed: the xref says where an object is.
struct ObjectStream {
  let number: Int
  private let data: [UInt8]
  private let places: [(number: Int, offset: Int)]

  init(number: Int, dictionary: PDFDictionary, data: [UInt8]) throws(PDFRefusal) {
    guard dictionary["Type"]?.name == "ObjStm", let count = dictionary["N"]?.integer,
      let first = dictionary["First"]?.integer, count >= 0, count <= Int64(Limits.xrefEntries), first >= 0,
      first <= Int64(data.count)
    else { throw PDFRefusal(.damaged, "object \(number) is no object stream") }
    self.number = number
    self.data = data
    var lexer = Lexer(data)
    var places: [(Int, Int)] = []
    places.reserveCapacity(min(Int(count), data.count))
    for _ in 0..<count {
      lexer.skipWhite()
      guard let object = lexer.unsigned() else { throw PDFRefusal(.damaged, "object stream \(number) has no list") }
      lexer.skipWhite()
      guard let offset = lexer.unsigned(), first + offset <= Int64(data.count), object <= 1 << 24,
        lexer.position <= Int(first)
      else { throw PDFRefusal(.damaged, "object stream \(number) has a broken list") }
      places.append((Int(object), Int(first + offset)))
    }
    self.places = places
  }

  /// - Returns: the value, and how many bytes it took.
  func value(number wanted: Int, index: Int) throws(PDFRefusal) -> (value: PDFObject, length: Int) {
    guard places.indices.contains(index), places[index].number == wanted else {
      throw PDFRefusal(.damaged, "object \(wanted) is not in object stream \(number)")
    }
    var lexer = Lexer(data, position: places[index].offset)
    let value = try lexer.value()
    return (value, lexer.position - places[index].offset)
  }
}
