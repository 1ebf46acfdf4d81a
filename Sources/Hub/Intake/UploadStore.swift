import Durable
import Exchange
import Foundation

/// Uploads in progress, as files: ID.data and ID.json. An offset that was acknowledged survives kill and power cut; the
/// length of the data file after a restart is the offset.
actor UploadStore {
  private let folder: FilePath
  private let threads: IOThreads
  private let limits: UploadLimits
  private var uploads: [UploadID: Upload] = [:]

  struct UploadLimits: Sendable {
    /// Bytes of one upload.
    var size: Int64 = Limits.documentSize
    /// Per machine.
    var open = Limits.openUploads
    var lifetime: Duration = .seconds(24 * 3600)
    /// Bytes of the disk that are never filled.
    var reserve: Int64 = 256 << 20
  }

  init(folder: FilePath, threads: IOThreads, limits: UploadLimits) {
    self.folder = folder
    self.threads = threads
    self.limits = limits
  }

  nonisolated func path(of upload: UploadID) -> FilePath { folder.appending("\(upload).data") }
  private nonisolated func informationPath(of upload: UploadID) -> FilePath { folder.appending("\(upload).json") }

  /// Finds what an earlier run left. A file without its other half is of a crash at creation: nobody was told of it.
  func recover() async throws {
    let folder = self.folder
    let found = try await threads.run { () throws -> [Upload] in
      try Folder.make(folder, permissions: 0o700)
      var found: [Upload] = []
      for entry in try Folder.list(folder) where entry.text.hasSuffix(".data") {
        guard let id = try? UploadID(entry.text.dropLast(5)) else { continue }
        let information = folder.appending("\(id).json")
        guard let data = FileManager.default.contents(atPath: "\(information)"),
          let known = try? CanonicalJSON.decode(UploadInformation.self, from: data), entry.identity.size <= known.length
        else {
          try DurableFile.remove(folder.appending(entry.name))
          try DurableFile.remove(information)
          continue
        }
        // After a kill the last bytes may be in the kernel's memory alone.
        let path = folder.appending(entry.name)
        try DurableFile.sync(try OwnedDescriptor(opening: "\(path)", flags: O_WRONLY), path: path)
        found.append(
          Upload(
            id: id, owner: known.owner, length: known.length, expires: known.expires, metadata: known.metadata,
            offset: entry.identity.size, durable: entry.identity.size))
      }
      if !found.isEmpty { try DurableFile.syncFolder(folder) }
      return found
    }
    for upload in found { uploads[upload.id] = upload }
  }

  /// - Throws: `Problem`: too large, too many open, disk full.
  func create(owner: MachineID, length: Int64, metadata: String?, now: Instant) async throws -> Upload {
    guard length <= limits.size else { throw Problem(.tooLarge, "at most \(limits.size) bytes are taken") }
    try await expire(now)
    guard uploads.values.lazy.filter({ $0.owner == owner }).count < limits.open else {
      throw Problem(.tooManyUploads, "this machine has \(limits.open) uploads open", retryAfter: 60)
    }
    let upload = Upload(
      id: UploadID(at: now), owner: owner, length: length, expires: now + limits.lifetime, metadata: metadata, offset: 0
    )
    let information = try CanonicalJSON.encode(
      UploadInformation(owner: owner, length: length, expires: upload.expires, metadata: metadata))
    let data = path(of: upload.id)
    let beside = informationPath(of: upload.id)
    let reserve = limits.reserve
    try await threads.run { [folder] in
      var disk = statvfs()
      if folder.withCString({ statvfs($0, &disk) }) == 0,
        Int64(disk.f_bavail) * Int64(disk.f_frsize) < length + reserve
      {
        throw Problem(.quota, "the hub's disk is nearly full", retryAfter: 600)
      }
      for (path, bytes) in [(beside, information), (data, Data())] {
        let file = try OwnedDescriptor(opening: "\(path)", flags: O_WRONLY | O_CREAT | O_EXCL)
        try bytes.withUnsafeBytes { try DurableFile.write($0, to: file, path: path) }
      }
    }
    uploads[upload.id] = upload
    return upload
  }

  /// - Throws: `Problem` of type `upload-gone`: unknown, expired, or another machine's, which must look the same.
  func find(_ id: UploadID, owner: MachineID) throws -> Upload {
    guard let upload = uploads[id], upload.owner == owner else { throw Problem(.uploadGone, "there is no such upload") }
    return upload
  }

  /// Makes the caller the upload's only writer.
  func beginWriting(_ id: UploadID, owner: MachineID, at offset: Int64) throws -> Upload {
    var upload = try find(id, owner: owner)
    try upload.beginWriting(at: offset)
    uploads[id] = upload
    return upload
  }

  /// Writes a piece where the writer stands; durable on return when asked.
  /// - Returns: the upload as it is now.
  func write(_ piece: Data, to upload: Upload, sync: Bool) async throws -> Upload {
    try upload.mayWrite(Int64(piece.count), to: uploads[upload.id])
    let path = self.path(of: upload.id)
    let offset = upload.offset
    try await threads.run { [folder] in
      let file = try OwnedDescriptor(opening: "\(path)", flags: O_WRONLY)
      _ = try SystemError.check("lseek", "\(path)") { lseek(file.number, off_t(offset), SEEK_SET) < 0 ? -1 : 0 }
      try piece.withUnsafeBytes { try DurableFile.write($0, to: file, path: path) }
      if sync {
        try DurableFile.sync(file, path: path)
        if offset == 0 { try DurableFile.syncFolder(folder) }
      }
    }
    guard var after = uploads[upload.id], after.writer == upload.writer else {
      throw Problem(.offsetMismatch, "another request has taken this upload over", offset: uploads[upload.id]?.offset)
    }
    after.wrote(Int64(piece.count), sync: sync)
    uploads[upload.id] = after
    return after
  }

  /// Takes bytes back: a chunk whose checksum is wrong counts for nothing.
  func truncate(_ upload: Upload, to offset: Int64) async throws {
    guard var current = uploads[upload.id], current.writer == upload.writer else { return }
    let path = self.path(of: upload.id)
    current.cut(to: offset)
    uploads[upload.id] = current
    try await threads.run {
      _ = try SystemError.check("truncate", "\(path)") { path.withCString { Foundation.truncate($0, off_t(offset)) } }
    }
  }

  /// Forgets an upload and its bytes, if they still stand here.
  func remove(_ id: UploadID) async throws {
    guard uploads.removeValue(forKey: id) != nil else { return }
    let paths = [path(of: id), informationPath(of: id)]
    try await threads.run { for path in paths { try DurableFile.remove(path) } }
  }

  private func expire(_ now: Instant) async throws {
    for id in uploads.values.filter({ $0.expires < now }).map(\.id) { try await remove(id) }
  }
}
