/// Where an object is (ISO 32000-1 §7.5.4, §7.5.8).
enum XrefEntry: Hashable, Sendable {
  case free
  case at(offset: Int64, generation: Int)
  case inStream(container: Int, index: Int)
}

/// The same in eight bytes, for a file may hold a million of them.
struct PackedEntry: Hashable, Sendable {
  private let bits: UInt64

  /// Above every size a file can have. 64 TiB.
  private static let offsetLimit: Int64 = 1 << 46
  private static let numberLimit = 1 << 25

  /// nil for what no file can have.
  init?(_ entry: XrefEntry) {
    switch entry {
    case .free: bits = 0
    case .at(let offset, let generation):
      guard (0..<Self.offsetLimit).contains(offset), (0...65535).contains(generation) else { return nil }
      bits = 1 << 62 | UInt64(generation) << 46 | UInt64(offset)
    case .inStream(let container, let index):
      guard (0..<Self.numberLimit).contains(container), (0..<Self.numberLimit).contains(index) else { return nil }
      bits = 2 << 62 | UInt64(container) << 25 | UInt64(index)
    }
  }

  var entry: XrefEntry {
    switch bits >> 62 {
    case 1: .at(offset: Int64(bits & (1 << 46 - 1)), generation: Int(bits >> 46 & 0xFFFF))
    case 2: .inStream(container: Int(bits >> 25 & (1 << 25 - 1)), index: Int(bits & (1 << 25 - 1)))
    default: .free
    }
  }
}

/// One table or stream of cross-references with its trailer.
struct XrefSection: Sendable {
  enum Kind: Sendable { case table, stream }

  /// Entries of numbers in a row.
  struct Range: Sendable {
    let first: Int
    let count: Int
    /// Place of the first of them among all.
    let start: Int
  }

  /// What a section lists, in the order it was read.
  struct List: Sendable {
    fileprivate(set) var ranges: [Range] = []
    fileprivate(set) var entries: [PackedEntry] = []
    fileprivate(set) var exceedsGenerations = false

    /// Begins a run; the caller then appends its entries.
    mutating func begin(first: Int, count: Int) {
      guard count > 0 else { return }
      ranges.append(Range(first: first, count: count, start: entries.count))
      if ranges.count == 1 { entries.reserveCapacity(count) }
    }

    mutating func append(_ entry: XrefEntry) throws(PDFRefusal) {
      guard let packed = PackedEntry(entry) else { throw PDFRefusal(.damaged, "an xref entry that no file can have") }
      entries.append(packed)
    }

    mutating func appendFree(generation: Int64) throws(PDFRefusal) {
      if generation > 65535 { exceedsGenerations = true }
      try append(.free)
    }
  }

  /// Above all numbers that a reference can have (`Lexer`), with room for what a writer adds.
  static let numberLimit: Int64 = 1 << 25

  let kind: Kind
  /// Offset of `xref`, or of the stream's object number.
  let offset: Int64
  /// Offset just after the trailer dictionary or `endobj`.
  let end: Int64
  let trailer: PDFDictionary
  /// Bytes that the trailer takes in memory.
  let weight: Int
  /// Sorted by first number, without overlaps.
  let ranges: [Range]
  private let entries: [PackedEntry]
  /// Number of the cross-reference stream itself.
  let ownNumber: Int?
  /// A free number has a generation that there is not: above 65535 (§7.5.4). It is nobody's all the same.
  let exceedsGenerations: Bool

  init(
    kind: Kind, offset: Int64, end: Int64, trailer: PDFDictionary, weight: Int, list: List, ownNumber: Int? = nil
  ) throws(PDFRefusal) {
    self.kind = kind
    self.offset = offset
    self.end = end
    self.trailer = trailer
    self.weight = weight
    self.ownNumber = ownNumber
    exceedsGenerations = list.exceedsGenerations
    entries = list.entries
    ranges = list.ranges.sorted { $0.first < $1.first }
    var next = 0
    for range in ranges {
      guard range.first >= next else { throw PDFRefusal(.damaged, "object \(range.first) twice in one xref section") }
      next = range.first + range.count
    }
  }

  /// The section of a hybrid file (§7.5.8.4): what the table does not list, its stream may.
  func adding(hidden: XrefSection) throws(PDFRefusal) -> XrefSection {
    var list = List()
    list.ranges = ranges
    list.entries = entries
    list.exceedsGenerations = exceedsGenerations || hidden.exceedsGenerations
    var last: (first: Int, count: Int)?
    func close() {
      guard let last else { return }
      list.ranges.append(Range(first: last.first, count: last.count, start: list.entries.count - last.count))
    }
    try hidden.each { (number, entry) throws(PDFRefusal) in
      guard self.entry(number) == nil else { return }
      if let known = last, known.first + known.count == number {
        last = (known.first, known.count + 1)
      } else {
        close()
        last = (number, 1)
      }
      try list.append(entry)
    }
    close()
    return try XrefSection(
      kind: kind, offset: offset, end: end, trailer: trailer, weight: weight, list: list,
      ownNumber: hidden.ownNumber)
  }

  /// The highest number listed; nil where there is none.
  var highestListed: Int? { ranges.last.map { $0.first + $0.count - 1 } }
  var highestNumber: Int { max(highestListed ?? 0, ownNumber ?? 0) }
  var count: Int { entries.count }

  /// Every entry with its number, in ascending order.
  func each(_ body: (Int, XrefEntry) throws(PDFRefusal) -> Void) throws(PDFRefusal) {
    for range in ranges {
      for place in 0..<range.count { try body(range.first + place, entries[range.start + place].entry) }
    }
  }

  /// Every entry as it is held.
  func eachPacked(_ body: (Int, PackedEntry) -> Void) {
    for range in ranges {
      for place in 0..<range.count { body(range.first + place, entries[range.start + place]) }
    }
  }

  private func entry(_ number: Int) -> PackedEntry? {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      let range = ranges[middle]
      if number < range.first {
        high = middle
      } else if number >= range.first + range.count {
        low = middle + 1
      } else {
        return entries[range.start + number - range.first]
      }
    }
    return nil
  }
}
