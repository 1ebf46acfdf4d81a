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
  let metadata: String?
  /// Bytes that are durable.
  var offset: Int64
  /// Which request may write: a newer one ends an older.
  var writer: UInt64 = 0

  var isComplete: Bool { offset == length }
}

/// What is kept beside the bytes, so that uploads outlive a restart.
struct UploadInformation: Codable, Sendable {
  let owner: MachineID
  let length: Int64
  let expires: Instant
  let metadata: String?
}
