/// Lays out an incremental update (ISO 32000-1 §7.5.6): objects and streams, then cross-references and trailer of the kind
/// the file has. What the objects are for, others know.
struct IncrementalWriter: Sendable {
  var bytes: [UInt8] = []

  private let base: UpdateBase
  private var entries: [(number: Int, generation: Int, offset: Int64)] = []

  init(_ base: UpdateBase) {
    self.base = base
    if base.needsLineEnd { bytes.append(10) }
  }

  /// Offset in the file of the next byte.
  private var offset: Int64 { base.originalSize + Int64(bytes.count) }

  /// Opens an object: the caller appends its body to `bytes`, then calls `end`.
  mutating func begin(_ reference: PDFReference) {
    entries.append((reference.number, reference.generation, offset))
    bytes += "\(reference.number) \(reference.generation) obj\n".utf8
  }

  mutating func end() { bytes += "\nendobj\n".utf8 }

  mutating func add(_ piece: PreparedUpdate.Piece) {
    begin(piece.reference)
    bytes += piece.body
    end()
  }

  /// Writes cross-references and trailer.
  /// - Parameters:
  ///   - nextNumber: first number above all others, this update's included; an xref stream takes it.
  ///   - idSeed: becomes the second half of /ID.
  mutating func finish(nextNumber: Int, idSeed: [UInt8]) throws(PDFRefusal) {
    switch base.kind {
    case .table: try writeTable(nextNumber, idSeed)
    case .stream: writeStream(nextNumber, idSeed)
    }
  }

  private func trailer(size: Int, idSeed: [UInt8]) -> [UInt8] {
    var text = Array("/Size \(size)/Root \(base.root.number) \(base.root.generation) R".utf8)
    if let info = base.info {
      text += "/Info ".utf8
      PDFSerialiser.append(info, to: &text)
    }
    if let first = base.firstID {
      text += "/ID ".utf8
      PDFSerialiser.append(.array([.string(first), .string(idSeed)]), to: &text)
    }
    text += "/Prev \(base.previousXref)".utf8
    return text
  }

  private func runs() -> [[(number: Int, generation: Int, offset: Int64)]] {
    var runs: [[(number: Int, generation: Int, offset: Int64)]] = []
    for entry in entries.sorted(by: { $0.number < $1.number }) {
      if let last = runs.last?.last, last.number + 1 == entry.number {
        runs[runs.count - 1].append(entry)
      } else {
        runs.append([entry])
      }
    }
    return runs
  }

  private mutating func writeTable(_ nextNumber: Int, _ idSeed: [UInt8]) throws(PDFRefusal) {
    let start = offset
    guard start <= Limits.tableOffset else { throw PDFRefusal(.tooLarge, "offsets beyond ten digits") }
    bytes += "xref\n".utf8
    for run in runs() {
      bytes += "\(run[0].number) \(run.count)\n".utf8
      for entry in run {
        bytes += "\(Self.padded(String(entry.offset), 10)) \(Self.padded(String(entry.generation), 5)) n\r\n".utf8
      }
    }
    bytes += "trailer\n<<".utf8
    bytes += trailer(size: nextNumber, idSeed: idSeed)
    bytes += ">>\nstartxref\n\(start)\n%%EOF\n".utf8
  }

  private mutating func writeStream(_ number: Int, _ idSeed: [UInt8]) {
    let start = offset
    begin(PDFReference(number: number, generation: 0))
    var data: [UInt8] = []
    var index: [PDFObject] = []
    for run in runs() {
      index += [.integer(Int64(run[0].number)), .integer(Int64(run.count))]
      for entry in run {
        data.append(1)
        for shift in stride(from: 56, through: 0, by: -8) {
          data.append(UInt8(truncatingIfNeeded: entry.offset >> Int64(shift)))
        }
        data.append(UInt8(truncatingIfNeeded: entry.generation >> 8))
        data.append(UInt8(truncatingIfNeeded: entry.generation))
      }
    }
    bytes += "<</Type /XRef/W [1 8 2]/Index ".utf8
    PDFSerialiser.append(.array(index), to: &bytes)
    bytes += "/Length \(data.count)".utf8
    bytes += trailer(size: number + 1, idSeed: idSeed)
    bytes += ">>\nstream\n".utf8
    bytes += data
    bytes += "\nendstream\nendobj\nstartxref\n\(start)\n%%EOF\n".utf8
  }

  private static func padded(_ digits: String, _ width: Int) -> String {
    String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
