import Exchange
import Foundation
import GRDB

@testable import Agent
@testable import Hub

/// What must hold, whatever happens; docs/reliability.md says the same in words. The first violation is kept.
///
/// 1. What was dropped is delivered, to each recipient once, and nothing else is.
/// 2. At every step each dropped document is in outbox/, in sent/ or in rejected/, unchanged.
/// 3. A receipt means that the hub's bytes and row are durable; so does an upload's offset for its bytes, and an
///    acknowledgement for the file in the inbox.
/// 4. In the end journals, hub and folders agree.
/// 5. When the faults stop, all finishes within bounded steps.
/// 6. The hub never sees two different documents under one identifier.
final class Checker {
  private unowned let world: World
  private(set) var violation: String?
  var isLateAdded = false
  private var closedUnits: Set<UnitID> = []
  private var expiredUnits: Set<UnitID> = []
  /// By identifier: what was submitted under it.
  private var submissions: [DocumentID: Submission] = [:]
  /// What the ledger took on, and for whom.
  private var acceptances: [(submission: Submission, recipients: Set<UnitID>)] = []

  init(world: World) { self.world = world }

  private func violated(_ property: Int, _ text: String) {
    if violation == nil { violation = "property \(property): \(text)" }
  }

  // MARK: - What the world tells

  func closed(_ unit: UnitID) { closedUnits.insert(unit) }
  func expired(_ unit: UnitID) { expiredUnits.insert(unit) }
  func lostWhileWriting(_ place: Place) { violated(2, "\(place) was taken away while it was being written") }

  func submitted(_ submission: Submission) {
    if let earlier = submissions[submission.document], !submission.isSameAct(as: earlier) {
      violated(6, "two different documents under \(submission.document)")
    }
    submissions[submission.document] = submission
  }

  func accepted(_ submission: Submission, recipients: Set<UnitID>) {
    acceptances.append((submission, recipients))
  }

  func receiptShown(_ record: OutgoingRecord) {
    guard let digest = record.signedDigest, let size = record.signedSize else { return violated(3, "an empty receipt") }
    let bytes = world.hub.disk.durableBytes(HubProcess.object(digest))
    if bytes.map({ Int64($0.count) == size && Letters.digest($0) == digest }) != true {
      violated(3, "a receipt for \(record.document), and its bytes would not outlive a power cut")
    }
    if ledger({ try SQLiteLedger.accepted(record.document, in: $0) }) == nil {
      violated(3, "a receipt for \(record.document), and no row in the ledger")
    }
  }

  /// The hub tells how far an upload is, after bytes that it took: so much outlives a power cut.
  func offsetTold(_ upload: Upload) {
    let place = Place(HubProcess.uploadFolder, upload.fileName)
    // Another request may have finished it meanwhile.
    guard world.hub.disk.look(place) != nil else { return }
    if Int64(world.hub.disk.durableBytes(place)?.count ?? -1) < upload.offset {
      violated(3, "the hub has told of \(upload.offset) bytes of \(upload.id), and fewer would outlive a power cut")
    }
  }

  /// A unit tells the hub that it has documents: they stand in its inbox, and would after a power cut.
  func acknowledged(_ batch: AcknowledgementBatch) {
    guard let disk = world.agent(of: batch.unit)?.disk else { return }
    let durable = Set(disk.durableFiles("/\(batch.unit)/inbox").map(Letters.digest))
    for item in batch.items where item.event == .contentHandover && !durable.contains(item.digest) {
      violated(3, "\(batch.unit) acknowledges \(item.document), and a power cut would take it from the inbox")
    }
  }

  // MARK: - At every step

  func step() {
    for agent in world.agents {
      for unit in agent.units { checkPlaces(of: unit, agent) }
    }
  }

