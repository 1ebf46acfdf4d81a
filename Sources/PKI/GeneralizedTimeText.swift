import Foundation

/// GeneralizedTime as DER wants it (X.690 §11.7), with fractions of a second as RFC 3161 §2.4.2 allows.
enum GeneralizedTimeText {
  /// YYYYMMDDhhmmss[.f…]Z, the one form allowed.
  static func read(_ bytes: ArraySlice<UInt8>) throws -> Date {
    let malformed = PKIError(.malformed, "A time cannot be read.")
    let text = Array(bytes)
    guard (15...32).contains(text.count), text.last == UInt8(ascii: "Z") else { throw malformed }
    func number(_ range: Range<Int>) throws -> Int {
      try text[range].reduce(0) { value, byte in
        guard (0x30...0x39).contains(byte) else { throw malformed }
        return value * 10 + Int(byte - 0x30)
      }
    }
    var parts = tm()
    parts.tm_year = Int32(try number(0..<4) - 1900)
    parts.tm_mon = Int32(try number(4..<6) - 1)
    parts.tm_mday = Int32(try number(6..<8))
    parts.tm_hour = Int32(try number(8..<10))
    parts.tm_min = Int32(try number(10..<12))
    parts.tm_sec = Int32(try number(12..<14))
    guard (0...11).contains(parts.tm_mon), (1...31).contains(parts.tm_mday), parts.tm_hour < 24, parts.tm_min < 60,
      parts.tm_sec < 61
    else { throw malformed }
    var fraction = 0.0
    if text.count > 15 {
      guard text[14] == UInt8(ascii: "."), text.count > 16, text.count <= 24 else { throw malformed }
      fraction = Double(try number(15..<(text.count - 1))) / pow(10, Double(text.count - 16))
    }
    return Date(timeIntervalSince1970: TimeInterval(timegm(&parts)) + fraction)
  }
}
