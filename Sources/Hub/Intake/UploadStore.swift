import Durable
import Exchange
import Foundation
import Logging
import NIOConcurrencyHelpers

/// Uploads in progress, a file each. An offset that was acknowledged survives kill and power cut; the length of the file
/// after a restart is the offset.
final class UploadStore: Sendable {
  private let folder: FilePath
  private let threads: IOThreads
  private let limits: UploadLimits
  private let logger: Logger
  private let fullDisk = Reminder(every: .seconds(300))
  private let uploads = NIOLockedValueBox<[UploadID: Upload]>([:])

  struct UploadLimits: Sendable {
    /// Bytes of one upload.
    var size: Int64 = Limits.documentSize
    /// Per machine.
    var open = Limits.openUploads
    var lifetime: Duration = .seconds(24 * 3600)
    /// An upload that nobody touched for so long gives way where a machine's places run out.
    var idle: Duration = .seconds(3600)
    /// Bytes of the disk that are never filled.
    var reserve: Int64 = 256 << 20
  }

  init(folder: FilePath, threads: IOThreads, limits: UploadLimits, logger: Logger) {
    self.folder = folder
    self.threads = threads
    self.limits = limits
    self.logger = logger
  }

  func path(of upload: Upload) -> FilePath { folder.appending(upload.fileName) }

  /// Finds what an earlier run left. What isn't an upload is of a crash in its making: nobody was told of it.
  func recover() async throws {
    let folder = self.folder
    let found = try await threads.run { () throws -> [Upload] in
      try Folder.make(folder, permissions: 0o700)
      let entries = try Folder.list(folder)
      var found: [Upload] = []
      for entry in entries {
        guard var upload = Upload(fileName: entry.text, size: entry.identity.size) else { continue }
        // After a kill the last bytes may be in the kernel's memory alone.
        let path = folder.appending(entry.name)
        try DurableFile.sync(try OwnedDescriptor(opening: "\(path)", flags: O_WRONLY), path: path)
        let beside = folder.appending(upload.metadataName)
        upload.touched = Instant(millisecondsSinceEpoch: entry.identity.modified / 1_000_000)
        upload.metadata = FileManager.default.contents(atPath: "\(beside)").map { String(decoding: $0, as: UTF8.self) }
        found.append(upload)
      }
      let known = Set(found.flatMap { [$0.fileName, $0.metadataName] })
      for entry in entries where !known.contains(entry.text) { try DurableFile.remove(folder.appending(entry.name)) }
      if !found.isEmpty { try DurableFile.syncFolder(folder) }
      return found
    }
    uploads.withLockedValue { uploads in for upload in found { uploads[upload.id] = upload } }
  }

  /// - Throws: `Problem`: too large, too many open, disk full.
  func create(owner: MachineID, length: Int64, metadata: String?, now: Instant) async throws -> Upload {
    guard length <= limits.size else { throw Problem(.tooLarge, "at most \(limits.size) bytes are taken") }
    try await expire(now)
    var upload = Upload(
      id: UploadID(at: now), owner: owner, length: length, expires: now + limits.lifetime, metadata: metadata, offset: 0
    )
    upload.touched = now
    let new = upload
    // Counted before its file is made: of many that come at once no more get in than may.
    let abandoned = try uploads.withLockedValue(throwing: Problem.self) { (uploads) throws(Problem) -> Upload? in
      var abandoned: Upload?
      if uploads.values.lazy.filter({ $0.owner == owner }).count >= limits.open {
        abandoned = uploads.values.lazy.filter { $0.owner == owner && $0.isIdle(now, for: self.limits.idle) }
          .min { $0.touched < $1.touched }
        guard let abandoned else {
          throw Problem(.tooManyUploads, "this machine has \(limits.open) uploads open", retryAfter: 60)
        }
        uploads[abandoned.id] = nil
      }
      uploads[new.id] = new
      return abandoned
    }
    do {
      if let abandoned { try await removeFiles(of: abandoned) }
      try await make(new)
    } catch {
      uploads.withLockedValue { _ = $0.removeValue(forKey: new.id) }
      throw error
    }
    return new
  }

