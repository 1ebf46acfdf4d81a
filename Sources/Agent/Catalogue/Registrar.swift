import Exchange
import Foundation

/// Writes down what a person says of a letter: in its history first, which is what counts, then in the catalogue.
public struct Registrar: Sendable {
  private let journal: Journal
  private let catalogue: Catalogue

  public init(journal: Journal, catalogue: Catalogue) {
    self.journal = journal
    self.catalogue = catalogue
  }

  /// - Parameter person: who corrects it, as the system knows them.
  /// - Throws: the database's error. Where the history has it and the catalogue hasn't, the daemon brings it there.
  public func correct(
    _ entry: CatalogueEntry, _ correction: LetterCorrection, by person: String, at now: Instant = Instant(Date())
  ) async throws {
    let event = JournalEvent(
      .corrected, of: entry.key.document, unit: entry.key.unit, entry.key.direction, at: now,
      detail: correction.detail(over: entry.facts, by: person))
    let id = try await journal.append(event)
    try await catalogue.correct(entry.key, correction, event: id)
  }
}
