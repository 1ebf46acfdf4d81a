import Durable
import Foundation
import PDFSignature
import PKI

/// Raises a signed document's level, and renews it: evidence first, then a document time-stamp over all (EN 319 142-1 §6).
/// What it needs of the world it is given.
public struct Archivist: Sendable {
  /// What was reached.
  public struct Outcome: Sendable {
    /// The bytes to write behind the document; empty where nothing could be added.
    public let appended: Data
    /// The judgement on the document with them.
    public let report: VerificationReport
    /// The lowest level of its signatures.
    public let level: SignatureLevel?
    /// Why it is no higher, for the log.
    public let shortcomings: [String]
  }

  /// The document isn't validly signed: nothing is added to it.
  public struct NotValid: Error, Sendable, CustomStringConvertible {
    public let report: VerificationReport
    /// Stable: `not-signed`, or `not-valid` where there are signatures.
    public var code: String { report.verdict == .unknown ? "not-signed" : "not-valid" }
    public var description: String {
      guard report.verdict != .unknown else {
        return
          "it carries no signature, so there is nothing to keep: sign it first (`congvan sign`) [\(code)]"
      }
      let why = report.reasons.filter(\.isError).map { "\($0.detail) (\($0.code))" }.joined(
        separator: "; ")
      return
        "not validly signed, so there is nothing to keep: \(why): ask whoever signed it for a good copy [\(code)]"
    }
  }

  let trust: TrustAnchors
  let policy: VerificationPolicy
  let threads: IOThreads
  let digest: DigestAlgorithm
  let timeStamp: @Sendable (Data) async throws -> Data
  let evidence: @Sendable ([EvidencePlan.Question]) async -> (found: [RevocationEvidence], faults: [String])

  /// - Parameters:
  ///   - policy: its evidence is used beside what is fetched.
  ///   - digest: of document time-stamps.
  ///   - timeStamp: an RFC 3161 token for an imprint of `digest`.
  ///   - evidence: what can be had of revocation for these certificates, and what could not be had.
  public init(
    trust: TrustAnchors, policy: VerificationPolicy = VerificationPolicy(), threads: IOThreads,
    digest: DigestAlgorithm = .sha256,
    timeStamp: @escaping @Sendable (Data) async throws -> Data,
    evidence: @escaping @Sendable ([EvidencePlan.Question]) async -> (found: [RevocationEvidence], faults: [String])
  ) {
    self.trust = trust
    self.policy = policy
    self.threads = threads
    self.digest = digest
    self.timeStamp = timeStamp
    self.evidence = evidence
  }

  /// Reads and judges the document as of now.
  public func plan(_ file: PDFFile) async throws -> EvidencePlan {
    let plan = try await threads.run { [trust, policy] in
      try EvidencePlan(file, trust: trust, at: Date(), policy: policy)
    }
    guard plan.report.isAcceptable else { throw NotValid(report: plan.report) }
    return plan
  }

  /// - Parameters:
  ///   - plan: of this very file.
  ///   - level: B-LT adds evidence, B-LTA also a document time-stamp.
  ///   - stampingAnyway: also where evidence is incomplete: a proof of time is better than none.
  /// - Throws: what the time-stamp's closure throws; `PDFRefusal`.
  public func raise(
    _ file: PDFFile, _ plan: EvidencePlan, to level: SignatureLevel, stampingAnyway: Bool = false
  ) async throws -> Outcome {
    var shortcomings: [String] = []
    let fetched = await evidence(plan.questions(besides: policy.evidence))
    let found = policy.evidence + fetched.found
    let isComplete = plan.isAnswered(by: found)
    if !isComplete { shortcomings += ["evidence of revocation is incomplete"] + fetched.faults }
    var appended = try await threads.run { try plan.update(with: found) ?? Data() }
    if level == .archival, isComplete || stampingAnyway {
      appended += try await documentTimeStamp(file, after: appended)
    }
    let complete = appended
    let report = try await threads.run { [trust, policy] in
      PDFVerifier.verify(try PDFFile(file, appending: complete), trust: trust, at: Date(), policy: policy)
    }
    guard report.isAcceptable else { throw NotValid(report: report) }
    let reached = report.signatures.compactMap { SignatureLevel(rawValue: $0.level) }.min()
    return Outcome(appended: complete, report: report, level: reached, shortcomings: shortcomings)
  }

  private func documentTimeStamp(_ file: PDFFile, after update: Data) async throws -> Data {
    var room = DocumentTimeStamp.usualRoom
    while true {
      let reserved = room
      let stamp = try await threads.run {
        try DocumentTimeStamp(
          try PDFFile(file, appending: update), room: reserved, allowsHybrid: policy.allowHybrid,
          digest: digest)
      }
      let token = try await timeStamp(stamp.imprint)
      do {
        return try stamp.finish(token: token)
      } catch let refusal as PDFRefusal where refusal.code == .tooLarge && room < 64 << 10 {
        room = 64 << 10  // what a token may have at most
      }
    }
  }
}
