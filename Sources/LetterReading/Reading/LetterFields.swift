/// One thing that a letter says of itself, where it says so, and how sure the reading is.
public struct Field<Value: Sendable & Equatable>: Sendable, Equatable {
  public let value: Value
  public let place: Place
  /// 0…1; a rule's own measure, not a probability: 0.9 and more where two signs agree, below 0.6 where one is missing.
  public let confidence: Double

  init(_ value: Value, at place: Place, confidence: Double) {
    self.value = value
    self.place = place
    self.confidence = confidence
  }
}

/// Where on which page.
public struct Place: Sendable, Equatable, Codable {
  /// From 1.
  public let page: Int
  public let box: Box
}

/// A day of the calendar, as written in the letter.
public struct LetterDate: Sendable, Equatable, CustomStringConvertible {
  public let year: Int
  public let month: Int
  public let day: Int

  /// nil where there is no such day, or the year isn't one of a letter that this program may meet.
  public init?(year: Int, month: Int, day: Int) {
    guard (1945...2199).contains(year), (1...12).contains(month) else { return nil }
    let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
    let length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    guard (1...length).contains(day) else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// `2016-04-13`, or `13/04/2016` as people write it; nil where that is no such day.
  public init?(_ text: String) {
    let isPeoples = text.contains("/")
    let parts = text.split(separator: isPeoples ? "/" : "-", omittingEmptySubsequences: false)
    guard parts.count == 3,
      parts.allSatisfy({ $0.utf8.count <= 4 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == 3 else { return nil }
    self.init(year: numbers[isPeoples ? 2 : 0], month: numbers[1], day: numbers[isPeoples ? 0 : 2])
  }

  /// `2016-04-13`
  public var description: String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(year)-\(two(month))-\(two(day))"
  }
}

/// Độ mật (Law on Protection of State Secrets 2018, Article 8). Greater is more secret.
public enum Secrecy: String, Sendable, CaseIterable, Comparable {
  case confidential = "MẬT"
  case secret = "TỐI MẬT"
  case topSecret = "TUYỆT MẬT"

  public static func < (left: Self, right: Self) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }
}

/// Độ khẩn as marked on a letter (Decree 30/2020/NĐ-CP, Annex I). Greater is more urgent.
public enum UrgencyMark: String, Sendable, CaseIterable, Comparable {
  case urgent = "KHẨN"
  case veryUrgent = "THƯỢNG KHẨN"
  case express = "HỎA TỐC"

  public static func < (left: Self, right: Self) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }
}

/// What a letter says of itself. A field that isn't there is nil (or an empty list), never guessed.
public struct LetterFields: Sendable, Equatable {
  public var number: Field<String>?
  public var symbol: Field<String>?
  public var date: Field<LetterDate>?
  public var place: Field<String>?
  /// In capitals, with accents; a công văn has none.
  public var typeName: Field<String>?
  public var typeAbbreviation: Field<String>?
  public var abstract: Field<String>?
  public var issuer: Field<String>?
  public var parentIssuer: Field<String>?
  public var addressees: [Field<String>] = []
  public var copies: [Field<String>] = []
  public var authority: Field<String>?
  public var signerPosition: Field<String>?
  public var signer: Field<String>?
  public var urgency: Field<UrgencyMark>?
  public var secrecy: Field<Secrecy>?
  /// The text is in the letters of an old font; nothing is read from it.
  public var legacyFont: LegacyFont?
  /// A longer document than is read: fields beyond the bound are absent.
  public var isCut = false

  public init() {}
}

/// Encodings from before Unicode, whose text comes out as other letters than are seen on the page.
public enum LegacyFont: String, Sendable {
  case tcvn3 = "TCVN3"
  case vni = "VNI"
}
