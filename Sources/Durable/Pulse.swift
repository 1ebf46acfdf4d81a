import CLinux
import Synchronization

/// A thread's sign of life while it makes calls that may block: one beat for each call of the system that came back. Who
/// watches from another thread tells a long piece of work, whose pulse beats on, from one call that doesn't return.
public final class Pulse: Sendable {
  private let count = Atomic<UInt64>(0)

  /// So many threads have a pulse at the same time; there are a few dozen, and some for every call that hangs.
  private static let most = 1024
  // The first is nobody's: threads without a pulse carry the number 0.
  private static let all = (0..<most).map { _ in Pulse() }
  private static let places = PulsePlaces(1..<most)

  private init() {}

  /// The beats so far; more than before means that something came back since.
  public var beats: UInt64 { count.load(ordering: .relaxed) }

  /// The calling thread's; nil for a thread that isn't of `IOThreads`, and where too many have one.
  public static var current: Pulse? {
    let number = Int(cl_thread_number())
    return number == 0 ? nil : all[number]
  }

  /// A call of the system came back to the calling thread.
  public static func beat() {
    let number = Int(cl_thread_number())
    if number != 0 { all[number].count.add(1, ordering: .relaxed) }
  }

  /// The calling thread has a pulse from now on.
  static func give() { cl_number_thread(UInt32(places.take() ?? 0)) }

  /// The calling thread ends.
  static func takeBack() {
    let number = Int(cl_thread_number())
    cl_number_thread(0)
    if number != 0 { places.giveBack(number) }
  }
}
