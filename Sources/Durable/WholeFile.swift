import Foundation

/// Small files that somebody named, such as keys, certificates and settings, read whole: where one can't be had, the reason
/// is the system's own (a file that may not be read is not one that doesn't exist).
public enum WholeFile {
  /// - Parameter limit: in bytes; a larger file isn't read.
  /// - Throws: `SystemError`: EISDIR for a folder, EINVAL for what is no file (a pipe, a device), EFBIG beyond the limit.
  public static func read(_ path: String, atMost limit: Int) throws(SystemError) -> Data {
    // O_NONBLOCK: a pipe has no end to wait for.
    let file = try OwnedDescriptor(opening: path, flags: O_RDONLY | O_NONBLOCK)
    var status = stat()
    guard fstat(file.number, &status) == 0 else { throw SystemError(call: "fstat", path: path) }
    switch FileKind(status.st_mode) {
    case .regular: break
    case .folder: throw SystemError(call: "read", path: path, code: EISDIR)
    default: throw SystemError(call: "read", path: path, code: EINVAL)
    }
    var data = Data()
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while data.count <= limit {
      let count = Foundation.read(file.number, &piece, piece.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemError(call: "read", path: path)
      }
      if count == 0 { return data }
      data.append(contentsOf: piece[..<count])
    }
    throw SystemError(call: "read", path: path, code: EFBIG)
  }
}
