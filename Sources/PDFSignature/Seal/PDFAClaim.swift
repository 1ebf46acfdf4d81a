import Foundation

/// What a document says of itself as an archive file (ISO 19005), and what a seal in it may therefore use. The file's claim is
/// not judged, only kept.
struct PDFAClaim: Equatable {
  /// 1 to 4; nil where nothing is claimed.
  var part: Int?
  /// The document names the device that its colours are meant for (/GTS_PDFA1).
  var hasOutputIntent = false

  private static let metadataLimit = 1 << 20
  private static let namespace = Array("http://www.aiim.org/pdfa/ns/id".utf8)

  init(_ document: PDFDocument, revision: Int) throws(PDFRefusal) {
    let catalog = try document.catalog(in: revision).dictionary
    part = Self.part(catalog, document, revision)
    for item in try document.resolve(catalog["OutputIntents"], in: revision)?.array ?? [] {
      let intent = try document.resolve(item, in: revision)?.dictionary
      if try document.resolve(intent?["S"], in: revision)?.name == "GTS_PDFA1" { hasOutputIntent = true }
    }
  }

  /// Metadata that cannot be read might claim anything: the strictest part is assumed.
  private static func part(_ catalog: PDFDictionary, _ document: PDFDocument, _ revision: Int) -> Int? {
    guard let value = catalog["Metadata"] else { return nil }
    guard case .stream(let stream) = try? document.resolve(value, in: revision),
      let bytes = try? ObjectReader(file: document.file).decoded(
        stream, limit: metadataLimit, &document.budget)
    else { return 1 }
    // UTF-16 and UTF-32 become ASCII where they say ASCII.
    return part(of: bytes.filter { $0 != 0 })
  }

  /// `pdfaid:part="2"` or `<pdfaid:part>2<`, whatever the prefix.
  static func part(of xmp: [UInt8]) -> Int? {
    let data = Data(xmp)
    guard data.range(of: Data(namespace)) != nil else { return nil }
    var rest = data.startIndex..<data.endIndex
    while let found = data.range(of: Data(":part".utf8), in: rest) {
      for byte in data[found.upperBound...].prefix(8) where byte.isDigit {
        return (1...4).contains(byte - 48) ? Int(byte - 48) : 1
      }
      rest = found.upperBound..<data.endIndex
    }
    return 1
  }

  /// Whether pictures may be see-through. Never in part 1 (ISO 19005-1 §6.4). In the later ones a page with transparency must
  /// name the space it is mixed in, if the document names none (ISO 19005-2 §6.2.10); we add nothing to pages.
  func allowsTransparency(on page: FoundPage, in document: PDFDocument, revision: Int) throws(PDFRefusal) -> Bool {
    guard let part else { return true }
    if part == 1 { return false }
    if hasOutputIntent { return true }
    let group = try document.resolve(page.dictionary["Group"], in: revision)?.dictionary
    return group?["CS"] != nil
  }

  /// Whether colours must say what they look like by themselves. Colours of a device need a matching output intent (ISO
  /// 19005-1 §6.2.3.3); sRGB in the form of /CalRGB is right with any and with none, and needs no profile of its own.
  var needsCalibratedColours: Bool { part != nil }
}