  private func checkPlaces(of unit: UnitID, _ agent: AgentProcess) {
    let places = Places(unit, agent.disk)
    var wanted: [[UInt8]: Int] = [:]
    for drop in world.clerk.drops where drop.unit == unit && !drop.isWithdrawn { wanted[drop.bytes, default: 0] += 1 }
    for (bytes, count) in wanted where places.count(of: bytes) < count {
      violated(2, "\(text(bytes)) of \(unit) is in none of its places")
    }
    for own in world.clerk.own where own.unit == unit && agent.disk.bytes(own.place) != own.bytes {
      violated(2, "\(own.place), which somebody put there, was changed")
    }
    let own = Set(world.clerk.own.map(\.place))
    for file in places.inbox where !own.contains(Place(places.inboxFolder, file.name)) {
      guard acceptances.contains(where: { $0.submission.digest == Letters.digest(file.bytes) }) else {
        violated(1, "\(file.name) in the inbox of \(unit) isn't a document that was accepted")
        continue
      }
    }
    let delivered = places.inbox.map(\.bytes)
    if Set(delivered).count < delivered.count { violated(1, "the same document stands twice in the inbox of \(unit)") }
  }

  // MARK: - In the quiet phase

  /// What isn't finished, in words.
  func remaining() -> [String] {
    var rest: [String] = []
    for agent in world.agents {
      let (outgoing, incoming, acknowledgements) =
        journal(agent) { database in
          (
            try Journal.openOutgoing(in: database), try Journal.openIncoming(in: database),
            try Row.fetchAll(database, sql: "SELECT unit FROM acknowledgement WHERE done = 0")
          )
        } ?? ([], [], [])
      rest += outgoing.map {
        "\($0.document) is \($0.journey.state) in \(agent.name), not before \($0.journey.notBefore)"
      }
      rest += incoming.map {
        "\($0.document) is \($0.journey.state) in \(agent.name), not before \($0.journey.notBefore)"
      }
      for row in acknowledgements where !closedUnits.contains(UnitID(unchecked: row["unit"])) {
        rest.append("an acknowledgement of \(row["unit"] as String) waits in \(agent.name)")
      }
      for unit in agent.units {
        rest += Places(unit, agent.disk).outbox.map { "\(text($0.bytes)) stands in the outbox of \(unit)" }
      }
    }
    return rest
  }

  // MARK: - At the end

  func end() {
    for rest in remaining() { violated(5, rest) }
    for agent in world.agents {
      for unit in agent.units {
        checkDrops(of: unit, agent)
        checkInbox(of: unit, agent)
        checkNumbers(of: unit, agent)
      }
      checkJournal(of: agent)
    }
    checkDeliveries()
  }

  private func checkDrops(of unit: UnitID, _ agent: AgentProcess) {
    let places = Places(unit, agent.disk)
    let refused = journal(agent) { try Journal.refused(of: unit, in: $0) } ?? []
    for drop in world.clerk.drops where drop.unit == unit {
      let sent = places.sent.filter { Letters.parts($0.bytes).original == drop.bytes }.count
      let rejected = places.rejected.filter { $0.bytes == drop.bytes }.count
      let drops = world.clerk.drops.filter { $0.unit == unit && $0.bytes == drop.bytes }.count
      if sent > 1 { violated(1, "\(text(drop.bytes)) of \(unit) stands \(sent) times in sent/") }
      if sent + rejected > drops { violated(2, "\(text(drop.bytes)) of \(unit) stands in sent/ and in rejected/") }
      if drop.isWithdrawn { continue }
      // What was refused before it was read has no digest in the journal.
      let codes = refused.filter {
        $0.digest.map { $0 == Letters.digest(drop.bytes) } ?? ($0.source == drop.place.path)
      }.compactMap { $0.refusal?.code }
      switch drop.kind {
      case .letter where sent == 0 && !codes.contains(where: { isExcused($0, unit) }):
        violated(1, "\(text(drop.bytes)) of \(unit) was refused for \(codes.joined(separator: ", "))")
      case .unreadable where sent > 0, .misaddressed where sent > 0:
        violated(1, "\(text(drop.bytes)) of \(unit) was sent")
      default: break
      }
    }
  }

