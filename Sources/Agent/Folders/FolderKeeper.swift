import Durable
import Exchange
import Logging
import NIOConcurrencyHelpers
import ServiceLifecycle

/// Knows which units' folders are away now. Whoever works in a folder opens it here; for one that is away it is looked for
/// every few seconds, and who waits is woken when it is back.
final class FolderKeeper: Service {
  private struct State {
    var away: [UnitID: FolderFault] = [:]
    /// Rung when a folder is back.
    var bells: [WakeUp] = []
  }

  private let folders: [UnitID: UnitFolder]
  private let threads: IOThreads
  private let logger: Logger
  private let state = NIOLockedValueBox(State())
  private let gone = WakeUp()
  /// Rung when a folder went away or is back, for who tells of it.
  let changed = WakeUp()

  private static let interval: Duration = .seconds(5)

  init(units: [UnitConfiguration], paths: StatePaths, threads: IOThreads, logger: Logger) {
    folders = Dictionary(
      units.map { ($0.unit, UnitFolder($0, paths: paths)) }, uniquingKeysWith: { first, _ in first })
    self.threads = threads
    self.logger = logger
  }

  /// The units whose folders are away, as they were last found.
  var away: [UnitID: FolderFault] { state.withLockedValue { $0.away } }

  /// Rings when a folder is back.
  func wake(_ bell: WakeUp) { state.withLockedValue { $0.bells.append(bell) } }

  /// A unit's folder, to work in. Blocking.
  func open(_ unit: UnitID) throws(FolderFault) -> OpenFolder {
    guard let folder = folders[unit] else { throw .neverMarked }
    do {
      let open = try folder.open()
      note(nil, of: unit)
      return open
    } catch {
      note(error, of: unit)
      throw error
    }
  }

  func run() async throws {
    try await cancelWhenGracefulShutdown { [self] in
      while !Task.isCancelled {
        let units = Array(away.keys)
        if units.isEmpty {
          await gone.wait()
        } else {
          try await Task.sleep(for: Self.interval)
          try await threads.run { [self] in
            for unit in units { _ = try? open(unit) }
          }
        }
      }
    }
  }

  private func note(_ fault: FolderFault?, of unit: UnitID) {
    let (before, bells) = state.withLockedValue { state in
      defer { state.away[unit] = fault }
      return (state.away[unit], state.bells)
    }
    guard before != fault else { return }
    let folder = folders[unit]?.unit.folder ?? ""
    if let fault {
      logger.error(
        "a unit's folder is away: nothing is done in it, and letters wait",
        metadata: [
          "unit": "\(unit)", "folder": "\(folder)", "why": "\(fault)",
          "todo": "\(FolderText.remedy(fault, of: unit).english)",
        ])
      gone.ring()
    } else {
      logger.notice("a unit's folder is back", metadata: ["unit": "\(unit)", "folder": "\(folder)"])
      for bell in bells { bell.ring() }
    }
    changed.ring()
  }
}
