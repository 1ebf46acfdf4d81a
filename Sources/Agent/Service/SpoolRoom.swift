import Durable
import Foundation
import NIOConcurrencyHelpers

/// The room of the disk on which journal and spool lie. A letter that would fill it is not begun: it alone waits, where a
/// full disk would hold up every letter of the machine, whose journal couldn't be written either.
final class SpoolRoom: Sendable {
  /// Bytes that letters leave free, for the journal and what is written beside it; of a small disk this part at most.
  static let reserve: Int64 = 64 << 20
  static let reservePart: Int64 = 50

  private let folder: FilePath
  private let look: @Sendable (FilePath) throws -> DiskSpace
  /// Bytes promised to those who write now: what each has written already is counted twice, which errs on the safe side.
  private let promised = NIOLockedValueBox<Int64>(0)

  /// - Parameter look: how the disk is asked; tests have disks of their own.
  init(_ folder: FilePath, look: @escaping @Sendable (FilePath) throws -> DiskSpace = { try DiskSpace(at: $0) }) {
    self.folder = folder
    self.look = look
  }

  /// Promises room; until `giveBack` nobody else is promised the same. Blocking.
  /// - Throws: `NoRoom`; a disk that can't be asked is nobody's reason to wait.
  func take(_ bytes: Int64) throws(NoRoom) {
    guard let space = try? look(folder) else { return promised.withLockedValue { $0 += bytes } }
    let kept = min(Self.reserve, space.total / Self.reservePart)
    let isThere = promised.withLockedValue { promised in
      guard space.free - promised - kept >= bytes else { return false }
      promised += bytes
      return true
    }
    guard isThere else { throw NoRoom(folder: "\(folder)", wanted: bytes, free: space.free, kept: kept) }
  }

  func giveBack(_ bytes: Int64) { promised.withLockedValue { $0 -= bytes } }
}

/// A letter is too large for the disk as it is now. Sizes in bytes.
struct NoRoom: Error, CustomStringConvertible {
  let folder: String
  let wanted: Int64
  let free: Int64
  let kept: Int64

  var description: String {
    "the disk of \(folder) has \(free) bytes free; the letter takes \(wanted), and \(kept) are kept for the journal: make room there"
  }
}
