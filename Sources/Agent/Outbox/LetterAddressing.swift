import Exchange
import Foundation
import Letter
import LetterReading

/// To whom a letter goes by its own words: every line of “Kính gửi” and “Nơi nhận” must lead to units or groups of the
/// directory, or to the sender's own house. One line that doesn't holds the letter back, since a letter that went to some of
/// those it names is harder to mend than one that waits.
struct LetterAddressing: Sendable {
  /// Why a line leads nowhere.
  enum LineProblem: Sendable, Equatable {
    /// `near` are names that it may have meant.
    case unknown(String, near: [String])
    case ambiguous(String, candidates: [String])
    case closed(String, name: String)

    var line: String {
      switch self {
      case .unknown(let line, _), .ambiguous(let line, _), .closed(let line, _): line
      }
    }
  }

  /// Why it isn't known to whom a letter goes.
  enum Puzzle: Sendable, Equatable {
    case lines([LineProblem])
    /// It names nobody outside of the sender's house.
    case nobody
    /// There is no “Nơi nhận”, which every letter has: a part of it may be a scan.
    case copiesMissing
    /// Its words can't be read: a scan, letters of an old font, a file of unusual make.
    case unread
  }

  enum Outcome: Sendable, Equatable {
    /// Sorted, none twice, at least one.
    case addressees([Addressee])
    case puzzle(Puzzle)
  }

  private let directory: Directory
  private let sender: UnitID
  private let elsewhere: Set<String>
  /// By the plain form of every name; a unit that is closed stands here as well.
  private let names: [String: [Entry]]

  /// Whom a name means, and how it is written.
  private struct Entry {
    let match: Match
    let written: WrittenName
  }

  private enum Match: Hashable {
    case unit(UnitID)
    case group(GroupID)
    case sender
    case closed(name: String)
  }

  /// - Parameter elsewhere: lines that name bodies which get the letter in another way, as on paper.
  init(directory: Directory, sender: UnitID, elsewhere: [String] = []) {
    self.directory = directory
    self.sender = sender
    self.elsewhere = Set(elsewhere.map(Self.plain))
    var names: [String: [Entry]] = [:]
    func enter(_ match: Match, _ texts: [String]) {
      for text in texts {
        let plain = Self.plain(text)
        if !plain.isEmpty { names[plain, default: []].append(Entry(match: match, written: WrittenName(text))) }
      }
    }
    for unit in directory.units {
      let match: Match =
        unit.id == sender ? .sender : unit.isActive ? .unit(unit.id) : .closed(name: unit.name)
      enter(match, [unit.id.rawValue, unit.name] + unit.aliases)
    }
    for group in directory.groups { enter(.group(group.id), [group.id.rawValue, group.name] + group.aliases) }
    self.names = names
  }

  // MARK: - The whole letter

  /// - Parameters:
  ///   - addressees: the items of “Kính gửi”.
  ///   - copies: the items of “Nơi nhận”.
  func resolve(addressees: [String], copies: [String]) -> Outcome {
    var found: Set<Addressee> = []
    var problems: [LineProblem] = []
    for line in addressees
      + copies.filter({ !Self.isFiling($0) && !(Self.refersToSalutation($0) && !addressees.isEmpty) })
    {
      switch resolve(line) {
      case .success(let matches): found.formUnion(matches)
      case .failure(let problem): problems.append(problem.problem)
      }
    }
    if !problems.isEmpty { return .puzzle(.lines(problems)) }
    if copies.isEmpty, !addressees.isEmpty { return .puzzle(.copiesMissing) }
    // A unit beside its own group stays: whether it still belongs to it when the hub looks is the hub's to know, and it gets
    // one copy.
    return found.isEmpty ? .puzzle(.nobody) : .addressees(found.sorted())
  }

  /// `Lưu: VT, VP (05)`: what stays in the house.
  private static func isFiling(_ line: String) -> Bool { plain(line).split(separator: " ").first == "luu" }

  /// `Như trên`, `Như kính gửi`: whom the letter names above.
  private static func refersToSalutation(_ line: String) -> Bool {
    ["nhu tren", "nhu kinh gui", "nhu noi gui"].contains(plain(withoutRemarks(line) ?? line))
  }

