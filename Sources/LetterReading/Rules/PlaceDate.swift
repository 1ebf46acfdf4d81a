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
    // The scanner goes back over what it passed: not for text of any length.
    guard text.utf8.count <= 300 else { return nil }
    return DatePhrase.find(text).map { (name($0.place[...]), date($0)) }
  }

  private static func date(_ phrase: DatePhrase) -> LetterDate? {
    guard let day = phrase.day, let month = phrase.month, let year = phrase.year else { return nil }
    return LetterDate(year: year, month: month, day: day)
  }

  /// A place is a few words, the first with a capital.
  private static func name(_ text: Substring) -> String? {
    let name = text.trimmingSigns()
    guard let first = name.first, first.isUppercase, name.count <= 50, name.split(separator: " ").count <= 7,
      !name.contains(where: \.isNumber)
    else { return nil }
    return name
  }
}
