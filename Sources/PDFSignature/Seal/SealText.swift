import Foundation

/// What is written beside the seal: lines with words in braces that stand for the signature's facts.
struct SealText: Sendable, Equatable {
  /// The signature's facts as far as they are known beforehand.
  struct Facts {
    var name: String
    var reason: String?
    var location: String?
  }

  private static let time = "{time}"
  /// Of one line, after filling in. A seal is no letter.
  static let lineLimit = 500
  static let linesLimit = 12

  /// Filled in but for the time.
  private let lines: [String]

  /// A line whose fact is absent is left out.
  init(_ templates: [String], _ facts: Facts) throws(SealProblem) {
    guard templates.count <= Self.linesLimit else {
      throw SealProblem(.tooLarge, "\(templates.count) lines of text are too many: give at most \(Self.linesLimit)")
    }
    var lines: [String] = []
    for template in templates {
      guard let line = try Self.fill(template, facts) else { continue }
      guard line.count <= Self.lineLimit else {
        throw SealProblem(.tooLarge, "a line of the seal has more than \(Self.lineLimit) characters: shorten it")
      }
      lines.append(line)
    }
    self.lines = lines
  }

  private static func fill(_ template: String, _ facts: Facts) throws(SealProblem) -> String? {
    let known: [(word: String, value: String?)] = [
      ("{name}", facts.name), ("{reason}", facts.reason), ("{location}", facts.location), (time, time),
    ]
    var result = ""
    var rest = template[...]
    while let brace = rest.firstIndex(of: "{") {
      result += rest[..<brace]
      rest = rest[brace...]
      guard let fact = known.first(where: { rest.hasPrefix($0.word) }) else {
        let end = rest.firstIndex(of: "}").map { rest.index(after: $0) } ?? rest.endIndex
        let words = known.map(\.word).joined(separator: ", ")
        throw SealProblem(.unknownPlaceholder, "\(rest[..<end].prefix(40)) is not known; known: \(words)")
      }
      guard let value = fact.value, !value.isEmpty else { return nil }
      result += value
      rest = rest.dropFirst(fact.word.count)
    }
    // Letters and their marks become one, as the font has them.
    return (result + rest).precomposedStringWithCanonicalMapping
  }

  var isEmpty: Bool { lines.isEmpty }

  /// The lines at a time.
  func lines(at date: Date) -> [String] {
    lines.map { $0.replacingOccurrences(of: Self.time, with: SealTime.text(date)) }
  }

  /// Every character that any time could ask for, and the hyphen's fellow, the blank.
  var characters: Set<Unicode.Scalar> {
    var result: Set<Unicode.Scalar> = [" "]
    for line in lines {
      result.formUnion(line.replacingOccurrences(of: Self.time, with: "0123456789-:+T").unicodeScalars)
    }
    return result
  }
}

/// ISO 8601 with Vietnam's zone, which keeps UTC+7 all year: `2026-11-23T08:30:00+07:00`.
enum SealTime {
  static func text(_ date: Date) -> String {
    var seconds = time_t(date.timeIntervalSince1970.rounded(.down)) + 7 * 3600
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let year = String(1900 + Int(parts.tm_year))
    return String(repeating: "0", count: max(0, 4 - year.count)) + year + "-" + two(parts.tm_mon + 1) + "-"
      + two(parts.tm_mday) + "T" + two(parts.tm_hour) + ":" + two(parts.tm_min) + ":" + two(parts.tm_sec) + "+07:00"
  }
}
