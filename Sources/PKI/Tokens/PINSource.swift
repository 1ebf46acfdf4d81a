import CCrypto
import Foundation

/// Where a token's PIN, or a PKCS#12 file's password, is read from, each time that it is needed. Never a configuration, an
/// argument or the environment.
public enum PINSource: Sendable, Equatable, CustomStringConvertible {
  /// Absolute path of a plain file of root's or our own, which neither group nor others may read.
  case file(String)
  /// A systemd credential: a file in `$CREDENTIALS_DIRECTORY` (systemd.exec(5), LoadCredential=).
  case credential(String)

  /// `/path`, or `credential:NAME`; nil for anything else.
  public init?(_ text: String) {
    if text.hasPrefix("credential:") {
      let name = String(text.dropFirst("credential:".count))
      guard !name.isEmpty, name.utf8.count <= 255, !name.contains("/"), !name.hasPrefix("."), !name.contains("\0")
      else {
        return nil
      }
      self = .credential(name)
    } else {
      guard text.hasPrefix("/"), text.utf8.count < 4096, !text.contains("\0") else { return nil }
      self = .file(text)
    }
  }

  public var description: String {
    switch self {
    case .file(let path): path
    case .credential(let name): "credential:\(name)"
    }
  }

  /// Reads and forgets: whether the file is there, and nobody else's to read.
  public func check() throws { _ = try read() }

  /// What was read, and a mark of the file that changes when the file does: whoever replaces the PIN file wants another
  /// try. A credential is copied anew at each start of the service, so its mark is its name alone.
  struct Reading {
    let secret: Secret
    let mark: String
  }

  /// Reads 1 to ``Secret/maximumLength`` bytes of one line; the line's end doesn't count.
  /// - Throws: ``PKIError/Code/pinFileExposed``, ``PKIError/Code/pinFileUnreadable``.
  /// - Parameter allowingEmpty: an empty file is an empty password.
  func read(allowingEmpty: Bool = false) throws -> Reading {
    switch self {
    case .file(let path):
      return try Self.read(path, isCredential: false, allowingEmpty: allowingEmpty)
    case .credential(let name):
      guard let folder = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"], folder.hasPrefix("/") else {
        throw PKIError(
          .pinFileUnreadable,
          "credential:\(name): systemd gave this program no credentials: add LoadCredential=\(name):/path to its unit.")
      }
      let reading = try Self.read(
        "\(folder)/\(name)", isCredential: true, allowingEmpty: allowingEmpty)
      return Reading(secret: reading.secret, mark: description)
    }
  }

  private static func read(_ path: String, isCredential: Bool, allowingEmpty: Bool) throws
    -> Reading
  {
    // O_NONBLOCK: opening a pipe must not wait for its other end.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      let reason = errno == ELOOP ? "it is a symbolic link: name the file itself" : String(cString: strerror(errno))
      throw PKIError(.pinFileUnreadable, "\(path): the PIN file cannot be opened: \(reason).")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw PKIError(.pinFileUnreadable, "\(path): the PIN file is not a plain file.")
    }
    // systemd grants a credential by an access list, whose mask shows in the group's bits.
    guard status.st_mode & (isCredential ? 0o007 : 0o077) == 0 else {
      throw PKIError(
        .pinFileExposed,
        "\(path): others may read this PIN file: run `chmod 600 \(path)`, and change the PIN if they did.")
    }
    guard status.st_uid == 0 || status.st_uid == geteuid() else {
      throw PKIError(
        .pinFileExposed, "\(path): the PIN file belongs to another user: run `chown \(geteuid()) \(path)`.")
    }
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Secret.maximumLength + 2, alignment: 1)
    defer {
      OPENSSL_cleanse(room.baseAddress, room.count)
      room.deallocate()
    }
    var count = 0
    while count < room.count {
      let got = Glibc.read(descriptor, room.baseAddress?.advanced(by: count), room.count - count)
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else {
        throw PKIError(.pinFileUnreadable, "\(path): the PIN file cannot be read: \(String(cString: strerror(errno))).")
      }
      if got == 0 { break }
      count += got
    }
    var line = room[..<count]
    if line.last == UInt8(ascii: "\n") { line = line.dropLast() }
    if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
    guard line.count <= Secret.maximumLength, allowingEmpty || !line.isEmpty,
      !line.contains(where: { $0 < 0x20 })
    else {
      throw PKIError(
        .pinFileUnreadable, "\(path): the PIN file must hold one line of 1 to \(Secret.maximumLength) bytes.")
    }
    let changed = status.st_ctim
    let mark = "\(status.st_dev):\(status.st_ino):\(status.st_size):\(changed.tv_sec).\(changed.tv_nsec)"
    return Reading(secret: Secret(copying: UnsafeRawBufferPointer(rebasing: line)), mark: mark)
  }
}
