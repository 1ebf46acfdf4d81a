import Durable
import Exchange
import Foundation

/// One upload: bytes that mean nothing yet.
struct Upload: Sendable {
  let id: UploadID
  let owner: MachineID
  /// In bytes, as announced.
  let length: Int64
  let expires: Instant
  /// The tus header as it came, echoed.
  var metadata: String?
  /// Bytes that are durable.
  var offset: Int64
  /// Which request may write: a newer one ends an older.
  var writer: UInt64 = 0

  var isComplete: Bool { offset == length }
}

extension Upload {
  private static let suffix = "upload"

  /// The file's name says all that must outlive a restart, so that an upload is one file, made once: most are whole after
  /// one request and gone after the next.
  var fileName: String { "\(id).\(owner).\(length).\(expires.millisecondsSinceEpoch).\(Self.suffix)" }
  /// Beside it, where the client sent metadata.
  var metadataName: String { "\(id).metadata" }

  /// Reads a name back; nil when it isn't one of an upload, or the file is longer than the upload may be.
  init?(fileName: String, size: Int64) {
    let parts = fileName.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[4] == Self.suffix, let id = try? UploadID(parts[0]),
      let owner = try? MachineID(parts[1]), let length = Int64(parts[2]), let expires = Int64(parts[3]), size <= length
    else { return nil }
    self.init(
      id: id, owner: owner, length: length, expires: Instant(millisecondsSinceEpoch: expires), metadata: nil,
      offset: size)
  }
}