  // MARK: - One line

  private struct Unclear: Error { let problem: LineProblem }

  /// - Returns: whom it names; nobody where that is the sender's own house, or gets it in another way.
  private func resolve(_ line: String) -> Result<Set<Addressee>, Unclear> {
    guard line.utf8.count <= Self.longestLine else {
      return .failure(Unclear(problem: .unknown(String(line.prefix(200)) + "…", near: [])))
    }
    guard let text = Self.withoutRemarks(line) else {
      if let matches = lookUp(line) { return one(matches, line) }
      return .failure(unknown(line, line))
    }
    for text in [line, text] {
      if elsewhere.contains(Self.plain(text)) || Self.ownBodies.contains(Self.plain(text)) { return .success([]) }
      if let matches = lookUp(text) { return one(matches, line) }
    }
    return enumeration(text, line)
  }

  private func one(_ matches: Set<Match>, _ line: String) -> Result<Set<Addressee>, Unclear> {
    var found: [Addressee] = []
    var closed: String?
    for match in matches {
      switch match {
      case .unit(let unit): found.append(.unit(unit))
      case .group(let group): found.append(.group(group))
      case .sender: break
      case .closed(let name): closed = name
      }
    }
    // A new unit often takes the name of one that was closed.
    if found.count > 1 || found.count == 1 && matches.contains(.sender) {
      let names = AddresseeNames(directory)
      let candidates = found.sorted().map { Addressing.shown(names.name(of: $0), $0.identifier) }
      return .failure(Unclear(problem: .ambiguous(line, candidates: candidates)))
    }
    if found.isEmpty, let closed, !matches.contains(.sender) {
      return .failure(Unclear(problem: .closed(line, name: closed)))
    }
    return .success(Set(found))
  }

  /// In bytes: a longer one is a reading that went wrong, and names nobody.
  private static let longestLine = 2000
  /// In bytes, of what is compared with names for being like one.
  private static let longestName = 300
  /// How many parts of a line are looked at: more is no list of addressees.
  private static let mostParts = 60

  /// `LĐLĐ huyện Ba Tri, Giồng Trôm; các Công đoàn ngành`: parts apart by commas, semicolons or “và”, of which neighbours may
  /// make one name, and of which a later one may leave out the words that begin the one before it.
  private func enumeration(_ text: String, _ line: String) -> Result<Set<Addressee>, Unclear> {
    let parts = Self.parts(text)
    guard parts.count > 1, parts.count <= Self.mostParts else { return .failure(unknown(line, text)) }
    var found: Set<Addressee> = []
    var index = 0
    var before: [Substring] = []
    while index < parts.count {
      guard let (end, name, matches) = longest(from: index, parts, after: before) else {
        return .failure(unknown(line, parts[index]))
      }
      switch one(matches, line) {
      case .success(let addressees): found.formUnion(addressees)
      case .failure(let problem): return .failure(problem)
      }
      before = name.split(separator: " ")
      index = end
    }
    return .success(found)
  }

  /// The name that the most parts make together, from this one on.
  private func longest(from start: Int, _ parts: [String], after before: [Substring]) -> (Int, String, Set<Match>)? {
    for end in stride(from: min(parts.count, start + 6), to: start, by: -1) {
      let name = parts[start..<end].joined(separator: " ")
      if elsewhere.contains(Self.plain(name)) { return (end, name, [.sender]) }
      if let matches = lookUp(name) { return (end, name, matches) }
    }
    // What has a head of its own is no shortened name.
    let first = Self.plain(parts[start]).split(separator: " ").first.map(String.init) ?? ""
    if Self.heads.contains(first) { return nil }
    for count in stride(from: before.count - 1, to: 0, by: -1) {
      let name = before.prefix(count).joined(separator: " ") + " " + parts[start]
      if let matches = lookUp(name) { return (start + 1, name, matches) }
    }
    return nil
  }

  private func unknown(_ line: String, _ part: String) -> Unclear {
    // To compare with every name costs as much as the text is long, and no name is as long.
    let near =
      part.utf8.count <= Self.longestName
      ? Addressing(directory: directory, sender: sender).near(FoldedName(part)) : []
    return Unclear(problem: .unknown(line, near: near))
  }

