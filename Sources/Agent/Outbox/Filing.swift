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
    /// All is done but for the original, which we may not touch: it lies in a folder of somebody else's.
    case filedBeside(SystemError)
  }

  /// The first name in sent/ that is free now. The name is the dropped one, made legal everywhere.
  func target(for record: OutgoingRecord, at now: Instant) throws -> FilePath {
    let civil = now.inVietnam
    let month = civil.dateText.dropFirst(5).prefix(2)
    let folder = FilePath(unit.sent).appending("\(civil.year)").appending(String(month))
    return try FreeName.first(SafeFileName(dropped: record.nameText), in: folder, companion: nil)
  }

  /// - Parameter folder: the unit's, just found to be there.
  /// - Throws: `SystemError`, or `FolderFault` where the folder went away meanwhile: then all is asked anew when it is back.
  func run(_ record: OutgoingRecord, spooled: FilePath, in folder: OpenFolder) throws -> Outcome {
    guard let target = record.target, let digest = record.signedDigest else {
      throw SystemError(call: "file", path: record.nameText, code: EINVAL)
    }
    // The administrator moved the unit's folder since the name was chosen.
    guard folder.holds(target) else { return .nameTaken }
    try folder.make(target.folder)
    while true {
      let standing = try Placement.standing(at: target, digest: digest)
      switch FilingDecision.decide(isSpooled: try Folder.look(spooled) != nil, target: standing) {
      case .place:
        _ = spooled.withCString { chmod($0, mode_t(unit.permissions.files)) }
        do {
          try Placement.move(spooled, to: target, hidden: ".congvan-\(record.document).tmp")
        } catch {
          // Somebody was faster: look again.
          guard error.code == EEXIST else { throw error }
        }
      case .removeSpooled: try DurableFile.remove(spooled)
      case .removeOriginal:
        try folder.confirm()
        let outcome = try Original(record).outcome { (original) throws(SystemError) in try original.remove() }
        try folder.confirm()
        return outcome
      case .nameTaken: return .nameTaken
      case .missing: throw SystemError(call: "find", path: "\(target)", code: ENOENT)
      }
    }
  }
}

/// The last step of a document that was refused: the reason, then the file itself, into rejected/. Blocking.
struct Rejecting: Sendable {
  let unit: UnitConfiguration

  func target(for record: OutgoingRecord) throws -> FilePath {
    let name = SafeFileName(dropped: record.nameText)
    return try FreeName.first(name, in: FilePath(unit.rejected), companion: Messages.reasonSuffix)
  }

  /// - Parameters:
  ///   - reason: the text beside the file; where the file can't be moved, the text that stands alone.
  ///   - folder: the unit's, just found to be there.
  /// - Throws: as `Filing.run`.
  func run(
    _ record: OutgoingRecord, reason: (moved: Data, left: Data), spooled: FilePath, in folder: OpenFolder
  ) throws -> Filing.Outcome {
    guard let target = record.target else { throw SystemError(call: "reject", path: record.nameText, code: EINVAL) }
    guard folder.holds(target) else { return .nameTaken }
    try folder.make(target.folder)
    let explanation = target.folder.appending(target.name + Array(Messages.reasonSuffix.utf8))
    let aside = FilePath.aside(of: record)
    while true {
      let decision = RejectingDecision.decide(
        aside: try Folder.look(aside)?.identity, source: try Folder.look(record.source)?.identity,
        taken: record.identity, isTargetTaken: try Folder.look(target) != nil)
      switch decision {
      case .setAside:
        let outcome = try Original(record).outcome { (original) throws(SystemError) in try original.setAside() }
        guard outcome == .filed else {
          guard try explain(reason.left, at: explanation, for: record) != nil else { return .nameTaken }
          try DurableFile.syncFolder(target.folder)
          try folder.confirm()
          try DurableFile.remove(spooled)
          return outcome
        }
      case .giveBack: try DurableFile.renameKeeping(aside, to: record.source)
      case .nameTaken: return .nameTaken
      case .move:
        guard let isNew = try explain(reason.moved, at: explanation, for: record) else { return .nameTaken }
        do {
          try DurableFile.renameKeeping(aside, to: target)
        } catch {
          guard error.code == EEXIST else { throw error }
          // Only what was put there just now is ours to take away: the file that has the name may have its reason beside it.
          if isNew { try DurableFile.remove(explanation) }
          return .nameTaken
        }
      case .moved, .nothingToExplain:
        // In a folder that went away nothing stands under any name, and that means nothing.
        try folder.confirm()
        if decision == .nothingToExplain { try DurableFile.remove(explanation) }
        try DurableFile.syncFolder(target.folder)
        try DurableFile.syncFolder(record.folder)
        try DurableFile.remove(spooled)
        return .filed
      }
    }
  }
}

extension Rejecting {
  /// Puts the reason beside where the file will stand. Files of one name may be refused at the same moment: whoever has the
  /// reason's name first has the file's too.
  /// - Returns: false where the same reason stands there already, as after a crash; nil where another does.
  private func explain(_ reason: Data, at path: FilePath, for record: OutgoingRecord) throws -> Bool? {
    let hidden = path.folder.appending(".congvan-\(record.document).reason")
    try DurableFile.replace(hidden, with: reason, permissions: 0o644)
    do {
      try DurableFile.renameKeeping(hidden, to: path)
      return true
    } catch {
      try DurableFile.remove(hidden)
      guard error.code == EEXIST else { throw error }
      return FileManager.default.contents(atPath: "\(path)") == reason ? false : nil
    }
  }
}

extension FilePath {
  /// The hidden name, beside the dropped file, under which it is looked at before it is removed or moved.
  fileprivate static func aside(of record: OutgoingRecord) -> FilePath {
    record.folder.appending(".congvan-\(record.document)")
  }
}

/// The dropped file itself, once it isn't needed.
struct Original {
  private let record: OutgoingRecord

  init(_ record: OutgoingRecord) { self.record = record }

  /// What doing something with it comes to, where the system may not allow it at all.
  fileprivate func outcome(_ act: (Original) throws(SystemError) -> Void) throws(SystemError) -> Filing.Outcome {
    do {
      try act(self)
      return .filed
    } catch {
      guard error.code == EACCES || error.code == EPERM else { throw error }
      return .filedBeside(error)
    }
  }

  /// Removes it only if it is still the file that was taken in: it is renamed aside first, so that a file that somebody puts
  /// in its place at this moment is never the one that is removed.
  func remove() throws(SystemError) {
    let aside = FilePath.aside(of: record)
    var isChanged = false
    while true {
      let decision = OriginalDecision.decide(
        aside: try Folder.look(aside)?.identity, source: try Folder.look(record.source)?.identity,
        taken: record.identity)
      switch decision {
      case .setAside: try setAside()
      case .removeAside: try DurableFile.remove(aside)
      case .giveBack: try DurableFile.renameKeeping(aside, to: record.source)
      case .done:
        if isChanged { try DurableFile.syncFolder(record.folder) }
        return
      }
      isChanged = true
    }
  }

  /// Whatever stands under the dropped name gets the hidden one.
  fileprivate func setAside() throws(SystemError) {
    do {
      try DurableFile.renameKeeping(record.source, to: .aside(of: record))
    } catch {
      // The clerk took it away at this moment: look again.
      guard error.code == ENOENT else { throw error }
    }
  }
}
