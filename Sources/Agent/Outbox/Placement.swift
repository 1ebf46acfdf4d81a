import Durable
import Exchange
import Foundation
import Letter
import PKI

/// Putting a private file into a shared folder, whichever disk that is on.
enum Placement {
  /// Renames without replacing; across file systems copies under a hidden name first. Durable on return, the source gone.
  /// The source's bytes must be synced already, as those of every signed document in the spool are.
  /// - Throws: `SystemError` with EEXIST when the target exists.
  static func move(_ source: FilePath, to target: FilePath, hidden: String) throws(SystemError) {
    do {
      try DurableFile.publish(source, to: target, isSynced: true)
    } catch {
      guard error.code == EXDEV else { throw error }
      let temporary = target.folder.appending(hidden)
      try DurableFile.remove(temporary)
      try copy(source, to: temporary)
      do {
        try DurableFile.publish(temporary, to: target)
      } catch {
        try DurableFile.remove(temporary)
        throw error
      }
      try DurableFile.remove(source)
    }
  }

  /// Byte for byte, with the permissions; nothing is synced yet.
  /// - Throws: `SystemError` with EEXIST when the target exists.
  static func copy(_ source: FilePath, to target: FilePath) throws(SystemError) {
    var status = stat()
    let from = try OwnedDescriptor(opening: "\(source)", flags: O_RDONLY)
    _ = try SystemError.check("fstat", "\(source)") { fstat(from.number, &status) }
    let to = try OwnedDescriptor(opening: "\(target)", flags: O_WRONLY | O_CREAT | O_EXCL, permissions: 0o600)
    do {
      try DurableFile.read(from, path: source) { try DurableFile.write($0, to: to, path: target) }
    } catch let error as SystemError {
      throw error
    } catch {
      throw SystemError(call: "copy", path: "\(source)", code: EIO)
    }
    _ = try SystemError.check("fchmod", "\(target)") { fchmod(to.number, status.st_mode & 0o7777) }
  }

  /// What stands at a path, compared with the bytes that we would put there.
  static func standing(at path: FilePath, digest: SHA256Digest) throws -> Standing {
    guard let found = try Folder.look(path) else { return .nothing }
    guard found.kind == .regular else { return .another }
    return try self.digest(of: path) == digest ? .ours : .another
  }

  static func digest(of path: FilePath) throws -> SHA256Digest {
    try digest(of: try OwnedDescriptor(opening: "\(path)", flags: O_RDONLY | O_NOFOLLOW), path)
  }

  /// - Parameter path: for errors.
  static func digest(of file: OwnedDescriptor, _ path: FilePath) throws -> SHA256Digest {
    let hasher = SHA256Hasher()
    try DurableFile.read(file, path: path) { hasher.update($0) }
    return try SHA256Digest(bytes: hasher.finalize())
  }
}

/// A name that nobody uses yet.
enum FreeName {
  /// - Parameter companion: a suffix of a second file that must be free too.
  static func first(_ name: SafeFileName, in folder: FilePath, companion: String?) throws(SystemError) -> FilePath {
    let free = try first(name) { candidate throws(SystemError) in
      let path = folder.appending(candidate.text)
      if try Folder.look(path) != nil { return false }
      guard let companion else { return true }
      return try Folder.look(folder.appending(path.name + Array(companion.utf8))) == nil
    }
    guard let free else { throw SystemError(call: "name", path: "\(folder)", code: EEXIST) }
    return folder.appending(free.text)
  }

  /// The first of `name`, `name (2)`, … that is free; nil when none of 10,000 is.
  static func first<Failure: Error>(_ name: SafeFileName, isFree: (SafeFileName) throws(Failure) -> Bool)
    throws(Failure) -> SafeFileName?
  {
    for number in 1...10_000 {
      let candidate = name.numbered(number)
      if try isFree(candidate) { return candidate }
    }
    return nil
  }
}

extension SafeFileName {
  /// The dropped name, made legal on every computer of an office.
  init(dropped name: String) {
    let dot = name.lastIndex(of: ".") ?? name.endIndex
    let suffix = String(name[dot...])
    let plain = suffix.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2E
    }
    // A dot alone is none: Windows has no name that ends with it.
    if plain, (2...10).contains(suffix.utf8.count) {
      self.init(stem: String(name[..<dot]), suffix: suffix)
    } else {
      self.init(stem: name, suffix: "")
    }
  }
}
