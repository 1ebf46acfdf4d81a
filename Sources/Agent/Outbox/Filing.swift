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
      // Reached anew each time: that the copy stands there counts only under the name that people know.
      let decision = try folder.enter(target.folder) { held in
        let target = held.appending(target.name)
        let standing = try Placement.standing(at: target, digest: digest)
        let decision = FilingDecision.decide(isSpooled: try Folder.look(spooled) != nil, target: standing)
        guard decision == .place else { return decision }
        _ = spooled.withCString { chmod($0, mode_t(unit.permissions.files)) }
        do {
          try Placement.move(spooled, to: target, hidden: ".congvan-\(record.document).tmp")
        } catch let error as SystemError {
          // Somebody was faster: look again.
          guard error.code == EEXIST else { throw error }
        }
        return decision
      }
      switch decision {
      case .place: continue
      case .removeSpooled: try DurableFile.remove(spooled)
      case .removeOriginal:
        try folder.confirm()
        let outcome = try Original(record, in: folder).outcome { try $0.remove() }
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
    while true {
      let outcome = try folder.enter(target.folder) { rejected in
        let place = Place(target: rejected.appending(target.name), reason: reason, folder: folder)
        if let outcome = try folder.enterIfThere(record.folder, { try step(record, from: $0, to: place) }) {
          return outcome
        }
        return try step(record, from: nil, to: place)
      }
      guard let outcome else { continue }
      if outcome != .nameTaken { try DurableFile.remove(spooled) }
      return outcome
    }
  }

  /// Where the file goes, in a folder held open.
  private struct Place {
    let target: FilePath
    let reason: (moved: Data, left: Data)
    let folder: OpenFolder
    var explanation: FilePath { target.folder.appending(target.name + Array(Messages.reasonSuffix.utf8)) }
  }

  /// Does one thing.
  /// - Parameter outbox: the folder in which the file lay, held open; nil where it is gone.
  /// - Returns: nil where there is more to do.
  private func step(_ record: OutgoingRecord, from outbox: FilePath?, to place: Place) throws -> Filing.Outcome? {
    let (target, explanation) = (place.target, place.explanation)
    let aside = outbox?.appending(FilePath.aside(of: record).name)
    let source = outbox?.appending(record.name)
    let decision = RejectingDecision.decide(
      aside: try aside.flatMap { try Folder.look($0)?.identity },
      source: try source.flatMap { try Folder.look($0)?.identity },
      taken: record.identity, isTargetTaken: try Folder.look(target) != nil)
    switch decision {
    case .setAside:
      let outcome = try Original(record, in: place.folder).outcome { try $0.setAside() }
      if outcome == .filed { return nil }
      guard try explain(place.reason.left, at: explanation, for: record) != nil else { return .nameTaken }
      try DurableFile.syncFolder(target.folder)
      try place.folder.confirm()
      return outcome
    case .giveBack:
      if let aside, let source { try DurableFile.renameKeeping(aside, to: source) }
      return nil
    case .nameTaken: return .nameTaken
    case .move:
      guard let aside else { return nil }
      guard let isNew = try explain(place.reason.moved, at: explanation, for: record) else { return .nameTaken }
      do {
        try DurableFile.renameKeeping(aside, to: target)
      } catch {
        guard error.code == EEXIST else { throw error }
        // Only what was put there just now is ours to take away: the file that has the name may have its reason beside it.
        if isNew { try DurableFile.remove(explanation) }
        return .nameTaken
      }
      return nil
    case .moved, .nothingToExplain:
      // In a folder that went away nothing stands under any name, and that means nothing.
      try place.folder.confirm()
      if decision == .nothingToExplain { try DurableFile.remove(explanation) }
      try DurableFile.syncFolder(target.folder)
      if let outbox { try DurableFile.syncFolder(outbox) }
      return .filed
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
  private let folder: OpenFolder

  /// - Parameter folder: the unit's, just found to be there.
  init(_ record: OutgoingRecord, in folder: OpenFolder) {
    self.record = record
    self.folder = folder
  }

  /// What doing something with it comes to, where the system may not allow it at all.
  fileprivate func outcome(_ act: (Original) throws -> Void) throws -> Filing.Outcome {
    do {
      try act(self)
      return .filed
    } catch let error as SystemError {
      guard error.code == EACCES || error.code == EPERM else { throw error }
      return .filedBeside(error)
    }
  }

  /// Removes it only if it is still the file that was taken in: it is renamed aside first, so that a file that somebody puts
  /// in its place at this moment is never the one that is removed.
  func remove() throws {
    _ = try folder.enterIfThere(record.folder) { outbox in
      let aside = outbox.appending(FilePath.aside(of: record).name)
      let source = outbox.appending(record.name)
      var isChanged = false
      while true {
        let decision = OriginalDecision.decide(
          aside: try Folder.look(aside)?.identity, source: try Folder.look(source)?.identity, taken: record.identity)
        switch decision {
        case .setAside: try setAside(in: outbox)
        case .removeAside: try DurableFile.remove(aside)
        case .giveBack: try DurableFile.renameKeeping(aside, to: source)
        case .done:
          if isChanged { try DurableFile.syncFolder(outbox) }
          return
        }
        isChanged = true
      }
    }
  }

  /// Whatever stands under the dropped name gets the hidden one.
  fileprivate func setAside() throws { _ = try folder.enterIfThere(record.folder, setAside) }

  private func setAside(in outbox: FilePath) throws(SystemError) {
    do {
      try DurableFile.renameKeeping(
        outbox.appending(record.name), to: outbox.appending(FilePath.aside(of: record).name))
    } catch {
      // The clerk took it away at this moment: look again.
      guard error.code == ENOENT else { throw error }
    }
  }
}
