/// How often what goes wrong, in a thousand acts; far denser than life.
struct Faults {
  var crash = 0
  /// Of crashes: those that are power cuts.
  var powerCut = 0
  var diskError = 0
  /// Something else happens in the middle of an act.
  var interruption = 0
  var lostRequest = 0
  var lostAnswer = 0
  /// A request that seems lost, and arrives later.
  var lateRequest = 0
  var repeatedRequest = 0
  /// Of what happens in the middle of an act: requests that were still on their way.
  var crossing = 0
  /// Somebody touches the very file that an agent is about to act on, or takes the name that it is about to give.
  var meddling = 0
  var cutBody = 0
  /// Of bodies: those of which a bit is turned, by a memory or a disk that errs.
  var wrongBytes = 0
  /// An act that takes long.
  var slow = 0

  static let none = Faults()

  /// Each seed has its own weather: some faults dense, some absent.
  static func weather(_ chance: inout Chance) -> Faults {
    func some(_ most: Int, _ chance: inout Chance) -> Int { chance.happens(600) ? 1 + chance.below(most) : 0 }
    var faults = Faults(
      crash: some(25, &chance), powerCut: 500, diskError: some(30, &chance), interruption: some(150, &chance),
      lostRequest: some(150, &chance), lostAnswer: some(150, &chance), lateRequest: some(100, &chance),
      repeatedRequest: some(100, &chance), crossing: some(500, &chance), meddling: some(30, &chance),
      cutBody: some(200, &chance), wrongBytes: some(40, &chance), slow: some(30, &chance))
    // Some provinces have a line on which every third request seems lost and comes later, across others.
    if chance.happens(150) {
      faults.lateRequest = 300
      faults.repeatedRequest = 300
      faults.interruption = 250
      faults.crossing = 700
    }
    return faults
  }
}

/// A bug planted on purpose: a campaign that doesn't find it proves nothing.
enum Mutation: String, CaseIterable {
  /// The document goes out before the journal knows its identifier.
  case identifierBeforeJournal
  /// Equal files that are taken in at the same moment don't see each other.
  case duplicateUnseen
  /// A retry speaks of another document.
  case newIdentifierOnRetry
  /// A retry sends other bytes.
  case signedAnewOnRetry
  /// The spooled copy isn't synced before the journal says that it is signed.
  case spoolNotSynced
  /// The original goes before the signed copy stands in sent/.
  case originalFirst
  /// The original is removed by its name, whatever stands there now.
  case originalByName
  /// What stands under a refused file's name is moved into rejected/, whatever it is by now.
  case rejectedByName
  /// A file of somebody else in sent/ is replaced.
  case sentReplaced
  /// A fault that may pass is taken for a refusal.
  case faultIsRefusal
  /// After a start the journal's open documents are forgotten.
  case openForgotten
  /// A file that is still being written is taken in.
  case notSettled
  /// The hub signs the receipt before the bytes are synced.
  case receiptBeforeSync
  /// The hub answers before the ledger's commit.
  case receiptBeforeCommit
  /// The hub takes whatever stands in an upload for the document.
  case uploadUnchecked
  /// The cursor is committed before the rows of its page.
  case cursorBeforeRows
  /// The number is counted in one commit, and given in another.
  case numberApart
  /// The inbox file is renamed into its place before it is synced.
  case inboxNotSynced
  /// The name in the inbox isn't synced before the journal says "filed".
  case inboxFolderNotSynced
  /// After a crash the document is published again, under the next name.
  case publishedTwice
  /// Acknowledged before it is filed.
  case acknowledgedEarly
  /// What came is filed without a look at its hash.
  case unverified
  /// The acknowledgement isn't journalled with the filing.
  case acknowledgementApart
  /// A unit is closed without a word to those whose letters are under way to it.
  case closedSilently
}

extension Mutation {
  /// Where the search for it begins: at a seed that has found it. After a change of the world's histories the search goes on
  /// from there.
  var start: UInt64 {
    switch self {
    case .identifierBeforeJournal: 9
    case .duplicateUnseen: 2
    case .newIdentifierOnRetry, .signedAnewOnRetry: 8
    case .spoolNotSynced, .sentReplaced: 20
    case .originalFirst, .acknowledgedEarly: 95
    case .unverified: 19
    case .originalByName: 57
    case .notSettled: 10
    case .cursorBeforeRows: 112
    case .rejectedByName: 262
    case .uploadUnchecked: 272
    case .publishedTwice: 270
    case .acknowledgementApart: 772
    default: 1
    }
  }
}

/// States that are rare, and that a campaign must have met: what was never met was never tested.
enum RareState: String, CaseIterable {
  case receiptRepeated, ledgerRepeated, uploadResumed, uploadGone, uploadCorrected, uploadTakenOver, checksumWrong,
    digestWrong, gateShut
  case agentPowerCut, hubPowerCut, bothDown, unsyncedLost, orphanRemoved, clockBack, diskFault, journalFault
  case sentNameTaken, spooledRemovedAfterCrash, originalAfterCrash, originalReplaced, originalGivenBack
  case rejectedNameTaken, refusedGivenBack, rejectedAfterCrash, nothingToExplain, duplicateRefused, duplicateAtOnce,
    restless, fileVanished
  case fetchResumed, contradiction, publishedBeforeCrash, inboxNameTaken, fetchedAgain, batchRepeated
  case unknownToOldDirectory, unaddressed, refusedByDirectory, certificateExpired, machineExpired, unitClosed,
    groupChanged
}
