import CCrypto
import Foundation

/// A PIN or password in memory of its own, wiped when the last holder lets go. It has no text, no reflection and no coding,
/// so that it cannot get into a log, an error or an answer by being interpolated.
public final class Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  // Never written after init, freed by deinit alone; one NUL follows the bytes.
  private nonisolated(unsafe) let bytes: UnsafeMutableBufferPointer<UInt8>

  /// Longer PINs and passwords are not known.
  public static let maximumLength = 256

  /// Copies the bytes; the caller wipes its own.
  init(copying source: UnsafeRawBufferPointer) {
    bytes = .allocate(capacity: source.count + 1)
    bytes.initialize(repeating: 0)
    _ = mlock(bytes.baseAddress, bytes.count)  // best effort: swap is no place for it
    UnsafeMutableRawBufferPointer(bytes).copyMemory(from: source)
  }

  deinit {
    OPENSSL_cleanse(bytes.baseAddress, bytes.count)
    munlock(bytes.baseAddress, bytes.count)
    bytes.deallocate()
  }

  /// The bytes, valid during the call only.
  func withBytes<T>(_ body: (UnsafeBufferPointer<UInt8>) throws -> T) rethrows -> T {
    try body(UnsafeBufferPointer(rebasing: UnsafeBufferPointer(bytes).dropLast()))
  }

  /// As a C string, valid during the call only.
  func withCString<T>(_ body: (UnsafePointer<CChar>) throws -> T) throws -> T {
    guard let start = bytes.baseAddress else { throw PKIError(.libraryFailure, "No memory for a password.") }
    return try start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { try body($0) }
  }

  public var description: String { "<secret>" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
