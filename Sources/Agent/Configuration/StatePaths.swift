import Exchange

/// The one place where the paths inside the private state folder are made.
public struct StatePaths: Sendable, Equatable {
  public let state: String

  public init(state: String) { self.state = state }

  public var journal: String { "\(state)/journal.sqlite" }
  /// What letters say of themselves, for registers and searches; made of the journal and the filed documents.
  public var catalogue: String { "\(state)/catalogue.sqlite" }
  /// Held locked while a daemon runs; holds its process identifier and, after it, what it last said of itself.
  public var lock: String { "\(state)/congvand.lock" }
  public var keys: String { "\(state)/keys" }
  /// PEM: the machine's transport key and its certificate.
  public var machineIdentity: String { "\(keys)/machine.pem" }
  /// PEM: a unit's document key and its certificate.
  public func unitIdentity(_ unit: UnitID) -> String { "\(keys)/unit-\(unit).pem" }
  /// PEM: the hub's certificate authority, pinned at enrolment. Nothing else is trusted.
  public var hubRoot: String { "\(state)/hub-root.pem" }
  /// Which shared folder is which unit's: a file per unit.
  public var folderRecords: String { "\(state)/folders" }
  public func folderRecord(_ unit: UnitID) -> String { "\(folderRecords)/\(unit)" }
  public var outgoingSpool: String { "\(state)/spool/out" }
  public var incomingSpool: String { "\(state)/spool/in" }
  /// Copies of filed letters while they are read.
  public var readingSpool: String { "\(state)/spool/read" }
  /// There while the hub does not accept this machine: since when, and why.
  public var hubStanding: String { "\(state)/hub-standing.json" }
  /// There while the hub does not let this machine act for one of its units: since when, and why.
  public var unitStandings: String { "\(state)/unit-standings.json" }
  /// There while something keeps the daemon from its work: what, and whose word it is.
  public var troubles: String { "\(state)/troubles.json" }
  /// What is remembered of PINs that tokens refused.
  public var tokens: String { "\(state)/tokens" }
  /// What failed verification; never shown to clerks.
  public var quarantine: String { "\(state)/quarantine" }

  /// Copies of the journal.
  public var backups: String { "\(state)/backups" }
  /// What was found of journals that were lost.
  public var damaged: String { "\(state)/damaged" }
  /// There once a journal was lost: when, and what was done about it.
  public var journalLoss: String { "\(state)/journal-loss.json" }

  /// Every folder, parents first; all of them private.
  public var folders: [String] {
    [
      state, keys, tokens, folderRecords, "\(state)/spool", outgoingSpool, incomingSpool, readingSpool, quarantine,
      backups,
      damaged,
    ]
  }
}
