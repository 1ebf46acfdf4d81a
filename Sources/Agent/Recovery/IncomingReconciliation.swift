import Durable
import Exchange
import Foundation
import Letter

/// Learns again what came in for a unit: what stands in its inbox was filed, and so was what the hub was told of. The rest of
/// the mailbox comes as new.
struct IncomingReconciliation: Sendable {
  let unit: UnitConfiguration
  let hub: any HubConnection
  let journal: Journal
  let folders: FolderKeeper

  /// - Returns: how many documents were known again.
  func run(at now: Instant) async throws -> Int {
    let (inbox, folders, id) = (FilePath(unit.inbox), self.folders, unit.unit)
    let files = try await folders.work(in: id) {
      _ = try folders.open(id)
      return try SignedCopies.files(in: inbox)
    }
    var bySize = Dictionary(grouping: files, by: \.size).mapValues { $0.map(\.path) }
    var uncounted: [Int: Int] = [:]
    var years: Set<Int> = [now.inVietnam.year]
    var known = 0
    var cursor = try await journal.recoveryStart(of: id)
    while true {
      let page = try await hub.inbox(of: id, after: cursor, limit: Limits.mailboxPage)
      let unfinished = try await journal.unfinishedIncoming(
        of: id, among: page.items.compactMap { $0.document?.document })
      var findings: [IncomingFinding] = []
      for item in page.items {
        guard let posted = item.document, unfinished.contains(posted.document) else { continue }
        let candidates = bySize[posted.size] ?? []
        let path = try await folders.work(in: id) {
          try candidates.first { try Placement.digest(of: $0) == posted.digest }
        }
        // The same bytes may have come twice, as two documents.
        if let path { bySize[posted.size]?.removeAll { $0 == path } }
        guard let finding = finding(posted, item.evidence, at: path, inbox: inbox, now: now) else { continue }
        findings.append(finding)
        years.insert(finding.year)
      }
      known += findings.count
      for (year, count) in try await journal.recover(page, of: id, findings, at: now) {
        uncounted[year, default: 0] += count
      }
      guard page.leadsOn(from: cursor) else { break }
      cursor = page.next
    }
    let names = files.map { String(decoding: $0.path.name, as: UTF8.self) }
    for year in years {
      let highest = names.compactMap { IncomingName.number(in: $0, of: year) }.max() ?? 0
      try await journal.recoverCount(of: id, in: year, uncounted: uncounted[year] ?? 0, highest: highest)
    }
    return known
  }

  private func finding(
    _ posted: PostedDocument, _ evidence: OwnEvidence?, at path: FilePath?, inbox: FilePath, now: Instant
  ) -> IncomingFinding? {
    guard path != nil || evidence != nil else { return nil }
    let name = path.map { String(decoding: $0.name, as: UTF8.self) }
    let year = (evidence?.at ?? now).inVietnam.year
    // At the turn of a year the name knows better.
    let named = [year, year - 1, year + 1].lazy.compactMap { year in
      name.flatMap { IncomingName.number(in: $0, of: year) }.map { (year, $0) }
    }.first
    let failed = path == nil && evidence?.event == .contentHandoverFailure
    return IncomingFinding(
      document: posted.document, state: failed ? .quarantined : .filed,
      target: path.map { String(decoding: $0.bytes.dropFirst(inbox.bytes.count + 1), as: UTF8.self) },
      number: named?.1, year: named?.0 ?? year, isAcknowledged: evidence != nil)
  }
}
