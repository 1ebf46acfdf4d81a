/// The words of place and date, found by a scanner: an expression for them, compiled anew for each line, took longer than all
/// else that is read of a letter.
struct DatePhrase: Equatable {
  /// What stands before it, as written.
  var place: String
  /// As written; nil where blank.
  var day: Int?
  var month: Int?
  var year: Int?

  /// `…, ngày 13 tháng 4 năm 2016`, blanks between them left out or dotted; else `…, (ngày) 13/4/2016`; else `…, ngày` alone.
  static func find(_ text: String) -> DatePhrase? {
    let scan = Scan(Array(text.unicodeScalars))
    return scan.long() ?? scan.short() ?? scan.blank()
  }

  private static let dayWord: [[Unicode.Scalar]] = [Array("ngày".unicodeScalars), Array("ngay".unicodeScalars)]
  private static let monthWord: [[Unicode.Scalar]] = [Array("tháng".unicodeScalars), Array("thang".unicodeScalars)]
  private static let yearWord: [[Unicode.Scalar]] = [Array("năm".unicodeScalars), Array("nam".unicodeScalars)]

  private struct Scan {
    let text: [Unicode.Scalar]

    init(_ text: [Unicode.Scalar]) { self.text = text }

    func long() -> DatePhrase? {
      for start in text.indices where isBoundary(start) {
        guard let afterDay = word(dayWord, start) else { continue }
        let (day, dayEnd) = number(spaces(afterDay), digits: 2)
        // Three digits are no day.
        guard let afterMonth = word(monthWord, blanks(dayEnd)) else { continue }
        let (month, monthEnd) = number(spaces(afterMonth), digits: 2)
        let beforeYear = blanks(monthEnd)
        let (year, _) = fourDigits(spaces(word(yearWord, beforeYear) ?? beforeYear))
        return DatePhrase(place: before(start), day: day, month: month, year: year)
      }
      return nil
    }

    func short() -> DatePhrase? {
      for end in text.indices {
        let start = separators(end)
        var starts = [start]
        if isBoundary(start), let after = word(dayWord, start) { starts.insert(spaces(after), at: 0) }
        for start in starts {
          if let found = numbers(start) {
            return DatePhrase(place: string(end), day: found.day, month: found.month, year: found.year)
          }
        }
      }
      return nil
    }

    func blank() -> DatePhrase? {
      for comma in text.indices.dropFirst() where text[comma] == "," {
        guard let after = word(dayWord, spaces(comma + 1)), isBoundary(after) else { continue }
        return DatePhrase(place: string(comma))
      }
      return nil
    }

    /// `13/4/2016`, `13 - 4 - 2016`, `13.4.2016`.
    private func numbers(_ start: Int) -> (day: Int, month: Int, year: Int)? {
      for dayLength in [2, 1] {
        guard let day = digits(start, dayLength), let month = joint(start + dayLength) else { continue }
        for monthLength in [2, 1] {
          guard let monthValue = digits(month, monthLength), let year = joint(month + monthLength),
            let yearValue = digits(year, 4), isBoundary(year + 4)
          else { continue }
          return (day, monthValue, yearValue)
        }
      }
      return nil
    }

    private func joint(_ start: Int) -> Int? {
      let at = spaces(start)
      guard at < text.count, text[at] == "/" || text[at] == "." || text[at] == "-" else { return nil }
      return spaces(at + 1)
    }

    private func digits(_ start: Int, _ count: Int) -> Int? {
      guard start + count <= text.count else { return nil }
      var value = 0
      for scalar in text[start..<start + count] {
        guard isDigit(scalar) else { return nil }
        value = value * 10 + Int(scalar.value) - 48
      }
      return value
    }

    private func number(_ start: Int, digits count: Int) -> (value: Int?, end: Int) {
      for length in stride(from: count, to: 0, by: -1) {
        if let value = digits(start, length) { return (value, start + length) }
      }
      return (nil, start)
    }

    private func fourDigits(_ start: Int) -> (value: Int?, end: Int) { (digits(start, 4), start) }

    private func spaces(_ start: Int) -> Int { skip(start) { $0.properties.isWhitespace } }

    private func separators(_ start: Int) -> Int { skip(start) { $0 == "," || $0.properties.isWhitespace } }

    private func blanks(_ start: Int) -> Int {
      skip(start) { $0 == "." || $0 == "_" || $0 == "…" || $0.properties.isWhitespace }
    }

    private func skip(_ start: Int, _ isWanted: (Unicode.Scalar) -> Bool) -> Int {
      var at = start
      while at < text.count, isWanted(text[at]) { at += 1 }
      return at
    }

    /// Behind the word, in small letters or capitals, with its accents or without any.
    private func word(_ spellings: [[Unicode.Scalar]], _ start: Int) -> Int? {
      for spelling in spellings where start + spelling.count <= text.count {
        if zip(text[start...], spelling).allSatisfy({ Self.small($0) == $1 }) { return start + spelling.count }
      }
      return nil
    }

    private static func small(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
      switch scalar.value {
      case 0x41...0x5A, 0xC0...0xDE: Unicode.Scalar(scalar.value + 32) ?? scalar
      case 0x102: "ă"
      default: scalar
      }
    }

    /// What stands before, without the separators at its end.
    private func before(_ end: Int) -> String {
      var end = end
      while end > 0, text[end - 1] == "," || text[end - 1].properties.isWhitespace { end -= 1 }
      return string(end)
    }

    private func string(_ end: Int) -> String {
      var view = String.UnicodeScalarView()
      view.append(contentsOf: text[..<end])
      return String(view)
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x39).contains(scalar.value) }

    private func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
      isDigit(scalar) || scalar == "_" || scalar.properties.isAlphabetic
    }

    /// Whether a word may begin or end here: not within letters and digits, nor at a point or colon between them.
    private func isBoundary(_ at: Int) -> Bool {
      guard at > 0, at < text.count else { return true }
      let (last, next) = (text[at - 1], text[at])
      if isOfWord(last) && isOfWord(next) { return false }
      // Unicode's rules for words (UAX #29, WB6, WB7, WB11, WB12).
      if at > 1, isOfWord(text[at - 2]), isOfWord(next), Self.isInner(last, isDigit(next)),
        isDigit(text[at - 2]) == isDigit(next)
      {
        return false
      }
      if at + 1 < text.count, isOfWord(last), isOfWord(text[at + 1]), Self.isInner(next, isDigit(last)),
        isDigit(last) == isDigit(text[at + 1])
      {
        return false
      }
      return true
    }

    private static func isInner(_ scalar: Unicode.Scalar, _ amongDigits: Bool) -> Bool {
      switch scalar {
      case ".", "'", "’", "‘": true
      case ":", "·": !amongDigits
      case ",", ";": amongDigits
      default: false
      }
    }
  }
}
