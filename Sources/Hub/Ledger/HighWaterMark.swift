import Durable
import Exchange
import Foundation

/// How far the ledger went, kept in a file beside it: a ledger that goes less far when the hub starts was restored from a
/// backup, though nobody said so. A backup of the whole data folder brings the file back too; then `congvan-hub restored`
/// says it, and agents that hold more than the ledger notice by themselves.
struct HighWaterMark: Codable, Equatable, Sendable {
  var epoch: String
  /// The newest posting.
  var sequence: Int64
  /// The directory's version.
  var directory: Int64

  init(epoch: String, _ mark: LedgerMark) {
    self.epoch = epoch
    sequence = mark.sequence
    directory = mark.directory
  }

  private static func path(in dataFolder: FilePath) -> FilePath { dataFolder.appending("ledger.mark") }
  /// In bytes; the file has some hundred.
  private static let longest = 4096

  /// nil where there is none yet, or none that can be read: then nothing is known.
  static func read(in dataFolder: FilePath) -> HighWaterMark? {
    guard let data = try? WholeFile.read("\(path(in: dataFolder))", atMost: longest) else { return nil }
    return try? CanonicalJSON.decode(HighWaterMark.self, from: data)
  }

  func write(in dataFolder: FilePath) throws {
    try DurableFile.replace(Self.path(in: dataFolder), with: try CanonicalJSON.encode(self))
  }

  /// Whether a ledger that stands so lost something of what this mark saw.
  func isAhead(of ledger: HighWaterMark) -> Bool {
    epoch != ledger.epoch || sequence > ledger.sequence || directory > ledger.directory
  }
}

extension SQLiteLedger {
  /// Writes how far the ledger goes now.
  func keepMark(in dataFolder: FilePath) async throws {
    try HighWaterMark(epoch: try await standing().epoch, try await changes(since: nil).mark).write(in: dataFolder)
  }

  /// At the start, before anybody is answered: a ledger that was restored gets a new epoch.
  /// - Returns: what was lost of it, for the log; nil where nothing was.
  func noticeRestore(in dataFolder: FilePath) async throws -> String? {
    let mark = try await changes(since: nil).mark
    var now = HighWaterMark(epoch: try await standing().epoch, mark)
    let before = HighWaterMark.read(in: dataFolder)
    var lost: String?
    if let before, before.isAhead(of: now) {
      now.epoch = try await beginEpoch()
      lost = "it ends at posting \(now.sequence) and went to \(before.sequence)"
    }
    // The epoch first: a crash in between gives another new one, which costs the agents a look.
    if before != now { try now.write(in: dataFolder) }
    return lost
  }
}
