import CLinux
import Durable
import Exchange
import Foundation
import PDFSignature
import PKI

/// A document whose bytes are ours: a private copy that nobody else can touch.
struct SpooledDocument: Sendable {
  let path: FilePath
  let digest: SHA256Digest
  let size: Int64
  /// The hash over the dropped bytes, to go on from when the signature is appended: the bytes are read once.
  let state: SHA256Hasher.Snapshot
}

/// Copies a settled file into the spool while hashing it. Blocking.
struct TakeIn: Sendable {
  let spool: FilePath
  /// In bytes.
  let limit: Int64
  let room: SpoolRoom

  enum Outcome: Sendable {
    case taken(SpooledDocument)
    case refused(Refusal)
    /// Somebody has it open for writing, or changed it meanwhile: look again later.
    case restless
    case vanished
    /// The spool's disk has no room for it now: look again later.
    case noRoom(NoRoom)
  }

  /// Whether somebody holds the file open for writing, as far as the kernel says: a slow copy begins as an empty file, which
  /// would be refused, and moved away under the writer's hands.
  static func isBeingWritten(_ file: DroppedFile, in folder: OpenFolder) throws -> Bool {
    guard file.kind == .regular else { return false }
    do { return isOpenForWriting(try folder.open(file.path)) } catch is SystemError {
      // What can't be opened is judged where it is taken in.
      return false
    }
  }

  /// Refusals that need no look inside.
  static func refusal(_ file: DroppedFile, limit: Int64) -> Refusal? {
    if file.isNested { return .foldersTooDeep }
    switch file.kind {
    case .folder: return .notAFile(.folder)
    case .link: return .notAFile(.link)
    case .fifo: return .notAFile(.fifo)
    case .other: return .notAFile(.other)
    case .regular: break
    }
    let name = String(decoding: file.path.name, as: UTF8.self)
    guard OutboxScan.isPDF(name) else {
      let suffix = name.split(separator: ".").dropFirst().last.map(String.init) ?? ""
      return .wrongKind(suffix: String(suffix.prefix(20)))
    }
    if file.identity.size == 0 { return .pdf(.empty) }
    if file.identity.size > limit { return .tooLarge(size: file.identity.size, limit: limit) }
    return nil
  }

  /// - Parameter folder: the unit's, just found to be there.
  func run(_ file: DroppedFile, as document: DocumentID, in folder: OpenFolder) throws -> Outcome {
    if let refusal = Self.refusal(file, limit: limit) { return .refused(refusal) }
    let source: OwnedDescriptor
    do { source = try folder.open(file.path) } catch let error as SystemError {
      switch error.code {
      case ENOENT, ENOTDIR: return .vanished
      // Something else was put in its place since it was seen: that is looked at for itself.
      case ELOOP, ENXIO: return .restless
      case EACCES, EPERM: return .refused(.unreadable)
      default: throw error
      }
    }
    guard try identity(of: source, file.path) == file.identity, !Self.isOpenForWriting(source) else { return .restless }
    guard try beginsAsPDF(source, file.path) else { return .refused(.pdf(.notPDF)) }

    do { try room.take(file.identity.size) } catch { return .noRoom(error) }
    defer { room.giveBack(file.identity.size) }
    let target = spool.appending("\(document).pdf")
    let copy = try OwnedDescriptor(opening: "\(target)", flags: O_WRONLY | O_CREAT | O_TRUNC)
    let hasher = SHA256Hasher()
    var size: Int64 = 0
    do {
      try DurableFile.read(source, path: file.path) { piece in
        size += Int64(piece.count)
        // A file that grows while it is read must not fill the spool.
        guard size <= file.identity.size else { return }
        hasher.update(piece)
        try DurableFile.write(piece, to: copy, path: target)
      }
      guard try identity(of: source, file.path) == file.identity, size == file.identity.size else {
        try DurableFile.remove(target)
        return .restless
      }
    } catch {
      try DurableFile.remove(target)
      throw error
    }
    return .taken(
      SpooledDocument(
        path: target, digest: try SHA256Digest(bytes: hasher.finalize()), size: size, state: hasher.snapshot()))
  }

  /// The hash of the first bytes of a spooled file, read anew: after a restart the running state is gone.
  static func rehash(_ path: FilePath, size: Int64) throws -> SHA256Hasher.Snapshot {
    let file = try OwnedDescriptor(opening: "\(path)", flags: O_RDONLY)
    let hasher = SHA256Hasher()
    var rest = size
    try DurableFile.read(file, path: path) { piece in
      let wanted = min(Int64(piece.count), rest)
      hasher.update(UnsafeRawBufferPointer(rebasing: piece[..<Int(wanted)]))
      rest -= wanted
    }
    return hasher.snapshot()
  }

  private func identity(of file: OwnedDescriptor, _ path: FilePath) throws -> FileIdentity {
    var status = stat()
    _ = try SystemError.check("fstat", "\(path)") { fstat(file.number, &status) }
    return FileIdentity(status)
  }

  /// The kernel knows who writes: it grants a read lease only when nobody does. Where leases aren't to be had (not our file,
  /// a network mount) the quiet period has to do.
  private static func isOpenForWriting(_ file: OwnedDescriptor) -> Bool {
    if cl_lease_read(file.number) == 0 {
      _ = cl_lease_release(file.number)
      return false
    }
    return errno == EAGAIN
  }

  private func beginsAsPDF(_ file: OwnedDescriptor, _ path: FilePath) throws -> Bool {
    var head: [UInt8] = []
    // A read may give less than was asked for, and a letter must not be refused for that.
    try DurableFile.readPart(file, path: path, from: 0, length: 5) { head.append(contentsOf: $0) }
    return head == Array("%PDF-".utf8)
  }
}
