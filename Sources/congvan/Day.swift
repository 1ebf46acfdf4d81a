import ArgumentParser
import LetterReading

/// A day on the command line, as a clerk or a program writes it: `23/11/2026` or `2026-11-23`.
struct Day: ExpressibleByArgument, Comparable {
  let date: LetterDate

  static let usage = "YYYY-MM-DD|DD/MM/YYYY"

  init?(argument: String) {
    guard let date = LetterDate(argument) else { return nil }
    self.date = date
  }

  /// `2026-11-23`
  var text: String { date.description }

  static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}
