import Foundation
import PKI

/// One run over one document: the rules of its shape, then its signatures from the newest to the oldest, each judged as of
/// the time that the next good document time-stamp proves (EN 319 102-1 §5.6, in outline).
struct Verification {
  let document: PDFDocument
  let trust: TrustAnchors
  let time: Date
  let policy: VerificationPolicy
  private var findings: [Finding] = []
  /// Revisions that changed what was signed.
  private var changed: Set<Int> = []

  init(document: PDFDocument, trust: TrustAnchors, time: Date, policy: VerificationPolicy) {
    self.document = document
    self.trust = trust
    self.time = time
    self.policy = policy
  }

  /// What a run found.
  struct Result {
    let report: VerificationReport
    /// Parallel to the report's signatures; nil where a signature could not be read.
    let shapes: [SignatureShape?]
    let outcomes: [SignatureJudge.Outcome]
    let store: SecurityStore
    let pool: RevocationPool
  }

  mutating func run() throws -> Result {
    let fields = try SignatureFields(document, revision: document.last).fields.filter { $0.value != nil }
    try checkNoneRemoved(fields)
    var reports = fields.map { SignatureReport(fieldName: $0.name) }
    var shapes: [SignatureShape?] = []
    var holders: [Int: Int] = [:]
    var closed: Set<Int> = []
    for (index, field) in fields.enumerated() {
      do {
        let shape = try SignatureShape(field, in: document)
        try document.budget.check()
        guard closed.insert(shape.revision).inserted else {
          // A revision is closed by one signature. Each of thousands of them would have the file digested anew.
          throw SignatureFault("revision-signed-twice", "another signature claims revision \(shape.revision + 1)")
        }
        try document.budget.hold(shape.weight)
        shapes.append(shape)
      } catch let fault as SignatureFault {
        shapes.append(nil)
        reports[index].findings.append(fault.finding)
      }
      if let number = field.value?.reference?.number, holders.updateValue(index, forKey: number) != nil {
        findings.append(.error("signature-shared", "one signature stands in several fields"))
      }
    }
    if !fields.isEmpty {
      try checkCoverage(shapes.compactMap { $0 })
      checkContent()
    }
    let digests = try SignedDigests(document.file, shapes: shapes.compactMap { $0 })
    var evidence = try EvidenceTimeline(document, supplied: policy.evidence, time: time)
    findings += evidence.store.faults.prefix(5).map { .warning("dss-unreadable", $0) }
    var outcomes = [SignatureJudge.Outcome](repeating: .init(), count: fields.count)
    var readable: [(index: Int, shape: SignatureShape, place: Int)] = []
    for (index, shape) in shapes.enumerated() {
      if let shape { readable.append((index, shape, readable.count)) }
    }
    for (index, shape, place) in readable.sorted(by: { $0.shape.revision > $1.shape.revision }) {
      let judge = SignatureJudge(
        shape: shape, digests: digests, place: place, trust: trust, control: evidence.control,
        isProven: evidence.isProven, time: time, policy: policy, pool: evidence.pool,
        storeCertificates: evidence.certificates)
      outcomes[index] = judge.judge(&reports[index])
      if let proven = outcomes[index].documentTime { evidence.prove(shape.revision, at: proven) }
    }
    for (index, shape, _) in readable where shape.subFilter == "ETSI.CAdES.detached" {
      LevelJudge(evidence: evidence, policy: policy, last: document.last)
        .judge(&reports[index], outcomes[index], shape)
    }
    let revisions = try revisions(shapes)
    for (index, shape) in shapes.enumerated() {
      guard let shape else { continue }
      let later = revisions.dropFirst(shape.revision + 1)
      reports[index].coversDocument = later.allSatisfy { $0.adds.allSatisfy { $0 == .evidence || $0 == .timeStamp } }
    }
    // What was passed over as unreadable may have been too much.
    try document.budget.check()
    let report = VerificationReport(
      findings: findings, signatures: reports, revisions: revisions, fileLength: document.file.size,
      digest: digests.whole.lowercaseHex)
    return Result(
      report: report, shapes: shapes, outcomes: outcomes, store: evidence.store, pool: evidence.pool)
  }

  private func revisions(_ shapes: [SignatureShape?]) throws(PDFRefusal) -> [RevisionReport] {
    let first = shapes.compactMap { $0?.revision }.min() ?? .max
    var reports: [RevisionReport] = []
    for (index, revision) in document.revisions.enumerated() {
      let own = shapes.compactMap { $0 }.filter { $0.revision == index }
      var adds: [RevisionReport.Addition] = []
      if own.contains(where: { $0.subFilter != "ETSI.RFC3161" }) { adds.append(.signature) }
      if own.contains(where: { $0.subFilter == "ETSI.RFC3161" }) { adds.append(.timeStamp) }
      if index > 0, index >= first, try document.addsEvidence(in: index) { adds.append(.evidence) }
      if index > first, changed.contains(index) || adds.isEmpty { adds.append(.other) }
      reports.append(RevisionReport(number: index + 1, length: revision.end, adds: adds))
    }
    return reports
  }

