import Durable
import Exchange
import Foundation
import Letter

/// A folder in an outbox with one letter and its slip. It gets its name when all is in it, so that nobody sees the one without
/// the other. Blocking.
public struct LetterPackage: Sendable {
  private let folder: FilePath

  /// - Parameter folder: one in an outbox, which may or may not be a package.
  init(_ folder: FilePath) { self.folder = folder }

  /// Copies a letter into a unit's outbox, with its slip; durable on return.
  /// - Parameters:
  ///   - letter: the file's path; it stays where it is.
  ///   - name: under which it is sent.
  /// - Returns: the path of the copy.
  /// - Throws: `FolderFault` where the unit's folder is away; `SystemError`.
  public static func place(
    _ letter: String, named name: String, with slip: Slip, into unit: UnitConfiguration, paths: StatePaths
  ) throws -> String {
    let shared = try UnitFolder(unit, paths: paths).open()
    let outbox = FilePath(unit.outbox)
    try shared.make(outbox)
    let hidden = outbox.appending(".congvan-\(UUID().uuidString).tmp")
    try shared.make(hidden)
    let owner = try owner(of: outbox)
    do {
      let copy = hidden.appending(SafeFileName(dropped: name).text)
      try Placement.copy(FilePath(letter), to: copy)
      try hand(copy, to: owner, permissions: 0o660)
      try DurableFile.sync(try OwnedDescriptor(opening: "\(copy)", flags: O_RDONLY), path: copy)
      let note = hidden.appending(Slip.fileName)
      try DurableFile.replace(note, with: try CanonicalJSON.encode(slip), permissions: 0o660)
      try hand(note, to: owner, permissions: 0o660)
      try hand(hidden, to: owner, permissions: mode_t(unit.permissions.folders))
      let stem = "Gửi " + (name as NSString).deletingPathExtension
      let target = try FreeName.first(SafeFileName(stem: stem, suffix: ""), in: outbox, companion: nil)
      // Where somebody took that name meanwhile, the folder isn't empty, and the rename fails.
      try DurableFile.rename(hidden, to: target)
      try DurableFile.syncFolder(outbox)
      try shared.confirm()
      return "\(target.appending(copy.name))"
    } catch {
      try? FileManager.default.removeItem(atPath: "\(hidden)")
      throw error
    }
  }

  /// Whose the outbox is: an administrator's copy must be one that the service can take out.
  private static func owner(of folder: FilePath) throws(SystemError) -> (user: uid_t, group: gid_t) {
    var status = stat()
    _ = try SystemError.check("stat", "\(folder)") { folder.withCString { stat($0, &status) } }
    return (status.st_uid, status.st_gid)
  }

  private static func hand(_ path: FilePath, to owner: (user: uid_t, group: gid_t), permissions: mode_t)
    throws(SystemError)
  {
    if geteuid() == 0 {
      _ = try SystemError.check("chown", "\(path)") { path.withCString { lchown($0, owner.user, owner.group) } }
    }
    _ = try SystemError.check("chmod", "\(path)") { path.withCString { chmod($0, permissions) } }
  }

  /// Takes the folder away once nothing but its slip is in it. Any other folder is left as it is.
  func clear() throws(SystemError) {
    let slip = folder.appending(Slip.fileName)
    guard try Folder.look(slip)?.kind == .regular, try Folder.list(folder).count == 1 else { return }
    try DurableFile.remove(slip)
    // Whatever came into it meanwhile keeps it.
    _ = folder.withCString { rmdir($0) }
  }
}
