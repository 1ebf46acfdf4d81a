import Foundation
import PKI

/// The document's evidence, and since when each piece of it is known to exist: as good document time-stamps are found, newest
/// first, everything in the revisions they cover is proven to be as old as they are.
struct EvidenceTimeline {
  let store: SecurityStore
  /// Of the store.
  let certificates: [Certificate]
  private(set) var pool: RevocationPool
  /// When what comes before the last good document time-stamp judged certainly existed; at first the time of judging.
  private(set) var control: Date
  private(set) var isProven = false
  /// Good document time-stamps, newest first.
  private(set) var proofs: [(revision: Int, time: Date)] = []

  private let time: Date
  private let embedded: [(evidence: RevocationEvidence, revision: Int)]
  private let supplied: [RevocationEvidence]

  init(_ document: PDFDocument, supplied: [RevocationEvidence], time: Date) throws(PDFRefusal) {
    store = try SecurityStore(document, revision: document.last)
    self.time = time
    self.supplied = supplied
    control = time
    // What cannot be read as a certificate or as evidence proves nothing; it does no harm either.
    certificates = store[.certificates].prefix(100).compactMap { try? Certificate(der: $0.data) }
    var embedded: [(RevocationEvidence, Int)] = []
    for item in store[.lists] {
      guard let list = try? RevocationList(der: item.data) else { continue }
      embedded.append((.list(list), document.firstRevision(of: item.reference)))
    }
    for item in store[.responses] {
      guard let response = try? OCSPResponse(der: item.data) else { continue }
      embedded.append((.response(response), document.firstRevision(of: item.reference)))
    }
    self.embedded = embedded
    pool = RevocationPool([])
    pool = makePool()
  }

  /// A good document time-stamp closes `revision` at `date`.
  mutating func prove(_ revision: Int, at date: Date) {
    proofs.append((revision, date))
    control = min(control, date)
    isProven = true
    pool = makePool()
  }

  private func makePool() -> RevocationPool {
    RevocationPool(
      embedded.map { piece in
        let proven = proofs.filter { $0.revision >= piece.revision }.map(\.time).min()
        return RevocationPool.Item(piece.evidence, existedAt: proven ?? time, revision: piece.revision)
      } + supplied.map { RevocationPool.Item($0, existedAt: time) })
  }
}

extension PDFDocument {
  /// The first revision in which the object is what it is in the newest.
  func firstRevision(of reference: PDFReference) -> Int {
    let newest = entry(reference.number, in: last)
    var first = last
    while first > 0, entry(reference.number, in: first - 1) == newest { first -= 1 }
    return first
  }

  /// Did this revision put streams into the security store?
  func addsEvidence(in revision: Int) throws(PDFRefusal) -> Bool {
    let before = try SecurityStore.references(self, revision: revision - 1)
    return try !SecurityStore.references(self, revision: revision).isSubset(of: before)
  }
}
