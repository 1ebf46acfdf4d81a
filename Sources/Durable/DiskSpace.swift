import Foundation

/// How much of a disk is free for those who are no administrators, in bytes.
public struct DiskSpace: Sendable, Equatable {
  public var free: Int64
  public var total: Int64
  /// Whether a new file can be made: a disk may have bytes left, and no inodes.
  public var takesFiles = true

  public init(free: Int64, total: Int64) {
    self.free = free
    self.total = total
  }

  /// Asks the file system on which a folder lies. Blocking.
  /// - Throws: `SystemError` of `statvfs`.
  public init(at folder: FilePath) throws(SystemError) {
    var disk = statvfs()
    _ = try SystemError.check("statvfs", "\(folder)") { folder.withCString { statvfs($0, &disk) } }
    self.init(
      free: Int64(clamping: UInt64(disk.f_bavail).multipliedReportingOverflow(by: UInt64(disk.f_frsize)).partialValue),
      total: Int64(clamping: UInt64(disk.f_blocks).multipliedReportingOverflow(by: UInt64(disk.f_frsize)).partialValue))
    // Where inodes aren't counted, as on btrfs, there are none in all.
    takesFiles = disk.f_files == 0 || disk.f_favail > 0
  }
}
