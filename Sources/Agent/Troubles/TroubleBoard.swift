import Durable
import Exchange
import Foundation
import Logging
import NIOConcurrencyHelpers

/// Where the daemon's parts say what is in their way, and that it no longer is. Saying so costs nothing; `HeartbeatService`
/// writes down what holds, for `congvan status`.
public final class TroubleBoard: Sendable {
  /// What is written: whose word it is, so that a dead daemon's isn't believed.
  private struct Word: Codable {
    var process: Int32
    var troubles: Troubles
  }

  private struct State {
    var troubles = Troubles()
    var lastContact: Instant?
    /// When a step failed last for want of room.
    var lastFull: ContinuousClock.Instant?
    /// What the file says; nil where it isn't known, as at the start.
    var written: Troubles?
  }

  private let paths: StatePaths
  private let threads: IOThreads
  /// Rung when something changed, for who tells of it.
  private let changed: WakeUp
  private let quiet: Duration
  private let logger: Logger
  private let state = NIOLockedValueBox(State())

  /// - Parameter quiet: a full disk is taken to be over when it has room and nothing failed for so long: a quota that is used
  ///   up doesn't show in the room that the disk has.
  init(
    paths: StatePaths, threads: IOThreads, changed: WakeUp, quiet: Duration = .seconds(30), logger: Logger
  ) {
    self.quiet = quiet
    self.paths = paths
    self.threads = threads
    self.changed = changed
    self.logger = logger
  }

  /// What the daemon of this process wrote at this path; empty where nothing is the matter, or another one wrote it.
  public static func read(_ path: String, of process: Int32) -> Troubles {
    guard let data = FileManager.default.contents(atPath: path), data.count <= 1 << 20,
      let word = try? CanonicalJSON.decode(Word.self, from: data), word.process == process
    else { return Troubles() }
    return word.troubles
  }

  var troubles: Troubles { state.withLockedValue { $0.troubles } }

  // MARK: - Saying

  private func note(_ change: (inout Troubles) -> Void) {
    let isNews = state.withLockedValue { state in
      let before = state.troubles
      change(&state.troubles)
      return state.troubles != before
    }
    if isNews { changed.ring() }
  }

  /// The hub itself was heard.
  func hubAnswered() {
    let wasMissed = state.withLockedValue { state in
      state.lastContact = Instant(Date())
      return state.troubles.hub != nil
    }
    if wasMissed { note { $0.hubAnswered() } }
  }

  /// A request that began then got no answer of the hub.
  /// Where the hub was heard meanwhile, as by another request, it is there: what broke is a matter of that request.
  func hubMissed(_ fault: HubFault, begun: Instant) {
    switch fault.kind {
    case .unreachable, .tls, .busy, .full, .protocolViolation: break
    case .unauthorised, .refused, .cancelled, .local: return
    }
    let lastContact = state.withLockedValue { $0.lastContact }
    if let lastContact, lastContact >= begun { return }
    note { $0.hubMissed(fault, lastContact: lastContact, now: Instant(Date())) }
  }

  /// - Parameter errors: what in it, or the whole of it, can't be read.
  func outboxRead(of unit: UnitID, except errors: [(path: String, error: any Error)]) {
    note { $0.outboxRead(of: unit, except: errors, now: Instant(Date())) }
  }

  /// A file could not be put there.
  /// - Parameter path: of the folder.
  func blocked(_ place: Troubles.Place, _ path: String, of unit: UnitID, by error: any Error) {
    // That a folder is away is told where it is seen; a full state disk is no fault of the folder.
    if error is FolderFault || error is CancellationError || isStateDisk(error) { return }
    note { $0.blocked(place, path, of: unit, by: error, now: Instant(Date())) }
  }

  /// A file was put there.
  func cleared(_ place: Troubles.Place, of unit: UnitID) { note { $0.cleared(place, of: unit) } }

  /// - Parameter files: some of those that wait for their recipient to be known.
  func wait(_ count: Int, files: [FilePath]) { note { $0.wait(count, files: files.map { "\($0)" }) } }

  /// - Parameter files: some of those of which it isn't clear to whom they go.
  func puzzle(_ count: Int, files: [FilePath]) { note { $0.puzzle(count, files: files.map { "\($0)" }) } }

  /// A step failed: takes in whether it was for a full state disk.
  func failed(_ error: any Error) {
    guard DelayCause(error) == .diskFull, isStateDisk(error) else { return }
    state.withLockedValue { $0.lastFull = .now }
    note { $0.diskIsFull(error, now: Instant(Date())) }
  }

  /// Whether the error is of what the daemon keeps for itself, rather than of a shared folder.
  private func isStateDisk(_ error: any Error) -> Bool {
    switch error {
    case let error as SystemError: error.path.hasPrefix(paths.state + "/")
    // The fetched document's spool, and the journal's database.
    case let fault as HubFault: if case .local = fault.kind { true } else { false }
    default: DelayCause(error) == .diskFull
    }
  }

  // MARK: - Telling

  /// How soon it must be told again though nobody rings: what could not be written, and a disk that is full, are tried again.
  var patience: Duration? {
    state.withLockedValue { $0.written != $0.troubles || $0.troubles.fullDisk != nil ? .seconds(5) : nil }
  }

  /// A disk with this many free bytes isn't taken for full; the next step that fails says if it is.
  private static let room: Int64 = 64 << 20

  /// Writes down what holds now, if that isn't what was written last. For one caller.
  func tell() async {
    do {
      let path = paths
      let isQuiet = state.withLockedValue { [quiet] in $0.lastFull.map { .now >= $0 + quiet } ?? true }
      if troubles.fullDisk != nil, isQuiet {
        // The spools may be on disks of their own.
        let places = [path.state, path.outgoingSpool, path.incomingSpool]
        if try await threads.run({ places.allSatisfy { Self.hasRoom($0) } }) { note { $0.diskHasRoom() } }
      }
      let (now, written) = state.withLockedValue { ($0.troubles, $0.written) }
      guard now != written else { return }
      try await threads.run {
        if now.isEmpty {
          try DurableFile.remove(FilePath(path.troubles))
        } else {
          let word = Word(process: ProcessInfo.processInfo.processIdentifier, troubles: now)
          try DurableFile.replace(FilePath(path.troubles), with: try CanonicalJSON.encode(word))
        }
      }
      state.withLockedValue { $0.written = now }
    } catch {
      failed(error)
      logger.debug("not remembered for congvan status", metadata: ["file": "\(paths.troubles)", "error": "\(error)"])
    }
  }

  /// Whether the disk of a folder has room, for whoever isn't root. Blocking.
  static func hasRoom(_ folder: String, bytes: Int64 = room) -> Bool {
    guard let space = try? DiskSpace(at: FilePath(folder)) else { return false }
    return space.free >= bytes && space.takesFiles
  }
}
