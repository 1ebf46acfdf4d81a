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

  /// The type whose name, in capitals, is all that stands in the line; also spaced out (`T H Ô N G  B Á O`).
  static func title(_ line: Line) -> DocumentType? {
    guard line.folded.utf8.count <= 60, line.isCapitals else { return nil }
    return byFoldedName[line.folded.filter { $0 != " " && $0 != ":" }]
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
