import Durable
import Exchange
import Foundation
import Letter

/// The last step of a document that was sent: the signed copy into sent/YYYY/MM/, then the original out of the outbox.
/// Every part can be repeated after a crash. Blocking.
struct Filing: Sendable {
  let unit: UnitConfiguration

  enum Outcome: Equatable, Sendable {
    case filed
    /// Somebody's file has that name already: journal another target, then try again.
    case nameTaken
  }

  /// The first name in sent/ that is free now. The name is the dropped one, made legal everywhere.
  func target(for record: OutgoingRecord, at now: Instant) throws -> FilePath {
    let civil = now.inVietnam
    let month = civil.dateText.dropFirst(5).prefix(2)
    let folder = FilePath(unit.sent).appending("\(civil.year)").appending(String(month))
    return try FreeName.first(SafeFileName(dropped: record.nameText), in: folder, companion: nil)
  }

  func run(_ record: OutgoingRecord, spooled: FilePath) throws -> Outcome {
    guard let target = record.target, let digest = record.signedDigest else {
      throw SystemError(call: "file", path: record.nameText, code: EINVAL)
    }
    try Folder.make(target.folder, permissions: mode_t(unit.permissions.folders))
    if try Folder.look(spooled) != nil {
      _ = spooled.withCString { chmod($0, mode_t(unit.permissions.files)) }
      do {
        try Placement.move(spooled, to: target, hidden: ".congvan-\(record.document).tmp")
      } catch {
        guard error.code == EEXIST else { throw error }
        // Ours, from before a crash between the copy and the removal of the spooled file; or somebody else's.
        guard try Placement.digest(of: target) == digest else { return .nameTaken }
        try DurableFile.remove(spooled)
      }
    } else {
      // The rename was done before a crash: the file must be there.
      guard try Folder.look(target) != nil, try Placement.digest(of: target) == digest else {
        throw SystemError(call: "find", path: "\(target)", code: ENOENT)
      }
    }
    try Original(record).remove()
    return .filed
  }
}

/// The last step of a document that was refused: the reason, then the file itself, into rejected/. Blocking.
struct Rejecting: Sendable {
  let unit: UnitConfiguration

  func target(for record: OutgoingRecord) throws -> FilePath {
    let name = SafeFileName(dropped: record.nameText)
    return try FreeName.first(name, in: FilePath(unit.rejected), companion: Messages.reasonSuffix)
  }

  func run(_ record: OutgoingRecord, reason: Data, spooled: FilePath) throws -> Filing.Outcome {
    guard let target = record.target else { throw SystemError(call: "reject", path: record.nameText, code: EINVAL) }
    try Folder.make(target.folder, permissions: mode_t(unit.permissions.folders))
    let explanation = target.folder.appending(target.name + Array(Messages.reasonSuffix.utf8))
    try DurableFile.replace(explanation, with: reason, permissions: 0o644)
    if let found = try Folder.look(record.source), found.identity.isSameContent(as: record.identity) {
      do {
        try DurableFile.renameKeeping(record.source, to: target)
      } catch {
        guard error.code == EEXIST else { throw error }
        return .nameTaken
      }
      try DurableFile.syncFolder(target.folder)
      try DurableFile.syncFolder(record.folder)
    } else if try Folder.look(target) == nil {
      // The clerk took the file away or changed it: nothing is left to explain.
      try DurableFile.remove(explanation)
    }
    try DurableFile.remove(spooled)
    return .filed
  }
}

/// The dropped file itself, once it isn't needed.
struct Original {
  private let record: OutgoingRecord

  init(_ record: OutgoingRecord) { self.record = record }

  /// Removes it only if it is still the file that was taken in: it is renamed aside first, so that a file that somebody puts
  /// in its place at this moment is never the one that is removed.
  func remove() throws(SystemError) {
    let aside = record.folder.appending(".congvan-\(record.document)")
    if let waiting = try Folder.look(aside) {
      try settle(aside, waiting.identity)
    } else if let standing = try Folder.look(record.source), standing.identity.isSameContent(as: record.identity) {
      do {
        try DurableFile.renameKeeping(record.source, to: aside)
      } catch {
        guard error.code == ENOENT else { throw error }
        return
      }
      if let moved = try Folder.look(aside) { try settle(aside, moved.identity) }
    } else {
      return
    }
    try DurableFile.syncFolder(record.folder)
  }

  private func settle(_ aside: FilePath, _ identity: FileIdentity) throws(SystemError) {
    if identity.isSameContent(as: record.identity) {
      try DurableFile.remove(aside)
    } else {
      try DurableFile.renameKeeping(aside, to: record.source)
    }
  }
}
