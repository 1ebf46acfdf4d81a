import Agent
import Durable
import Foundation

/// Where a letter's file stands now.
enum LetterPlace {
  /// nil where it is in none of its unit's folders, or they can't be looked into.
  static func find(_ entry: CatalogueEntry, in configuration: AgentConfiguration) -> String? {
    // What bears its name then is another file.
    if entry.reading == .missing { return nil }
    let root = configuration.units.first { $0.unit == entry.key.unit }?.folder
    let filed = FilePath(entry.path)
    let places = root.flatMap { try? LetterPlaces.of(filed, in: FilePath($0)) } ?? [filed]
    return places.map { "\($0)" }.first(where: FileManager.default.fileExists(atPath:))
  }
}
