/// Lays out the bytes appended to the original: objects, the signature dictionary with room for /Contents, cross-references.
struct UpdateWriter: Sendable {
  private(set) var bytes: [UInt8] = []
  /// Index in `bytes` of `<`, and of the byte after `>`.
  private(set) var gap: Range<Int> = 0..<0

  private let update: PreparedUpdate
  private var entries: [(number: Int, generation: Int, offset: Int64)] = []

  /// `reserved` is the room for the CMS in bytes; `idSeed` becomes the second half of /ID.
  init(_ update: PreparedUpdate, details: SignatureDetails, reserved: Int, idSeed: [UInt8]) throws(PDFRefusal) {
    self.update = update
    bytes.reserveCapacity(reserved * 2 + 4096)
    if update.needsLineEnd { bytes.append(10) }
    for piece in update.pieces {
      begin(piece.reference)
      bytes += piece.body
      bytes += "\nendobj\n".utf8
    }
    let rangeAt = writeSignature(details, reserved: reserved)
    switch update.kind {
    case .table: try writeTable(idSeed)
    case .stream: writeStream(idSeed)
    }
    fillByteRange(at: rangeAt)
  }

  private var offset: Int64 { update.originalSize + Int64(bytes.count) }

  private mutating func begin(_ reference: PDFReference) {
    entries.append((reference.number, reference.generation, offset))
    bytes += "\(reference.number) \(reference.generation) obj\n".utf8
  }

  // MARK: The signature dictionary (ISO 32000-2 §12.8.1, EN 319 142-1)

  /// Width of the /ByteRange array: four numbers of ten digits and their brackets, padded with blanks.
  private static let rangeWidth = 48

  private mutating func writeSignature(_ details: SignatureDetails, reserved: Int) -> Int {
    begin(PDFReference(number: update.signatureNumber, generation: 0))
    bytes += "<</Type /Sig/Filter /Adobe.PPKLite/SubFilter /ETSI.CAdES.detached/ByteRange ".utf8
    let rangeAt = bytes.count
    bytes += [UInt8](repeating: 32, count: Self.rangeWidth)
    bytes += "/Contents ".utf8
    let start = bytes.count
    bytes.append(UInt8(ascii: "<"))
    bytes += [UInt8](repeating: UInt8(ascii: "0"), count: reserved * 2)
    bytes.append(UInt8(ascii: ">"))
    gap = start..<bytes.count
    writeText("M", PDFDate.text(details.time))
    writeText("Name", details.signerName)
    if let reason = details.reason { writeText("Reason", reason) }
    if let location = details.location { writeText("Location", location) }
    if !update.demands.references.isEmpty {
      bytes += "/Reference ".utf8
      PDFSerialiser.append(.array(update.demands.references), to: &bytes)
    }
    bytes += ">>\nendobj\n".utf8
    return rangeAt
  }

  private mutating func writeText(_ key: String, _ text: String) {
    bytes += "/\(key) ".utf8
    PDFSerialiser.append(string: PDFText.encode(text), to: &bytes)
  }

  private mutating func fillByteRange(at index: Int) {
    let before = update.originalSize + Int64(gap.lowerBound)
    let after = update.originalSize + Int64(gap.upperBound)
    let text = Array("[0 \(before) \(after) \(Int64(bytes.count - gap.upperBound))]".utf8)
    bytes.replaceSubrange(index..<index + text.count, with: text)
  }

  /// Puts the CMS into its room; false if it is too long.
  mutating func fill(_ cms: [UInt8]) -> Bool {
    guard cms.count * 2 <= gap.count - 2 else { return false }
    var hex: [UInt8] = []
    hex.reserveCapacity(cms.count * 2)
    for byte in cms { PDFSerialiser.appendHex(byte, to: &hex) }
    bytes.replaceSubrange(gap.lowerBound + 1..<gap.lowerBound + 1 + hex.count, with: hex)
    return true
  }

  // MARK: Cross-references, of the kind the file has

  private func trailer(size: Int, idSeed: [UInt8]) -> [UInt8] {
    var text = Array("/Size \(size)/Root \(update.root.number) \(update.root.generation) R".utf8)
    if let info = update.info {
      text += "/Info ".utf8
      PDFSerialiser.append(info, to: &text)
    }
    if let first = update.firstID {
      text += "/ID ".utf8
      PDFSerialiser.append(.array([.string(first), .string(idSeed)]), to: &text)
    }
    text += "/Prev \(update.previousXref)".utf8
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

  private mutating func writeTable(_ idSeed: [UInt8]) throws(PDFRefusal) {
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
    bytes += trailer(size: update.nextNumber, idSeed: idSeed)
    bytes += ">>\nstartxref\n\(start)\n%%EOF\n".utf8
  }

  private mutating func writeStream(_ idSeed: [UInt8]) {
    let start = offset
    let number = update.nextNumber
    begin(PDFReference(number: number, generation: 0))
    let runs = runs()
    var data: [UInt8] = []
    var index: [PDFObject] = []
    for run in runs {
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
