import Exchange

/// Durations and sizes as people write them in a configuration: a whole number and a unit, such as `2s` or `8MiB`.
enum Measures {
  private static let durations: [(suffix: String, milliseconds: Int64)] = [
    ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
  ]
  private static let sizes: [(suffix: String, bytes: Int64)] = [
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000),
    ("B", 1),
  ]

  /// nil unless it is a number and one of `ms`, `s`, `m`, `h`, `d`.
  static func duration(_ text: String) -> Duration? {
    number(text, units: durations.map { ($0.suffix, $0.milliseconds) }).map { .milliseconds($0) }
  }

  /// In bytes; nil unless it is a number and one of `B`, `KB`, `KiB`, `MB`, `MiB`, `GB`, `GiB`.
  static func size(_ text: String) -> Int64? {
    number(text, units: sizes.map { ($0.suffix, $0.bytes) })
  }

  private static func number(_ text: String, units: [(suffix: String, factor: Int64)]) -> Int64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let suffix = text.dropFirst(digits.count).drop { $0 == " " }
    guard let value = Int64(digits), let unit = units.first(where: { $0.suffix == suffix }) else { return nil }
    let (product, overflow) = value.multipliedReportingOverflow(by: unit.factor)
    return overflow ? nil : product
  }
}

/// The nearest of some words to a misspelt one, for "did you mean".
enum NearName {
  /// At most a third of the word's letters may differ.
  static func nearest(to word: String, among candidates: some Collection<String>) -> String? {
    let limit = max(1, word.count / 3)
    return candidates.map { ($0, distance(Array(word.lowercased()), Array($0.lowercased()))) }
      .filter { $0.1 <= limit }
      .min { ($0.1, $0.0) < ($1.1, $1.0) }?
      .0
  }

  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var row = Array(0...right.count)
    for (index, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let substituted = diagonal + (letter == right[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(substituted, row[column] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
