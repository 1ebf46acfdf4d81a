/// What stands in one cell of a register, cleaned.
enum SheetCell: Equatable {
  /// Nothing is known, or a person writes there by hand.
  case blank
  case text(String)
  case day(CalendarDay)
  /// A number in a register: below 10 with a 0 before it.
  case number(Int)
  /// How many.
  case count(Int)

  init(_ text: String?) {
    let clean = text.map(CleanText.clean) ?? ""
    self = clean.isEmpty ? .blank : .text(clean)
  }

  init(_ day: CalendarDay?) { self = day.map(SheetCell.day) ?? .blank }

  /// As people read it.
  var shown: String {
    switch self {
    case .blank: ""
    case .text(let text): text
    case .day(let day): day.text
    case .number(let number): Self.padded(number)
    case .count(let count): String(count)
    }
  }

  /// `07`, `123`.
  static func padded(_ number: Int) -> String { (0...9).contains(number) ? "0\(number)" : String(number) }
}
