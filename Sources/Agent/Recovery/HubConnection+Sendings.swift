import Exchange

extension HubConnection {
  /// Goes through all that the hub took on of a unit, page by page.
  /// - Throws: `HubFault`, also where there is no end to it; what the closure throws.
  func eachSending(of unit: UnitID, _ body: ([AcceptedSending]) async throws -> Void) async throws {
    var after: DocumentID?
    var count = 0
    while true {
      let page = try await sent(by: unit, after: after, limit: Limits.mailboxPage)
      count += page.items.count
      guard count <= SendingLimits.all else {
        throw HubFault(kind: .protocolViolation, detail: "more than \(SendingLimits.all) documents of one unit")
      }
      try await body(page.items)
      guard page.more, let last = page.items.last?.document, after.map({ last > $0 }) ?? true else { return }
      after = last
    }
  }
}

private enum SendingLimits {
  /// A hub that names ever more would fill the memory: three hundred letters a day for ten years are as many.
  static let all = 1_000_000
}
