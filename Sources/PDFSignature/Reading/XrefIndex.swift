/// Where every object is, in every revision: found by number without going through the revisions one by one.
struct XrefIndex: Sendable {
  /// All entries of all revisions, the oldest first; the place of an entry here names one version of an object.
  private var entries: [PackedEntry] = []
  private var revisions: [UInt8] = []
  /// Of the entry before it with the same number, plus one; 0 where there is none.
  private var older: [UInt32] = []
  /// Numbers by 64: which block of `newest` they have, plus one.
  private var blocks: [UInt32] = []
  /// For each number of a block the place of its newest entry, plus one.
  private var newest: [UInt32] = []

  init(_ chain: [Revision]) {
    let total = chain.reduce(0) { $0 + $1.sections.reduce(0) { $0 + $1.count } }
    entries.reserveCapacity(total)
    revisions.reserveCapacity(total)
    older.reserveCapacity(total)
    let highest = chain.flatMap(\.sections).compactMap(\.highestListed).max() ?? 0
    blocks = Array(repeating: 0, count: highest / 64 + 1)
    for (index, revision) in chain.enumerated() {
      // Of two sections of one revision the first counts (`Revision`).
      for section in revision.sections.reversed() {
        section.eachPacked { number, entry in add(number, entry, UInt8(truncatingIfNeeded: index)) }
      }
    }
  }

  private mutating func add(_ number: Int, _ entry: PackedEntry, _ revision: UInt8) {
    if blocks[number >> 6] == 0 {
      newest.append(contentsOf: repeatElement(0, count: 64))
      blocks[number >> 6] = UInt32(newest.count >> 6)
    }
    let slot = Int(blocks[number >> 6] - 1) << 6 | number & 63
    older.append(newest[slot])
    entries.append(entry)
    revisions.append(revision)
    newest[slot] = UInt32(entries.count)
  }

  /// How many versions of objects there are.
  var count: Int { entries.count }

  /// Which version of the object counts in a revision; nil where it has none.
  func version(of number: Int, in revision: Int) -> Int? {
    guard number >= 0, number >> 6 < blocks.count, blocks[number >> 6] > 0 else { return nil }
    var place = newest[Int(blocks[number >> 6] - 1) << 6 | number & 63]
    while place > 0 {
      let index = Int(place - 1)
      if Int(revisions[index]) <= revision { return index }
      place = older[index]
    }
    return nil
  }

  /// Every number that was ever listed, and its newest entry.
  func eachNewest(_ body: (Int, XrefEntry) throws(PDFRefusal) -> Void) throws(PDFRefusal) {
    for (high, block) in blocks.enumerated() where block > 0 {
      for low in 0..<64 {
        let place = newest[Int(block - 1) << 6 | low]
        if place > 0 { try body(high << 6 | low, entry(Int(place - 1))) }
      }
    }
  }

  /// Where a version is.
  func entry(_ version: Int) -> XrefEntry { entries[version].entry }
}
