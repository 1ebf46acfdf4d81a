/// Where an object is (ISO 32000-1 §7.5.4, §7.5.8).
enum XrefEntry: Hashable, Sendable {
  case free
  case at(offset: Int64, generation: Int)
  case inStream(container: Int, index: Int)
}

/// One table or stream of cross-references with its trailer.
struct XrefSection: Sendable {
  enum Kind: Sendable { case table, stream }

  struct Range: Sendable {
    let first: Int
    var entries: [XrefEntry]
  }

  let kind: Kind
  /// Offset of `xref`, or of the stream's object number.
  let offset: Int64
  /// Offset just after the trailer dictionary or `endobj`.
  let end: Int64
  let trailer: PDFDictionary
  /// Sorted by first number, without overlaps.
  let ranges: [Range]
  /// Number of the cross-reference stream itself.
  let ownNumber: Int?
  /// A free number has a generation that there is not: above 65535 (§7.5.4). It is nobody's all the same.
  let exceedsGenerations: Bool

  init(
    kind: Kind, offset: Int64, end: Int64, trailer: PDFDictionary, ranges: [Range],
    ownNumber: Int? = nil,
    exceedsGenerations: Bool = false
  ) throws(PDFRefusal) {
    self.exceedsGenerations = exceedsGenerations
    self.kind = kind
    self.offset = offset
    self.end = end
    self.trailer = trailer
    self.ownNumber = ownNumber
    self.ranges = ranges.filter { !$0.entries.isEmpty }.sorted { $0.first < $1.first }
    var next = 0
    for range in self.ranges {
      guard range.first >= next else { throw PDFRefusal(.damaged, "object \(range.first) twice in one xref section") }
      next = range.first + range.entries.count
    }
  }

  /// The section of a hybrid file (§7.5.8.4): what the table does not list, its stream may.
  func adding(hidden: XrefSection) throws(PDFRefusal) -> XrefSection {
    var merged = ranges
    for range in hidden.ranges {
      for (index, entry) in range.entries.enumerated() where self.entry(range.first + index) == nil {
        let number = range.first + index
        if let last = merged.last, last.first + last.entries.count == number, merged.count > ranges.count {
          merged[merged.count - 1].entries.append(entry)
        } else {
          merged.append(Range(first: number, entries: [entry]))
        }
      }
    }
    return try XrefSection(
      kind: kind, offset: offset, end: end, trailer: trailer, ranges: merged,
      ownNumber: hidden.ownNumber,
      exceedsGenerations: exceedsGenerations || hidden.exceedsGenerations)
  }

  var highestNumber: Int { max(ranges.last.map { $0.first + $0.entries.count - 1 } ?? 0, ownNumber ?? 0) }

  func entry(_ number: Int) -> XrefEntry? {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      let range = ranges[middle]
      if number < range.first {
        high = middle
      } else if number >= range.first + range.entries.count {
        low = middle + 1
      } else {
        return range.entries[number - range.first]
      }
    }
    return nil
  }
}
