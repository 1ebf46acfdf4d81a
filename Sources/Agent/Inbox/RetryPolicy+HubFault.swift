extension RetryPolicy {
  /// The same with real randomness, after a fault of the hub.
  func delay(attempt: Int, after fault: HubFault?) -> Duration {
    delay(attempt: attempt, retryAfter: fault?.retryAfter, random: Double.random(in: 0..<1))
  }
}
