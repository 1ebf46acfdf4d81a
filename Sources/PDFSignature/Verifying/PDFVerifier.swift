import Foundation
import PKI

/// What a verifier insists on beyond the rules that always hold.
public struct VerificationPolicy: Sendable {
  /// Scripts, attached files and other active content make a document invalid.
  public var refuseActiveContent = true
  /// A signature without a time-stamp makes the document invalid.
  public var requireTimeStamp = false
  /// Accept adbe.pkcs7.detached, which is not PAdES, with a warning.
  public var allowLegacySubFilter = false
  /// Judge files with a table and a stream of cross-references, as Word writes them, where the signed update itself is plain.
  public var allowHybrid = false
  /// Anchors for time-stamp authorities; nil: the same as for signers.
  public var timeStampTrust: TrustAnchors?

  /// The strict defaults.
  public init() {}
}

/// Judges the signatures a PDF carries (EN 319 102-1 in outline; pdf-signing.md 5.2, 5.3, 5.3b). Never throws and never says
/// "no signature" of what it cannot read.
public enum PDFVerifier {
  /// Judges `file` by `trust` as of `at`, or as of the proven time where a time-stamp proves one. Reads the file once, plus
  /// the few kilobytes after each signature.
  public static func verify(
    _ file: PDFFile, trust: TrustAnchors, at: Date = Date(), policy: VerificationPolicy = VerificationPolicy()
  ) -> VerificationReport {
    let document: PDFDocument
    do {
      document = try PDFDocument(file, allowsHybrid: policy.allowHybrid)
    } catch {
      return unreadable(file, error)
    }
    do {
      var verification = Verification(document: document, trust: trust, time: at, policy: policy)
      return try verification.run()
    } catch let refusal as PDFRefusal {
      return unreadable(file, refusal)
    } catch {
      return unreadable(file, PDFRefusal(.unreadable, "\(error)"))
    }
  }

  private static func unreadable(_ file: PDFFile, _ refusal: PDFRefusal) -> VerificationReport {
    let digest = (try? SignedDigests(file, shapes: []))?.whole ?? Data()
    return VerificationReport(
      findings: [.error(refusal.code.rawValue, refusal.detail)], signatures: [], fileLength: file.size,
      digest: digest.lowercaseHex)
  }
}

/// One run over one document.
private struct Verification {
  let document: PDFDocument
  let trust: TrustAnchors
  let time: Date
  let policy: VerificationPolicy
  var findings: [Finding] = []

  init(document: PDFDocument, trust: TrustAnchors, time: Date, policy: VerificationPolicy) {
    self.document = document
    self.trust = trust
    self.time = time
    self.policy = policy
  }

  mutating func run() throws -> VerificationReport {
    let fields = try SignatureFields(document, revision: document.last).fields.filter { $0.value != nil }
    try checkNoneRemoved(fields)
    var reports = fields.map { SignatureReport(fieldName: $0.name) }
    var shapes: [SignatureShape?] = []
    var holders: [Int: Int] = [:]
    for (index, field) in fields.enumerated() {
      do {
        shapes.append(try SignatureShape(field, in: document))
      } catch {
        shapes.append(nil)
        reports[index].findings.append(error.finding)
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
    var next = 0
    for (index, shape) in shapes.enumerated() {
      guard let shape else { continue }
      let judge = SignatureJudge(
        shape: shape, file: document.file, digest: digests.signed[next], trust: trust, time: time, policy: policy)
      next += 1
      judge.judge(&reports[index])
    }
    return VerificationReport(
      findings: findings, signatures: reports, fileLength: document.file.size, digest: digests.whole.lowercaseHex)
  }

  /// Every field that was signed in some revision is still there with the same signature.
  private mutating func checkNoneRemoved(_ fields: [SignatureField]) throws(PDFRefusal) {
    let present = Dictionary(fields.map { ($0.reference, $0.value) }, uniquingKeysWith: { first, _ in first })
    for revision in 0..<document.last {
      for field in try SignatureFields(document, revision: revision).fields {
        guard let value = field.value, present[field.reference] != .some(value) else { continue }
        findings.append(.error("signature-removed", "a signature of revision \(revision + 1) is gone"))
      }
    }
  }

  /// Rules 1 and 2 of 5.2: the last signature reaches the end, and later revisions only sign.
  private mutating func checkCoverage(_ shapes: [SignatureShape]) throws(PDFRefusal) {
    if !shapes.contains(where: \.coversWholeFile) {
      findings.append(.error("not-whole-file", "no signature reaches the end of the file"))
    }
    var seen: Set<Int> = []
    for shape in shapes where !seen.insert(shape.revision).inserted {
      findings.append(.error("revision-signed-twice", "two signatures claim revision \(shape.revision + 1)"))
    }
    guard let first = shapes.map(\.revision).min(), first < document.last else { return }
    for revision in first + 1...document.last {
      if document.revisions[revision - 1].end == nil {
        findings.append(.error("revision-end", "revision \(revision) has no end of its own"))
      }
      findings += try RevisionDiff(document, revision: revision).findings
    }
    for shape in shapes where shape.revision < document.last {
      if try forbidsChanges(shape.dictionary) {
        findings.append(.error("certified-changed", "certified against any change, and changed"))
      }
    }
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
      try ContentPolicy.check(document, revision: document.last)
    } catch {
      let isStructural = error.code != .activeContent && error.code != .annotations && error.code != .xfa
      findings.append(
        Finding(
          code: error.code.rawValue, detail: error.detail, isError: isStructural || policy.refuseActiveContent))
    }
  }
}

extension Data {
  /// Lower-case hexadecimal.
  var lowercaseHex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(count * 2)
    for byte in self { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
