import CLinux
import Foundation

/// A file that is written first and named last: nothing appears under its name before it is whole, and what is given up
/// leaves nothing behind. Where the file system can, it has no name at all until then, so that not even a crash leaves any.
public final class NewFile: Sendable {
  private let target: FilePath
  private let descriptor: OwnedDescriptor
  /// Where it stands meanwhile; nil where it has no name.
  private let temporary: FilePath?

  /// A nameless file is named through its entry there.
  private static let canName = access("/proc/self/fd", X_OK) == 0

  /// - Parameter target: its later path; nothing is there yet.
  public convenience init(for target: FilePath, permissions: mode_t = 0o644) throws(SystemError) {
    try self.init(for: target, permissions: permissions, mayBeNameless: Self.canName)
  }

  /// - Parameter mayBeNameless: false: as where the system can't name a nameless file.
  init(for target: FilePath, permissions: mode_t = 0o644, mayBeNameless: Bool) throws(SystemError) {
    self.target = target
    let nameless = mayBeNameless ? target.folder.withCString { cl_open_nameless($0, permissions) } : -1
    if nameless >= 0 {
      temporary = nil
      descriptor = OwnedDescriptor(nameless)
      return
    }
    let path = target.folder.appending(".\(UUID().uuidString).part")
    temporary = path
    descriptor = OwnedDescriptor(
      try SystemError.check("open", "\(path)") {
        path.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions) }
      })
  }

  /// Writes all bytes behind those written before.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    try DurableFile.write(bytes, to: descriptor, path: target)
  }

  /// Gives it its name. Once only.
  /// - Parameter durably: bytes and name are on the disk on return.
  /// - Throws: `SystemError` with EEXIST where something has that name.
  public func publish(durably: Bool) throws(SystemError) {
    if durably { try DurableFile.sync(descriptor, path: target) }
    if let temporary {
      try DurableFile.renameKeeping(temporary, to: target)
    } else {
      _ = try SystemError.check("link", "\(target)") {
        target.withCString { cl_name_descriptor(descriptor.number, $0) }
      }
    }
    if durably { try DurableFile.syncFolder(target.folder) }
  }

  // Once published there is nothing of this name.
  deinit { if let temporary { try? DurableFile.remove(temporary) } }
}
