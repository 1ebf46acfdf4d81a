import Foundation

/// The document security store of one revision (EN 319 142-1 §5.4.2, ISO 32000-2 §12.8.4.3): validation material as bytes,
/// not judged. Hostile like everything in a file: bounded in count and size.
struct SecurityStore {
  enum Kind: String, CaseIterable {
    case certificates = "Certs"
    case lists = "CRLs"
    case responses = "OCSPs"

    /// The key of the same material in a record of /VRI.
    var recordKey: String {
      switch self {
      case .certificates: "Cert"
      case .lists: "CRL"
      case .responses: "OCSP"
      }
    }

    /// Bytes of one stream. Lists of public authorities reach megabytes; the others what their readers take.
    var limit: Int { self == .lists ? 8 << 20 : 64 << 10 }
  }

  struct Item {
    let reference: PDFReference
    let data: Data
  }

  /// Where /DSS stands; nil when it is direct or absent.
  let reference: PDFReference?
  let dictionary: PDFDictionary
  private(set) var items: [Kind: [Item]] = [:]
  /// What could not be read, for the report.
  private(set) var faults: [String] = []

  /// Streams of all kinds together.
  private static let countLimit = 256
  /// Inflated bytes of all streams together. 12 MiB: libcrypto makes ten times that of a list of short entries.
  private static let sizeLimit = 12 << 20

  /// Reads the store as of `revision`; an absent one is empty. Single streams that cannot be read become `faults`.
  /// - Throws: where the store itself is no dictionary.
  init(_ document: PDFDocument, revision: Int) throws(PDFRefusal) {
    let value = try document.catalog(in: revision).dictionary["DSS"]
    reference = value?.reference
    guard let value else {
      dictionary = PDFDictionary()
      return
    }
    guard case .dictionary(let dictionary) = try document.resolve(value, in: revision) else {
      throw PDFRefusal(.damaged, "/DSS is no dictionary")
    }
    self.dictionary = dictionary
    var count = 0
    var size = 0
    for kind in Kind.allCases {
      guard let listed = try document.resolve(dictionary[kind.rawValue], in: revision) else { continue }
      guard let list = listed.array else {
        faults.append("/\(kind.rawValue) of /DSS is no array")
        continue
      }
      var seen: Set<PDFReference> = []
      for item in list {
        count += 1
        guard count <= Self.countLimit, size < Self.sizeLimit else {
          throw PDFRefusal(.tooComplex, "/DSS holds more than \(Self.countLimit) streams, or more than 12 MiB")
        }
        guard let reference = item.reference, seen.insert(reference).inserted else { continue }
        do throws(PDFRefusal) {
          guard case .stream(let stream) = try document.resolve(item, in: revision) else {
            throw PDFRefusal(.damaged, "object \(reference.number) is no stream")
          }
          let bytes = try ObjectReader(file: document.file).decoded(
            stream, limit: min(kind.limit, Self.sizeLimit - size), &document.budget)
          size += bytes.count
          items[kind, default: []].append(Item(reference: reference, data: Data(bytes)))
        } catch {
          try document.budget.check()
          faults.append("/\(kind.rawValue) of /DSS: \(error.detail)")
        }
      }
    }
  }

  /// The streams listed, unread: at most as many as are read.
  static func references(_ document: PDFDocument, revision: Int) throws(PDFRefusal) -> Set<PDFReference> {
    guard
      let store = try document.resolve(try document.catalog(in: revision).dictionary["DSS"], in: revision)?.dictionary
    else { return [] }
    var found: Set<PDFReference> = []
    for kind in Kind.allCases {
      let list = try document.resolve(store[kind.rawValue], in: revision)?.array ?? []
      found.formUnion(list.prefix(countLimit).compactMap(\.reference))
    }
    return found
  }

  subscript(kind: Kind) -> [Item] { items[kind] ?? [] }
  var isEmpty: Bool { items.isEmpty }
}
