import Foundation

/// Which file it is, and in which state: when two of these are equal, nobody wrote to the file or put another in its place.
public struct FileIdentity: Hashable, Codable, Sendable {
  public let device: UInt64
  public let inode: UInt64
  /// In bytes.
  public let size: Int64
  /// Nanoseconds since 1970.
  public let modified: Int64
  /// Nanoseconds since 1970; a rename changes it on most file systems.
  public let changed: Int64

  public init(device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64) {
    self.device = device
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
  }

  public init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
  }

  /// The same bytes in the same file, whatever its name was changed to meanwhile, and whatever number the kernel gives its
  /// device since the last mount: those of network shares, loop devices and LVM change when a machine starts again. Which
  /// folder it lies in is another matter, and known by the folder's mark.
  public func isSameContent(as other: FileIdentity) -> Bool {
    inode == other.inode && size == other.size && modified == other.modified
  }
}

/// What a directory entry is, by itself: links aren't followed.
public enum FileKind: Sendable {
  case regular, folder, link, fifo, other

  init(_ mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .folder
    case S_IFLNK: self = .link
    case S_IFIFO: self = .fifo
    default: self = .other
    }
  }
}

/// One entry of a folder. Its name is bytes: not every name on a disk is UTF-8.
public struct FolderEntry: Sendable {
  public let name: [UInt8]
  public let kind: FileKind
  public let identity: FileIdentity

  /// For people and for names that we write: invalid UTF-8 is replaced.
  public var text: String { String(decoding: name, as: UTF8.self) }
}

/// A path as bytes, so that a name that isn't UTF-8 can be opened, renamed and removed like any other.
public struct FilePath: Hashable, Sendable, CustomStringConvertible {
  public let bytes: [UInt8]

  public init(bytes: [UInt8]) { self.bytes = bytes }
  public init(_ text: String) { bytes = Array(text.utf8) }

  /// In one piece: what the compiler would write hashes byte by byte, and outboxes of ten thousand files are looked up often.
  public func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }

  public func appending(_ name: [UInt8]) -> FilePath { FilePath(bytes: bytes + [0x2F] + name) }
  public func appending(_ name: String) -> FilePath { appending(Array(name.utf8)) }

  public var name: [UInt8] { Array(bytes[((bytes.lastIndex(of: 0x2F) ?? -1) + 1)...]) }
  public var folder: FilePath { FilePath(bytes: Array(bytes[..<(bytes.lastIndex(of: 0x2F) ?? 0)])) }
  public var description: String { String(decoding: bytes, as: UTF8.self) }

  /// Gives the path to a C call.
  public func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { buffer in
      for (index, byte) in bytes.enumerated() { buffer[index] = CChar(bitPattern: byte) }
      buffer[bytes.count] = 0
      // The buffer holds at least the terminator.
      return try body(UnsafePointer(buffer.baseAddress.unsafelyUnwrapped))
    }
  }
}

public enum Folder {
  /// The entries of a folder, hidden ones too, in no order. Entries that vanish meanwhile are left out.
  public static func list(_ path: FilePath) throws(SystemError) -> [FolderEntry] {
    let descriptor = try SystemError.check("open", "\(path)") {
      path.withCString { open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
    }
    guard let stream = fdopendir(descriptor) else {
      let code = errno
      close(descriptor)
      throw SystemError(call: "fdopendir", path: "\(path)", code: code)
    }
    defer { closedir(stream) }
    var entries: [FolderEntry] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name == [0x2E] || name == [0x2E, 0x2E] { continue }
      var status = stat()
      let found = FilePath(bytes: name).withCString { fstatat(dirfd(stream), $0, &status, AT_SYMLINK_NOFOLLOW) }
      Pulse.beat()
      guard found == 0 else { continue }
      entries.append(FolderEntry(name: name, kind: FileKind(status.st_mode), identity: FileIdentity(status)))
    }
    return entries
  }

  /// What stands at a path, without following a link; nil when nothing does.
  public static func look(_ path: FilePath) throws(SystemError) -> (kind: FileKind, identity: FileIdentity)? {
    var status = stat()
    let found = path.withCString { lstat($0, &status) }
    let code = errno
    Pulse.beat()
    if found == 0 { return (FileKind(status.st_mode), FileIdentity(status)) }
    if code == ENOENT || code == ENOTDIR { return nil }
    throw SystemError(call: "lstat", path: "\(path)", code: code)
  }

  /// Makes a folder and its parents where they are missing; the new entries are durable on return.
  public static func make(_ path: FilePath, permissions: mode_t = 0o755) throws(SystemError) {
    if path.bytes.isEmpty { return }
    if path.withCString({ mkdir($0, permissions) }) == 0 {
      try DurableFile.syncFolder(path.folder)
      return
    }
    switch errno {
    case EEXIST: return
    case ENOENT:
      try make(path.folder, permissions: permissions)
      guard path.withCString({ mkdir($0, permissions) }) == 0 || errno == EEXIST else {
        throw SystemError(call: "mkdir", path: "\(path)")
      }
      try DurableFile.syncFolder(path.folder)
    default: throw SystemError(call: "mkdir", path: "\(path)")
    }
  }
}
