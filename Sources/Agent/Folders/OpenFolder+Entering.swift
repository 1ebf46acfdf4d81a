import CLinux
import Durable
import Foundation

/// Whoever may write to a share may also swap what stands in it, at any moment, for a link to somewhere else. What the agent
/// does below a unit's folder it therefore does in folders that it holds open, each reached from the one above by its name
/// alone, and never through a link.
extension OpenFolder {
  /// Does something in a folder below this one, held open meanwhile. Blocking.
  /// - Parameters:
  ///   - folder: absolute: the unit's folder, or one below it.
  ///   - body: gets the path under which the folder is reached while the call lasts (proc(5), `/proc/self/fd`).
  /// - Throws: what the closure throws, with paths as people know them. `SystemError`: ENOENT where no such folder is, ELOOP
  ///   where a link stands in its way, ENOTDIR where something else does, EINVAL where it doesn't lie in the unit's folder.
  func enter<Value>(_ folder: FilePath, _ body: (FilePath) throws -> Value) throws -> Value {
    let held = try hold(folder)
    let path = Self.path(in: held)
    defer { withExtendedLifetime(held) {} }
    do { return try body(path) } catch let error as SystemError {
      throw error.telling(of: folder, whereItSays: path)
    }
  }

  /// The same where the folder may be gone: nil then.
  func enterIfThere<Value>(_ folder: FilePath, _ body: (FilePath) throws -> Value) throws -> Value? {
    let held: OwnedDescriptor
    do { held = try hold(folder) } catch {
      // A folder of before the administrator moved the unit's.
      guard [ENOENT, ENOTDIR, EINVAL].contains(error.code) else { throw error }
      return nil
    }
    let path = Self.path(in: held)
    defer { withExtendedLifetime(held) {} }
    do { return try body(path) } catch let error as SystemError {
      throw error.telling(of: folder, whereItSays: path)
    }
  }

  /// Opens a regular file below this folder for reading. What stands there is looked at first without being opened: to open a
  /// device does something to it, and a pipe may hold who opens it.
  /// - Throws: `SystemError`: ENOENT, ENOTDIR; ELOOP where a link stands there or on the way; ENXIO where it is no file.
  func open(_ path: FilePath) throws -> OwnedDescriptor {
    try enter(path.folder) { folder in
      let found = try Self.step(into: nil, folder.appending(path.name), telling: path)
      switch found.status.st_mode & S_IFMT {
      case S_IFREG: break
      case S_IFLNK: throw SystemError(call: "open", path: "\(path)", code: ELOOP)
      default: throw SystemError(call: "open", path: "\(path)", code: ENXIO)
      }
      // This very file, by its descriptor.
      return OwnedDescriptor(
        try SystemError.check("open", "\(path)") {
          Self.path(of: found.held).withCString { Foundation.open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
        })
    }
  }

  private static func path(of held: OwnedDescriptor) -> FilePath { FilePath("/proc/self/fd/\(held.number)") }
  /// Of a folder: the entry in /proc is a link, which who opens a folder without following links refuses; its end isn't.
  private static func path(in held: OwnedDescriptor) -> FilePath { path(of: held).appending(".") }

  private func hold(_ folder: FilePath) throws(SystemError) -> OwnedDescriptor {
    let start = Array(unit.folder.utf8)
    guard folder.bytes == start || holds(folder) else {
      throw SystemError(call: "open", path: "\(folder)", code: EINVAL)
    }
    let parts = folder.bytes.dropFirst(start.count).split(separator: 0x2F).map { FilePath(bytes: Array($0)) }
    var held = try Self.step(into: descriptor, FilePath("."), telling: folder).held
    for part in parts {
      guard part != FilePath(".") && part != FilePath("..") else {
        throw SystemError(call: "open", path: "\(folder)", code: EINVAL)
      }
      let (next, status) = try Self.step(into: held, part, telling: folder)
      switch status.st_mode & S_IFMT {
      case S_IFDIR: held = next
      case S_IFLNK: throw SystemError(call: "open", path: "\(folder)", code: ELOOP)
      default: throw SystemError(call: "open", path: "\(folder)", code: ENOTDIR)
      }
    }
    return held
  }

  /// What has a name in a folder, itself, neither followed nor opened.
  private static func step(into folder: OwnedDescriptor?, _ name: FilePath, telling path: FilePath) throws(SystemError)
    -> (held: OwnedDescriptor, status: stat)
  {
    let held = OwnedDescriptor(
      try SystemError.check("open", "\(path)") { name.withCString { cl_hold(folder?.number ?? -1, $0) } })
    var status = stat()
    _ = try SystemError.check("fstat", "\(path)") { fstat(held.number, &status) }
    return (held, status)
  }
}

extension SystemError {
  /// The same with the path that people know.
  fileprivate func telling(of folder: FilePath, whereItSays held: FilePath) -> SystemError {
    let prefix = "\(held)"
    guard path == prefix || path.hasPrefix(prefix + "/") else { return self }
    return SystemError(call: call, path: "\(folder)" + path.dropFirst(prefix.count), code: code)
  }
}
