/// A parsed PDF: objects by number in any of its revisions. Lives within one call, on one thread.
final class PDFDocument {
  let file: PDFFile
  let revisions: [Revision]
  /// Offset just after the last `%%EOF`.
  let contentEnd: Int64

  /// What may still be read, made and held.
  var budget: Budget
  private let index: XrefIndex
  /// Values, for the next reference to them: each of thousands of references to one large array would read it anew.
  private var values = Cache<Place, IndirectObject>(limit: Limits.valuesHeld)
  private var objectStreams = Cache<Int64, ObjectStream>(limit: Limits.unpackedHeld)
  private var references: ReferenceGraph
  private var lengthDepth = 0

  /// Where a value stands: in the file, or in the object stream that stands there.
  private struct Place: Hashable {
    let offset: Int64
    let index: Int32
    init(_ offset: Int64, index: Int = -1) {
      self.offset = offset
      self.index = Int32(clamping: index)
    }
  }

  init(_ file: PDFFile, allowsHybrid: Bool = false) throws(PDFRefusal) {
    self.file = file
    var budget = Budget()
    let chain = try RevisionChain(file, allowsHybrid: allowsHybrid, &budget)
    self.budget = budget
    revisions = chain.revisions
    contentEnd = chain.contentEnd
    index = chain.index
    references = ReferenceGraph(versions: index.count)
  }

  /// Index of the newest revision.
  var last: Int { revisions.count - 1 }

  /// Where `number` is as of `revision`.
  func entry(_ number: Int, in revision: Int) -> XrefEntry? { index.version(of: number, in: revision).map(index.entry) }

  /// Every number that was ever listed, with where its object is in the newest revision.
  func eachNewest(_ body: (Int, XrefEntry) throws(PDFRefusal) -> Void) throws(PDFRefusal) {
    try index.eachNewest(body)
  }

  /// The object as of `revision`; nil if the file has none (which reads as null: ISO 32000-1 §7.3.10).
  func object(_ reference: PDFReference, in revision: Int) throws(PDFRefusal) -> IndirectObject? {
    guard let place = try place(reference, in: revision) else { return nil }
    return try object(reference, at: place, in: revision)
  }

  /// Whether there is such an object as of `revision`. Throws where there is one of another generation.
  func exists(_ reference: PDFReference, in revision: Int) throws(PDFRefusal) -> Bool {
    try place(reference, in: revision) != nil
  }

  private func place(_ reference: PDFReference, in revision: Int) throws(PDFRefusal) -> XrefEntry? {
    try budget.step()
    let generation: Int
    let found = entry(reference.number, in: revision)
    switch found {
    case nil, .free: return nil
    case .at(_, let written): generation = written
    case .inStream: generation = 0
    }
    guard generation == reference.generation else {
      throw PDFRefusal(.damaged, "object \(reference.number) has another generation")
    }
    return found
  }

  private func object(
    _ reference: PDFReference, at entry: XrefEntry, in revision: Int
  ) throws(PDFRefusal) -> IndirectObject {
    try budget.step(4)
    switch entry {
    case .free: throw PDFRefusal(.damaged, "object \(reference.number) was deleted")
    case .at(let offset, _): return try object(reference, at: offset, in: revision)
    case .inStream(let container, let index):
      let (stream, offset) = try objectStream(container, in: revision)
      let place = Place(offset, index: index)
      if let known = values[place], known.reference == reference { return known }
      let (value, weight) = try stream.value(number: reference.number, index: index, &budget)
      let object = IndirectObject(reference: reference, value: value, start: nil, end: nil, weight: weight)
      values.insert(object, for: place, weight: weight)
      return object
    }
  }

  private func object(
    _ reference: PDFReference, at offset: Int64, in revision: Int
  ) throws(PDFRefusal) -> IndirectObject {
    let place = Place(offset)
    if let known = values[place], known.reference == reference { return known }
    guard offset > 0, offset < contentEnd else {
      throw PDFRefusal(.damaged, "object \(reference.number) lies outside the file")
    }
    let reader = ObjectReader(file: file)
    let head = try reader.head(at: offset, &budget)
    guard head.reference == reference else {
      throw PDFRefusal(.damaged, "object \(reference.number) is not where the xref says")
    }
    var length: Int64?
    if head.dataStart != nil, let elsewhere = head.value.dictionary?["Length"]?.reference {
      // A length whose own length is indirect is nonsense, or a loop.
      guard lengthDepth == 0 else { throw PDFRefusal(.damaged, "a /Length that is a stream") }
      lengthDepth += 1
      defer { lengthDepth -= 1 }
      guard let value = try object(elsewhere, in: revision)?.value.integer else {
        throw PDFRefusal(.damaged, "a /Length that is no number")
      }
      length = value
    }
    let found = try reader.object(head, length: length, &budget)
    // What ends in a later revision, says what that revision has it say.
    if let boundary = revisions.first(where: { $0.end ?? 0 > offset })?.end, let end = found.end, end > boundary {
      throw PDFRefusal(.damaged, "object \(reference.number) doesn't end in its own revision")
    }
    values.insert(found, for: place, weight: found.weight)
    return found
  }

  /// The object stream, and where it stands.
  private func objectStream(
    _ number: Int, in revision: Int
  ) throws(PDFRefusal) -> (stream: ObjectStream, offset: Int64) {
    guard case .at(let offset, 0) = entry(number, in: revision) else {
      throw PDFRefusal(.damaged, "object stream \(number) is missing")
    }
    if let known = objectStreams[offset], known.number == number { return (known, offset) }
    let container = try object(PDFReference(number: number, generation: 0), at: offset, in: revision)
    guard case .stream(let stream) = container.value else {
      throw PDFRefusal(.damaged, "object \(number) is no object stream")
    }
    let data = try ObjectReader(file: file).decoded(stream, limit: Limits.objectStream, &budget)
    let result = try ObjectStream(number: number, dictionary: stream.dictionary, data: data, &budget)
    objectStreams.insert(result, for: offset, weight: result.weight)
    return (result, offset)
  }

  // MARK: References

  /// What the object as of `revision` refers to, read once for each version of it; nil where there is no such object.
  func references(of reference: PDFReference, in revision: Int) throws(PDFRefusal) -> Range<Int>? {
    try budget.step()
    guard let version = index.version(of: reference.number, in: revision) else { return nil }
    let entry = index.entry(version)
    var container: Int?
    if case .inStream(let number, _) = entry { container = index.version(of: number, in: revision) }
    if let known = references.known(version, container: container) {
      _ = try place(reference, in: revision)
      return known
    }
    guard let value = try object(reference, in: revision)?.value else { return nil }
    return try references.add(version, container: container, value)
  }

  /// The place-th reference that was read.
  func edge(_ place: Int) -> ReferenceGraph.Edge { references[place] }

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
  func firstFreeNumber(room: Int, avoiding: NumberSet) -> Int {
    var first = firstUnusedNumber
    while let taken = (first..<first + room).last(where: avoiding.contains) { first = taken + 1 }
    return first
  }
}
