import Foundation
import PKI

/// What a signed document lacks before anyone can validate it without a network, and the update that brings it: from B-T to
/// B-LT (EN 319 142-1 §6). Fetching is the caller's; made from one reading of the file, the plan is a value.
public struct EvidencePlan: Sendable {
  /// A certificate for which the document carries no evidence that reaches the time it matters.
  public struct Question: Sendable {
    public let certificate: Certificate
    public let issuer: Certificate
    /// As of when it must be known.
    public let date: Date
  }

  /// The judgement on the file as it is. Only an acceptable file is worth keeping evidence for.
  public let report: VerificationReport
  /// What has to be asked; empty where the document knows already, or nothing in it has a trusted chain.
  public let questions: [Question]

  /// What the newest good document time-stamp rests on; nil where there is none.
  public let newest: RenewalRule.Newest?
  /// The lowest level that one of the signatures has reached; nil where there is none.
  public var level: SignatureLevel? { report.signatures.compactMap { SignatureLevel(rawValue: $0.level) }.min() }

  private let store: StoreWriter
  private let signatures: [Signature]
  private let certificates: [Certificate]

  /// One signature or time-stamp: what its record in /VRI lists.
  private struct Signature: Sendable {
    /// SHA-1 of /Contents with its padding, upper-case hexadecimal: names the record, secures nothing.
    let key: String
    let chains: [JudgedChain]
    let certificates: [Certificate]
  }

  /// Reads and judges the file.
  /// - Parameters:
  ///   - date: now; or the time as of which the file is judged.
  ///   - policy: its ``VerificationPolicy/evidence`` may hold what the caller has already.
  public init(
    _ file: PDFFile, trust: TrustAnchors, at date: Date, policy: VerificationPolicy = VerificationPolicy()
  ) throws {
    let document = try PDFDocument(file, allowsHybrid: policy.allowHybrid)
    var verification = Verification(document: document, trust: trust, time: date, policy: policy)
    let result = try verification.run()
    report = result.report
    store = try StoreWriter(document, result.store)
    newest = zip(result.shapes, result.outcomes)
      .filter { $1.documentTime != nil }
      .max { ($0.0?.revision ?? 0) < ($1.0?.revision ?? 0) }
      .flatMap { _, outcome in
        guard let stamp = outcome.stamp, let end = outcome.chains.first?.certificates.map(\.notAfter).min() else {
          return nil
        }
        return RenewalRule.Newest(
          certificateEnd: end, digest: stamp.digestAlgorithm, signatureDigest: stamp.signatureDigest
        )
      }
    var questions: [Question] = []
    var signatures: [Signature] = []
    for (shape, outcome) in zip(result.shapes, result.outcomes) {
      guard let shape, !outcome.chains.isEmpty else { continue }
      for chain in outcome.chains {
        // Of a time-stamp that is about to be covered by the next one, evidence up to now is wanted.
        for link in chain.unknown(result.pool, at: chain.date, upTo: document.last) {
          questions.append(Question(certificate: link.certificate, issuer: link.issuer, date: chain.date))
        }
      }
      let hasher = TransferHasher(.sha1)
      shape.contents.withUnsafeBytes { hasher.update($0) }
      signatures.append(
        Signature(
          key: hasher.finalize().lowercaseHex.uppercased(), chains: outcome.chains,
          certificates: outcome.chains.flatMap(\.certificates)))
    }
    self.questions = questions
    self.signatures = signatures
    certificates = signatures.flatMap(\.certificates)
  }

  /// Are all questions answered by this evidence?
  public func isAnswered(by evidence: [RevocationEvidence]) -> Bool { questions(besides: evidence).isEmpty }

  /// What has still to be asked by someone who has this evidence.
  public func questions(besides evidence: [RevocationEvidence]) -> [Question] {
    questions.filter { question in !evidence.contains { Self.answers($0, question) } }
  }

  private static func answers(_ evidence: RevocationEvidence, _ question: Question) -> Bool {
    evidence.verdict(on: question.certificate, issuer: question.issuer, at: question.date) != nil
  }

  /// The bytes to append: a revision with certificates and with those pieces of evidence that answer a question. nil where
  /// nothing would be new.
  public func update(with evidence: [RevocationEvidence]) throws(PDFRefusal) -> Data? {
    let useful = evidence.filter { piece in questions.contains { Self.answers(piece, $0) } }
    var writer = store
    let certificateReferences = writer.add(.certificates, certificates.map(\.der))
    _ = writer.add(.lists, useful.compactMap { if case .list(let list) = $0 { list.der } else { nil } })
    _ = writer.add(.responses, useful.compactMap { if case .response(let response) = $0 { response.der } else { nil } })
    guard writer.hasNews else { return nil }
    for signature in signatures {
      var record: [SecurityStore.Kind: [PDFReference]] = [:]
      record[.certificates] = signature.certificates.compactMap { certificateReferences[$0.der] }
      for piece in useful where signature.chains.contains(where: { Self.speaks(piece, of: $0) }) {
        let kind: SecurityStore.Kind = if case .list = piece { .lists } else { .responses }
        if let reference = writer.add(kind, [piece.der])[piece.der] { record[kind, default: []].append(reference) }
      }
      writer.record(signature.key, record)
    }
    return Data(try writer.write())
  }

  private static func speaks(_ evidence: RevocationEvidence, of chain: JudgedChain) -> Bool {
    chain.links.contains { evidence.verdict(on: $0.certificate, issuer: $0.issuer, at: chain.date) != nil }
  }
}
