import Foundation

/// A name with its accents, in the form in which two spellings of it are the same: small letters, abbreviations of the trade
/// written out, without “các” and “và”, and each word's tone at its end, since `hoà` and `hòa` are one word.
public struct WrittenName: Sendable, Equatable {
  private var words: [String]
  /// Whether it was written without accents: then it may be any name of these letters.
  private let isBare: Bool

  public init(_ name: String) {
    var words: [String] = []
    var bears = false
    for word in name.lowercased().split(whereSeparator: { !($0.isLetter || $0.isNumber) }) {
      let text = String(word)
      if let long = Self.abbreviations[FoldedName(text).text] {
        words += long.split(separator: " ").map { Self.key(String($0)).text }
        continue
      }
      let (key, hasMarks) = Self.key(text)
      bears = bears || hasMarks
      words.append(key)
    }
    self.words = words.filter { $0 != Self.and && $0 != Self.plural }
    isBare = !bears
  }

  private init(words: [String], isBare: Bool) {
    self.words = words
    self.isBare = isBare
  }

  /// Whether the two may be one name: where both have accents, they must be the same.
  public func mayBe(_ other: WrittenName) -> Bool { isBare || other.isBare || words == other.words }

  /// Without so many words at its beginning.
  public func dropping(_ count: Int) -> WrittenName {
    WrittenName(words: Array(words.dropFirst(count)), isBare: isBare)
  }

  private static let tones: Set<Unicode.Scalar> = ["\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"]
  private static let plural = key("các").text
  private static let and = key("và").text

  /// The letters with what makes them other letters, then the tone. `đ` alone is no accent: it stands in abbreviations.
  private static func key(_ word: String) -> (text: String, hasMarks: Bool) {
    var letters = String.UnicodeScalarView()
    var tone = String.UnicodeScalarView()
    var hasMarks = false
    for scalar in word.decomposedStringWithCanonicalMapping.unicodeScalars {
      if tones.contains(scalar) { tone.append(scalar) } else { letters.append(scalar) }
      hasMarks = hasMarks || (0x300...0x36F).contains(scalar.value)
    }
    letters.append(contentsOf: tone)
    return (String(letters), hasMarks)
  }

  /// As Vietnamese unions and the decrees on clerical work abbreviate, by the folded word.
  public static let abbreviations: [String: String] = [
    "tld": "tổng liên đoàn lao động việt nam", "ldld": "liên đoàn lao động", "cdcs": "công đoàn cơ sở",
    "cdn": "công đoàn ngành", "cdvc": "công đoàn viên chức", "cdgd": "công đoàn giáo dục",
    "cdckcn": "công đoàn khu công nghiệp", "cdkcn": "công đoàn khu công nghiệp", "cd": "công đoàn",
    "ckcn": "khu công nghiệp", "kcn": "khu công nghiệp", "btv": "ban thường vụ", "bch": "ban chấp hành",
    "ubkt": "ủy ban kiểm tra", "ubnd": "ủy ban nhân dân", "tp": "thành phố", "tx": "thị xã", "cty": "công ty",
    "cp": "cổ phần", "mtv": "một thành viên", "gddt": "giáo dục đào tạo",
  ]
}
