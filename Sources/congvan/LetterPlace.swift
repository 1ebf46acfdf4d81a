import Agent
import Foundation
import LetterReading

/// Where a letter's file stands now.
enum LetterPlace {
  /// Where it was filed, or under the same name in another folder of its unit, as a person moved it; nil where it is in none.
  static func find(_ entry: CatalogueEntry, in configuration: AgentConfiguration) -> String? {
    let files = FileManager.default
    if files.fileExists(atPath: entry.path) { return entry.path }
    guard let unit = configuration.units.first(where: { $0.unit == entry.key.unit }),
      let folders = try? files.contentsOfDirectory(atPath: unit.folder)
    else { return nil }
    let name = URL(fileURLWithPath: entry.path).lastPathComponent
    return folders.sorted().map { "\(unit.folder)/\($0)/\(name)" }.first { files.fileExists(atPath: $0) }
  }
}

/// Days as people write them here.
enum DayText {
  /// A day as a clerk or a program writes it, `23/11/2026` or `2026-11-23`, as the latter; other text as it is.
  static func normal(_ text: String) -> String {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, let day = Int(parts[0]), let month = Int(parts[1]), let year = Int(parts[2]) else {
      return text
    }
    return LetterDate(year: year, month: month, day: day)?.description ?? text
  }

  /// `2026-11-23`; nil where that is no day.
  static func date(_ text: String) -> LetterDate? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2], text.utf8.count == 10 else {
      return nil
    }
    return LetterDate(year: year, month: month, day: day)
  }

  /// `23/11/2026`
  static func shown(_ text: String) -> String? {
    date(text).map { _ in text.split(separator: "-").reversed().joined(separator: "/") }
  }
}
