import Foundation

/// What the signature dictionary tells people beside the certificate (ISO 32000-1 table 252).
public struct SignatureDetails: Sendable, Equatable {
  /// Who signs: /Name.
  public var signerName: String
  /// Why: /Reason, if given.
  public var reason: String?
  /// Where: /Location, if given.
  public var location: String?
  /// The claimed time, written as /M in Vietnam's zone; whole seconds.
  public var time: Date

  /// Makes details; texts beyond 1,000 characters are cut.
  public init(signerName: String, reason: String? = nil, location: String? = nil, time: Date) {
    self.signerName = String(signerName.prefix(1000))
    self.reason = reason.map { String($0.prefix(1000)) }
    self.location = location.map { String($0.prefix(1000)) }
    self.time = time
  }
}

/// Dates as PDF writes them: `D:YYYYMMDDHHmmSS+07'00'` (ISO 32000-1 §7.9.4).
enum PDFDate {
  /// Vietnam keeps UTC+7 all year.
  private static let zone = 7 * 3600

  static func text(_ date: Date) -> String {
    var seconds = time_t(date.timeIntervalSince1970.rounded(.down)) + zone
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let year = String(1900 + Int(parts.tm_year))
    return "D:" + String(repeating: "0", count: max(0, 4 - year.count)) + year + two(parts.tm_mon + 1)
      + two(parts.tm_mday) + two(parts.tm_hour) + two(parts.tm_min) + two(parts.tm_sec) + "+07'00'"
  }

  /// The instant, nil when the text is no date. Without a zone it is read as UTC.
  static func parse(_ bytes: [UInt8]) -> Date? {
    var digits = bytes[...]
    if digits.starts(with: Array("D:".utf8)) { digits = digits.dropFirst(2) }
    func number(_ count: Int) -> Int? {
      guard digits.count >= count, digits.prefix(count).allSatisfy(\.isDigit) else { return nil }
      defer { digits = digits.dropFirst(count) }
      return digits.prefix(count).reduce(0) { $0 * 10 + Int($1 - 48) }
    }
    guard let year = number(4), year > 0 else { return nil }
    let month = number(2) ?? 1
    let day = number(2) ?? 1
    let hour = number(2) ?? 0
    let minute = number(2) ?? 0
    let second = number(2) ?? 0
    guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61 else { return nil }
    var offset = 0
    if let sign = digits.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      digits = digits.dropFirst()
      guard let hours = number(2), hours < 24 else { return nil }
      if digits.first == UInt8(ascii: "'") { digits = digits.dropFirst() }
      offset = hours * 3600 + (number(2) ?? 0) * 60
      if sign == UInt8(ascii: "-") { offset = -offset }
    }
    var parts = tm()
    parts.tm_year = Int32(year - 1900)
    parts.tm_mon = Int32(month - 1)
    parts.tm_mday = Int32(day)
    parts.tm_hour = Int32(hour)
    parts.tm_min = Int32(minute)
    parts.tm_sec = Int32(second)
    return Date(timeIntervalSince1970: TimeInterval(timegm(&parts) - offset))
  }
}

extension PDFText {
  /// ASCII as it is, anything else UTF-16BE with its mark.
  static func encode(_ text: String) -> [UInt8] {
    if text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) { return Array(text.utf8) }
    var bytes: [UInt8] = [0xFE, 0xFF]
    for unit in text.utf16 {
      bytes.append(UInt8(unit >> 8))
      bytes.append(UInt8(unit & 255))
    }
    return bytes
  }
}
