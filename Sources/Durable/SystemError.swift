import Foundation

/// A system call that failed: which, on what, and why.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  public let call: String
  public let path: String
  /// The value of `errno`.
  public let code: Int32

  public init(call: String, path: String, code: Int32 = errno) {
    self.call = call
    self.path = path
    self.code = code
  }

  public var description: String { "\(call) \(path.debugDescription): \(String(cString: strerror(code)))" }

  /// Whether time or an administrator may heal it, so that trying again makes sense: a full or failing disk, too many open
  /// files, a volume that is gone for the moment.
  public var mayPass: Bool {
    switch code {
    case ENOSPC, EDQUOT, EMFILE, ENFILE, EIO, EROFS, ENOMEM, EAGAIN, EINTR, EBUSY, ESTALE, ENODEV, ENXIO, ETIMEDOUT,
      EACCES,
      EPERM, ENOENT:
      true
    default: false
    }
  }

  /// Whether the machine lacks something just now, or a disk errs: it says nothing of what was asked for.
  public var isWant: Bool { [EMFILE, ENFILE, ENOMEM, EAGAIN, EINTR, EIO, ENOSPC].contains(code) }

  /// Repeats a call that a signal interrupted, and turns -1 into an error.
  public static func check(_ call: String, _ path: String, _ body: () -> Int32) throws(SystemError) -> Int32 {
    while true {
      let result = body()
      let code = errno
      Pulse.beat()
      if result >= 0 { return result }
      if code != EINTR { throw SystemError(call: call, path: path, code: code) }
    }
  }
}

/// A file descriptor that is closed when its owner goes.
public final class OwnedDescriptor: Sendable {
  public let number: Int32

  public init(_ number: Int32) { self.number = number }

  /// Opens with O_CLOEXEC added.
  public convenience init(opening path: String, flags: Int32, permissions: mode_t = 0o600) throws(SystemError) {
    self.init(try SystemError.check("open", path) { open(path, flags | O_CLOEXEC, permissions) })
  }

  deinit { close(number) }
}