  private func make(_ upload: Upload) async throws {
    let (reserve, length) = (limits.reserve, upload.length)
    try await threads.run { [folder, logger, fullDisk] in
      if let space = try? DiskSpace(at: folder), space.free - reserve < length {
        if fullDisk.isDue() {
          logger.error(
            "the hub's disk is nearly full: documents are refused until there is room; enlarge it, or remove what isn't the hub's",
            metadata: ["folder": "\(folder)", "free": "\(space.free)", "kept": "\(reserve)", "wanted": "\(length)"])
        }
        throw Problem(.quota, "the hub's disk is nearly full", retryAfter: 600)
      }
      if let metadata = upload.metadata {
        let beside = folder.appending(upload.metadataName)
        let file = try OwnedDescriptor(opening: "\(beside)", flags: O_WRONLY | O_CREAT | O_EXCL)
        try Data(metadata.utf8).withUnsafeBytes { try DurableFile.write($0, to: file, path: beside) }
        try DurableFile.sync(file, path: beside)
      }
      let data = folder.appending(upload.fileName)
      _ = try OwnedDescriptor(opening: "\(data)", flags: O_WRONLY | O_CREAT | O_EXCL)
    }
  }

  /// - Throws: `Problem` of type `upload-gone`: unknown, expired, or another machine's, which must look the same.
  func find(_ id: UploadID, owner: MachineID) throws(Problem) -> Upload {
    try uploads.withLockedValue(throwing: Problem.self) { (uploads) throws(Problem) in
      try Self.find(id, owner: owner, in: uploads)
    }
  }

  private static func find(_ id: UploadID, owner: MachineID, in uploads: [UploadID: Upload]) throws(Problem) -> Upload {
    guard let upload = uploads[id], upload.owner == owner else { throw Problem(.uploadGone, "there is no such upload") }
    return upload
  }

  /// Makes the caller the upload's only writer.
  func beginWriting(_ id: UploadID, owner: MachineID, at offset: Int64) throws(Problem) -> Upload {
    try uploads.withLockedValue(throwing: Problem.self) { (uploads) throws(Problem) in
      var upload = try Self.find(id, owner: owner, in: uploads)
      try upload.beginWriting(at: offset)
      upload.touched = Instant(Date())
      uploads[id] = upload
      return upload
    }
  }

  /// Makes the caller the only one who has to do with a whole upload's bytes, until `endJudging`; several may judge at once.
  func beginJudging(_ id: UploadID, owner: MachineID) throws(Problem) -> Upload {
    try uploads.withLockedValue(throwing: Problem.self) { (uploads) throws(Problem) in
      var upload = try Self.find(id, owner: owner, in: uploads)
      try upload.beginJudging()
      uploads[id] = upload
      return upload
    }
  }

  /// - Parameter isSpent: its bytes were refused, or are a document's: whoever judges it last forgets it. Kept, it would hold
  ///   one of the machine's places for nothing.
  func endJudging(_ upload: Upload, isSpent: Bool) async throws {
    let spent = uploads.withLockedValue { uploads -> Upload? in
      guard var current = uploads[upload.id] else { return nil }
      current.judges -= 1
      current.isSpent = current.isSpent || isSpent
      let isOver = current.isSpent && current.judges == 0
      uploads[upload.id] = isOver ? nil : current
      return isOver ? current : nil
    }
    if let spent { try await removeFiles(of: spent) }
  }