  /// Whether the province did something for which a good letter may come back.
  private func isExcused(_ code: String, _ unit: UnitID) -> Bool {
    switch code {
    case "hub-signer-not-authorised": expiredUnits.contains(unit) || closedUnits.contains(unit) || unit == World.late
    case "hub-unit-suspended": closedUnits.contains(unit) || unit == World.late
    case "hub-recipient-unknown": true
    // A small document goes along with the request that begins its upload, without a checksum of its own.
    case "hub-digest-mismatch": world.rare[.digestWrong] != nil
    case "recipient-closed": !closedUnits.isEmpty
    case "recipient-unknown": true
    // Of a letter that was withdrawn, and so may be a repeat of one that went out before.
    case "duplicate": world.clerk.drops.contains { $0.unit == unit && $0.kind == .repeated }
    default: false
    }
  }

  private func checkInbox(of unit: UnitID, _ agent: AgentProcess) {
    let bytes = Places(unit, agent.disk).inbox.map { Letters.digest($0.bytes) }
    for (submission, recipients) in acceptances where recipients.contains(unit) {
      let count = bytes.filter { $0 == submission.digest }.count
      if count != 1, !closedUnits.contains(unit) {
        violated(1, "\(submission.document) stands \(count) times in the inbox of \(unit)")
      }
    }
    for digest in bytes {
      let isMeant = acceptances.contains { $0.submission.digest == digest && $0.recipients.contains(unit) }
      let isOwn = world.clerk.own.contains { Letters.digest($0.bytes) == digest }
      if !isMeant, !isOwn { violated(1, "the inbox of \(unit) holds a document that wasn't for it") }
    }
    let whole = Set(world.clerk.drops.map(\.bytes))
    for file in Places(unit, agent.disk).inbox where file.name.hasSuffix(".pdf") {
      let (original, signer) = Letters.parts(file.bytes)
      if signer != nil, !whole.contains(original) { violated(1, "\(text(original)) was delivered, and never dropped") }
    }
  }

  /// The register of incoming letters: from 1 on in each year, without gaps.
  private func checkNumbers(of unit: UnitID, _ agent: AgentProcess) {
    let rows = journal(agent) {
      try Row.fetchAll(
        $0,
        sql:
          "SELECT year, count(*) AS n, max(number) AS last FROM incoming WHERE unit = ? AND number > 0 GROUP BY year",
        arguments: [unit.rawValue])
    }
    for row in rows ?? [] where row["n"] as Int != row["last"] as Int {
      violated(4, "the incoming numbers of \(unit) have gaps: \(row["n"] as Int) up to \(row["last"] as Int)")
    }
  }

  private func checkJournal(of agent: AgentProcess) {
    let outgoing = journal(agent) { try OutgoingRecord.fetchAll($0, sql: "SELECT * FROM outgoing") } ?? []
    for record in outgoing where record.journey.state == .sent {
      guard let accepted = ledger({ try SQLiteLedger.accepted(record.document, in: $0) }),
        accepted.digest == record.signedDigest
      else {
        violated(4, "\(record.document) is sent, and the hub doesn't have it")
        continue
      }
      let bytes = record.target.flatMap { agent.disk.bytes(Place($0)) }
      if bytes.map(Letters.digest) != record.signedDigest {
        violated(4, "\(record.document) is sent, and not in sent/")
      }
    }
    let incoming = journal(agent) { try IncomingRecord.fetchAll($0, sql: "SELECT * FROM incoming") } ?? []
    for record in incoming {
      switch record.journey.state {
      case .filed:
        let bytes = agent.disk.bytes(Place("/\(record.unit)/inbox", record.target ?? ""))
        if bytes.map(Letters.digest) != record.posted.digest {
          violated(4, "\(record.document) is filed, and not in the inbox of \(record.unit)")
        }
      case .quarantined: violated(1, "\(record.document) was quarantined in \(agent.name), and was good")
      case .withdrawn where !closedUnits.contains(record.unit):
        violated(1, "\(record.document) was given up in \(agent.name)")
      default: break
      }
    }
    // What isn't under way any more leaves nothing in the spool.
    for entry in agent.disk.list(AgentProcess.outgoingSpool) {
      let isOpen = outgoing.contains { "\($0.document).pdf" == entry.name && $0.journey.nextStep != nil }
      if !isOpen, outgoing.contains(where: { "\($0.document).pdf" == entry.name }) {
        violated(4, "\(entry.name) was left in the spool of \(agent.name)")
      }
    }
  }

