import PKI

/// Says which baseline level a signature has reached by the document's own evidence, and whether that is enough.
struct LevelJudge {
  let evidence: EvidenceTimeline
  let policy: VerificationPolicy
  /// Index of the newest revision.
  let last: Int

  func judge(_ report: inout SignatureReport, _ outcome: SignatureJudge.Outcome, _ shape: SignatureShape) {
    guard let level = level(report, outcome, shape) else { return }
    report.level = level.rawValue
    if let wanted = policy.minimumLevel, level < wanted {
      report.findings.append(
        .error("level-too-low", "the signature has reached \(level.rawValue), and \(wanted.rawValue) is demanded"))
    }
  }

  private func level(
    _ report: SignatureReport, _ outcome: SignatureJudge.Outcome, _ shape: SignatureShape
  ) -> SignatureLevel? {
    guard !outcome.certificates.isEmpty else { return nil }
    guard outcome.isTimed else { return .basic }
    // A signature in a revision after the store's may use what stands there already.
    guard report.chainTrusted, isComplete(outcome, upTo: last) else { return .timeStamped }
    let isArchived = evidence.proofs.contains { $0.revision > shape.revision && isComplete(outcome, upTo: $0.revision) }
    return isArchived ? .archival : .longTerm
  }

  /// The document shows of every certificate that it was not revoked.
  private func isComplete(_ outcome: SignatureJudge.Outcome, upTo revision: Int) -> Bool {
    outcome.chains.allSatisfy { $0.unknown(evidence.pool, at: $0.needed, upTo: revision).isEmpty }
  }
}
