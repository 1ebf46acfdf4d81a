/// A parsed PDF: objects by number in any of its revisions. Lives within one call, on one thread.
final class PDFDocument {
  let file: PDFFile
  let revisions: [Revision]
  /// Offset just after the last `%%EOF`.
  let contentEnd: Int64

  private var objects: [Int64: IndirectObject] = [:]
  private var objectStreams: [Int64: ObjectStream] = [:]
  /// Values out of object streams: each of thousands of references to one large array would read it anew.
  private var unpacked: [Unpacked: IndirectObject] = [:]
  private var unpackedBytes = 0
  private var inflationLeft: Int
  private var tokensLeft = Limits.tokenised
  private var unpackingLeft = Limits.unpacked
  private var lengthDepth = 0

  /// Where an object stands in a stream, as of a revision that has the stream there.
  private struct Unpacked: Hashable {
    let container: XrefEntry?
    let index: Int
    let number: Int
  }

  init(_ file: PDFFile, allowsHybrid: Bool = false) throws(PDFRefusal) {
    self.file = file
    let chain = try RevisionChain(file, allowsHybrid: allowsHybrid)
    revisions = chain.revisions
    contentEnd = chain.contentEnd
    inflationLeft = chain.inflationLeft
  }

  /// Index of the newest revision.
  var last: Int { revisions.count - 1 }

  /// Where `number` is as of `revision`.
  func entry(_ number: Int, in revision: Int) -> XrefEntry? {
    for index in stride(from: revision, through: 0, by: -1) {
      for section in revisions[index].sections {
        if let entry = section.entry(number) { return entry }
      }
    }
    return nil
  }

  /// The object as of `revision`; nil if the file has none (which reads as null: ISO 32000-1 §7.3.10).
  func object(_ reference: PDFReference, in revision: Int) throws(PDFRefusal) -> IndirectObject? {
    switch entry(reference.number, in: revision) {
    case nil, .free: return nil
    case .at(let offset, let generation):
      guard generation == reference.generation else {
        throw PDFRefusal(.damaged, "object \(reference.number) has another generation")
      }
      return try object(reference, at: offset, in: revision)
    case .inStream(let container, let index):
      guard reference.generation == 0 else {
        throw PDFRefusal(.damaged, "object \(reference.number) has another generation")
      }
      let place = Unpacked(container: entry(container, in: revision), index: index, number: reference.number)
      if let known = unpacked[place] { return known }
      let (value, length) = try objectStream(container, in: revision).value(number: reference.number, index: index)
      unpackingLeft -= length
      guard unpackingLeft >= 0 else { throw PDFRefusal(.tooComplex, "the objects are too large to be read so often") }
      // Small ones cost more than they are long.
      let weight = max(length, 64)
      if unpackedBytes + weight > Limits.unpackedHeld { (unpacked, unpackedBytes) = ([:], 0) }
      unpackedBytes += weight
      let object = IndirectObject(reference: reference, value: value, start: nil, end: nil)
      unpacked[place] = object
      return object
    }
  }

  private func object(
    _ reference: PDFReference, at offset: Int64, in revision: Int
  ) throws(PDFRefusal) -> IndirectObject {
    if let known = objects[offset], known.reference == reference { return known }
    guard offset > 0, offset < contentEnd else {
      throw PDFRefusal(.damaged, "object \(reference.number) lies outside the file")
    }
    let found = try ObjectReader(file: file).object(at: offset) { (length) throws(PDFRefusal) in
      // A length whose own length is indirect is nonsense, or a loop.
      guard self.lengthDepth == 0 else { throw PDFRefusal(.damaged, "a /Length that is a stream") }
      self.lengthDepth += 1
      defer { self.lengthDepth -= 1 }
      guard let value = try self.object(length, in: revision)?.value.integer else {
        throw PDFRefusal(.damaged, "a /Length that is no number")
      }
      return value
    }
    guard found.reference == reference else {
      throw PDFRefusal(.damaged, "object \(reference.number) is not where the xref says")
    }
    if case .stream(let stream) = found.value {
      try spend(stream.offset - offset)
    } else if let end = found.end {
      try spend(end - offset)
    }
    if objects.count >= 4096 { objects.removeAll() }
    objects[offset] = found
    return found
  }

  private func spend(_ bytes: Int64) throws(PDFRefusal) {
    tokensLeft -= Int(clamping: bytes)
    guard tokensLeft >= 0 else { throw PDFRefusal(.tooComplex, "the objects lie over one another") }
  }

  private func objectStream(_ number: Int, in revision: Int) throws(PDFRefusal) -> ObjectStream {
    guard case .at(let offset, 0) = entry(number, in: revision) else {
      throw PDFRefusal(.damaged, "object stream \(number) is missing")
    }
    if let known = objectStreams[offset], known.number == number { return known }
    let container = try object(PDFReference(number: number, generation: 0), at: offset, in: revision)
    guard case .stream(let stream) = container.value else {
      throw PDFRefusal(.damaged, "object \(number) is no object stream")
    }
    let data = try ObjectReader(file: file).decoded(stream, limit: inflationLeft)
    inflationLeft -= data.count
    let result = try ObjectStream(number: number, dictionary: stream.dictionary, data: data)
    objectStreams[offset] = result
    return result
  }

  /// `value`, or what it refers to. A reference to a reference is refused: no writer makes one.
  func resolve(_ value: PDFObject?, in revision: Int) throws(PDFRefusal) -> PDFObject? {
    guard case .reference(let reference) = value else { return value }
    guard let object = try object(reference, in: revision) else { return nil }
    if case .reference = object.value { throw PDFRefusal(.damaged, "object \(reference.number) is a reference") }
    return object.value.isNull ? nil : object.value
  }

  /// The catalog and its reference.
  func catalog(in revision: Int) throws(PDFRefusal) -> (reference: PDFReference, dictionary: PDFDictionary) {
    guard let reference = revisions[revision].trailer["Root"]?.reference,
      case .dictionary(let dictionary) = try resolve(.reference(reference), in: revision),
      dictionary["Type"]?.name == "Catalog"
    else { throw PDFRefusal(.damaged, "the trailer names no catalog") }
    return (reference, dictionary)
  }

  /// One more than every number in use anywhere: /Size, every section, cross-reference streams themselves.
  var firstUnusedNumber: Int {
    var number = 1
    for revision in revisions {
      for section in revision.sections {
        number = max(number, section.highestNumber + 1)
        if let size = section.trailer["Size"]?.integer, size <= 1 << 24 { number = max(number, Int(size)) }
      }
    }
    return number
  }

  /// The first of so many numbers in a row that are unused, and that nothing refers to: a reference to an object that isn't
  /// there reads as null, and a new object under that number would put something in its place.
  func firstFreeNumber(room: Int, avoiding: Set<Int>) -> Int {
    var first = firstUnusedNumber
    while let taken = avoiding.filter({ $0 >= first && $0 < first + room }).max() { first = taken + 1 }
    return first
  }
}
