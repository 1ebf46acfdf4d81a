/// What goes into the signature dictionary beside /ByteRange and /Contents.
enum SealContent: Sendable {
  /// PAdES baseline (EN 319 142-1 §6).
  case signature(SignatureDetails)
  /// A document time-stamp (EN 319 142-1 §5.4.3): its /Contents is the RFC 3161 token, and its time stands there.
  case documentTimeStamp
}

/// An incremental update with a gap: the objects, and a signature dictionary with room for /Contents.
struct UpdateWriter: Sendable {
  private var writer: IncrementalWriter
  /// Index in `bytes` of `<`, and of the byte after `>`.
  private(set) var gap: Range<Int> = 0..<0

  /// The update, complete but for what goes into the gap.
  var bytes: [UInt8] { writer.bytes }

  /// `reserved` is the room for the CMS in bytes; `idSeed` becomes the second half of /ID.
  init(_ update: PreparedUpdate, content: SealContent, reserved: Int, idSeed: [UInt8]) throws(PDFRefusal) {
    writer = IncrementalWriter(update.base)
    writer.bytes.reserveCapacity(reserved * 2 + 4096)
    for piece in update.pieces { writer.add(piece) }
    let rangeAt = writeSignature(
      update.signatureNumber, content, references: update.demands.references, reserved: reserved)
    try writer.finish(nextNumber: update.nextNumber, idSeed: idSeed)
    fillByteRange(at: rangeAt, originalSize: update.base.originalSize)
  }

  // MARK: The signature dictionary (ISO 32000-2 §12.8.1, EN 319 142-1)

  /// Width of the /ByteRange array: four numbers of ten digits and their brackets, padded with blanks.
  private static let rangeWidth = 48

  private mutating func writeSignature(
    _ number: Int, _ content: SealContent, references: [PDFObject], reserved: Int
  ) -> Int {
    writer.begin(PDFReference(number: number, generation: 0))
    let kind =
      switch content {
      case .signature: "/Type /Sig/Filter /Adobe.PPKLite/SubFilter /ETSI.CAdES.detached"
      case .documentTimeStamp: "/Type /DocTimeStamp/Filter /Adobe.PPKLite/SubFilter /ETSI.RFC3161"
      }
    writer.bytes += "<<\(kind)/ByteRange ".utf8
    let rangeAt = writer.bytes.count
    writer.bytes += [UInt8](repeating: 32, count: Self.rangeWidth)
    writer.bytes += "/Contents ".utf8
    let start = writer.bytes.count
    writer.bytes.append(UInt8(ascii: "<"))
    writer.bytes += [UInt8](repeating: UInt8(ascii: "0"), count: reserved * 2)
    writer.bytes.append(UInt8(ascii: ">"))
    gap = start..<writer.bytes.count
    if case .signature(let details) = content {
      writeText("M", PDFDate.text(details.time))
      writeText("Name", details.signerName)
      if let reason = details.reason { writeText("Reason", reason) }
      if let location = details.location { writeText("Location", location) }
    }
    if !references.isEmpty {
      writer.bytes += "/Reference ".utf8
      PDFSerialiser.append(.array(references), to: &writer.bytes)
    }
    writer.bytes += ">>".utf8
    writer.end()
    return rangeAt
  }

  private mutating func writeText(_ key: String, _ text: String) {
    writer.bytes += "/\(key) ".utf8
    PDFSerialiser.append(string: PDFText.encode(text), to: &writer.bytes)
  }

  private mutating func fillByteRange(at index: Int, originalSize: Int64) {
    let before = originalSize + Int64(gap.lowerBound)
    let after = originalSize + Int64(gap.upperBound)
    let text = Array("[0 \(before) \(after) \(Int64(writer.bytes.count - gap.upperBound))]".utf8)
    writer.bytes.replaceSubrange(index..<index + text.count, with: text)
  }

  /// Puts the CMS into its room; false if it is too long.
  mutating func fill(_ cms: [UInt8]) -> Bool {
    guard cms.count * 2 <= gap.count - 2 else { return false }
    var hex: [UInt8] = []
    hex.reserveCapacity(cms.count * 2)
    for byte in cms { PDFSerialiser.appendHex(byte, to: &hex) }
    writer.bytes.replaceSubrange(gap.lowerBound + 1..<gap.lowerBound + 1 + hex.count, with: hex)
    return true
  }
}
