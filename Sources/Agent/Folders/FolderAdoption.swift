import Durable
import Exchange
import Foundation

/// Makes a folder the unit's, by a person's order alone: at enrolment, and by `congvan folder adopt`. The daemon never does,
/// since it can't tell a folder that lost its mark from the mount point of a share that is away. Blocking.
public struct FolderAdoption: Sendable {
  public enum Obstacle: Error, Sendable, CustomStringConvertible {
    case fault(FolderFault)
    /// The unit had a folder, and this one is empty.
    case empty

    public var description: String {
      switch self {
      case .fault(let fault): "\(fault)"
      case .empty: "the folder is empty, though the unit had one before"
      }
    }
  }

  private let unit: UnitConfiguration
  private let paths: StatePaths

  public init(_ unit: UnitConfiguration, paths: StatePaths) {
    self.unit = unit
    self.paths = paths
  }

  /// Marks the folder, remembers it, and makes the folders in it that are missing. A mark of ours that stands there already
  /// is kept, so that a run that was cut off is simply repeated.
  /// - Parameters:
  ///   - acceptsEmpty: also an empty folder in place of one that was known: else it is most likely a mount point.
  ///   - takesOver: also a folder that another machine marked: it gets a mark of ours, and the other one stands down.
  /// - Returns: what was made or written, for whoever asked.
  /// - Throws: `Obstacle`, `SystemError`.
  @discardableResult
  public func run(acceptsEmpty: Bool = false, takesOver: Bool = false) throws -> [String] {
    let folder = UnitFolder(unit, paths: paths)
    let open: OpenFolder
    let known: FolderID?
    let mark: FolderMark?
    do throws(FolderFault) {
      open = try OpenFolder(unit)
      mark = try open.mark()
      known = try folder.known(by: mark)
    } catch {
      throw Obstacle.fault(error)
    }
    if let mark, mark.unit != unit.unit { throw Obstacle.fault(.foreign(mark.unit)) }
    if mark == nil, known != nil, !acceptsEmpty, try open.isEmpty() { throw Obstacle.empty }
    let isOurs = mark != nil && mark?.id == known
    if mark != nil, !isOurs, !takesOver {
      throw Obstacle.fault(known == nil ? .servedElsewhere : .otherFolder)
    }
    var made: [String] = []
    try Folder.make(FilePath(paths.folderRecords), permissions: 0o700)
    var id = try FolderID.make()
    if isOurs, let mark {
      id = mark.id
    } else {
      // Ours before the mark, and known as ours by the mark alone: wherever a crash comes, it is clear whose it is.
      try folder.begin(id)
      try open.write(FolderMark(unit: unit.unit, id: id))
      made.append("\(unit.folder)/\(FolderMark.fileName)")
    }
    if try folder.known() != id {
      try folder.remember(id)
      made.append(paths.folderRecord(unit.unit))
    }
    for path in [unit.outbox, unit.inbox, unit.sent, unit.rejected] where try open.make(FilePath(path)) {
      made.append(path)
    }
    return made
  }
}

/// The user that the daemon runs as.
public enum ServiceUser {
  /// Run by root, gives these to the owner of the state folder, or to `congvan`; for everybody else it does nothing.
  public static func give(_ files: some Sequence<String>, paths: StatePaths) throws {
    guard geteuid() == 0 else { return }
    var status = stat()
    guard stat(paths.state, &status) == 0 else { return }
    var owner = (status.st_uid, status.st_gid)
    if owner.0 == 0 {
      guard paths.state == "/var/lib/congvan", let user = getpwnam("congvan") else { return }
      owner = (user.pointee.pw_uid, user.pointee.pw_gid)
    }
    for path in Set(files) {
      // lchown: a link that somebody put there is not followed.
      _ = try SystemError.check("lchown", path) { lchown(path, owner.0, owner.1) }
    }
  }
}
