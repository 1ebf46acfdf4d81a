/// A name as people compare it: letter case, diacritics, the difference of đ and d, and the kind of white space don't
/// matter. `Công đoàn Giáo dục` and `cong doan giao duc` are the same name; so are NFC and NFD forms of either.
public struct FoldedName: Hashable, Sendable, CustomStringConvertible {
  /// Lower-case letters without marks, digits, single spaces.
  public let text: String

  public init(_ name: String) {
    var folded = ""
    var pendingSpace = false
    for character in name {
      // Punctuation separates words as white space does: `LĐLĐ-VP` is `LĐLĐ VP`.
      guard let base = Self.base(of: character), base.isLetter || base.isNumber else {
        pendingSpace = !folded.isEmpty
        continue
      }
      if pendingSpace { folded.append(" ") }
      pendingSpace = false
      folded.append(contentsOf: String(base).lowercased())
    }
    text = folded
  }

  public var description: String { text }

  /// The letter under the marks. Precomposed Vietnamese letters come apart by table (Unicode's canonical decompositions of
  /// the Vietnamese alphabet), since the standard library doesn't publish decomposition; combining marks fall off.
  private static func base(of character: Character) -> Character? {
    guard let scalar = character.unicodeScalars.first else { return nil }
    return table[scalar] ?? Character(scalar)
  }

  private static let table: [Unicode.Scalar: Character] = {
    let alphabet: [(Character, String)] = [
      ("a", "àáảãạăằắẳẵặâầấẩẫậ"), ("e", "èéẻẽẹêềếểễệ"), ("i", "ìíỉĩị"), ("o", "òóỏõọôồốổỗộơờớởỡợ"),
      ("u", "ùúủũụưừứửữự"), ("y", "ỳýỷỹỵ"), ("d", "đ"),
    ]
    var table: [Unicode.Scalar: Character] = [:]
    for (base, letters) in alphabet {
      for letter in letters.unicodeScalars { table[letter] = base }
      for letter in letters.uppercased().unicodeScalars { table[letter] = base }
    }
    return table
  }()

  /// How many single-letter edits lie between two names (Levenshtein), for naming near ones after a misspelling.
  public func distance(to other: FoldedName) -> Int {
    let target = Array(other.text)
    var row = Array(0...target.count)
    for (index, letter) in text.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in target.indices {
        let substituted = diagonal + (letter == target[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(substituted, row[column] + 1, diagonal + 1)
      }
    }
    return row[target.count]
  }
}
