import Durable
import Exchange
import Foundation
import NIOConcurrencyHelpers

/// A unit's shared folder, which may be away: it is looked for anew before anything is done in it. Blocking.
public struct UnitFolder: Sendable {
  let unit: UnitConfiguration
  /// Where we remember which folder it is.
  private let record: FilePath

  public init(_ unit: UnitConfiguration, paths: StatePaths) {
    self.unit = unit
    record = FilePath(paths.folderRecord(unit.unit))
  }

  /// The folder, where it is there and is the unit's.
  func open() throws(FolderFault) -> OpenFolder {
    let (folder, decision) = try look()
    switch decision {
    case .use: break
    case .refuse(let fault): throw fault
    }
    return folder
  }

  /// What is the matter with it now, without changing anything; nil where it is the unit's.
  public func fault() -> FolderFault? {
    do throws(FolderFault) {
      if case .refuse(let fault) = try look().decision { return fault }
      return nil
    } catch {
      return error
    }
  }

  /// The same for a person who waits for the answer: `notAnswering` where none came in time, and a thread is left behind.
  public func fault(within limit: Duration) async -> FolderFault? {
    let answer = NIOLockedValueBox<FolderFault?>(.notAnswering)
    let bell = WakeUp()
    let threads = IOThreads(count: 1, name: "folder")
    threads.start {
      let fault = self.fault()
      answer.withLockedValue { $0 = fault }
      bell.ring()
    }
    await bell.wait(atMost: limit)
    return answer.withLockedValue { $0 }
  }

  /// Those of all units whose folders something is the matter with, for a person who waits: all at once, so that several
  /// shares that don't answer cost the time of one.
  static func faults(of configuration: AgentConfiguration) async -> [UnitID: FolderFault] {
    await withTaskGroup(of: (UnitID, FolderFault?).self) { group in
      for unit in configuration.units {
        group.addTask { (unit.unit, await UnitFolder(unit, paths: configuration.paths).fault(within: patience)) }
      }
      var faults: [UnitID: FolderFault] = [:]
      for await (unit, fault) in group { faults[unit] = fault }
      return faults
    }
  }

  /// For `fault(within:)`: somebody looks at the screen, and a disk that sleeps is awake when they ask again.
  public static let patience: Duration = .seconds(5)

  private func look() throws(FolderFault) -> (folder: OpenFolder, decision: FolderDecision) {
    let folder = try OpenFolder(unit)
    let mark = try folder.mark()
    return (folder, .decide(unit: unit.unit, known: try known(by: mark), mark: mark))
  }

  /// Which folder we remember, or were about to when we were cut off: its mark was written, and not yet our memory of it.
  func known(by mark: FolderMark?) throws(FolderFault) -> FolderID? {
    if let known = try known() { return known }
    return try begun().flatMap { $0 == mark?.id ? $0 : nil }
  }

  /// Which folder we remember; nil where none was ever marked.
  func known() throws(FolderFault) -> FolderID? { try read(record) }

  /// The mark that was about to be written.
  private func begun() throws(FolderFault) -> FolderID? { try read(beginning) }
  private var beginning: FilePath { record.folder.appending(record.name + Array(".new".utf8)) }

  private func read(_ record: FilePath) throws(FolderFault) -> FolderID? {
    do {
      guard try Folder.look(record) != nil else { return nil }
      let text = try String(contentsOfFile: "\(record)", encoding: .utf8)
      return FolderID(text.trimmingCharacters(in: .whitespacesAndNewlines))
    } catch {
      // Not knowing which folder it is must not look as if none had ever been marked.
      throw .unreadable((error as? SystemError)?.code ?? EIO)
    }
  }

  /// A mark of ours is about to be written: from now on it is known by that.
  func begin(_ id: FolderID) throws(FolderFault) {
    do { try DurableFile.replace(beginning, with: Data("\(id)\n".utf8)) } catch { throw .unreadable(error.code) }
  }

  func remember(_ id: FolderID) throws(FolderFault) {
    do {
      try DurableFile.replace(record, with: Data("\(id)\n".utf8))
      try DurableFile.remove(beginning)
    } catch {
      throw .unreadable(error.code)
    }
  }
}

/// A unit's folder that stood there, held open: what is made in it is made in this very folder, though the share may go away
/// at any moment and leave another one, on the disk below, under the same path. Blocking.
final class OpenFolder: Sendable {
  let unit: UnitConfiguration
  let descriptor: OwnedDescriptor
  private let device: dev_t
  private let inode: ino_t

