import Foundation
import PKI

/// Writes a revision that adds validation material to /DSS (EN 319 142-1 §5.4.2), keeping what stands there.
struct StoreWriter: Sendable {
  private let base: UpdateBase
  private let catalog: PDFDictionary
  private let storeReference: PDFReference?
  private var store: PDFDictionary
  /// /VRI as a dictionary, and the object it is in, if it is one.
  private var records: PDFDictionary
  private let recordsReference: PDFReference?
  /// Lists of the store, each with the object it is in, if it is one.
  private var lists: [SecurityStore.Kind: [PDFObject]] = [:]
  private var listReferences: [SecurityStore.Kind: PDFReference] = [:]
  private var known: [SecurityStore.Kind: [Data: PDFReference]] = [:]
  private var pieces: [PreparedUpdate.Piece] = []
  private var nextNumber: Int
  private let extensions: PDFObject?

  /// More than the caps of a store let one revision add.
  private static let room = 4096

  init(_ document: PDFDocument, _ existing: SecurityStore) throws(PDFRefusal) {
    base = try UpdateBase(document)
    catalog = try document.catalog(in: document.last).dictionary
    storeReference = existing.reference
    store = existing.dictionary
    recordsReference = store["VRI"]?.reference
    records = try document.resolve(store["VRI"], in: document.last)?.dictionary ?? PDFDictionary()
    nextNumber = document.firstFreeNumber(
      room: Self.room, avoiding: try Reachability(document, revision: document.last, watched: []).dangling)
    extensions = try Self.extensions(document, catalog)
    for kind in SecurityStore.Kind.allCases {
      lists[kind] = try document.resolve(store[kind.rawValue], in: document.last)?.array ?? []
      listReferences[kind] = store[kind.rawValue]?.reference
      known[kind] = Dictionary(existing[kind].map { ($0.data, $0.reference) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// Something would be new.
  var hasNews: Bool { !pieces.isEmpty }

  /// Adds what the store lacks. - Returns: where each of the values stands.
  mutating func add(_ kind: SecurityStore.Kind, _ values: [Data]) -> [Data: PDFReference] {
    var places: [Data: PDFReference] = [:]
    for value in values {
      if let reference = known[kind]?[value] {
        places[value] = reference
        continue
      }
      let reference = PDFReference(number: takeNumber(), generation: 0)
      let body = Array("<</Length \(value.count)>>\nstream\n".utf8) + value + Array("\nendstream".utf8)
      pieces.append(.init(reference: reference, body: body))
      lists[kind, default: []].append(.reference(reference))
      known[kind, default: [:]][value] = reference
      places[value] = reference
    }
    return places
  }

  /// Sets a signature's record; one that is there already is left as it is, for others may have made it their own way.
  mutating func record(_ key: String, _ material: [SecurityStore.Kind: [PDFReference]]) {
    guard records[key] == nil else { return }
    var record = PDFDictionary().setting("Type", to: .name("VRI"))
    for kind in SecurityStore.Kind.allCases {
      guard let references = material[kind], !references.isEmpty else { continue }
      record = record.setting(kind.recordKey, to: .array(references.map { .reference($0) }))
    }
    records = records.setting(key, to: .dictionary(record))
  }

  /// The whole update.
  mutating func write() throws(PDFRefusal) -> [UInt8] {
    store = store.setting("Type", to: .name("DSS"))
    for kind in SecurityStore.Kind.allCases {
      guard let list = lists[kind], !list.isEmpty else { continue }
      if let holder = listReferences[kind] {
        pieces.append(.init(holder, .array(list)))
      } else {
        store = store.setting(kind.rawValue, to: .array(list))
      }
    }
    if let recordsReference {
      pieces.append(.init(recordsReference, .dictionary(records)))
    } else {
      store = store.setting("VRI", to: .dictionary(records))
    }
    if let storeReference {
      pieces.append(.init(storeReference, .dictionary(store)))
    } else {
      let reference = PDFReference(number: takeNumber(), generation: 0)
      pieces.append(.init(reference, .dictionary(store)))
      var catalog = catalog.setting("DSS", to: .reference(reference))
      if let extensions { catalog = catalog.setting("Extensions", to: extensions) }
      pieces.append(.init(base.root, .dictionary(catalog)))
    }
    var seed: [UInt8] = []
    for piece in pieces { seed += piece.body }
    var writer = IncrementalWriter(base)
    for piece in pieces { writer.add(piece) }
    try writer.finish(nextNumber: nextNumber, idSeed: Array(sha256(Data(seed)).prefix(16)))
    return writer.bytes
  }

  private mutating func takeNumber() -> Int {
    defer { nextNumber += 1 }
    return nextNumber
  }

  /// The developer extension of ETSI: in PDF 1.7 it says that what ISO 32000-1 lacks is used; PDF 2.0 has it all, and older
  /// files are left alone. nil: nothing to set.
  private static func extensions(_ document: PDFDocument, _ catalog: PDFDictionary) throws(PDFRefusal) -> PDFObject? {
    let header = try document.file.bytes(at: 5, count: 3)
    let version = catalog["Version"]?.name ?? String(decoding: header, as: UTF8.self)
    guard version == "1.7" else { return nil }
    let existing = try document.resolve(catalog["Extensions"], in: document.last)?.dictionary ?? PDFDictionary()
    guard existing["ESIC"] == nil, existing.entries.allSatisfy({ $0.value.reference == nil }) else { return nil }
    // Level 1 is /DSS and /DocTimeStamp, 2 also ETSI.CAdES.detached.
    let entry = PDFDictionary().setting("BaseVersion", to: .name("1.7")).setting("ExtensionLevel", to: .integer(2))
    return .dictionary(existing.setting("ESIC", to: .dictionary(entry)))
  }
}
