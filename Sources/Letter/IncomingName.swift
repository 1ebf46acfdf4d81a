import Exchange

/// The name under which an incoming letter is filed, so that the folder reads like the register: the incoming number
/// (số đến), the day it came, in Vietnam, and the name that the sender gave.
public enum IncomingName {
  /// The number that a name in an inbox begins with, of a letter that came in that year; nil where it is no such name.
  public static func number(in name: String, of year: Int) -> Int? {
    let parts = name.split(separator: " ", maxSplits: 2)
    guard parts.count == 3, (4...9).contains(parts[0].utf8.count), parts[1].hasPrefix("\(year)-"),
      parts[1].utf8.count == 10
    else { return nil }
    return Int(parts[0])
  }

  /// `0123 2026-11-23 78-LĐLĐ gửi nhận văn bản điện tử.pdf`; where the sender's name says nothing, the sender stands in.
  ///
  /// - Parameter title: number, symbol and abstract as read off the letter; where it is given, it stands for the sender's name.
  public static func make(
    number: Int, date: Instant, senderName: String, originalName: String, title: String? = nil
  ) -> String {
    var stem = title ?? originalName
    if title == nil, stem.lowercased().hasSuffix(".pdf") { stem.removeLast(4) }
    if !stem.contains(where: { $0.isLetter || $0.isNumber }) { stem = senderName }
    let digits = String(number)
    let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return SafeFileName(stem: "\(padded) \(date.inVietnam.dateText) \(stem)", suffix: ".pdf").text
  }
}
