/// Tên loại văn bản and its abbreviation (Decree 30/2020/NĐ-CP, Annex III; the party's papers use the same ones).
struct DocumentType: Sendable {
  let name: String
  let abbreviation: String
  let folded: String

  private init(_ name: String, _ abbreviation: String) {
    self.name = name
    self.abbreviation = abbreviation
    folded = Normal.folded(name)
  }

  static let all = [
    DocumentType("NGHỊ QUYẾT", "NQ"), DocumentType("QUYẾT ĐỊNH", "QĐ"), DocumentType("CHỈ THỊ", "CT"),
    DocumentType("QUY CHẾ", "QC"), DocumentType("QUY ĐỊNH", "QyĐ"), DocumentType("THÔNG CÁO", "TC"),
    DocumentType("THÔNG BÁO", "TB"), DocumentType("HƯỚNG DẪN", "HD"), DocumentType("CHƯƠNG TRÌNH", "CTr"),
    DocumentType("KẾ HOẠCH", "KH"), DocumentType("PHƯƠNG ÁN", "PA"), DocumentType("ĐỀ ÁN", "ĐA"),
    DocumentType("DỰ ÁN", "DA"), DocumentType("BÁO CÁO", "BC"), DocumentType("BIÊN BẢN", "BB"),
    DocumentType("TỜ TRÌNH", "TTr"), DocumentType("HỢP ĐỒNG", "HĐ"), DocumentType("CÔNG ĐIỆN", "CĐ"),
    DocumentType("BẢN GHI NHỚ", "BGN"), DocumentType("BẢN THỎA THUẬN", "BTT"), DocumentType("GIẤY ỦY QUYỀN", "GUQ"),
    DocumentType("GIẤY MỜI", "GM"), DocumentType("GIẤY GIỚI THIỆU", "GGT"), DocumentType("GIẤY NGHỈ PHÉP", "GNP"),
    DocumentType("PHIẾU GỬI", "PG"), DocumentType("PHIẾU CHUYỂN", "PC"), DocumentType("PHIẾU BÁO", "PB"),
  ]

  private static let byFoldedName = Dictionary(
    all.map { ($0.folded.filter { $0 != " " }, $0) }, uniquingKeysWith: { first, _ in first })

  /// The type whose name is all that stands in the line: in capitals, also spaced out (`T H Ô N G  B Á O`), or with a capital
  /// at its beginning (`Thông báo`).
  static func title(_ line: Line) -> DocumentType? {
    guard line.folded.utf8.count <= 60, line.text.first?.isUppercase ?? false else { return nil }
    return byFoldedName[line.folded.filter { $0 != " " && $0 != ":" }]
  }

  /// The type whose name, in capitals, begins the line, with the abstract behind it, and how many words it takes:
  /// `THÔNG BÁO Về việc …`. Where all is in capitals, only the type that the symbol names.
  static func leading(_ line: Line, bySymbol: DocumentType?) -> (type: DocumentType, words: Int)? {
    for count in 2...3 where line.words.count > count {
      let name = line.words.prefix(count).map(\.text).joined(separator: " ")
      guard Normal.isCapitals(name), let type = byFoldedName[Normal.folded(name).filter { $0 != " " && $0 != ":" }],
        line.words[count].text.first?.isUppercase ?? false, !line.isCapitals || type.name == bySymbol?.name
      else { continue }
      return (type, count)
    }
    return nil
  }

  /// The type that a symbol names: the part before the first `-`, `/`: `TB-LĐLĐ`, `QĐ/TU`, `2020/NĐ-CP` names none.
  /// `CĐ-` may as well be an issuer (công đoàn), so it needs a title beside it.
  static func inSymbol(_ symbol: String) -> DocumentType? {
    guard let first = symbol.split(whereSeparator: { "-/".contains($0) }).first, symbol.count > first.count else {
      return nil
    }
    return all.first { $0.abbreviation == first && $0.abbreviation != "CĐ" }
  }
}
