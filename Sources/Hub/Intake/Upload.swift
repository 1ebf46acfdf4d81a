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
  /// Bytes that have arrived: where the next ones go.
  var offset: Int64
  /// Bytes that are synced. Only these may be taken for a document: the sender of the last ones may see its connection break,
  /// ask how far the upload is, and submit before they are.
  var durable: Int64 = 0
  /// Its file is still longer than `offset` says.
  var isBeingCut = false
  /// Which request may write: a newer one ends an older.
  var writer: UInt64 = 0
  /// Pieces on their way to the disk: their writers may be others' by now, and they come down all the same.
  var piecesUnderWay = 0
  /// Submissions that judge its bytes: until they are done nobody changes them.
  var judges = 0
  /// One of them is done with its bytes for good: the last one forgets it.
  var isSpent = false
  /// When somebody last began it, or wrote to it.
  var touched = Instant(millisecondsSinceEpoch: 0)

  var isComplete: Bool { durable == length }

  /// Makes a request the upload's only writer.
  /// - Throws: `Problem` of type `offset-mismatch`, with the offset at which the upload goes on.
  mutating func beginWriting(at offset: Int64) throws(Problem) {
    guard offset == self.offset, !isBeingCut, judges == 0 else {
      throw Problem(.offsetMismatch, "the upload continues at another offset", offset: self.offset)
    }
    writer += 1
  }

  /// Whoever judges the bytes and takes them over is alone with them: earlier writers are ended, and none begins.
  /// - Throws: `Problem` of type `upload-incomplete` while bytes are missing, or are still coming down.
  mutating func beginJudging() throws(Problem) {
    guard isComplete, !isBeingCut else {
      throw Problem(.uploadIncomplete, "\(offset) of \(length) bytes have arrived", offset: offset)
    }
    guard piecesUnderWay == 0 else {
      throw Problem(.uploadIncomplete, "another request is still writing to this upload", offset: offset)
    }
    writer += 1
    judges += 1
  }

  /// Whether nobody has been at it for so long.
  func isIdle(_ now: Instant, for time: Duration) -> Bool {
    piecesUnderWay == 0 && judges == 0 && now - touched >= time
  }

  /// A piece was written.
  mutating func wrote(_ count: Int64, sync: Bool) {
    offset += count
    if sync { durable = offset }
  }

  /// Bytes were taken back.
  mutating func cut(to offset: Int64) {
    writer += 1
    self.offset = offset
    durable = min(durable, offset)
  }

  /// Whether a writer, who knows the upload as it was, may still write so many bytes.
  /// - Parameter current: the upload as it is now; nil when it is gone.
  func mayWrite(_ count: Int64, to current: Upload?) throws(Problem) {
    guard let current, current.writer == writer, current.offset == offset else {
      throw Problem(.offsetMismatch, "another request has taken this upload over", offset: current?.offset)
    }
    guard offset + count <= length else { throw Problem(.tooLarge, "more bytes than the upload's length") }
  }
}

extension Upload {
  private static let suffix = "upload"

  /// The file's name says all that must outlive a restart, so that an upload is one file, made once: most are whole after
  /// one request and gone after the next.
  var fileName: String { "\(id).\(owner).\(length).\(expires.millisecondsSinceEpoch).\(Self.suffix)" }
  /// Beside it, where the client sent metadata.
  var metadataName: String { "\(id).metadata" }

  /// Reads a name back, of a file that has been synced; nil when it isn't one of an upload, or the file is longer than the upload may be.
  init?(fileName: String, size: Int64) {
    let parts = fileName.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[4] == Self.suffix, let id = try? UploadID(parts[0]),
      let owner = try? MachineID(parts[1]), let length = Int64(parts[2]), let expires = Int64(parts[3]), size <= length
    else { return nil }
    self.init(
      id: id, owner: owner, length: length, expires: Instant(millisecondsSinceEpoch: expires), metadata: nil,
      offset: size, durable: size)
  }
}
