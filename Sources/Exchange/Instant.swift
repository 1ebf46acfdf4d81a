import Foundation

/// A moment in UTC, to the millisecond. On the wire and in storage it is RFC 3339 with `Z`; people see Vietnam's time.
public struct Instant: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  public let millisecondsSinceEpoch: Int64

  public init(millisecondsSinceEpoch: Int64) { self.millisecondsSinceEpoch = millisecondsSinceEpoch }

  public init(_ date: Date) { self.init(millisecondsSinceEpoch: Int64((date.timeIntervalSince1970 * 1000).rounded())) }

  public var date: Date { Date(timeIntervalSince1970: Double(millisecondsSinceEpoch) / 1000) }

  public static func < (left: Self, right: Self) -> Bool { left.millisecondsSinceEpoch < right.millisecondsSinceEpoch }

  public static func + (instant: Self, duration: Duration) -> Self {
    Self(millisecondsSinceEpoch: instant.millisecondsSinceEpoch + duration.milliseconds)
  }

  public static func - (later: Self, earlier: Self) -> Duration {
    .milliseconds(later.millisecondsSinceEpoch - earlier.millisecondsSinceEpoch)
  }

  /// Vietnam keeps UTC+7 all year, without summer time (Asia/Ho_Chi_Minh).
  public static let vietnamOffset: Duration = .seconds(7 * 3600)

  /// Year, month, day, hour, minute, second in Vietnam.
  public var inVietnam: CivilTime { CivilTime(self + Self.vietnamOffset) }
  public var inUTC: CivilTime { CivilTime(self) }

  /// RFC 3339 in UTC with milliseconds: `2026-11-23T20:41:48.123Z`.
  public var description: String {
    let civil = inUTC
    return "\(civil.dateText)T\(civil.timeText).\(CivilTime.padded(civil.millisecond, 3))Z"
  }

  /// Reads RFC 3339 in UTC (`Z` only), with or without a fraction of a second.
  /// - Throws: `MalformedValue`.
  public init(_ text: String) throws(MalformedValue) {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int? {
      guard range.upperBound <= bytes.count else { return nil }
      return bytes[range].reduce(0 as Int?) { sum, byte in
        guard let sum, (0x30...0x39).contains(byte) else { return nil }
        return sum * 10 + Int(byte - 0x30)
      }
    }
    guard (20...30).contains(bytes.count), bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x54, bytes[13] == 0x3A,
      bytes[16] == 0x3A, bytes.last == 0x5A,
      let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { throw MalformedValue("instant", text) }
    var millisecond = 0
    if bytes.count > 20 {
      guard bytes.count > 21, bytes[19] == 0x2E, number(20..<bytes.count - 1) != nil else {
        throw MalformedValue("instant", text)
      }
      let digits = (bytes[20..<bytes.count - 1] + [0x30, 0x30, 0x30]).prefix(3)
      millisecond = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    let days = CivilTime.daysSinceEpoch(year: year, month: month, day: day)
    let seconds = Int64(days) * 86400 + Int64(hour * 3600 + minute * 60 + second)
    self.init(millisecondsSinceEpoch: seconds * 1000 + Int64(millisecond))
  }

  public init(from decoder: any Decoder) throws {
    try self.init(try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// A moment as a calendar and a clock show it (proleptic Gregorian).
public struct CivilTime: Equatable, Sendable {
  public let year, month, day, hour, minute, second, millisecond: Int

  init(_ shifted: Instant) {
    let milliseconds = shifted.millisecondsSinceEpoch
    let days = Int((Double(milliseconds) / 86_400_000).rounded(.down))
    let rest = Int(milliseconds - Int64(days) * 86_400_000)
    // Howard Hinnant's civil_from_days: eras of 400 years that start on 1 March.
    let shiftedDays = days + 719_468
    let era = (shiftedDays >= 0 ? shiftedDays : shiftedDays - 146_096) / 146_097
    let dayOfEra = shiftedDays - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = rest / 3_600_000
    minute = rest / 60000 % 60
    second = rest / 1000 % 60
    millisecond = rest % 1000
  }

  /// `2026-11-23`
  public var dateText: String { "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))" }
  /// `20:41:48`
  public var timeText: String { "\(Self.padded(hour, 2)):\(Self.padded(minute, 2)):\(Self.padded(second, 2))" }

  static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension Duration {
  /// Whole milliseconds, rounded towards zero.
  public var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