  /// Every field that was signed in some revision is still there with the same signature.
  private mutating func checkNoneRemoved(_ fields: [SignatureField]) throws(PDFRefusal) {
    let present = Dictionary(fields.map { ($0.reference, $0.value) }, uniquingKeysWith: { first, _ in first })
    for revision in 0..<document.last {
      for field in try SignatureFields(document, revision: revision).fields {
        guard let value = field.value, present[field.reference] != .some(value) else { continue }
        guard findings.count < 20 else { return }
        findings.append(.error("signature-removed", "a signature of revision \(revision + 1) is gone"))
      }
    }
  }

  /// Rules 1 and 2 of 5.2: the last signature reaches the end, and later revisions only sign.
  private mutating func checkCoverage(_ shapes: [SignatureShape]) throws(PDFRefusal) {
    let newest = shapes.map(\.revision).max() ?? -1
    var reachesEnd = shapes.contains(where: \.coversWholeFile)
    if newest >= 0, newest < document.last {
      let end = document.revisions[document.last].end ?? -1
      reachesEnd = SignatureShape.isEndOrOneLineEnd(from: end, to: document.file.size, in: document.file)
    }
    defer {
      if !reachesEnd { findings.append(.error("not-whole-file", "no signature reaches the end of the file")) }
    }
    guard let first = shapes.map(\.revision).min(), first < document.last else { return }
    // Revisions that did more than add evidence and document time-stamps; and what seals put on pages, in square points.
    var beyond: Set<Int> = []
    var covered = 0.0
    for revision in first + 1...document.last {
      if document.revisions[revision - 1].end == nil {
        findings.append(.error("revision-end", "revision \(revision) has no end of its own"))
      }
      let changes = try RevisionDiff(document, revision: revision)
      if !changes.findings.isEmpty { changed.insert(revision) }
      findings += changes.findings + changes.remarks
      covered += changes.covered
      if try !addsOnlyTimeStamps(changes) { beyond.insert(revision) }
      // After the last signature only validation material may stand, which proves itself (some writers list it again although
      // nothing is new).
      if revision > newest {
        let addsEvidence = try document.catalog(in: revision).dictionary["DSS"] != nil
        if !changes.findings.isEmpty || changes.touchesFields || !addsEvidence { reachesEnd = false }
      }
    }
    if covered > RevisionDiff.coverLimit {
      findings.append(
        .warning(
          "overlays",
          "later signatures' pictures together could cover more than a quarter of a page: look at the pages"
        ))
    }
    for shape in shapes where beyond.contains(where: { $0 > shape.revision }) {
      if try forbidsChanges(shape.dictionary) {
        findings.append(
          .error(
            "certified-changed",
            "certified against any change, and more than evidence and time-stamps was added"))
      }
    }
  }

  /// What adds validation material and document time-stamps alone is no change of what was certified (ISO 32000-2
  /// §12.8.2.2.2, table 257).
  private func addsOnlyTimeStamps(_ changes: RevisionDiff) throws(PDFRefusal) -> Bool {
    guard changes.findings.isEmpty else { return false }
    guard changes.touchesFields else { return true }
    let touched = changes.newFields.union(changes.filledFields)
    for field in try SignatureFields(document, revision: changes.revision).fields
    where touched.contains(field.reference) {
      let signature = try document.resolve(field.value, in: changes.revision)?.dictionary
      guard changes.newFields.contains(field.reference),
        signature?["SubFilter"]?.name == "ETSI.RFC3161"
      else {
        return false
      }
    }
    return true
  }

  private func forbidsChanges(_ signature: PDFDictionary) throws(PDFRefusal) -> Bool {
    for item in try document.resolve(signature["Reference"], in: document.last)?.array ?? [] {
      guard let reference = try document.resolve(item, in: document.last)?.dictionary,
        reference["TransformMethod"]?.name == "DocMDP"
      else { continue }
      let parameters = try document.resolve(reference["TransformParams"], in: document.last)?.dictionary
      if parameters?["P"]?.integer == 1 { return true }
    }
    return false
  }

  private mutating func checkContent() {
    do {
      try document.checkEntries(beside: walked())
    } catch {
      findings.append(.error(error.code.rawValue, error.detail))
    }
  }

  /// Numbers of the objects that were gone through; none where something was found.
  private mutating func walked() throws(PDFRefusal) -> NumberSet {
    do {
      return try ContentPolicy.check(document, revision: document.last)
    } catch {
      let isStructural = error.code != .activeContent && error.code != .annotations && error.code != .xfa
      findings.append(
        Finding(
          code: error.code.rawValue, detail: error.detail, isError: isStructural || policy.refuseActiveContent))
      try document.budget.check()
      return NumberSet()
    }
  }
}
