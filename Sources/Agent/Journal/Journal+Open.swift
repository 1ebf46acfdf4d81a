import GRDB

extension Journal {
  /// How many documents are on their way, out and in. Cheap: both counts come from partial indexes.
  public func openCounts() async throws -> (outgoing: Int, incoming: Int) {
    try await read { database in
      let outgoing = try Int.fetchOne(
        database.cachedStatement(sql: "SELECT count(*) FROM outgoing WHERE state NOT IN ('sent', 'rejected')"))
      let incoming = try Int.fetchOne(
        database.cachedStatement(
          sql: "SELECT count(*) FROM incoming WHERE state IN ('announced', 'verified', 'numbered')"))
      return (outgoing ?? 0, incoming ?? 0)
    }
  }
}
