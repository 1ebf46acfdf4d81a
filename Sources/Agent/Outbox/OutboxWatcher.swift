import CLinux
import Durable
import Exchange
import Foundation
import NIOConcurrencyHelpers

/// Wakes whoever scans an outbox when something happens in it. An event says only "look again": nothing is lost when the
/// kernel's queue overflows, or when inotify sees nothing (network folders), because scans come by the clock too.
final class OutboxWatcher: Sendable {
  private let descriptor: OwnedDescriptor
  /// The end of a pipe: when the watcher goes, it closes, and the thread with it.
  private let stop: OwnedDescriptor
  private let watches = NIOLockedValueBox<[UnitID: Set<Int32>]>([:])

  /// - Parameter onChange: called on the watcher's thread.
  /// - Throws: `SystemError` where the kernel gives no inotify instance; polling alone then has to do.
  init(onChange: @escaping @Sendable () -> Void) throws(SystemError) {
    let number = try SystemError.check("inotify_init1", "") { inotify_init1(Int32(IN_CLOEXEC)) }
    let descriptor = OwnedDescriptor(number)
    var ends: [Int32] = [-1, -1]
    _ = try SystemError.check("pipe2", "") { cl_pipe(&ends) }
    let heard = OwnedDescriptor(ends[0])
    self.descriptor = descriptor
    stop = OwnedDescriptor(ends[1])
    let thread = Thread {
      cl_name_thread("outbox")
      var buffer = [UInt8](repeating: 0, count: 64 << 10)
      // The thread holds both descriptors, so a failed call means that the watcher is of no more use.
      while Self.hasEvents(descriptor, orEndOf: heard) {
        let count = read(descriptor.number, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return }
        if buffer.withUnsafeBytes({ Self.concernsPeople(UnsafeRawBufferPointer(rebasing: $0[..<count])) }) {
          onChange()
        }
      }
    }
    thread.stackSize = 256 << 10
    thread.start()
  }

  /// Waits for events. - Returns: false at the end.
  private static func hasEvents(_ events: OwnedDescriptor, orEndOf pipe: OwnedDescriptor) -> Bool {
    var watched = [
      pollfd(fd: events.number, events: Int16(POLLIN), revents: 0),
      pollfd(fd: pipe.number, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&watched, 2, -1) < 0 { guard errno == EINTR else { return false } }
    return watched[1].revents == 0
  }

  /// Watches these folders of a unit. A folder that was removed and made again is another folder: asking again is cheap.
  /// Blocking, as long as the share takes to say which folder it is.
  /// - Returns: whether one is new: what came into it after it was last read and before it was watched made no event, so that
  ///   it must be read once more.
  func watch(_ folders: [FilePath], of unit: UnitID) -> Bool {
    let events = UInt32(
      IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
        | IN_DONT_FOLLOW)
    let watched = Set(
      folders.map { folder in
        defer { Pulse.beat() }
        return folder.withCString { inotify_add_watch(descriptor.number, $0, events) }
      }.filter { $0 >= 0 })
    return watches.withLockedValue { watches in
      defer { watches[unit] = watched }
      return !watched.isSubset(of: watches[unit] ?? [])
    }
  }

  /// Whether any of these events is about more than a temporary name. Ours are temporary too: without this, each file that
  /// is taken out of an outbox would have the whole outbox looked through again.
  static func concernsPeople(_ events: UnsafeRawBufferPointer) -> Bool {
    let header = MemoryLayout<inotify_event>.size
    var rest = events
    while rest.count >= header {
      let event = rest.loadUnaligned(as: inotify_event.self)
      let end = header + Int(event.len)
      guard event.len > 0, end <= rest.count else { return true }  // the folder itself, or an overflow
      let name = rest[header..<end].prefix { $0 != 0 }
      if !OutboxScan.isTemporary(String(decoding: UnsafeRawBufferPointer(rebasing: name), as: UTF8.self)) {
        return true
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[end...])
    }
    return false
  }
}
