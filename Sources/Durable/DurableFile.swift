import CLinux
import Foundation

/// Writing so that it is still there after a power cut: bytes are synced before the name, and the name's folder after it.
public enum DurableFile {
  /// Copying and hashing go in pieces of this size, in bytes: large enough for the disk, and small enough for the allocator to
  /// keep it: from 128 KiB on glibc maps each buffer anew, and the kernel hands it out page by page (mallopt(3)).
  public static let pieceSize = 96 << 10

  /// fsync of a folder: makes names that were added, renamed or removed in it durable.
  public static func syncFolder(_ path: FilePath) throws(SystemError) {
    let folder = OwnedDescriptor(
      try SystemError.check("open", "\(path)") {
        path.withCString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
      })
    var status = stat()
    _ = try SystemError.check("fstat", "\(path)") { fstat(folder.number, &status) }
    // Whoever holds the same folder by another path shares the sync.
    let name = FilePath("\(status.st_dev):\(status.st_ino)")
    try FolderSyncs.shared.sync(name) { (_: FilePath) throws(SystemError) in
      _ = try SystemError.check("fsync", "\(path)") { fsync(folder.number) }
    }
  }

  /// fsync of a file's bytes and length.
  public static func sync(_ descriptor: OwnedDescriptor, path: FilePath) throws(SystemError) {
    _ = try SystemError.check("fdatasync", "\(path)") { fdatasync(descriptor.number) }
  }

  /// Writes all bytes at the descriptor's place.
  public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: OwnedDescriptor, path: FilePath)
    throws(SystemError)
  {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Foundation.write(descriptor.number, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      Pulse.beat()
      if written < 0 {
        if errno == EINTR { continue }
        throw SystemError(call: "write", path: "\(path)")
      }
      rest = rest.dropFirst(written)
    }
  }

  /// Reads a file from its start to its end in pieces of so many bytes.
  public static func read(
    _ descriptor: OwnedDescriptor, path: FilePath, from start: Int64 = 0, piece: Int = pieceSize,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: piece, alignment: 64)
    defer { buffer.deallocate() }
    var offset = start
    while true {
      let count = pread(descriptor.number, buffer.baseAddress, buffer.count, off_t(offset))
      Pulse.beat()
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemError(call: "read", path: "\(path)")
      }
      if count == 0 { return }
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      offset += Int64(count)
    }
  }

  /// Reads so many bytes of a file from an offset on, fewer where it ends before.
  public static func readPart(
    _ descriptor: OwnedDescriptor, path: FilePath, from start: Int64, length: Int64,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    struct Enough: Error {}
    var rest = length
    do {
      try read(descriptor, path: path, from: start, piece: Int(max(1, min(Int64(pieceSize), length)))) { piece in
        let wanted = Int(min(Int64(piece.count), rest))
        try body(UnsafeRawBufferPointer(rebasing: piece[..<wanted]))
        rest -= Int64(wanted)
        if rest == 0 { throw Enough() }
      }
    } catch is Enough {}
  }

  /// Replaces a file by these bytes: whoever looks sees the old ones or the new ones, whole.
  public static func replace(_ path: FilePath, with data: Data, permissions: mode_t = 0o600) throws(SystemError) {
    let temporary = path.folder.appending(temporaryName())
    do throws(SystemError) {
      let file = OwnedDescriptor(
        try SystemError.check("open", "\(temporary)") {
          temporary.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions) }
        })
      var failure: SystemError?
      data.withUnsafeBytes { bytes in
        do throws(SystemError) { try write(bytes, to: file, path: temporary) } catch { failure = error }
      }
      if let failure { throw failure }
      // The permissions asked for, whatever the umask says.
      _ = try SystemError.check("fchmod", "\(temporary)") { fchmod(file.number, permissions) }
      try sync(file, path: temporary)
      try rename(temporary, to: path)
    } catch {
      _ = temporary.withCString { unlink($0) }
      throw error
    }
    try syncFolder(path.folder)
  }

  private static func temporaryName() -> String { ".\(UUID().uuidString)\(temporarySuffix)" }
  private static let temporarySuffix = ".tmp"

  /// Whether `replace` gives such names to what isn't whole yet: a crash may leave it.
  public static func isTemporary(_ name: [UInt8]) -> Bool {
    guard let text = String(validating: name, as: UTF8.self), text.hasPrefix("."), text.hasSuffix(temporarySuffix),
      let id = UUID(uuidString: String(text.dropFirst().dropLast(temporarySuffix.count)))
    else { return false }
    // As it is written, to the letter.
    return text == ".\(id.uuidString)\(temporarySuffix)"
  }

  /// rename(2): replaces what stands at the target.
  public static func rename(_ source: FilePath, to target: FilePath) throws(SystemError) {
    _ = try SystemError.check("rename", "\(source)") {
      source.withCString { from in target.withCString { Foundation.rename(from, $0) } }
    }
  }

  /// renameat2(2) with RENAME_NOREPLACE: fails with EEXIST when the target exists, so that nobody's file is overwritten.
  public static func renameKeeping(_ source: FilePath, to target: FilePath) throws(SystemError) {
    do throws(SystemError) {
      _ = try SystemError.check("rename", "\(target)") {
        source.withCString { from in
          target.withCString { cl_rename_keeping(from, $0) }
        }
      }
    } catch {
      // The file system doesn't know the flag: NFS, and many on FUSE.
      guard error.code == EINVAL else { throw error }
      try linkAndUnlink(source, as: target)
    }
  }

  /// The same in two steps, which doesn't replace either. A crash in between leaves the file under both names.
  private static func linkAndUnlink(_ source: FilePath, as target: FilePath) throws(SystemError) {
    _ = try SystemError.check("link", "\(target)") {
      source.withCString { from in target.withCString { link(from, $0) } }
    }
    try remove(source)
  }

  /// Puts a finished temporary file into its place, durably: syncs the bytes, renames without replacing, syncs the folder.
  /// - Parameter isSynced: the bytes are on the disk already.
  public static func publish(_ temporary: FilePath, to target: FilePath, isSynced: Bool = false) throws(SystemError) {
    if !isSynced {
      let file = OwnedDescriptor(
        try SystemError.check("open", "\(temporary)") { temporary.withCString { open($0, O_RDONLY | O_CLOEXEC) } })
      try sync(file, path: temporary)
    }
    try renameKeeping(temporary, to: target)
    try syncFolder(target.folder)
  }

  /// Removes a name; one that is gone already is no error.
  public static func remove(_ path: FilePath) throws(SystemError) {
    let removed = path.withCString { unlink($0) }
    let code = errno
    Pulse.beat()
    if removed != 0, code != ENOENT { throw SystemError(call: "unlink", path: "\(path)", code: code) }
  }
}
