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
    do {
      let copy = hidden.appending(SafeFileName(dropped: name).text)
      let note = hidden.appending(Slip.fileName)
      let slipText = try CanonicalJSON.encode(slip)
      try shared.enter(hidden) { place in
        try Placement.copy(FilePath(letter), to: place.appending(copy.name))
        try DurableFile.replace(place.appending(note.name), with: slipText, permissions: 0o660)
      }
      // An administrator's copy must be one that the service can take out.
      let owner = try shared.enter(outbox) { place in try Self.owner(of: place) }
      for path in [copy, note] {
        let file = try shared.open(path)
        try hand(file, path, to: owner, permissions: 0o660)
        try DurableFile.sync(file, path: path)
      }
      try shared.enter(hidden) { place in
        let held = try OwnedDescriptor(opening: "\(place)", flags: O_RDONLY | O_DIRECTORY)
        try hand(held, place, to: owner, permissions: mode_t(unit.permissions.folders))
      }
      var stem = "Gửi " + (name as NSString).deletingPathExtension
      // A folder that looks like somebody's unfinished file, or like a document, is none to the scan.
      if OutboxScan.isTemporary(stem) || OutboxScan.isPDF(stem) { stem = "Gửi văn bản" }
      let target = try shared.enter(outbox) { place in
        let free = try FreeName.first(SafeFileName(stem: stem, suffix: ""), in: place, companion: nil)
        // Where somebody took that name meanwhile, the folder isn't empty, and the rename fails.
        try DurableFile.rename(place.appending(hidden.name), to: free)
        try DurableFile.syncFolder(place)
        return outbox.appending(free.name)
      }
      try shared.confirm()
      return "\(target.appending(copy.name))"
    } catch {
      try? FileManager.default.removeItem(atPath: "\(hidden)")
      throw error
    }
  }

  private static func owner(of folder: FilePath) throws(SystemError) -> (user: uid_t, group: gid_t) {
    var status = stat()
    _ = try SystemError.check("stat", "\(folder)") { folder.withCString { stat($0, &status) } }
    return (status.st_uid, status.st_gid)
  }

  private static func hand(
    _ file: OwnedDescriptor, _ path: FilePath, to owner: (user: uid_t, group: gid_t), permissions: mode_t
  ) throws(SystemError) {
    if geteuid() == 0 {
      // Whoever may write to the share may have put another name of somebody's file there.
      var status = stat()
      _ = try SystemError.check("fstat", "\(path)") { fstat(file.number, &status) }
      guard status.st_mode & S_IFMT == S_IFDIR || status.st_nlink == 1 else {
        throw SystemError(call: "chown", path: "\(path)", code: EMLINK)
      }
      _ = try SystemError.check("chown", "\(path)") { fchown(file.number, owner.user, owner.group) }
    }
    _ = try SystemError.check("chmod", "\(path)") { fchmod(file.number, permissions) }
  }

  /// Takes the folder away once nothing but its slip is in it. Any other folder is left as it is.
  /// - Parameter open: the unit's, just found to be there.
  func clear(in open: OpenFolder) throws {
    let isSpent = try open.enterIfThere(folder) { place in
      let slip = place.appending(Slip.fileName)
      guard try Folder.look(slip)?.kind == .regular, try Folder.list(place).count == 1 else { return false }
      try DurableFile.remove(slip)
      return true
    }
    guard isSpent == true else { return }
    // Whatever came into it meanwhile keeps it.
    try open.enter(folder.folder) { place in _ = place.appending(folder.name).withCString { rmdir($0) } }
  }
}
