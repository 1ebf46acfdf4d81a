import Durable
import Exchange
import Foundation
import Logging
import ServiceLifecycle

/// Keeps the catalogue: follows the journal, and reads each letter where it was filed once nothing else is to be done. No
/// letter's journey waits for it.
struct Cataloguer: Service {
  let journal: Journal
  let units: [UnitID: UnitConfiguration]
  let paths: StatePaths
  let folders: FolderKeeper
  let room: SpoolRoom
  let threads: IOThreads
  let logger: Logger

  /// Letters in one write.
  private static let batch = 32
  /// Letters that are on their way go first, but not for ever.
  private static let patience: Duration = .seconds(60)
  private static let pause: Duration = .seconds(1)
  /// A folder that was away is looked for anew this often; what a command corrected is in the catalogue already.
  private static let interval: Duration = .seconds(600)
  private static let afterFault: Duration = .seconds(30)

  func run() async throws {
    // What an end in the middle left.
    try? await threads.run { [paths] in
      for rest in try Folder.list(FilePath(paths.readingSpool)) {
        try DurableFile.remove(FilePath(paths.readingSpool).appending(rest.name))
      }
    }
    // Where a share holds up the one that reads, another goes on with the other units' letters.
    let readers = LooseTasks()
    readers.whenOneIsHeldUp { [readers] in readers.add { await keep() } }
    readers.add { await keep() }
    try? await gracefulShutdown()
    await readers.end()
  }

  private func keep() async {
    var opened: Catalogue?
    while !Task.isCancelled, LooseTasks.Member.current?.wasRelieved != true {
      do {
        let catalogue: Catalogue
        if let opened { catalogue = opened } else { catalogue = try await open() }
        opened = catalogue
        await waitUntilIdle()
        if try await catchUp(catalogue) { continue }
        if try await readWaiting(catalogue) { continue }
        await journal.lettersFiled.wait(atMost: Self.interval)
      } catch {
        // It may be its file that is broken.
        opened = nil
        if Task.isCancelled { return }
        logger.warning("the catalogue of letters isn't kept now", metadata: ["error": "\(error)"])
        try? await Task.sleep(for: Self.afterFault)
      }
    }
  }

  private func open() async throws -> Catalogue {
    try await threads.run { [paths] in try Catalogue.opening(paths.catalogue) }
  }

  private func waitUntilIdle() async {
    let end = ContinuousClock.now + Self.patience
    while !Task.isCancelled, ContinuousClock.now < end {
      guard let open = try? await journal.openCounts(), open.outgoing + open.incoming > 0 else { return }
      try? await Task.sleep(for: Self.pause)
    }
  }

  /// Takes in the next events.
  /// - Returns: whether there may be more.
  private func catchUp(_ catalogue: Catalogue) async throws -> Bool {
    let events = try await journal.eventsOfLetters(after: try await catalogue.cursor(), limit: Self.batch)
    guard let last = events.last else { return false }
    var letters: [(entry: CatalogueEntry, text: String)] = []
    for event in events where event.name != .corrected {
      guard let entry = try await entry(of: event) else { continue }
      letters.append(try await read(entry))
      try Task.checkCancellation()
    }
    try await catalogue.put(letters, cursor: nil)
    for event in events where event.name == .corrected {
      let key = CatalogueEntry.Key(document: event.document, unit: event.unit, direction: event.direction)
      try await catalogue.correct(key, LetterCorrection(detail: event.detail), event: event.id)
    }
    try await catalogue.put([], cursor: last.id)
    return true
  }

  /// Reads what could not be read when it came.
  private func readWaiting(_ catalogue: Catalogue) async throws -> Bool {
    let waiting = try await catalogue.waiting(
      of: Set(units.keys).subtracting(folders.held), limit: Self.batch)
    var letters: [(entry: CatalogueEntry, text: String)] = []
    for entry in waiting {
      let letter = try await read(entry)
      if letter.entry.reading != .waiting { letters.append(letter) }
    }
    if letters.isEmpty { return false }
    try await catalogue.put(letters, cursor: nil)
    return true
  }

  private func entry(of event: JournalEvent) async throws -> CatalogueEntry? {
    let key = CatalogueEntry.Key(document: event.document, unit: event.unit, direction: event.direction)
    switch event.direction {
    case .incoming:
      guard let unit = units[event.unit],
        let record = try await journal.incoming(event.document).first(where: { $0.unit == event.unit }),
        record.journey.state == .filed, let name = record.target
      else { return nil }
      return CatalogueEntry(
        key: key, at: event.at, number: record.number, name: name, path: "\(unit.inbox)/\(name)",
        party: record.posted.senderName, reading: .waiting, facts: LetterFacts())
    case .outgoing:
      // One that was only known again is sent later, if it is.
      guard let record = try await journal.outgoing(event.document), record.journey.state == .sent,
        let target = record.target
      else { return nil }
      return CatalogueEntry(
        key: key, at: event.at, number: nil, name: String(decoding: target.name, as: UTF8.self), path: "\(target)",
        party: try await partyName(record.addressees), reading: .waiting, facts: LetterFacts())
    }
  }

  private func partyName(_ addressees: [Addressee]) async throws -> String {
    AddresseeNames(try await journal.directory()).text(of: addressees)
  }

  /// Of the bytes that were filed.
  private func digest(of key: CatalogueEntry.Key) async throws -> SHA256Digest? {
    switch key.direction {
    case .incoming: try await journal.incoming(key.document).first { $0.unit == key.unit }?.posted.digest
    case .outgoing: try await journal.outgoing(key.document)?.signedDigest
    }
  }

  /// - Returns: the entry with what the letter says; as it was where its folder doesn't answer now.
  private func read(_ entry: CatalogueEntry) async throws -> (entry: CatalogueEntry, text: String) {
    // Nothing is begun in a folder that is slow to answer.
    guard let unit = units[entry.key.unit], !folders.isHeld(unit.unit) else { return (entry, "") }
    let spool = FilePath(paths.readingSpool).appending("\(entry.key.unit)-\(entry.key.document).pdf")
    var entry = entry
    guard let digest = try await digest(of: entry.key) else {
      entry.reading = .missing
      return (entry, "")
    }
    let letter = FiledLetter(unit: unit, path: entry.path, digest: digest, spool: spool)
    let finding: FiledLetter.Finding
    do {
      finding = try await folders.work(in: unit.unit) { [folders, room] in
        _ = try folders.open(unit.unit)
        return try letter.copy(room)
      }
    } catch {
      try Task.checkCancellation()
      logger.debug("a letter isn't read now", metadata: ["document": "\(entry.key.document)", "error": "\(error)"])
      return (entry, "")
    }
    guard case .copied = finding else {
      entry.reading = finding == .missing ? .missing : .unreadable
      return (entry, "")
    }
    let (reading, facts, text) = await letter.read()
    try? await threads.run { try DurableFile.remove(spool) }
    entry.reading = reading
    entry.facts = facts
    return (entry, text)
  }
}
