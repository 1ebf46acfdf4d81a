import PKI

/// The signatures that a file already carries, looked at before another is added: beside a signature that is none, or in a
/// file changed after it, ours would be part of a document that no verifier accepts. Whether the earlier ones are good and
/// trusted is the verifier's to say; here their form counts, and what came after them.
struct EarlierSignatures {
  let document: PDFDocument
  let fields: [SignatureField]

  /// - Parameter fields: all signature fields of the newest revision.
  init(_ fields: [SignatureField], in document: PDFDocument) {
    self.document = document
    self.fields = fields.filter { $0.value != nil }
  }

  /// Throws `signatureBroken`, or the reader's refusal of an older revision.
  func check() throws(PDFRefusal) {
    try checkNoneRemoved()
    guard !fields.isEmpty else { return }
    var revisions: Set<Int> = []
    for field in fields {
      let shape: SignatureShape
      do { shape = try SignatureShape(field, in: document) } catch {
        throw Self.broken(error.finding.detail)
      }
      try checkKind(shape)
      guard revisions.insert(shape.revision).inserted else {
        throw Self.broken("two signatures claim revision \(shape.revision + 1)")
      }
    }
    let first = revisions.min() ?? 0
    for revision in first...document.last {
      guard document.revisions[revision].end != nil else {
        throw Self.broken("revision \(revision + 1) after it has no end of its own")
      }
      if revision > first, let finding = try RevisionDiff(document, revision: revision).findings.first {
        throw Self.broken("the file was changed after it: \(finding.detail)")
      }
    }
  }

  /// What the verifier cannot judge, or judges as worth nothing, is told before a signature is made beside it.
  private func checkKind(_ shape: SignatureShape) throws(PDFRefusal) {
    if let fault = SignatureJudge.fault(of: shape) { throw Self.unaccepted(fault.detail) }
    guard let cms = SignatureJudge.withoutPadding(shape.contents) else {
      throw Self.broken("more than zeros follow it in /Contents")
    }
    do {
      try shape.isDocumentTimeStamp
        ? TimeStamp.checkAlgorithms(of: cms) : SignedDataReader.checkAlgorithms(of: cms)
    } catch let error as PKIError {
      let kinds: [PKIError.Code] = [.algorithmWeak, .algorithmUnsupported, .noSignedAttributes]
      throw kinds.contains(error.code) ? Self.unaccepted(error.message) : Self.broken(error.message)
    } catch { throw Self.broken("\(error)") }
  }

  private static func unaccepted(_ what: String) -> PDFRefusal {
    PDFRefusal(.signatureUnaccepted, "a signature in the file is of a kind that is not accepted: \(what)")
  }

  private func checkNoneRemoved() throws(PDFRefusal) {
    guard document.last > 0 else { return }
    var present: [PDFReference: PDFObject] = [:]
    for field in fields { present[field.reference] = field.value }
    for revision in 0..<document.last {
      for field in try SignatureFields(document, revision: revision).fields {
        guard let value = field.value, present[field.reference] != value else { continue }
        throw Self.broken("one of revision \(revision + 1) is gone")
      }
    }
  }

  private static func broken(_ what: String) -> PDFRefusal {
    PDFRefusal(.signatureBroken, "a signature in the file is broken: \(what)")
  }
}
