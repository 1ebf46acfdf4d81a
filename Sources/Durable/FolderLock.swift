import Foundation

/// One process per folder. The lock is of the open file description (fcntl(2), F_OFD_SETLK), so that it ends with the
/// process, however it ends.
public final class FolderLock: Sendable {
  /// Somebody else holds it.
  public struct Held: Error, CustomStringConvertible {
    public let path: String
    /// 0 where it is not known.
    public let holder: Int32
    /// What kind of folder it is, such as `state folder`.
    public let folder: String

    public var description: String {
      "another daemon \(holder > 0 ? "(process \(holder)) " : "")works with this \(folder): \(path)"
    }
  }

  private let descriptor: Int32

  // F_OFD_GETLK and F_OFD_SETLK of Linux (asm-generic/fcntl.h), which Swift's Glibc doesn't export.
  private static let getLock: Int32 = 36
  private static let setLock: Int32 = 37

  /// - Parameter folder: what kind of folder it is, for the message.
  /// - Throws: `Held`, or `SystemError` where the file cannot be made.
  public init(path: String, folder: String) throws {
    descriptor = try SystemError.check("open", path) {
      open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    }
    var request = Self.wholeFile
    guard fcntl(descriptor, Self.setLock, &request) == 0 else {
      close(descriptor)
      throw Held(path: path, holder: Self.holder(of: path) ?? 0, folder: folder)
    }
    let text = Array("\(getpid())\n".utf8)
    // The number is for people; the lock itself is what counts.
    if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
  }

  deinit { close(descriptor) }

  /// The process that holds the lock: nil while none does, 0 where it cannot be read who.
  public static func holder(of path: String) -> Int32? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var request = wholeFile
    guard fcntl(descriptor, getLock, &request) == 0, request.l_type != Int16(F_UNLCK) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
    return Int32(String(decoding: digits, as: UTF8.self)) ?? 0
  }

  private static var wholeFile: flock {
    var request = flock()
    request.l_type = Int16(F_WRLCK)
    request.l_whence = Int16(SEEK_SET)
    return request
  }
}
