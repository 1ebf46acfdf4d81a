import Durable
import Exchange
import Foundation

/// That a journal was lost, and what was done about it; kept beside the journal for the next start and for `congvan status`.
public struct JournalLoss: Codable, Sendable, Equatable {
  public enum Cause: String, Codable, Sendable {
    /// The file is there and broken.
    case damaged
    /// The file is gone, or empty.
    case missing
  }

  public var since: Instant
  public var cause: Cause
  /// In SQLite's words, for administrators.
  public var detail: String
  /// The folder that holds what was found of it; nil where nothing was.
  public var aside: String?
  /// When the backup was made that it was restored from; nil where none was sound: it was begun anew.
  public var backupAt: Instant?
  /// When everything was compared with the hub and the folders; nil while that is to be done: nothing is sent or filed before.
  public var settledAt: Instant?

  /// What is remembered at this path; nil where nothing is. What can't be understood is taken for a loss that isn't made
  /// good: a disk that broke the journal may have broken this file, and nothing may be sent twice for it.
  /// - Throws: `SystemError` where the file can't be read now.
  public static func read(_ path: String) throws(SystemError) -> JournalLoss? {
    let data: Data
    do {
      data = try WholeFile.read(path, atMost: 64 << 10)
    } catch {
      if error.code == ENOENT { return nil }
      throw error
    }
    if let loss = try? CanonicalJSON.decode(JournalLoss.self, from: data) { return loss }
    let (since, detail) = (Instant(Date()), "\(path) can't be understood")
    return JournalLoss(since: since, cause: .damaged, detail: detail)
  }

  func write(_ path: String) throws {
    try DurableFile.replace(FilePath(path), with: try CanonicalJSON.encode(self))
  }
}
