/// What a register's cover says (Decree 30/2020/NĐ-CP, Annex IV).
struct Cover: Equatable {
  /// In capitals; empty for none.
  let parent: String
  /// In capitals.
  let organisation: String
  let title: String
  /// `NĂM: 2016`, or of several years the first and the last.
  let year: String
  /// `Từ ngày 01/01/2016 đến ngày 31/12/2016`
  let days: String
  /// `Từ số 01 đến số 312`; dots to write on where no row has a number.
  let numbers: String

  init(_ register: Register) {
    parent = CleanText.clean(register.parent ?? "").uppercased()
    organisation = CleanText.clean(register.organisation).uppercased()
    title = RegisterForm(register.kind).title
    let (from, to) = (register.from, register.to)
    year = "NĂM: " + (from.year == to.year ? "\(from.year)" : "\(from.year) - \(to.year)")
    days = "Từ ngày \(from.text) đến ngày \(to.text)"
    let span = Self.span(register.rows)
    let dots = ".........."
    let first = span.map { SheetCell.padded($0.lowerBound) } ?? dots
    let last = span.map { SheetCell.padded($0.upperBound) } ?? dots
    numbers = "Từ số \(first) đến số \(last)"
  }

  /// All lines, from top to bottom.
  var lines: [String] { [parent, organisation, title, year, days, numbers].filter { !$0.isEmpty } }

  /// The least and the greatest number. An outgoing letter's is what its number and symbol begin with.
  private static func span(_ rows: Register.Rows) -> ClosedRange<Int>? {
    let numbers: [Int] =
      switch rows {
      case .incoming(let rows): rows.map(\.number)
      case .outgoing(let rows): rows.compactMap { leadingNumber($0.numberSymbol ?? "") }
      }
    guard let first = numbers.min(), let last = numbers.max() else { return nil }
    return first...last
  }

  private static func leadingNumber(_ symbol: String) -> Int? {
    // Nine digits are more than any year's letters.
    let digits = symbol.drop { $0 == " " }.prefix(10).prefix { $0.isASCII && $0.isNumber }
    return digits.count < 10 ? Int(digits) : nil
  }
}
