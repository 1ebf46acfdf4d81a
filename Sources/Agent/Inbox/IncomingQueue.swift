import Exchange

/// Which incoming documents wait, and which goes next: the most urgent first, then the smallest, so many at once.
struct IncomingQueue: Sendable {
  private var waiting: [IncomingRecord] = []
  private var known: Set<IncomingRecord.Key> = []
  private var running = 0

  /// Takes documents in; those that it has already are passed over.
  mutating func add(_ records: [IncomingRecord]) {
    for record in records where known.insert(record.key).inserted { waiting.append(record) }
  }

  /// A share holds one up: another may be worked on in its place.
  mutating func relieve() { running -= 1 }

  /// A document comes back from a worker: at its end, or to wait for its next step.
  /// - Parameter wasRelieved: whether its place was given to another meanwhile.
  mutating func rest(_ record: IncomingRecord, wasRelieved: Bool = false) {
    if !wasRelieved { running -= 1 }
    if record.journey.nextStep == nil { known.remove(record.key) } else { waiting.append(record) }
  }

  /// What may start now, and how long until something else may; nil: until something is added.
  /// - Parameter away: units whose folders are away, or slow to answer; what is only to be put there waits until they are back.
  mutating func next(_ now: Instant, inFlight: Int, away: Set<UnitID> = []) -> (
    ready: [IncomingRecord], pause: Duration?
  ) {
    let free = max(0, inFlight - running)
    func isHeld(_ record: IncomingRecord) -> Bool { record.journey.nextStep == .publish && away.contains(record.unit) }
    let due = waiting.indices.filter { waiting[$0].journey.isDue(now) && !isHeld(waiting[$0]) }
    let chosen = due.sorted { waiting[$0].order < waiting[$1].order }.prefix(free)
    let ready = chosen.map { waiting[$0] }
    for index in chosen.sorted(by: >) {
      waiting.swapAt(index, waiting.count - 1)
      waiting.removeLast()
    }
    running += ready.count
    let next = waiting.filter { !isHeld($0) }.map(\.journey.notBefore).filter { $0 > now }.min()
    return (ready, next.map { max(.milliseconds(20), $0 - now) })
  }
}
