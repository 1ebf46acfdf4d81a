import Exchange
import Foundation
import LetterReading

/// Everything that a clerk reads, made in one place, in the language of the house.
public struct Messages: Sendable {
  public let language: Language

  public init(_ language: Language) { self.language = language }

  /// What happened to a file, and how to mend it: two short paragraphs.
  public func sentence(_ refusal: Refusal, fileName: String) -> (happened: String, remedy: String) {
    let isNamedOtherwise = refusal == .pdf(.notPDF) && !OutboxScan.isPDF(fileName)
    let entry = isNamedOtherwise ? PDFText.notPDFByName : RefusalText.entry(for: refusal)
    return (entry.happened[language], entry.remedy[language])
  }

  /// What happened to a file, in one line.
  public func line(_ refusal: Refusal) -> String { Self.oneLine(RefusalText.entry(for: refusal).happened[language]) }

  /// A text with a list in it, such as of near names, as one line.
  static func oneLine(_ text: String) -> String {
    var result = ""
    for part in text.split(whereSeparator: \.isNewline).map({ $0.trimmingCharacters(in: .whitespaces) }) {
      if result.isEmpty {
        result = part
      } else if part.hasPrefix("- ") {
        result += (result.hasSuffix(":") ? " " : ", ") + part.dropFirst(2)
      } else {
        result += " " + part
      }
    }
    return result
  }

  /// What a journalled problem code means; the code itself where it is of a newer version.
  public func sentence(forProblem code: String) -> String { RefusalText.happened(code: code)?[language] ?? code }

  /// An event of a document's history.
  public func event(_ name: JournalEvent.Name) -> String { JourneyText.event(name)[language] }

  public func state(_ state: OutgoingState) -> String { JourneyText.state(state)[language] }
  public func state(_ state: IncomingState) -> String { JourneyText.state(state)[language] }

  public func urgency(_ urgency: Urgency) -> String { JourneyText.urgency(urgency)[language] }

  /// The text of the house's language, for a program's own few sentences.
  public func say(_ vietnamese: String, _ english: String) -> String { Phrase(vietnamese, english)[language] }

  func text(_ phrase: Phrase) -> String { phrase[language] }

  /// A moment as people read it: `23/11/2026 20:41`, in Vietnam.
  public func moment(_ instant: Instant) -> String { "\(Self.day(instant)) \(instant.inVietnam.timeText.prefix(5))" }

  static func day(_ instant: Instant) -> String { day(instant.inVietnam.dateText) }

  /// A letter's day as people read it: `23/11/2026`.
  public func day(_ date: LetterDate) -> String { Self.day(date.description) }

  private static func day(_ text: String) -> String { text.split(separator: "-").reversed().joined(separator: "/") }

  /// A size as people read it: `1,4 MB`.
  public func size(_ bytes: Int64) -> String { Self.size(bytes)[language] }

  static func size(_ bytes: Int64) -> Phrase {
    let units = ["B", "KB", "MB", "GB", "TB"]
    var value = Double(bytes)
    var index = 0
    while value >= 1000, index < units.count - 1 {
      value /= 1000
      index += 1
    }
    let number = index == 0 ? String(bytes) : String(format: value < 10 ? "%.1f" : "%.0f", value)
    return Phrase("\(number.replacing(".", with: ",")) \(units[index])", "\(number) \(units[index])")
  }

  /// A size to the byte, in groups of three digits: `4.294.967.297 byte`.
  static func bytes(_ count: Int64) -> Phrase {
    var digits = String(count)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    groups.insert(digits, at: 0)
    return Phrase("\(groups.joined(separator: ".")) byte", "\(groups.joined(separator: ",")) bytes")
  }

  /// A file name that may be anything, as it can safely be shown in one line: control characters and marks that turn the
  /// direction of writing become `?`.
  public static func shown(_ name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars {
      let hidden =
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x200B...0x200F).contains(scalar.value)
        || (0x2028...0x202E).contains(scalar.value) || (0x2060...0x2069).contains(scalar.value)
        || scalar.value == 0xFEFF
      result.unicodeScalars.append(hidden ? "?" : scalar)
    }
    return result
  }
}
