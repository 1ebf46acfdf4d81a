import NIOConcurrencyHelpers

/// The numbers that no thread carries now. In a file of its own, since NIO and the standard library both have an `Atomic`.
final class PulsePlaces: Sendable {
  private let free: NIOLockedValueBox<[Int]>

  init(_ numbers: Range<Int>) { free = NIOLockedValueBox(numbers.reversed()) }

  /// nil where all are carried.
  func take() -> Int? { free.withLockedValue { $0.popLast() } }

  func giveBack(_ number: Int) { free.withLockedValue { $0.append(number) } }
}
