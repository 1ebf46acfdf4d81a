/// Objects kept compressed in one stream (ISO 32000-1 §7.5.7). /Extends is not followed: the xref says where an object is.
struct ObjectStream {
  let number: Int
  private let data: [UInt8]
  private let places: [(number: UInt32, offset: UInt32)]

  /// Bytes in memory.
  var weight: Int { data.count + places.count * MemoryLayout<(UInt32, UInt32)>.stride + 256 }

  init(number: Int, dictionary: PDFDictionary, data: [UInt8], _ budget: inout Budget) throws(PDFRefusal) {
    guard dictionary["Type"]?.name == "ObjStm", let count = dictionary["N"]?.integer,
      let first = dictionary["First"]?.integer, count >= 0, count <= Int64(Limits.xrefEntries), first >= 0,
      first <= Int64(data.count)
    else { throw PDFRefusal(.damaged, "object \(number) is no object stream") }
    self.number = number
    self.data = data
    var lexer = Lexer(data)
    // Every place takes four bytes at least.
    guard count <= Int64(data.count / 4 + 1) else {
      throw PDFRefusal(.damaged, "object stream \(number) has no list")
    }
    try budget.step(Int(count))
    var places: [(UInt32, UInt32)] = []
    places.reserveCapacity(Int(count))
    for _ in 0..<count {
      lexer.skipWhite()
      guard let object = lexer.unsigned() else { throw PDFRefusal(.damaged, "object stream \(number) has no list") }
      lexer.skipWhite()
      guard let offset = lexer.unsigned(), first + offset <= Int64(data.count), object <= 1 << 24,
        lexer.position <= Int(first)
      else { throw PDFRefusal(.damaged, "object stream \(number) has a broken list") }
      // In increasing order (§7.5.7): other programs take the stream for broken else.
      guard first + offset >= Int64(places.last?.1 ?? 0) else {
        throw PDFRefusal(.damaged, "object stream \(number) names its objects in another order than they stand in")
      }
      places.append((UInt32(clamping: object), UInt32(clamping: first + offset)))
    }
    try budget.read(lexer.position, making: 0)
    self.places = places
  }

  /// - Returns: the value, and the bytes it takes in memory.
  func value(
    number wanted: Int, index: Int, _ budget: inout Budget
  ) throws(PDFRefusal) -> (value: PDFObject, weight: Int) {
    guard places.indices.contains(index), Int(places[index].number) == wanted else {
      throw PDFRefusal(.damaged, "object \(wanted) is not in object stream \(number)")
    }
    try budget.object()
    let start = Int(places[index].offset)
    var lexer = Lexer(data, position: start)
    do {
      let value = try lexer.value()
      try budget.read(lexer.position - start, making: lexer.weight)
      return (value, lexer.weight)
    } catch {
      try budget.read(lexer.position - start, making: lexer.weight)
      throw error
    }
  }
}
