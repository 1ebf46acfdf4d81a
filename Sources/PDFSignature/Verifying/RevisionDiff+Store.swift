/// What an update may do to the document's security store (/DSS, ISO 32000-2 §12.8.4.3): lists of evidence and records of it
/// grow at their ends. What else an object of the store is used for counts as well.
extension RevisionDiff {
  private static let storeKeys: Set<String> = ["Type", "Certs", "CRLs", "OCSPs", "VRI"]
  private static let recordKeys: Set<String> = ["Type", "Cert", "CRL", "OCSP", "TU", "TS"]

  mutating func judgeSecurityStore(_ value: PDFObject?) throws(PDFRefusal) {
    guard let value, let store = try document.resolve(value, in: revision)?.dictionary else { return }
    guard store.entries.allSatisfy({ Self.storeKeys.contains($0.key) }) else {
      note("dss-changed", "/DSS holds something unknown")
      return
    }
    try explain(value)
    for entry in store.entries {
      if let holder = entry.value.reference { storeHolders.insert(holder.number) }
      try explain(entry.value)
      if entry.key != "Type", entry.key != "VRI" { try judgeEvidence(entry.value, "/\(entry.key) of /DSS") }
    }
    // Entries may hold new objects although they themselves are old and rewritten: judged one by one as changes.
    for entry in try document.resolve(store["VRI"], in: revision)?.dictionary?.entries ?? [] where entry.key != "Type" {
      guard case .dictionary(let record) = try document.resolve(entry.value, in: revision),
        record.entries.allSatisfy({ Self.recordKeys.contains($0.key) })
      else {
        note("dss-changed", "/VRI holds something unknown")
        continue
      }
      try explain(entry.value)
      if let holder = entry.value.reference { storeHolders.insert(holder.number) }
      for list in record.entries {
        if let holder = list.value.reference { storeHolders.insert(holder.number) }
        if ["Cert", "CRL", "OCSP"].contains(list.key) { try judgeEvidence(list.value, "/\(list.key) in /VRI") }
      }
    }
  }

  /// A list of streams (ISO 32000-2 §12.8.4.3), and nothing that a page could show.
  private mutating func judgeEvidence(_ value: PDFObject, _ what: String) throws(PDFRefusal) {
    guard let items = try document.resolve(value, in: revision)?.array else {
      note("dss-changed", "\(what) is no list")
      return
    }
    for item in items {
      guard item.reference != nil, case .stream = try document.resolve(item, in: revision) else {
        note("dss-changed", "\(what) holds something that is no stream")
        return
      }
    }
  }

  func isOnlyStore(_ number: Int) -> Bool { isOnly(number, .store) }

  /// The store itself, or its dictionary of validation records.
  func isSecurityStore(_ reference: PDFReference, _ catalog: PDFDictionary) throws(PDFRefusal) -> Bool {
    let store = try document.resolve(catalog["DSS"], in: revision)?.dictionary
    return catalog["DSS"]?.reference == reference || store?["VRI"]?.reference == reference
  }

  /// Lists only grew at their ends, and nothing else changed.
  static func isGrown(_ before: PDFDictionary, _ after: PDFDictionary) -> Bool {
    before.entries.allSatisfy { entry in
      guard let value = after[entry.key] else { return false }
      if value == entry.value { return true }
      if let old = entry.value.array, let new = value.array {
        return new.starts(with: old)
      }
      if let old = entry.value.dictionary, let new = value.dictionary { return isGrown(old, new) }
      return false
    }
  }
}
