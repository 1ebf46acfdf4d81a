import Durable
import Exchange
import Foundation

/// An original that stays in the outbox though its document is at its end: it lies in a folder of somebody else's, where we
/// may not remove anything. It must not look as if it waited to be sent. Blocking.
struct LeftBehind: Sendable {
  private let record: OutgoingRecord

  init(_ record: OutgoingRecord) { self.record = record }

  /// Beside the signed copy; nil for a refused document, whose reason file says it.
  private var notice: FilePath? {
    guard record.journey.state == .sent, let target = record.target else { return nil }
    return target.folder.appending(target.name + Array(Messages.noticeSuffix.utf8))
  }

  /// Tells the clerk, where nobody's file has that name.
  func explain(_ text: Data, in folder: OpenFolder) throws {
    guard let notice else { return }
    try folder.enter(notice.folder) { held in
      let notice = held.appending(notice.name)
      guard try Folder.look(notice) == nil else { return }
      try DurableFile.replace(notice, with: text, permissions: 0o644)
    }
  }

  /// Tries once more to take it out of the outbox. A refused one is left to the clerk.
  /// - Returns: whether it is out.
  func tryAgain(in folder: OpenFolder) throws -> Bool {
    guard record.journey.state == .sent else { return false }
    do {
      try Original(record, in: folder).remove()
      return true
    } catch let error as SystemError {
      guard error.code == EACCES || error.code == EPERM else { throw error }
      return false
    }
  }

  /// It is out: nothing is left to explain.
  func settle(in folder: OpenFolder) throws {
    guard let notice else { return }
    _ = try folder.enterIfThere(notice.folder) { try DurableFile.remove($0.appending(notice.name)) }
  }
}
