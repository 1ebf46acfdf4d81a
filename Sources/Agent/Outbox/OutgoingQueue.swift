import Durable
import Exchange

/// Who waits in the outboxes and in the journal, for what, and who goes next: the decisions of `OutgoingDesk`, which does
/// the looking and the working.
struct OutgoingQueue: Sendable {
  /// One piece of work for a lane.
  enum Job: Sendable {
    case takeIn(DroppedFile, of: UnitID)
    case carryOn(OutgoingRecord)
  }

  private let quietPeriod: Duration
  /// Files that aren't settled yet, with their unit.
  private var settling: [FilePath: (state: Settling, unit: UnitID)] = [:]
  /// Files that are whole and wait for their turn, with their unit.
  private var settled: [FilePath: (file: DroppedFile, unit: UnitID)] = [:]
  /// Which files of an outbox belong to journeys that aren't over. Under one name there may be several: the clerk may have
  /// dropped another file over one that is still on its way.
  private var owned: [FilePath: [FileIdentity]] = [:]
  /// Documents at their end whose originals stay in the outbox: known, and not taken in again.
  private var left: [DocumentID: OutgoingRecord] = [:]
  /// Documents that wait for their next step.
  private var waiting: [DocumentID: OutgoingRecord] = [:]
  /// Documents whose signing waits for the hub's time-stamp.
  private var unstamped: Set<DocumentID> = []
  /// Files that can't be taken in before the hub says whether it knows their recipient.
  private var unaddressed = UnaddressedFiles()
  /// Files of which it isn't clear to whom they go.
  private var puzzling = PuzzlingFiles()
  /// What can be done now, the most pressing last; made anew when something was added.
  private var backlog: [Entry] = []
  private var isStale = true
  private(set) var gate = HubGate()
  /// Units whose folders are away, or slow to answer: what is to be done there waits until they are back.
  var away: Set<UnitID> = [] {
    didSet { if away != oldValue { isStale = true } }
  }

  /// Units for which the hub doesn't let this machine act: what is to be sent waits until it does.
  var withdrawn: Set<UnitID> = [] {
    didSet { if withdrawn != oldValue { isStale = true } }
  }

  init(quietPeriod: Duration) { self.quietPeriod = quietPeriod }

  // MARK: - Start

  /// Takes up what an earlier run left open.
  /// - Returns: the documents that it knows: any other in the spool is of a crash before the journal knew it.
  mutating func recover(_ open: [OutgoingRecord], leftBehind: [OutgoingRecord] = []) -> Set<DocumentID> {
    for record in leftBehind {
      left[record.document] = record
      owned[record.source, default: []].append(record.identity)
    }
    for record in open {
      waiting[record.document] = record
      owned[record.source, default: []].append(record.identity)
    }
    return Set(waiting.keys)
  }

  /// Takes up documents that were at their end, and are to be sent again.
  mutating func takeUp(_ records: [OutgoingRecord]) {
    for record in records where waiting[record.document] == nil {
      left[record.document] = nil
      waiting[record.document] = record
      owned[record.source, default: []].append(record.identity)
    }
    isStale = true
  }

  // MARK: - Looking

  /// Takes in how a dropped file looks now.
  mutating func look(at file: DroppedFile, of unit: UnitID, now: Instant) {
    if let identities = owned[file.path], identities.contains(where: { $0.isSameContent(as: file.identity) }) { return }
    if unaddressed.holds(file) || puzzling.holds(file) { return }
    var state = settling[file.path]?.state ?? Settling(file.identity, seenAt: now)
    switch state.observe(file.identity, now: now, quietPeriod: quietPeriod) {
    case .settled: settled[file.path] = (file, unit)
    case .wait: settled[file.path] = nil
    }
    settling[file.path] = (state, unit)
  }

  var leftBehind: [OutgoingRecord] { left.values.sorted { $0.document < $1.document } }

  /// Its original is gone from the outbox, or another file has its name.
  mutating func settleLeft(_ record: OutgoingRecord) {
    left[record.document] = nil
    disown(record.source, record.identity)
  }