  /// The hub's evidence, the recipient's folder and the sender's journal say the same.
  private func checkDeliveries() {
    for (submission, recipients) in acceptances {
      let statuses =
        ledger { database in
          try Row.fetchAll(
            database, sql: "SELECT recipient, event FROM evidence WHERE document = ?",
            arguments: [submission.document.text])
        } ?? []
      let handed = Set(
        statuses.filter { $0["event"] as String == EvidenceEvent.contentHandover.rawValue }
          .map { UnitID(unchecked: $0["recipient"]) })
      if handed.subtracting(closedUnits) != recipients.subtracting(closedUnits) {
        violated(4, "\(submission.document): the hub knows of \(handed.sorted()), it went to \(recipients.sorted())")
      }
      // Nobody waits for ever: who was closed before is spoken for by the hub.
      let returned = Set(
        statuses.filter { $0["event"] as String == EvidenceEvent.consignmentRejection.rawValue }
          .map { UnitID(unchecked: $0["recipient"]) })
      if handed.union(returned) != recipients || !returned.isSubset(of: closedUnits)
        || !handed.isDisjoint(with: returned)
      {
        violated(
          4,
          "\(submission.document): handed to \(handed.sorted()), returned for \(returned.sorted()), not \(recipients.sorted())"
        )
      }
      guard let sender = world.agent(of: submission.sender), !closedUnits.contains(submission.sender) else { continue }
      let reported =
        journal(sender) { database in
          try String.fetchAll(
            database, sql: "SELECT recipient FROM delivery WHERE document = ?", arguments: [submission.document.text])
        } ?? []
      if Set(reported.map { UnitID(unchecked: $0) }) != handed.union(returned) {
        violated(
          4,
          "\(submission.document): the sender knows of \(reported.sorted()), the hub of \(handed.union(returned).sorted())"
        )
      }
    }
  }

  // MARK: - Looking

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(16), as: UTF8.self).debugDescription }

  private func ledger<Value>(_ body: (Database) throws -> Value?) -> Value? { look(world.hub, body) }
  private func journal<Value>(_ agent: AgentProcess, _ body: (Database) throws -> Value?) -> Value? {
    look(agent, body)
  }

  private func look<Value>(_ process: Process, _ body: (Database) throws -> Value?) -> Value? {
    do { return try process.database.unsafeRead(body) } catch {
      violated(4, "\(process.name)'s database cannot be read: \(error)")
      return nil
    }
  }
}

extension Journal {
  /// The documents of a unit that were refused, and why.
  fileprivate static func refused(of unit: UnitID, in database: Database) throws -> [OutgoingRecord] {
    try OutgoingRecord.fetchAll(
      database, sql: "SELECT * FROM outgoing WHERE unit = ? AND refusal IS NOT NULL", arguments: [unit.rawValue])
  }
}

/// The files of a unit's folder by where they stand, without what programs hide.
private struct Places {
  typealias File = (name: String, bytes: [UInt8])

  let inboxFolder: String
  let outbox, sent, rejected, inbox: [File]
  private let hidden: [File]

  init(_ unit: UnitID, _ disk: Disk) {
    inboxFolder = "/\(unit)/inbox"
    let all = disk.folders(below: "/\(unit)/outbox").flatMap { disk.list($0) }
    outbox = all.filter { !$0.name.hasPrefix(".") }
    hidden = all.filter { $0.name.hasPrefix(".") }
    sent = disk.folders(below: "/\(unit)/sent").flatMap { disk.list($0) }.filter { !$0.name.hasPrefix(".") }
    rejected = disk.list("/\(unit)/rejected").filter { !$0.name.hasSuffix(Messages.reasonSuffix) }
    inbox = disk.list(inboxFolder).filter { !$0.name.hasPrefix(".") }
  }

  /// How often these dropped bytes are there, signed or not.
  func count(of bytes: [UInt8]) -> Int {
    (outbox + hidden + rejected).filter { $0.bytes == bytes }.count
      + sent.filter { Letters.parts($0.bytes).original == bytes }.count
  }
}
