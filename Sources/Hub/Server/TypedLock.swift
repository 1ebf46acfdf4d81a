import NIOConcurrencyHelpers

extension NIOLockedValueBox {
  /// As `withLockedValue`, which forgets the type of the error (it rethrows; SE-0413 came after it).
  func withLockedValue<Outcome, Failure: Error>(
    throwing: Failure.Type, _ body: (inout Value) throws(Failure) -> Outcome
  ) throws(Failure) -> Outcome {
    try withLockedValue { value in Result { () throws(Failure) in try body(&value) } }.get()
  }
}