  /// A unit's outbox was looked through: what wasn't seen is gone.
  mutating func endScan(seen: Set<FilePath>, of unit: UnitID) {
    settling = settling.filter { $0.value.unit != unit || seen.contains($0.key) }
    settled = settled.filter { $0.value.unit != unit || seen.contains($0.key) }
    unaddressed.keep(seen, of: unit)
    puzzling.keep(seen, of: unit)
    isStale = true
  }

  /// Something may be due by now.
  mutating func wakeUp() { isStale = true }

  // MARK: - Working

  private struct Entry {
    enum Work {
      case file(FilePath)
      case record(DocumentID)
    }

    let urgency: Urgency
    let size: Int64
    let since: Instant
    /// Settles what is equal otherwise, so that the order never hangs on a dictionary's.
    let name: String
    let work: Work

    /// Whether it goes before the other; see `SubmissionOrder`.
    func precedes(_ other: Entry) -> Bool {
      if urgency != other.urgency { return urgency > other.urgency }
      if size != other.size { return size < other.size }
      if since != other.since { return since < other.since }
      return name < other.name
    }
  }

  /// The most pressing thing that can be done now; it is out of the queue until it is handed back.
  mutating func takeNext(_ now: Instant) -> Job? {
    if isStale {
      backlog = (settled.values.map(\.file) + unaddressed.due(now)).map {
        Entry(urgency: .normal, size: $0.identity.size, since: now, name: "\($0.path)", work: .file($0.path))
      }
      for record in waiting.values where record.journey.isDue(now) {
        let size = record.signedSize ?? record.identity.size
        backlog.append(
          Entry(
            urgency: record.urgency, size: size, since: record.takenAt, name: record.document.text,
            work: .record(record.document)))
      }
      backlog.sort { $1.precedes($0) }
      isStale = false
    }
    while let entry = backlog.popLast() {
      switch entry.work {
      case .file(let path):
        guard let (file, unit) = takeSettled(path) ?? leaveUnaddressed(path, now) else { continue }
        settling[path] = nil
        owned[path, default: []].append(file.identity)
        return .takeIn(file, of: unit)
      case .record(let document):
        guard let record = waiting[document], record.journey.isDue(now), !isHeld(record) else { continue }
        if asksHub(record), !gate.mayPass(now) { continue }
        waiting[document] = nil
        return .carryOn(record)
      }
    }
    return nil
  }

  /// Whether more waits for a lane.
  var hasMore: Bool { !backlog.isEmpty }

  private func isHeld(_ record: OutgoingRecord) -> Bool {
    switch record.journey.nextStep {
    case .file, .reject: away.contains(record.unit)
    case .submit: withdrawn.contains(record.unit)
    case .sign, nil: false
    }
  }

  /// A file that is whole, in a folder that is there.
  private mutating func takeSettled(_ path: FilePath) -> (file: DroppedFile, unit: UnitID)? {
    guard let (_, unit) = settled[path], !away.contains(unit) else { return nil }
    return settled.removeValue(forKey: path)
  }

  /// A file that may ask the hub for its recipient now.
  private mutating func leaveUnaddressed(_ path: FilePath, _ now: Instant) -> (file: DroppedFile, unit: UnitID)? {
    guard let unit = unaddressed.due(path, now), !away.contains(unit), gate.enter(now) else { return nil }
    return unaddressed.letThrough(path)
  }

  /// Whether the hub may be asked for the file's recipient: a first attempt tries its luck, unless the hub is known to be away.
  func mayAskHub(for file: DroppedFile, now: Instant) -> Bool { isLetThrough(file) || gate.mayPass(now) }

  /// Whether the gate was passed for it, and must be left.
  func isLetThrough(_ file: DroppedFile) -> Bool { unaddressed.isLetThrough(file) }

  /// Its recipient isn't known here, and the hub gave no answer: it waits for the hub.
  /// - Returns: whether it did not wait before.
  mutating func awaitAddress(
    _ file: DroppedFile, of unit: UnitID, after fault: HubFault?, now: Instant, random: Double
  ) -> Bool {
    disown(file.path, file.identity)
    return unaddressed.hold(file, of: unit, after: fault, now: now, random: random)
  }