  /// What stands at the path, whosever it is: `UnitFolder.open` looks at the mark.
  init(_ unit: UnitConfiguration) throws(FolderFault) {
    self.unit = unit
    let number = Foundation.open(unit.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { Pulse.beat() }
    guard number >= 0 else { throw Self.fault(errno) }
    descriptor = OwnedDescriptor(number)
    var status = stat()
    guard fstat(number, &status) == 0 else { throw Self.fault(errno) }
    device = status.st_dev
    inode = status.st_ino
  }

  private static func fault(_ code: Int32) -> FolderFault {
    code == ENOENT || code == ENOTDIR ? .absent : .unreadable(code)
  }

  /// The mark that stands in it; nil where none does, or something else has its name.
  func mark() throws(FolderFault) -> FolderMark? {
    // O_NONBLOCK: whoever may write to the share may put a pipe there.
    let number = openat(descriptor.number, FolderMark.fileName, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard number >= 0 else {
      if errno == ENOENT || errno == ELOOP { return nil }
      throw .unreadable(errno)
    }
    let file = OwnedDescriptor(number)
    var status = stat()
    guard fstat(file.number, &status) == 0 else { throw .unreadable(errno) }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= FolderMark.longest else { return nil }
    Pulse.beat()
    var bytes = [UInt8](repeating: 0, count: FolderMark.longest)
    let count = pread(file.number, &bytes, bytes.count, 0)
    guard count >= 0 else { throw .unreadable(errno) }
    return String(validating: bytes.prefix(count), as: UTF8.self).flatMap(FolderMark.init(text:))
  }

  /// After the work: whether this folder still is what its path names. What was written meanwhile may have gone elsewhere
  /// if not, and counts for nothing.
  func confirm() throws(FolderFault) {
    var status = stat()
    guard stat(unit.folder, &status) == 0 else { throw Self.fault(errno) }
    guard status.st_dev == device, status.st_ino == inode else { throw .absent }
  }

  /// Whether a path lies in it.
  func holds(_ path: FilePath) -> Bool { path.bytes.starts(with: Array("\(unit.folder)/".utf8)) }

  /// Makes a folder in it, with parents, where they are missing: with the unit's permissions, whatever the umask says.
  /// - Parameter path: absolute, below the unit's folder.
  /// - Returns: whether anything was made.
  @discardableResult
  func make(_ path: FilePath) throws -> Bool {
    guard holds(path) else { throw SystemError(call: "mkdir", path: "\(path)", code: EINVAL) }
    let parts = path.bytes.dropFirst(unit.folder.utf8.count + 1).split(separator: 0x2F)
    var isNew = false
    for length in 1...max(1, parts.count) {
      let relative = FilePath(bytes: Array(parts.prefix(length).joined(separator: [0x2F])))
      if relative.withCString({ mkdirat(descriptor.number, $0, 0o700) }) != 0 {
        if errno == EEXIST {
          // A link that somebody put there would lead letters out of the folder.
          var status = stat()
          let isThere = relative.withCString { fstatat(descriptor.number, $0, &status, AT_SYMLINK_NOFOLLOW) } == 0
          guard isThere, status.st_mode & S_IFMT == S_IFDIR else {
            throw SystemError(call: "mkdir", path: "\(path)", code: ENOTDIR)
          }
          continue
        }
        throw SystemError(call: "mkdir", path: "\(path)")
      }
      _ = try SystemError.check("chmod", "\(path)") {
        relative.withCString { fchmodat(descriptor.number, $0, mode_t(unit.permissions.folders), 0) }
      }
      isNew = true
      // The name is durable before anything stands in the new folder.
      try sync(length == 1 ? nil : FilePath(bytes: Array(parts.prefix(length - 1).joined(separator: [0x2F]))))
    }
    return isNew
  }

  private func sync(_ relative: FilePath?) throws(SystemError) {
    guard let relative else {
      _ = try SystemError.check("fsync", unit.folder) { fsync(descriptor.number) }
      return
    }
    let folder = OwnedDescriptor(
      try SystemError.check("open", "\(unit.folder)/\(relative)") {
        relative.withCString { openat(descriptor.number, $0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
      })
    _ = try SystemError.check("fsync", "\(unit.folder)/\(relative)") { fsync(folder.number) }
  }

  /// Writes the mark, durably, readable for everybody who may enter: 0444.
  func write(_ mark: FolderMark) throws {
    try DurableFile.replace(
      FilePath(unit.folder).appending(FolderMark.fileName), with: Data(mark.text.utf8), permissions: 0o444)
    try confirm()
  }

  /// Whether anything but hidden files stands in it.
  func isEmpty() throws(SystemError) -> Bool {
    try Folder.list(FilePath(unit.folder)).allSatisfy { $0.name.first == 0x2E || $0.text == "lost+found" }
  }
}
