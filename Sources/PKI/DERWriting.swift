import Foundation

/// DER values as bytes, composed from the inside out (X.690). Everything signed here is written by these few functions.
enum Encode {
  static func tlv(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { tlv(tag, parts: CollectionOfOne(content)) }

  /// One value of several parts, each copied once.
  private static func tlv(_ tag: UInt8, parts: some Sequence<[UInt8]>) -> [UInt8] {
    let length = parts.reduce(0) { $0 + $1.count }
    var output: [UInt8] = []
    output.reserveCapacity(length + 6)
    output.append(tag)
    if length < 0x80 {
      output.append(UInt8(length))
    } else {
      let digits = minimal(UInt64(length))
      output.append(0x80 | UInt8(digits.count))
      output.append(contentsOf: digits)
    }
    for part in parts { output.append(contentsOf: part) }
    return output
  }

  static func sequence(_ parts: [UInt8]...) -> [UInt8] { tlv(0x30, parts: parts) }
  static func sequence(of parts: [[UInt8]]) -> [UInt8] { tlv(0x30, parts: parts) }

  /// SET OF: the members are sorted as DER wants (X.690 §11.6).
  static func set(of parts: [[UInt8]], tag: UInt8 = 0x31) -> [UInt8] {
    tlv(tag, parts: parts.count < 2 ? parts : parts.sorted { $0.lexicographicallyPrecedes($1) })
  }

  /// [number] EXPLICIT, or [number] IMPLICIT of something constructed.
  static func context(_ number: UInt8, _ content: [UInt8]) -> [UInt8] { tlv(0xA0 | number, content) }
  /// [number] IMPLICIT of something primitive.
  static func contextPrimitive(_ number: UInt8, _ content: [UInt8]) -> [UInt8] { tlv(0x80 | number, content) }

  static func octetString(_ bytes: [UInt8]) -> [UInt8] { tlv(0x04, bytes) }
  static func bitString(_ bytes: [UInt8], unusedBits: UInt8 = 0) -> [UInt8] { tlv(0x03, [unusedBits] + bytes) }
  static func utf8(_ text: String) -> [UInt8] { tlv(0x0C, Array(text.utf8)) }
  static func printable(_ text: String) -> [UInt8] { tlv(0x13, Array(text.utf8)) }
  static let null: [UInt8] = [0x05, 0x00]
  static let yes: [UInt8] = [0x01, 0x01, 0xFF]

  static func integer(_ value: UInt64) -> [UInt8] { integer(bytes: minimal(value)) }

  /// A non-negative INTEGER from big-endian bytes.
  static func integer(bytes: some Sequence<UInt8>) -> [UInt8] {
    var digits = Array(bytes.drop { $0 == 0 })
    if digits.isEmpty || digits[0] >= 0x80 { digits.insert(0, at: 0) }
    return tlv(0x02, digits)
  }

  /// UTCTime through 2049, GeneralizedTime after (RFC 5280 §4.1.2.5).
  static func time(_ date: Date) -> [UInt8] {
    let digits = calendarDigits(date)
    return digits < "20500101000000" && digits >= "19500101000000"
      ? tlv(0x17, Array((digits.dropFirst(2) + "Z").utf8)) : generalizedTime(date)
  }

  /// Whole seconds, UTC.
  static func generalizedTime(_ date: Date) -> [UInt8] { tlv(0x18, Array((calendarDigits(date) + "Z").utf8)) }

  /// YYYYMMDDHHMMSS in UTC; years are held between 0001 and 9999.
  private static func calendarDigits(_ date: Date) -> String {
    let seconds = date.timeIntervalSince1970.rounded(.down)
    var time = time_t(min(max(seconds, -62_135_596_800), 253_402_300_799))
    var parts = tm()
    gmtime_r(&time, &parts)
    return String(
      format: "%04d%02d%02d%02d%02d%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
      parts.tm_min, parts.tm_sec)
  }

  private static func minimal(_ value: UInt64) -> [UInt8] {
    let bytes = withUnsafeBytes(of: value.bigEndian) { Array($0) }
    return Array(bytes.drop { $0 == 0 })
  }
}