  /// Writes a piece where the writer stands; durable on return when asked.
  /// - Returns: the upload as it is now.
  func write(_ piece: Data, to upload: Upload, sync: Bool) async throws -> Upload {
    try uploads.withLockedValue(throwing: Problem.self) { (uploads) throws(Problem) in
      try upload.mayWrite(Int64(piece.count), to: uploads[upload.id])
      uploads[upload.id]?.piecesUnderWay += 1
    }
    do {
      try await put(piece, into: upload, sync: sync)
    } catch {
      uploads.withLockedValue { $0[upload.id]?.piecesUnderWay -= 1 }
      throw error
    }
    return try uploads.withLockedValue(throwing: Problem.self) { (uploads) throws(Problem) in
      uploads[upload.id]?.piecesUnderWay -= 1
      guard var after = uploads[upload.id], after.writer == upload.writer else {
        throw Problem(.offsetMismatch, "another request has taken this upload over", offset: uploads[upload.id]?.offset)
      }
      after.wrote(Int64(piece.count), sync: sync)
      after.touched = Instant(Date())
      uploads[upload.id] = after
      return after
    }
  }

  private func put(_ piece: Data, into upload: Upload, sync: Bool) async throws {
    let path = self.path(of: upload)
    let offset = upload.offset
    try await threads.run { [folder] in
      let file = try OwnedDescriptor(opening: "\(path)", flags: O_WRONLY)
      _ = try SystemError.check("lseek", "\(path)") { lseek(file.number, off_t(offset), SEEK_SET) < 0 ? -1 : 0 }
      try piece.withUnsafeBytes { try DurableFile.write($0, to: file, path: path) }
      if sync {
        try DurableFile.sync(file, path: path)
        // A name lasts with the first bytes that do, in whichever piece they came.
        if upload.durable == 0 { try DurableFile.syncFolder(folder) }
      }
    }
  }

  /// Takes bytes back: a chunk whose checksum is wrong counts for nothing.
  func truncate(_ upload: Upload, to offset: Int64) async throws {
    let isCut = uploads.withLockedValue { uploads in
      guard var current = uploads[upload.id], current.writer == upload.writer else { return false }
      current.cut(to: offset)
      // Nobody writes until the file is as short: what came in between would be cut off with the rest.
      current.isBeingCut = true
      uploads[upload.id] = current
      return true
    }
    guard isCut else { return }
    let path = self.path(of: upload)
    do {
      try await threads.run {
        _ = try SystemError.check("truncate", "\(path)") { path.withCString { Foundation.truncate($0, off_t(offset)) } }
      }
    } catch {
      // Its file holds bytes that don't count: nobody can go on with it, and the client is told to begin another.
      try await remove(upload.id)
      throw error
    }
    uploads.withLockedValue { $0[upload.id]?.isBeingCut = false }
  }

  /// Forgets an upload and its bytes, if they still stand here.
  func remove(_ id: UploadID) async throws {
    guard let upload = uploads.withLockedValue({ $0.removeValue(forKey: id) }) else { return }
    try await removeFiles(of: upload)
  }

  /// Gives an upload up for its owner.
  /// - Throws: `Problem` of type `state` while its bytes are judged: they may be a document's already.
  func giveUp(_ id: UploadID, owner: MachineID) async throws {
    let upload = try uploads.withLockedValue(throwing: Problem.self) { (uploads) throws(Problem) in
      let upload = try Self.find(id, owner: owner, in: uploads)
      guard upload.judges == 0 else { throw Problem(.state, "the upload is being submitted") }
      uploads[id] = nil
      return upload
    }
    try await removeFiles(of: upload)
  }

  private func removeFiles(of upload: Upload) async throws {
    let paths = [path(of: upload)] + (upload.metadata == nil ? [] : [folder.appending(upload.metadataName)])
    try await threads.run { for path in paths { try DurableFile.remove(path) } }
  }

  private func expire(_ now: Instant) async throws {
    for id in uploads.withLockedValue({ $0.values.filter { $0.expires < now && $0.judges == 0 }.map(\.id) }) {
      try await remove(id)
    }
  }
}
