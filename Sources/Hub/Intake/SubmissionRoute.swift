import Durable
import Exchange
import Foundation
import HTTPTypes
import Hummingbird
import PDFSignature
import PKI

/// The legal act: PUT of a signed submission, answered by a signed receipt. No receipt is given before bytes and record are
/// durable, and the same act gets the same receipt however often it is repeated.
struct SubmissionRoute: Sendable {
  let ledger: any Ledger
  let objects: any ObjectStore
  let uploads: UploadStore
  let authority: Authority
  let trust: SigningTrust
  let board: NoticeBoard
  let threads: IOThreads
  let hubName: String
  let limit: Int64

  func add(to group: RouterGroup<HubContext>) {
    group.resource("v1/documents/:document/submission", [.put: submit])
    group.resource("v1/documents/:document/receipt", [.get: receipt])
  }

  private func submit(_ request: Request, _ context: HubContext) async throws -> Response {
    let caller = try context.requireCaller()
    let document = try context.identifier("document") { try DocumentID($0) }
    guard request.hasMediaType(MediaType.cms) else { throw Problem(.mediaType, "the body must be \(MediaType.cms)") }
    let cms = try await request.collect(upTo: Limits.signedRecord)
    let (signer, submission) = try await read(cms)
    // An act that was taken on has no upload any more. Where this one still has, what is written decides on a repeat.
    let isUploaded = (try? uploads.find(submission.upload, owner: caller.machine)) != nil
    let earlier = isUploaded ? nil : try await ledger.acceptance(of: document)
    let known = try await ledger.unit(forCertificate: signer.fingerprint, at: Instant(Date()))
    let first = Acceptance.decide(
      submission, path: document, signerIsSender: known == submission.sender,
      standing: caller.standing(towards: submission.sender),
      earlier: earlier.map { .init(submission: $0.submission) }, limits: limit)
    switch first {
    case .refuse(let type, let detail): throw Problem(type, detail)
    case .repeatReceipt:
      if let earlier { return .bytes(earlier.receipt, type: MediaType.cms) }
    case .accept: break
    }

    let upload = try uploads.beginJudging(submission.upload, owner: caller.machine)
    var isSpent = false
    let answer: Result<Response, any Error>
    do {
      answer = .success(try await takeOn(submission, cms, upload, isSpent: &isSpent, context))
    } catch {
      answer = .failure(error)
    }
    // A file that can't be removed now is no reason to give another answer: it expires.
    do { try await uploads.endJudging(upload, isSpent: isSpent) } catch {
      context.logger.error("an upload was not removed", metadata: ["upload": "\(upload.id)", "error": "\(error)"])
    }
    return try answer.get()
  }

  /// Judges the bytes, and makes them a document.
  /// - Parameter isSpent: set once nobody can do anything with the upload any more: its bytes were refused, or moved.
  private func takeOn(
    _ submission: Submission, _ cms: Data, _ upload: Upload, isSpent: inout Bool, _ context: HubContext
  ) async throws -> Response {
    let path = uploads.path(of: upload)
    let trust = self.trust
    let verdict = try await threads.run { try Self.judge(path, trust: trust, at: Date()) }
    let second = Acceptance.decide(
      submission, verdict: verdict, record: try await record(of: verdict),
      demandsRevocationEvidence: trust.demandsRevocationEvidence)
    if case .refuse(let type, let detail) = second {
      isSpent = true
      throw Problem(type, detail)
    }
    if verdict.isForeign, verdict.isRevocationUnknown {
      context.logger.warning(
        "accepted, though nothing tells whether the signer's certificate was revoked",
        metadata: ["document": "\(submission.document)", "unit": "\(submission.sender)"])
    }

    try await objects.adopt(path, digest: verdict.digest)
    // From here on its file is the document's, whatever the ledger says: a repeat brings the bytes anew.
    isSpent = true
    let authority = self.authority
    let hubName = self.hubName
    let now = Instant(Date())
    let submissionDigest = try SHA256Digest(bytes: sha256(cms))
    let accepted = try await ledger.accept(
      submission, submissionBytes: cms, digest: verdict.digest, size: verdict.size, at: now
    ) { number in
      let receipt = AcceptanceReceipt(
        evidence: EvidenceID(at: now), number: number, submission: submission, digest: verdict.digest,
        size: verdict.size,
        submissionDigest: submissionDigest, acceptedAt: now, hub: hubName)
      return try authority.signReceipt(try CanonicalJSON.encode(receipt))
    }
    try await uploads.remove(upload.id)
    board.tell(accepted.notify, cursor: accepted.cursor)
    return .bytes(accepted.receipt, type: MediaType.cms, status: accepted.isNew ? .created : .ok)
  }

