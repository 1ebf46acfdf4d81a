import Durable
import Exchange
import Foundation

/// The documents' bytes, named by their SHA-256. Written once, never changed; the same bytes are kept once.
protocol ObjectStore: Sendable {
  /// Takes a finished, synced file over under its digest. Durable on return; a repeat does nothing.
  func adopt(_ file: FilePath, digest: SHA256Digest) async throws
  /// Where the bytes can be read; nil when they aren't here.
  func path(of digest: SHA256Digest) async throws -> FilePath?
}

/// Objects as files: objects/ab/<digest>. One level of 256 folders, made beforehand: a province's 70,000 documents a year
/// are some 300 a folder, and no document waits for a folder of its own to be made and synced.
struct FileObjectStore: ObjectStore {
  private let folder: FilePath
  private let threads: IOThreads

  init(folder: FilePath, threads: IOThreads) throws {
    self.folder = folder
    self.threads = threads
    try Folder.make(folder, permissions: 0o700)
    guard try Folder.list(folder).count < 256 else { return }
    for byte in UInt8.min...UInt8.max { try Folder.make(folder.appending(Hex.encode([byte])), permissions: 0o700) }
  }

  func adopt(_ file: FilePath, digest: SHA256Digest) async throws {
    let target = place(digest)
    try await threads.run {
      if try Folder.look(file) == nil, try Folder.look(target) != nil { return }
      // Equal names are equal bytes: replacing an object by itself harms nobody.
      _ = file.withCString { chmod($0, 0o400) }
      try DurableFile.rename(file, to: target)
      try DurableFile.syncFolder(target.folder)
    }
  }

  func path(of digest: SHA256Digest) async throws -> FilePath? {
    let target = place(digest)
    return try await threads.run { try Folder.look(target) == nil ? nil : target }
  }

  private func place(_ digest: SHA256Digest) -> FilePath {
    let hex = digest.hex
    return folder.appending(String(hex.prefix(2))).appending(hex)
  }
}
