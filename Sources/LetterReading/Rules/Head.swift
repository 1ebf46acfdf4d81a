/// The head of the first page: two columns side by side, the issuer's on the left, the state's (or the party's) on the right,
/// down to the type or `Kính gửi` (Decree 30/2020/NĐ-CP, Annex I, the layout of components 1 to 5).
struct Head {
  /// Top to bottom.
  var left: [Line] = []
  var right: [Line] = []
  /// What follows below, over the whole width.
  var rest: [Line] = []
  /// Where the state's or the party's name begins, down the page; 0 where there is none.
  var stateTop = 0.0

  /// No head, only what is on the page.
  init(rest: [Line]) { self.rest = rest }

  /// Looks for the head at the top of a page; nil where there is neither the state's name nor a number.
  init?(_ rows: [Line], page: TextLayer.Page) {
    let upper = rows.filter { $0.box.top < page.height * 0.5 }
    let state = Self.stateName(upper)
    let number = upper.firstIndex { Self.numberStart($0, before: state?.left ?? page.width) != nil }
    guard state != nil || number != nil else { return nil }
    let stateLeft = state?.left ?? page.width * 0.55
    let date = upper.firstIndex { row in
      row.words.contains { Normal.folded($0.text) == "ngay" && $0.box.left > stateLeft - page.width * 0.15 }
        && row.box.top > (state?.top ?? 0) && row.box.top < (state?.top ?? page.height * 0.1) + 150
    }
    let lastShared = max(number ?? 0, max(date ?? 0, state?.last ?? 0))
    let low =
      number.flatMap { Self.numberStart(upper[$0], before: stateLeft)?.box.right } ?? page.width * 0.15
    let gutter =
      Rows.gutter(Array(upper[...lastShared]), from: low, to: max(stateLeft, low + 1)) ?? page.width / 2
    stateTop = state?.top ?? 0
    for (index, row) in rows.enumerated() {
      // A running header, above both columns and across them.
      if row.box.bottom < stateTop, Self.runsOn(row, across: gutter) { continue }
      if index > lastShared, isOfAbstract(row, gutter) {
        left.append(row)
        continue
      }
      if index > lastShared, Self.endsHead(row, gutter: gutter, page: page) {
        rest = Array(rows[index...])
        return
      }
      let parts = row.split(at: gutter)
      if let part = parts.left { left.append(part) }
      if let part = parts.right { right.append(part) }
    }
  }

  private static let stateNames = [["cong", "hoa", "xa", "hoi"], ["doc", "lap"], ["dang", "cong", "san"]]

  /// Where the state's name and motto, or the party's name, begin, and the index of the last row with one of them.
  private static func stateName(_ rows: [Line]) -> (left: Double, top: Double, last: Int)? {
    var found: (left: Double, top: Double, last: Int)?
    for (index, row) in rows.enumerated()
    where row.folded.has("cong hoa") || row.folded.has("doc lap") || row.folded.has("dang cong") {
      let folded = row.words.map { Normal.folded($0.text) }
      for name in stateNames {
        guard folded.count >= name.count,
          let start = (0...(folded.count - name.count)).first(where: { Array(folded[$0..<$0 + name.count]) == name })
        else { continue }
        let left = row.words[start].box.left
        // A second head further down is that of an annex.
        if let earlier = found, row.box.top - earlier.top > row.height * 6 { return found }
        found = (min(found?.left ?? left, left), found?.top ?? row.box.top, index)
      }
    }
    return found
  }

  /// The word `Số` or `Số:` that begins the number, in the left column.
  static func numberStart(_ row: Line, before limit: Double) -> TextLayer.Word? {
    for (index, word) in row.words.enumerated() where word.box.left < limit {
      let folded = Normal.folded(word.text)
      guard folded.hasPrefix("so") else { continue }
      if folded.hasPrefix("so:") || folded.hasPrefix("so.") { return word }
      if folded == "so", let next = row.words.dropFirst(index + 1).first, next.box.left < limit,
        let character = next.text.first, character.isNumber || ":/.…_".contains(character)
      {
        return word
      }
    }
    return nil
  }

  static func isSalutation(_ line: Line) -> Bool { line.folded.begins("kinhgui") }

  private static func endsHead(_ row: Line, gutter: Double, page: TextLayer.Page) -> Bool {
    if isSalutation(row) { return true }
    let isCentred = abs(row.box.middle - page.width / 2) < page.width * 0.12
    if isCentred, DocumentType.title(row) != nil { return true }
    return runsOn(row, across: gutter)
  }

  /// Whether a line belongs to the abstract below the number, which may be wider than the column seemed.
  private func isOfAbstract(_ row: Line, _ gutter: Double) -> Bool {
    if Subject.begins(row) {
      return row.box.middle < gutter
        && zip(row.words, row.words.dropFirst()).allSatisfy { $1.box.left - $0.box.right < row.height * 2 }
    }
    guard let last = left.last, left.contains(where: Subject.begins) else { return false }
    return Self.continuesAbstract(row, last)
  }

  private static func continuesAbstract(_ row: Line, _ last: Line) -> Bool {
    let gap = row.box.top - last.box.bottom
    return gap > -0.5 * row.height && gap < 0.6 * row.height && abs(row.box.middle - last.box.middle) < 9
      && row.box.right < last.box.right + row.height * 1.5 && abs(row.height - last.height) < 0.1 * row.height
  }

  /// Whether a line goes on across the gutter, without a gap there.
  private static func runsOn(_ row: Line, across gutter: Double) -> Bool {
    guard row.box.left < gutter, row.box.right > gutter else { return false }
    guard let after = row.words.first(where: { $0.box.right > gutter }) else { return false }
    let before = row.words.last { $0.box.right <= gutter }
    return after.box.left <= gutter || after.box.left - (before?.box.right ?? 0) < row.height * 0.8
  }
}
