/// Độ mật, độ khẩn: stamped marks, alone in their line, near the head. Words such as bí mật, bảo mật, mật khẩu in the text are
/// not marks, since they don't stand alone.
struct Marks {
  var secrecy: Field<Secrecy>?
  var urgency: Field<UrgencyMark>?

  /// - Parameters:
  ///   - columns: lines of the head's columns, and of what is above the text, each top to bottom.
  ///   - loose: further lines in which a mark may stand, without neighbours to look at.
  init(columns: [[Line]], loose: [Line]) {
    for column in columns {
      for (index, line) in column.enumerated() { take(line, above: index > 0 ? column[index - 1] : nil) }
    }
    for line in loose { take(line, above: nil) }
  }

  /// Whether the line is a mark, and so no part of an organisation's name or an abstract.
  static func isMark(_ line: Line, above: Line?) -> Bool {
    Marks(columns: [[above, line].compactMap { $0 }], loose: []).found(line)
  }

  private func found(_ line: Line) -> Bool {
    secrecy?.place.box == line.box || urgency?.place.box == line.box
  }

  private mutating func take(_ line: Line, above: Line?) {
    guard line.words.count <= 6, Self.mayBeMark(line.folded), let text = Self.markText(line) else { return }
    let joined = above.flatMap { Self.isNext(line, after: $0) ? $0 : nil }
    let place = Place(page: line.page, box: line.box)
    if let secrecy = Self.secrecy[text.folded], Self.isSpelt(text.plain, secrecy.rawValue) {
      var level = secrecy
      if let last = joined?.folded.split(separator: " ").last.map(String.init), level == .confidential, let joined {
        // TỐI / MẬT in two lines of one box; BÍ / MẬT is a heading that was broken.
        if joined.words.count == 1, last == "toi" { level = .secret }
        if joined.words.count == 1, last == "tuyet" { level = .topSecret }
        if joined.isCapitals == line.isCapitals, ["bi", "bao", "co", "than", "do"].contains(last) { return }
      }
      // In small letters it may be the end of a sentence that was broken before it.
      if !line.isCapitals, let joined, !joined.isCapitals, !joined.isRule { return }
      if self.secrecy.map({ $0.value < level }) ?? true {
        let sure = line.isCapitals && text.plain == secrecy.rawValue
        self.secrecy = Field(level, at: place, confidence: sure ? 0.95 : 0.7)
      }
    } else if let urgency = Self.urgency[text.folded], Self.isSpelt(text.plain, urgency.rawValue) {
      if !line.isCapitals, let joined, !joined.isCapitals, !joined.isRule { return }
      var level = urgency
      if level == .urgent, let joined, joined.folded == "thuong" { level = .veryUrgent }
      if level == .urgent, let last = joined?.folded.split(separator: " ").last, last == "khan",
        joined?.words.count ?? 0 > 1
      {
        return
      }
      if self.urgency.map({ $0.value < level }) ?? true {
        self.urgency = Field(level, at: place, confidence: line.isCapitals ? 0.95 : 0.7)
      }
    }
  }

  private static let secrecy: [String: Secrecy] = [
    "mat": .confidential, "toi mat": .secret, "tuyet mat": .topSecret,
  ]
  private static let urgency: [String: UrgencyMark] = [
    "khan": .urgent, "thuong khan": .veryUrgent, "hoa toc": .express, "hoa toc hen gio": .express,
  ]

  /// Most lines have none of the words that each mark has one of.
  private static func mayBeMark(_ folded: String) -> Bool {
    folded.has("mat") || folded.has("khan") || folded.has("toc")
  }

  /// The line without frame and label (`Độ mật: Tối mật`); nil where it doesn't begin with a capital.
  private static func markText(_ line: Line) -> (plain: String, folded: String)? {
    var text = line.text.trimmingSigns(symbols: true)
    if let colon = text.firstIndex(of: ":") {
      guard ["do mat", "do khan", "muc do mat", "muc do khan"].contains(Normal.folded(String(text[..<colon]))) else {
        return nil
      }
      text = text[text.index(after: colon)...].trimming(" \t")
    }
    guard text.first?.isUppercase ?? false else { return nil }
    let plain = text.split(separator: " ").joined(separator: " ").uppercased()
    return (plain, Normal.folded(plain))
  }

  /// Each word with its own accents or with none: MẶT (face) and MẮT (eye) are no marks.
  private static func isSpelt(_ text: String, _ mark: String) -> Bool {
    let wanted = mark.split(separator: " ")
    return zip(text.split(separator: " "), wanted).allSatisfy { word, right in
      word == right || word.utf8.allSatisfy { $0 < 0x80 } || (right == "HỎA" && word == "HOẢ")
    }
  }

  /// Whether a line follows another as lines of one paragraph do.
  private static func isNext(_ line: Line, after above: Line) -> Bool {
    line.box.top - above.box.bottom < line.height * 0.6 && abs(line.height - above.height) < line.height * 0.15
      && line.box.top > above.box.top
  }
}
