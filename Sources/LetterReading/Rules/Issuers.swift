/// The issuing organisation and, above it, its parent: capitals in the left column, either one or several lines long. Nothing
/// printed says where the one ends and the other begins, so the signs are weighed: how names of organisations begin, whether a
/// line was ended on purpose, and a change of font.
struct Issuers {
  var parent: Field<String>?
  var issuer: Field<String>?

  /// - Parameters:
  ///   - lines: of the left column above the number, without rules and marks.
  ///   - width: of the column, as far as it is known.
  init(_ lines: [Line], width: Double, isRecognised: Bool) {
    guard !lines.isEmpty, lines.count <= 8 else { return }
    let best = (1..<max(1, lines.count)).map { ($0, Self.weight(of: $0, lines, width, isRecognised)) }
      .max { $0.1 < $1.1 }
    if let (index, weight) = best, weight > 1.4 {
      let confidence = min(0.95, 0.6 + weight / 20)
      parent = Self.field(lines[..<index], confidence)
      issuer = Self.field(lines[index...], confidence)
    } else {
      issuer = Self.field(lines[...], lines.count == 1 ? 0.9 : 0.7)
    }
  }

  private static func field(_ lines: ArraySlice<Line>, _ confidence: Double) -> Field<String>? {
    guard let first = lines.first else { return nil }
    let box = lines.dropFirst().reduce(first.box) { $0.union($1.box) }
    return Field(
      Line.joined(lines.flatMap(\.words)), at: Place(page: first.page, box: box), confidence: confidence)
  }

  /// How much speaks for a new organisation at this line.
  private static func weight(of index: Int, _ lines: [Line], _ width: Double, _ isRecognised: Bool) -> Double {
    let above = lines[index - 1]
    let line = lines[index]
    let before = lines[..<index].map(\.folded).joined(separator: " ")
    var weight = 0.0
    if begins(line.folded, strong) { weight += 3 } else if begins(line.folded, weak) { weight += 1.5 }
    if begins(line.folded, continuing) { weight -= 3 }
    if let word = line.words.first {
      weight += above.box.width + word.box.width + line.height * 0.25 < width ? 2 : -1
    }
    if known.contains(before) { weight += 2 }
    if incomplete.contains(before) || incomplete.contains(where: { above.folded.hasSuffix(" \($0)") }) { weight -= 4 }
    if let last = above.folded.split(separator: " ").last, dangling.contains(String(last)) { weight -= 3 }
    // Lines of one name are set evenly; between two names there may be more.
    let gaps = zip(lines, lines.dropFirst()).map { $1.box.top - $0.box.bottom }
    if !isRecognised, let least = gaps.min(), let most = gaps.max(), most - least > line.height * 0.12 {
      weight += gaps[index - 1] > most - line.height * 0.06 ? 1.5 : -1
    }
    if !isRecognised {
      let upper = Set(lines[..<index].map { Int($0.height * 10) })
      let lower = Set(lines[index...].map { Int($0.height * 10) })
      if upper.count == 1, lower.count == 1, upper != lower { weight += 2 }
    }
    return weight
  }

  private static func begins(_ text: String, _ names: [String]) -> Bool {
    names.contains { text == $0 || text.hasPrefix("\($0) ") }
  }

  private static let known: Set<String> = ["tong lien doan lao dong viet nam", "ban chap hanh trung uong"]
  /// What names of organisations begin with.
  private static let strong = [
    "tong lien doan", "lien doan lao dong", "ldld", "cong doan", "cdcs", "cd", "dang bo", "dang uy", "dang doan",
    "tinh uy", "huyen uy", "thanh uy", "chi bo", "ban chap hanh", "ban thuong vu", "uy ban", "ubnd", "hoi dong", "hdnd",
    "so", "bo", "truong", "benh vien", "cong ty", "trung tam", "van phong", "chi cuc", "cuc", "tong cong ty",
    "tap doan", "nha van hoa", "ubkt", "bch", "tinh doan", "nghiep doan", "dai hoi", "doan chu tich", "hoi nghi",
    "ban to chuc", "ban chi dao", "ban dai dien", "lien hiep", "hiep hoi", "doan thanh nien", "xi nghiep", "nha may",
  ]
  private static let weak = ["hoi", "ban", "phong", "vien", "doan", "khoa", "to", "bao", "mat tran", "nha"]
  /// What they go on with, never begin with.
  private static let continuing = ["viet nam", "tinh", "huyen", "thanh pho", "xa", "phuong", "quan", "co so"]
  /// Names that lack what they are of.
  private static let incomplete: Set<String> = [
    "lien doan lao dong", "cong doan co so", "cdcs", "cong doan", "cong doan nganh", "ban chap hanh", "ban thuong vu",
    "uy ban nhan dan", "uy ban", "ubnd", "cong doan cac", "hoi dong", "van phong", "cong doan cong ty", "dang bo",
    "chi bo", "dang uy", "dang doan", "ban chap hanh cong doan", "cong doan truong", "uy ban kiem tra",
  ]
  private static let dangling: Set<String> = [
    "tong", "va", "cua", "cac", "xa", "can", "-", "&", "cho", "ngoai", "cong",
  ]
}
