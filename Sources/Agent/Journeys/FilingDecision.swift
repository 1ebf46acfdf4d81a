import Durable

/// What stands under a name at which we want to put a file.
enum Standing: Equatable, Sendable {
  case nothing
  /// The very bytes that we would put there, from before a crash.
  case ours
  /// Somebody's file, which is never replaced.
  case another
}

/// How a signed copy gets into sent/, asked anew after every act and after every crash, until only the original's removal
/// is left. The order is the promise: the copy stands in its place, durable, before the original goes.
enum FilingDecision: Equatable, Sendable {
  /// Move the spooled copy to its name, without replacing.
  case place
  /// The copy stands under its name already: the spooled one goes.
  case removeSpooled
  /// Nothing but the original in the outbox is left to remove.
  case removeOriginal
  /// Choose and journal another name, then ask again.
  case nameTaken
  /// Neither here nor there: an administrator must look.
  case missing

  static func decide(isSpooled: Bool, target: Standing) -> Self {
    switch (isSpooled, target) {
    case (true, .nothing): .place
    case (true, .ours): .removeSpooled
    case (true, .another): .nameTaken
    case (false, .ours): .removeOriginal
    case (false, .nothing), (false, .another): .missing
    }
  }
}

/// How the dropped file itself is removed: it is renamed aside first, so that a file that somebody puts in its place at this
/// moment is never the one that is removed. Asked anew after every act.
enum OriginalDecision: Equatable, Sendable {
  case setAside
  case removeAside
  /// What was set aside is another file, put there in the last moment: it gets its name back.
  case giveBack
  case done

  /// - Parameters:
  ///   - aside: what stands under the hidden name.
  ///   - source: what stands under the dropped name.
  ///   - taken: what was taken in.
  static func decide(aside: FileIdentity?, source: FileIdentity?, taken: FileIdentity) -> Self {
    if let aside { return aside.isSameContent(as: taken) ? .removeAside : .giveBack }
    if let source, source.isSameContent(as: taken) { return .setAside }
    return .done
  }
}

/// How a refused file gets into rejected/: it is renamed aside, so that a file that somebody saves over it at this moment is
/// never the one that is moved; then the reason is written, then the file follows. Asked anew after every act.
enum RejectingDecision: Equatable, Sendable {
  case setAside
  /// What was set aside is another file, put there in the last moment: it gets its name back.
  case giveBack
  /// Write the reason, then move the file that was set aside, without replacing.
  case move
  /// The file stands in rejected/.
  case moved
  /// The clerk took the file away or changed it: nothing is left to explain.
  case nothingToExplain
  /// Choose and journal another name, then ask again.
  case nameTaken

  /// - Parameters:
  ///   - aside: what stands under the hidden name.
  ///   - source: what stands under the dropped name.
  ///   - taken: what was taken in.
  ///   - isTargetTaken: whether something has the chosen name in rejected/.
  static func decide(aside: FileIdentity?, source: FileIdentity?, taken: FileIdentity, isTargetTaken: Bool) -> Self {
    if let aside {
      guard aside.isSameContent(as: taken) else { return .giveBack }
      return isTargetTaken ? .nameTaken : .move
    }
    if let source, source.isSameContent(as: taken) { return isTargetTaken ? .nameTaken : .setAside }
    return isTargetTaken ? .moved : .nothingToExplain
  }
}

/// How a verified document gets its name in inbox/.
enum InboxDecision: Equatable, Sendable {
  /// Give the temporary file this name, without replacing.
  case place
  /// It was published before a crash: the temporary file goes.
  case published
  case tryNextName

  static func decide(target: Standing) -> Self {
    switch target {
    case .nothing: .place
    case .ours: .published
    case .another: .tryNextName
    }
  }
}