  private func receipt(_ request: Request, _ context: HubContext) async throws -> Response {
    let caller = try context.requireCaller()
    let document = try context.identifier("document") { try DocumentID($0) }
    guard let accepted = try await ledger.acceptance(of: document), caller.units.contains(accepted.submission.sender)
    else {
      throw Problem(.notFound, "there is no such document")
    }
    return .bytes(accepted.receipt, type: MediaType.cms)
  }

  private func read(_ cms: Data) async throws -> (Certificate, Submission) {
    try await threads.run {
      let verified: SignedDataVerification
      do {
        verified = try SignedDataReader.verify(cms: cms, detachedDigest: nil)
      } catch {
        throw Problem(.signatureInvalid, "the record's signature: \(error)")
      }
      do {
        return (verified.signer, try CanonicalJSON.decode(Submission.self, from: verified.content ?? Data()))
      } catch {
        throw Problem(.malformed, "the record is not a submission")
      }
    }
  }

  private func record(of verdict: Acceptance.Verdict) async throws -> Acceptance.SignerRecord {
    var record = Acceptance.SignerRecord()
    guard let certificate = verdict.signerCertificate else { return record }
    if verdict.isForeign {
      record.registered = try await ledger.unit(forSigner: certificate)
    } else {
      record.isRevoked = try await ledger.isRevoked(certificate: certificate)
    }
    return record
  }

  private static func judge(_ path: FilePath, trust: SigningTrust, at now: Date) throws -> Acceptance.Verdict {
    let file: PDFFile
    do { file = try PDFFile(path: "\(path)") } catch {
      throw Problem(.uploadGone, "the upload cannot be read: \(error)")
    }
    let report = trust.judge(file, at: now)
    // Nothing is known of the letter then: the sender tries again, and isn't refused.
    if let code = file.systemFault { throw SystemError(call: "read", path: "\(path)", code: code) }
    // Whoever signed all that a reader is shown: after that only evidence and document time-stamps may follow, and a field
    // that was filled may stand anywhere in the form.
    let last = report.signatures.last { $0.coversDocument && !$0.isDocumentTimeStamp }
    let isOwn = last.map(trust.isOwn) ?? false
    // Others may have signed in the old way before; what a unit sends it signs by PAdES.
    let isOld = report.isAcceptable && last?.isPAdES == false
    return Acceptance.Verdict(
      digest: try SHA256Digest(hex: report.digest), size: report.fileLength,
      fault: isOld ? .signatureInvalid : report.isAcceptable ? nil : fault(of: report),
      detail: isOld
        ? "legacy-sub-filter: the sender's signature is \(last?.subFilter ?? "?"), and must be PAdES (ETSI.CAdES.detached)"
        : detail(of: report),
      signer: isOwn ? last?.unitURI.flatMap { UnitID(certificateURI: $0) } : nil,
      signerCertificate: last?.certificateFingerprint.flatMap { try? SHA256Digest(hex: $0).data },
      isForeign: last?.chainTrusted == true && !isOwn, isRevocationUnknown: last?.revocation?.status == .unknown)
  }

  private static func detail(of report: VerificationReport) -> String {
    guard let reason = report.reasons.first else { return "the signature is not valid" }
    let detail = "\(reason.code): \(reason.detail)"
    guard fault(of: report) == .authorityUnknown,
      let issuer = report.signatures.lazy.filter({ !$0.chainTrusted }).compactMap(\.issuer).first
    else { return detail }
    return "\(detail) Its issuer “\(issuer)” is no authority that this hub recognises: the province adds its root to "
      + "`trust` in hub.yaml, then registers the certificate with `congvan-hub unit signer add`"
  }

  private static func fault(of report: VerificationReport) -> ProblemType {
    let codes = Set(report.reasons.map(\.code))
    if codes.contains(PDFRefusal.Code.activeContent.rawValue) { return .activeContent }
    if codes.contains(PDFRefusal.Code.notPDF.rawValue) || codes.contains(PDFRefusal.Code.empty.rawValue) {
      return .notPDF
    }
    // Nothing else is wrong: the signature holds, and is by somebody whom nobody here vouches for.
    let errors = Set(report.reasons.filter(\.isError).map(\.code))
    return errors == [PKIError.Code.chainUntrusted.rawValue] ? .authorityUnknown : .signatureInvalid
  }
}