  /// By the name, or as the body that leads the unit of that name: a unit's committee is reached through its office.
  /// - Parameter text: as the letter has it. Where it has accents, they must be the name's: Tân Thạnh is not Tân Thành.
  private func lookUp(_ text: String) -> Set<Match>? {
    let (plain, written) = (Self.plain(text), WrittenName(text))
    if let matches = matches(plain, written) { return matches }
    for body in Self.leadingBodies where plain.hasPrefix(body + " ") {
      let rest = String(plain.dropFirst(body.count + 1))
      if let matches = matches(rest, written.dropping(body.split(separator: " ").count)) { return matches }
    }
    return nil
  }

  private func matches(_ plain: String, _ written: WrittenName) -> Set<Match>? {
    let found = Set((names[plain] ?? []).filter { $0.written.mayBe(written) }.map(\.match))
    return found.isEmpty ? nil : found
  }

  private static let leadingBodies = ["ban thuong vu", "ban chap hanh", "thuong truc", "van phong", "uy ban kiem tra"]
  /// These alone in a line are the sender's own.
  private static let ownBodies = Set(leadingBodies)
  /// Words with which names of bodies begin.
  private static let heads: Set<String> = [
    "uy", "ban", "so", "phong", "truong", "benh", "trung", "cong", "lien", "tong", "vien", "chi", "dang", "hoi", "doan",
    "van", "to", "nha", "khoi", "cum", "don", "chu", "nhu", "thuong", "tinh", "huyen", "bo", "cuc",
  ]

  // MARK: - Words

  private static func parts(_ text: String) -> [String] {
    var parts: [String] = []
    for piece in text.split(whereSeparator: { ",;\n".contains($0) }) {
      var words: [Substring] = []
      for word in piece.split(separator: " ") {
        if FoldedName(String(word)).text == "va" {
          parts.append(words.joined(separator: " "))
          words = []
        } else {
          words.append(word)
        }
      }
      parts.append(words.joined(separator: " "))
    }
    return parts.filter { !plain($0).isEmpty }
  }

  /// What letters say in brackets, or plainly at the end, of why somebody gets a copy; folded.
  private static let remarks: Set<String> = [
    "b c", "bc", "de b c", "de bc", "bao cao", "de bao cao", "de biet", "de thuc hien", "thuc hien", "de phoi hop",
    "phoi hop", "de p h", "de chi dao", "de theo doi", "de dang tai", "de luu",
  ]

  /// Without remarks such as `(b/c)` or `để thực hiện`.
  /// - Returns: nil where brackets say anything else: it may be who is left out, or which of two is meant.
  private static func withoutRemarks(_ line: String) -> String? {
    var text = ""
    var inside: String?
    for character in line {
      switch (character, inside) {
      case ("(", nil): inside = ""
      case (")", let remark?):
        let folded = FoldedName(remark).text
        // A number of copies says nothing of who gets them.
        guard remarks.contains(folded) || folded.allSatisfy({ $0.isNumber || $0 == "b" || $0 == " " }) else {
          return nil
        }
        inside = nil
      case ("(", _), (")", nil): return nil
      case (_, let remark?): inside = remark + String(character)
      case (_, nil): text.append(character)
      }
    }
    if inside != nil { return nil }
    let words = text.split(separator: " ")
    for count in [3, 2, 1] where words.count > count {
      if remarks.contains(FoldedName(words.suffix(count).joined(separator: " ")).text) {
        return words.dropLast(count).joined(separator: " ")
      }
    }
    return text
  }

  /// A name in the form in which all are compared: folded, abbreviations of the trade written out, and without “các” and
  /// “và”, which say nothing about who is meant.
  static func plain(_ name: String) -> String {
    FoldedName(name).text.split(separator: " ").map {
      WrittenName.abbreviations[String($0)].map { FoldedName($0).text } ?? String($0)
    }
    .joined(separator: " ").split(separator: " ").filter { $0 != "cac" && $0 != "va" }.joined(separator: " ")
  }
}
