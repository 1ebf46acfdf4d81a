import Foundation

/// Địa danh, ngày tháng: `Bến Tre, ngày 13 tháng 4 năm 2016`, `Bến Tre, ngày 13/4/2016`. Blank in drafts.
struct PlaceDate {
  var place: Field<String>?
  var date: Field<LetterDate>?

  /// - Parameter lines: of the head's right column, below the state's name.
  init(_ lines: [Line]) {
    for (index, line) in lines.enumerated() where !line.isRule && !Self.isOfSignature(line) {
      guard let match = Self.match(line.text) else { continue }
      var date = match.date
      var box = line.box
      // Broken over two lines.
      if date == nil, index + 1 < lines.count, let both = Self.match("\(line.text) \(lines[index + 1].text)") {
        date = both.date
        if date != nil { box = box.union(lines[index + 1].box) }
      }
      let source = Place(page: line.page, box: box)
      self.date = date.map { Field($0, at: source, confidence: match.place == nil ? 0.8 : 0.95) }
      var name = match.place
      if name == nil, index > 0, lines[index - 1].text.hasSuffix(",") {
        name = Self.name(lines[index - 1].text[...])
      }
      place = name.map { Field($0, at: source, confidence: date == nil ? 0.8 : 0.95) }
      return
    }
  }

  /// What a signing program prints: `Thời gian ký: 20.02.2025 08:31:07 +07:00`.
  private static func isOfSignature(_ line: Line) -> Bool {
    ["thoi gian ky", "ngay ky", "ky boi", "ky ngay", "nguoi ky", "signed", "date"].contains {
      line.folded.hasPrefix($0)
    }
  }

  /// nil where the text isn't of a place and date at all; a blank or impossible date is nil within.
  private static func match(_ text: String) -> (place: String?, date: LetterDate?)? {
    // The expressions below go back over what they passed: not for text of any length.
    guard text.utf8.count <= 300, text.contains(where: \.isNumber) || Normal.folded(text).contains("ngay") else {
      return nil
    }
    let long =
      /(?i)^(?<place>.*?)[,\s]*\b(?:ngày|ngay)\s*(?<day>\d{1,2})?[\s._…]*(?:tháng|thang)\s*(?<month>\d{1,2})?[\s._…]*(?:năm|nam)?\s*(?<year>\d{4})?/
    let short =
      /(?i)^(?<place>.*?)[,\s]*(?:\b(?:ngày|ngay)\s*)?(?<day>\d{1,2})\s*[\/.\-]\s*(?<month>\d{1,2})\s*[\/.\-]\s*(?<year>\d{4})\b/
    let blank = /(?i)^(?<place>.+?),\s*(?:ngày|ngay)\b/
    if let found = text.firstMatch(of: long) {
      return (name(found.place), date(found.day, found.month, found.year))
    }
    if let found = text.firstMatch(of: short) {
      return (name(found.place), date(found.day, found.month, found.year))
    }
    return text.firstMatch(of: blank).map { (name($0.place), nil) }
  }

  private static func date(_ day: Substring?, _ month: Substring?, _ year: Substring?) -> LetterDate? {
    guard let day = day.flatMap({ Int($0) }), let month = month.flatMap({ Int($0) }),
      let year = year.flatMap({ Int($0) })
    else { return nil }
    return LetterDate(year: year, month: month, day: day)
  }

  /// A place is a few words, the first with a capital.
  private static func name(_ text: Substring) -> String? {
    let name = text.trimmingCharacters(in: .whitespaces.union(.punctuationCharacters))
    guard let first = name.first, first.isUppercase, name.count <= 50, name.split(separator: " ").count <= 7,
      !name.contains(where: \.isNumber)
    else { return nil }
    return name
  }
}
