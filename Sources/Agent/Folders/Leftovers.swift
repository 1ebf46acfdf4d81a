import Durable
import Exchange
import Foundation

/// What a crash left of a file that was being replaced (`DurableFile.replace`): hidden, and of no use to anybody. Taken away
/// at start, and only what certainly is ours: a person's file is never touched. Blocking.
struct Leftovers: Sendable {
  /// The process's start; what was written since is being written now.
  let start: Date

  /// The clock of file times lags behind the one that told the start, by a tick of the kernel.
  private static let tick: TimeInterval = 1
  /// Months of sent/ that are looked into, the newest first: a start follows a crash soon, and old months hold many files.
  private static let months = 2

  /// - Returns: what was removed.
  func sweep(_ unit: UnitConfiguration, in folder: OpenFolder) -> [FilePath] {
    let sent = FilePath(unit.sent)
    let list = { (path: FilePath) in (try? folder.enter(path, Folder.list)) ?? [] }
    let months = numbered(sent, list(sent)).flatMap { numbered($0, list($0)) }.suffix(Self.months)
    return ([FilePath(unit.rejected), FilePath(unit.inbox)] + months).flatMap { place in
      ((try? folder.enter(place, sweep)) ?? []).map { place.appending($0.name) }
    }
  }

  /// The private state folder: what lies there may be a key.
  func sweep(_ paths: StatePaths) -> [FilePath] { paths.folders.flatMap { sweep(FilePath($0)) } }

  /// A folder that can't be read has nothing that could be removed.
  private func sweep(_ folder: FilePath) -> [FilePath] {
    ((try? Folder.list(folder)) ?? []).filter { $0.kind == .regular && DurableFile.isTemporary($0.name) }
      .map { folder.appending($0.name) }
      .filter { isOurs($0) && (try? DurableFile.remove($0)) != nil }
  }

  /// Written by this user, before this process began, and under no second name.
  private func isOurs(_ path: FilePath) -> Bool {
    var status = stat()
    guard path.withCString({ lstat($0, &status) }) == 0 else { return false }
    let written = TimeInterval(status.st_mtim.tv_sec) + TimeInterval(status.st_mtim.tv_nsec) / 1e9
    return status.st_mode & S_IFMT == S_IFREG && status.st_uid == geteuid() && status.st_nlink == 1
      && written < start.timeIntervalSince1970 - Self.tick
  }

  /// The folders in it that are named by a number, as years and months are, in their order.
  private func numbered(_ folder: FilePath, _ entries: [FolderEntry]) -> [FilePath] {
    entries.filter { $0.kind == .folder && $0.name.allSatisfy { (0x30...0x39).contains($0) } }
      .sorted { $0.text < $1.text }.map { folder.appending($0.name) }
  }
}
