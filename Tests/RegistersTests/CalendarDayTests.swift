import Foundation
import Testing

@testable import Registers

/// The one value that can be wrong by itself.
@Suite("Days of the calendar")
struct CalendarDayTests {
  @Test("only days that the calendar has, and that a spreadsheet can show, can be made")
  func impossible() {
    for (year, month, day) in [
      (2026, 2, 29), (2100, 2, 29), (2026, 13, 1), (2026, 0, 1), (2026, 4, 31), (2026, 4, 0), (1899, 12, 31),
      (1900, 2, 28), (10000, 1, 1), (Int.min, 1, 1), (2026, Int.max, 1), (2026, 1, Int.max),
    ] {
      #expect(CalendarDay(year: year, month: month, day: day) == nil, "\(year)-\(month)-\(day)")
    }
    #expect(CalendarDay(year: 2000, month: 2, day: 29)?.text == "29/02/2000")
  }

  @Test("a spreadsheet's number for a day is Foundation's count of days, over two centuries")
  func serialNumbers() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    let zero = try #require(calendar.date(from: DateComponents(year: 1899, month: 12, day: 30)))
    for serial in stride(from: 61, to: 80_000, by: 1) {
      let parts = calendar.dateComponents([.year, .month, .day], from: zero.addingTimeInterval(Double(serial) * 86400))
      let day = try #require(
        CalendarDay(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0), "\(serial)")
      try #require(day.serialNumber == serial)
    }
  }
}