  /// Those that wait for their recipient to be known: how many, and some of them.
  var unaddressedFiles: (count: Int, some: [FilePath]) { unaddressed.some(Troubles.mostFiles) }

  /// It isn't clear to whom it goes: it waits until it, or the directory, changes.
  /// - Parameter version: of the directory in which its recipients were looked for.
  /// - Returns: false where another directory is known by now: it is to be looked at anew.
  mutating func hold(puzzling file: DroppedFile, of unit: UnitID, since version: Int64) -> Bool {
    guard puzzling.hold(file, of: unit, since: version) else { return false }
    disown(file.path, file.identity)
    unaddressed.forget(file.path)
    return true
  }

  /// Those that wait for their recipient to be clear: how many, and some of them.
  var puzzlingFiles: (count: Int, some: [FilePath]) { puzzling.some(Troubles.mostFiles) }

  /// The directory that is known now.
  mutating func directoryIs(_ version: Int64?) { puzzling.directoryIs(version) }

  /// It is journalled.
  mutating func takenIn(_ file: DroppedFile) { unaddressed.forget(file.path) }

  /// The file wasn't taken in, because somebody still writes to it or something failed: it must settle anew.
  mutating func letSettle(_ file: DroppedFile, of unit: UnitID, now: Instant) {
    disown(file.path, file.identity)
    unaddressed.forget(file.path)
    settling[file.path] = (Settling(file.identity, seenAt: now), unit)
  }

  /// The file is gone.
  mutating func forget(_ file: DroppedFile) {
    disown(file.path, file.identity)
    unaddressed.forget(file.path)
  }

  private mutating func disown(_ path: FilePath, _ identity: FileIdentity) {
    owned[path]?.removeAll { $0 == identity }
    if owned[path]?.isEmpty ?? false { owned[path] = nil }
  }

  /// Whether a document's next step goes to the hub. Signing does where it went there in vain before; a first attempt tries
  /// its luck.
  func asksHub(_ record: OutgoingRecord) -> Bool {
    switch record.journey.nextStep {
    case .submit: true
    case .sign: unstamped.contains(record.document)
    case .file, .reject, nil: false
    }
  }

  /// Takes in whether a document's signing waits for the hub.
  mutating func note(_ record: OutgoingRecord, waitsForStamp: Bool) {
    if waitsForStamp { unstamped.insert(record.document) } else { unstamped.remove(record.document) }
  }

  /// Whether a document may go on to its next step at once.
  mutating func mayGoOn(_ record: OutgoingRecord, now: Instant) -> Bool {
    guard record.journey.nextStep != nil, record.journey.isDue(now), !isHeld(record) else { return false }
    return !asksHub(record) || gate.enter(now)
  }

  /// Somebody who was let through to the hub is back.
  mutating func leaveGate(unreachable: Bool, retryAfter: Duration? = nil, now: Instant, random: Double) {
    gate.leave(unreachable: unreachable, retryAfter: retryAfter, now: now, random: random)
  }

  /// Hands a document back: it waits for its next step, or is at its end.
  mutating func rest(_ record: OutgoingRecord) {
    if record.journey.nextStep == nil {
      if record.leftBehind == nil { disown(record.source, record.identity) } else { left[record.document] = record }
    } else {
      waiting[record.document] = record
    }
  }

  /// The next moment at which there is something to do.
  func earliest(_ nextScan: Instant, now: Instant) -> Instant {
    var moments = [nextScan]
    // What is settled already is in the lanes' hands.
    for (path, file) in settling where settled[path] == nil && !away.contains(file.unit) {
      moments.append(file.state.end(of: quietPeriod))
    }
    // While one tries the hub for all, nobody else can pass: whoever comes back from there calls the others.
    for record in waiting.values where !isHeld(record) && !(gate.isProbing && asksHub(record)) {
      moments.append(asksHub(record) ? max(record.journey.notBefore, gate.opens) : record.journey.notBefore)
    }
    if !gate.isProbing, let next = unaddressed.earliest(except: away) { moments.append(max(next, gate.opens)) }
    return moments.min() ?? nextScan
  }
}
