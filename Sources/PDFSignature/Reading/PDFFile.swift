import Foundation
import Synchronization

/// The bytes of a PDF, read at any offset. Small files are held in memory; of large ones only windows are,
/// so that a 1 GiB scan costs a few MiB. The file must not change while it is read: give it the private spool.
public final class PDFFile: Sendable {
  /// Length in bytes when opened.
  public let size: Int64

  private let memory: [UInt8]?
  private let descriptor: Int32
  /// Bytes that follow those of the descriptor: an update not written yet.
  private let tail: [UInt8]
  private let fault = Atomic<Int32>(0)

  /// The value of `errno` where the system refused to give a part of the file since it was opened; nil where it gave all that
  /// was asked for. Whatever was said of the file since then may say nothing of the file.
  public var systemFault: Int32? {
    let code = fault.load(ordering: .relaxed)
    return code == 0 ? nil : code
  }

  /// Opens `path` for reading; links are not followed, and a pipe does not block.
  public convenience init(path: String) throws(PDFRefusal) {
    try self.init(path: path, holdingUpTo: Limits.wholeInMemory)
  }

  /// The same, for a reader of a few objects.
  /// - Parameter limit: files up to this size are read into memory whole, in bytes.
  package convenience init(path: String, holdingUpTo limit: Int) throws(PDFRefusal) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { throw PDFRefusal(call: "open", errno: errno) }
    try self.init(owning: descriptor, holdingUpTo: limit)
  }

  /// Reads from a copy of `descriptor`; the caller keeps and closes its own.
  public convenience init(descriptor: Int32) throws(PDFRefusal) {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw PDFRefusal(call: "dup", errno: errno) }
    try self.init(owning: copy, holdingUpTo: Limits.wholeInMemory)
  }

  /// Bytes in memory.
  public init(data: Data) {
    memory = [UInt8](data)
    size = Int64(data.count)
    descriptor = -1
    tail = []
  }

  /// The file as it will be when `update` stands behind it, without writing anything.
  public convenience init(_ file: PDFFile, appending update: Data) throws(PDFRefusal) {
    if let memory = file.memory {
      self.init(data: Data(memory) + update)
    } else {
      let copy = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
      guard copy >= 0 else { throw PDFRefusal(call: "dup", errno: errno) }
      self.init(owning: copy, size: file.size + Int64(update.count), tail: file.tail + [UInt8](update))
    }
  }

  private init(owning descriptor: Int32, size: Int64, tail: [UInt8]) {
    memory = nil
    self.descriptor = descriptor
    self.size = size
    self.tail = tail
  }

  private init(owning descriptor: Int32, holdingUpTo limit: Int) throws(PDFRefusal) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw PDFRefusal(call: "read", errno: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
    }
    size = Int64(status.st_size)
    tail = []
    guard size <= Int64(limit) else {
      memory = nil
      self.descriptor = descriptor
      return
    }
    self.descriptor = -1
    defer { close(descriptor) }
    memory = try Self.read(descriptor, offset: 0, count: Int(size))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Exactly `count` bytes at `offset`; outside the file is a refusal.
  func bytes(at offset: Int64, count: Int) throws(PDFRefusal) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= size, Int64(count) <= size - offset else {
      throw PDFRefusal(.truncated, "\(count) bytes at \(offset) lie outside the file")
    }
    if let memory { return Array(memory[Int(offset)..<Int(offset) + count]) }
    return try read(at: offset, count: count)
  }

  /// A lexer positioned at `offset` that sees at least `window` bytes, or to the end of the file.
  func lexer(at offset: Int64, window: Int) throws(PDFRefusal) -> Lexer {
    guard offset >= 0, offset <= size else { throw PDFRefusal(.damaged, "offset \(offset) lies outside the file") }
    if let memory { return Lexer(memory, position: Int(offset), base: 0, isFinal: true) }
    let count = Int(min(Int64(window), size - offset))
    let bytes = try read(at: offset, count: count)
    return Lexer(bytes, position: 0, base: offset, isFinal: offset + Int64(count) == size)
  }

  /// Runs `body` on a lexer at `offset`, with a larger window each time `body` ran off the end of the window. What it reads
  /// is charged, whether or not it comes to something.
  func lex<T>(
    at offset: Int64, _ budget: inout Budget, _ body: (inout Lexer) throws(PDFRefusal) -> T
  ) throws(PDFRefusal) -> T {
    var window = 4096
    while true {
      var lexer = try lexer(at: offset, window: window)
      do {
        let result = try body(&lexer)
        try budget.read(Int(lexer.offset - offset), making: lexer.weight)
        if !lexer.ranOut || lexer.isFinal { return result }
      } catch {
        try budget.read(Int(lexer.offset - offset), making: lexer.weight)
        if !lexer.ranOut || lexer.isFinal || error.code == .tooComplex { throw error }
      }
      guard window < Limits.objectSize else { throw PDFRefusal(.tooComplex, "an object at \(offset) is over 16 MiB") }
      window *= 4
    }
  }

  /// Feeds `range` to `body` in order, 256 KiB at a time.
  public func stream(_ range: Range<Int64>, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    guard range.lowerBound >= 0, range.upperBound <= size else {
      throw PDFRefusal(.truncated, "range outside the file")
    }
    if let memory {
      try memory.withUnsafeBytes { whole in
        try body(UnsafeRawBufferPointer(rebasing: whole[Int(range.lowerBound)..<Int(range.upperBound)]))
      }
      return
    }
    var offset = range.lowerBound
    while offset < range.upperBound {
      let count = Int(min(256 << 10, range.upperBound - offset))
      let chunk = try read(at: offset, count: count)
      try chunk.withUnsafeBytes(body)
      offset += Int64(count)
    }
  }

  /// From the descriptor, the tail, or across both.
  private func read(at offset: Int64, count: Int) throws(PDFRefusal) -> [UInt8] {
    let stored = size - Int64(tail.count)
    let head = offset < stored ? Int(min(Int64(count), stored - offset)) : 0
    var bytes: [UInt8] = []
    do throws(PDFRefusal) {
      if head > 0 { bytes = try Self.read(descriptor, offset: offset, count: head) }
    } catch {
      if let code = error.systemCode { fault.store(code, ordering: .relaxed) }
      throw error
    }
    guard head < count else { return bytes }
    let start = Int(offset + Int64(head) - stored)
    return bytes + tail[start..<start + count - head]
  }

  private static func read(_ descriptor: Int32, offset: Int64, count: Int) throws(PDFRefusal) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let got = pread(
          descriptor, buffer.baseAddress.map { $0 + initialized }, count - initialized,
          off_t(offset) + off_t(initialized))
        if got > 0 {
          initialized += got
        } else if got < 0, errno == EINTR {
          continue
        } else {
          failure = got < 0 ? errno : 0
          break
        }
      }
    }
    guard failure == 0 else { throw PDFRefusal(call: "read", errno: failure) }
    guard bytes.count == count else { throw PDFRefusal(.truncated, "the file became shorter while it was read") }
    return bytes
  }
}
