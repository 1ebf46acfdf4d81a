/// A day of Vietnam's calendar, without a time: what a register shows as `13/04/2016`.
public struct CalendarDay: Hashable, Comparable, Sendable {
  /// 1900 to 9999: what spreadsheets can hold as a date.
  public let year: Int
  /// 1 to 12.
  public let month: Int
  /// 1 to 31, as the month has them.
  public let day: Int

  /// Nil unless the calendar has such a day between 1 March 1900 and the end of 9999: spreadsheets count a 29 February 1900
  /// that never was (ISO/IEC 29500-1 §18.17.4.1), so that days before it would be shown as their neighbours.
  public init?(year: Int, month: Int, day: Int) {
    guard (1900...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.length(year, month),
      year > 1900 || month > 2
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }

  private static func length(_ year: Int, _ month: Int) -> Int {
    switch month {
    case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 30 December 1899: what a spreadsheet calls this date.
  var serialNumber: Int {
    // Years that begin in March, so that the leap day comes last.
    let (y, m) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
    let sinceYearZero = y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1
    // 30 December 1899 in the same count.
    return sinceYearZero - 693_899
  }

  /// `13/04/2016`, as the registers' forms ask for.
  var text: String { "\(Self.two(day))/\(Self.two(month))/\(year)" }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
