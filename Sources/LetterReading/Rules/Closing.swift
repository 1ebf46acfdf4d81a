import Foundation

/// The end of a letter: on the left `Nơi nhận` with the copies, on the right authority, position and signer.
struct Closing {
  private(set) var copies: [Field<String>] = []
  private(set) var authority: Field<String>?
  private(set) var position: Field<String>?
  private(set) var signer: Field<String>?

  /// - Parameter pages: rows of each page, those of the first without its head. The first end found is the letter's; what
  ///   follows are annexes.
  init(_ pages: [(rows: [Line], page: TextLayer.Page)]) {
    for (number, (rows, page)) in pages.enumerated() {
      if let index = rows.firstIndex(where: { Self.isCopies($0) }) {
        read(rows, copiesAt: index, page)
        if signer == nil, authority == nil, position == nil { readSigning(rows, page) }
        if signer == nil, number + 1 < pages.count { readOver(rows, page, next: pages[number + 1]) }
        return
      }
      readSigning(rows, page)
      if authority != nil || signer != nil { return }
    }
    // No list of copies and nothing on the right: the signing may stand on the left or in the middle.
    for (rows, page) in pages where signer == nil {
      readSigning(rows.filter { !Self.isPageNumber($0, page) }, anchored: false)
    }
  }

  /// The page ended within the block: its rest is read as if it stood below.
  private mutating func readOver(
    _ rows: [Line], _ page: TextLayer.Page, next: (rows: [Line], page: TextLayer.Page)
  ) {
    let rest = next.rows.filter { !Self.isPageNumber($0, next.page) }
    let above = rows.filter { !Self.isPageNumber($0, page) }
    guard let index = above.firstIndex(where: Self.isCopies), let first = rest.first, let last = above.last,
      Head(next.rows, page: next.page) == nil
    else { return }
    let shift = last.box.bottom + last.height * 0.1 - first.box.top
    var whole = Closing([])
    whole.read(above + rest.compactMap { $0.moved(down: shift) }, copiesAt: index, page)
    guard whole.signer != nil else { return }
    copies = whole.copies.map { $0.moved(down: -shift, onPage: first.page) }
    authority = whole.authority?.moved(down: -shift, onPage: first.page)
    position = whole.position?.moved(down: -shift, onPage: first.page)
    signer = whole.signer?.moved(down: -shift, onPage: first.page)
  }

  /// A number in the margin; elsewhere it may be a year that was broken off a line.
  private static func isPageNumber(_ line: Line, _ page: TextLayer.Page) -> Bool {
    line.isPageNumber && (line.box.top > page.height * 0.93 || line.box.bottom < page.height * 0.07)
  }

  private static func isCopies(_ line: Line) -> Bool {
    let words = line.words.prefix(3).map { Normal.folded($0.text) }
    guard words.count >= 2, words[0] == "noi" else { return false }
    if words[1].hasPrefix("nhan:") { return true }
    guard words[1] == "nhan" else { return false }
    // Without a colon the label stands alone in its column.
    return words.count == 2 || words[2] == ":"
      || line.words[2].box.left - line.words[1].box.right > line.height * 2
  }

  // MARK: Two columns

  private mutating func read(_ rows: [Line], copiesAt index: Int, _ page: TextLayer.Page) {
    let label = rows[index]
    let labelEnd = label.words[1].box.right
    // Lines of the right column may begin above the label.
    var first = index
    while first > 0, label.box.top - rows[first - 1].box.top < label.height * 8,
      rows[first - 1].box.left > labelEnd || Self.isOfSigning(rows[first - 1])
    { first -= 1 }
    let block = rows[first...].filter { $0.box.top - label.box.top < 330 && !Self.isPageNumber($0, page) }
    let gutter = Rows.gutter(Array(block), from: labelEnd, to: page.width * 0.8) ?? page.width * 0.5
    readCopies(block.filter { $0.box.top >= label.box.top - label.height }.compactMap { $0.split(at: gutter).left })
    readSigning(block.compactMap { $0.split(at: gutter).right }, anchored: true)
  }

  private mutating func readCopies(_ lines: [Line]) {
    guard let index = lines.firstIndex(where: Self.isCopies) else { return }
    let label = lines[index]
    // Two lists side by side are read one after the other.
    if let second = Self.secondList(lines[(index + 1)...]) {
      let parts = lines[(index + 1)...].map { $0.split(at: second - 2) }
      readCopies([label] + parts.compactMap(\.left))
      let first = copies
      readCopies([label] + parts.compactMap(\.right))
      copies = first + copies
      return
    }
    var list = ItemList()
    if let inline = label.dropping(label.words.count > 2 && label.words[2].text == ":" ? 3 : 2) { list.add(inline) }
    let right = lines.map(\.box.right).max() ?? 0
    var last = label
    for line in lines.dropFirst(index + 1).prefix(60) {
      let isItem = line.words.first.map { ItemList.isBullet($0.text) } ?? false
      // The list may stand a little apart from its label.
      let reach = list.isEmpty && isItem ? 3 : 1.2
      guard line.box.top - last.box.bottom < line.height * reach, !line.isRule else { break }
      guard
        isItem || list.isEmpty
          || !list.isEnded && (!last.hasRoom(for: line.words.first, until: right + 12) || list.isOpen)
      else { break }
      list.add(line)
      last = line
    }
    list.close()
    copies = list.items
  }

  /// Where a second list begins beside the first: bullets, behind a gap, at one x in two lines or more.
  private static func secondList(_ lines: ArraySlice<Line>) -> Double? {
    var places: [Double] = []
    for line in lines.prefix(60) {
      guard let first = line.words.first, ItemList.isBullet(first.text) else { continue }
      for (before, word) in zip(line.words, line.words.dropFirst())
      where ItemList.isBullet(word.text) && word.box.left - before.box.right > line.height {
        places.append(word.box.left)
      }
    }
    return places.first { place in places.filter { abs($0 - place) < 3 }.count >= 2 }
  }

  // MARK: Signing

  private static let authorities = ["tm.", "kt.", "tl.", "tuq.", "q.", "t/m", "k/t", "t/l", "tm", "kt", "tl", "tuq"]
  private static let positions = [
    "chu tich", "pho", "chanh", "truong", "giam doc", "tong giam doc", "hieu truong", "bi thu", "chu nhiem", "uy vien",
    "quyen", "thu truong", "bo truong", "vien truong", "thu ky", "ke toan", "to truong", "doi truong", "cuc truong",
  ]

  private static func hasAuthority(_ line: Line) -> Bool {
    guard line.isCapitals, let word = line.folded.split(separator: " ").first else { return false }
    return authorities.contains { word == $0 || ($0.hasSuffix(".") && word.hasPrefix($0)) }
  }

  private static func hasPosition(_ line: Line) -> Bool {
    line.isCapitals && positions.contains { line.folded == $0 || line.folded.hasPrefix("\($0) ") }
  }

  private static func isOfSigning(_ line: Line) -> Bool { hasAuthority(line) || hasPosition(line) }

  /// Without a label `Nơi nhận`: a block of capitals in the right half that begins with an authority or a position.
  private mutating func readSigning(_ rows: [Line], _ page: TextLayer.Page) {
    let right = rows.compactMap { row -> Line? in
      if row.box.middle > page.width * 0.5, row.box.left > page.width * 0.3 { return row }
      // A row with something on the left as well: what follows a wide gap.
      guard row.box.right > page.width * 0.55 else { return nil }
      for (index, word) in row.words.enumerated().dropFirst()
      where word.box.left - row.words[index - 1].box.right > row.height * 2 && word.box.left > page.width * 0.3 {
        return row.dropping(index)
      }
      return nil
    }
    readSigning(right, anchored: false)
  }

  private mutating func readSigning(_ lines: [Line], anchored: Bool) {
    if anchored {
      guard let start = lines.firstIndex(where: Self.hasAuthority) ?? lines.firstIndex(where: Self.hasPosition) else {
        return
      }
      readBlock(lines, from: start)
    } else {
      // Capitals in the text may look like the beginning of a block; only one that ends with a name is one.
      for start in lines.indices where Self.isOfSigning(lines[start]) && signer == nil {
        readBlock(lines, from: start)
      }
      if signer == nil { (authority, position) = (nil, nil) }
    }
  }

  private mutating func readBlock(_ lines: [Line], from start: Int) {
    var groups: [[Line]] = []
    var last = lines[start]
    var index = start
    while index < lines.count {
      let line = lines[index]
      let gap = line.box.top - last.box.bottom
      let reach = Self.isOfSigning(line) ? 2.2 : 1.3
      guard line.isCapitals, index == start || gap < line.height * reach, groups.count < 6 else { break }
      if groups.isEmpty || Self.isOfSigning(line) && !Self.continues(line, last) {
        groups.append([line])
      } else {
        groups[groups.count - 1].append(line)
      }
      last = line
      index += 1
    }
    let names = Array(lines[index...].prefix(60).prefix { $0.box.top - last.box.bottom < 160 })
    for (index, line) in names.enumerated() {
      guard let name = Self.signer(line) else { continue }
      signer = names.dropFirst(index + 1).first.flatMap { Self.wrapped(line, $0) } ?? name
      break
    }
    assign(groups)
  }

  /// `PHÓ CHỦ TỊCH` / `THƯỜNG TRỰC` goes on; so does `KT. TRƯỞNG` / `BAN`, and `TL. … PHÓ` / `CHỦ TỊCH`.
  private static func continues(_ line: Line, _ above: Line) -> Bool {
    !hasAuthority(line)
      && ["pho", "quyen", "kt.", "tm.", "tl.", "q."].contains { above.folded == $0 || above.folded.hasSuffix(" \($0)") }
  }

  /// The authority is what begins with TM., KT., TL., TUQ., Q.; the position is what the signer is. Where every line begins so
  /// (`TM. BAN THƯỜNG VỤ` / `KT. CHỦ TỊCH`), the last stands for the position.
  private mutating func assign(_ groups: [[Line]]) {
    var authorities = groups.prefix { $0.first.map(Self.hasAuthority) ?? false }
    var positions = groups.dropFirst(authorities.count)
    if positions.isEmpty, authorities.count > 1 {
      positions = authorities.suffix(1)
      authorities = authorities.dropLast()
    }
    authority = Self.field(authorities.flatMap { $0 })
    position = Self.field(positions.flatMap { $0 })
  }

  private static func field(_ lines: [Line]) -> Field<String>? {
    guard let first = lines.first else { return nil }
    let box = lines.dropFirst().reduce(first.box) { $0.union($1.box) }
    return Field(lines.map(\.text).joined(separator: " "), at: Place(page: first.page, box: box), confidence: 0.9)
  }

  /// A person's name: two to six words with capital initials, a title (TS., ThS., BS. …) before it kept as printed.
  private static func signer(_ line: Line) -> Field<String>? {
    guard (2...8).contains(line.words.count), line.text.count <= 60 else { return nil }
    let names = line.words.filter { !$0.text.hasSuffix(".") }
    guard (2...6).contains(names.count), !isOfSigning(line) else { return nil }
    for word in line.words {
      guard let initial = word.text.first, initial.isUppercase,
        word.text.allSatisfy({ $0.isLetter || ".-'’".contains($0) })
      else { return nil }
    }
    guard !notes.contains(where: { line.folded.hasPrefix($0) }) else { return nil }
    return Field(line.text, at: Place(page: line.page, box: line.box), confidence: line.isCapitals ? 0.7 : 0.9)
  }

  /// A name that was too long for its column.
  private static func wrapped(_ line: Line, _ next: Line) -> Field<String>? {
    guard next.words.count <= 2, next.box.top - line.box.bottom < line.height * 0.3,
      abs(next.box.middle - line.box.middle) < 9, abs(next.height - line.height) < line.height * 0.1,
      let both = Line(page: line.page, words: line.words + next.words)
    else { return nil }
    return signer(both)
  }

  /// What is printed between position and name, by hand or by a signing program.
  private static let notes = ["da ky", "ky boi", "nguoi ky", "ngay ky", "ky ten", "co quan", "thoi gian", "ky thay"]
}

extension Box {
  fileprivate func moved(down shift: Double) -> Box {
    Box(left: left, top: max(0, top + shift), right: right, bottom: max(0, bottom + shift))
  }
}

extension Line {
  fileprivate func moved(down shift: Double) -> Line? {
    Line(
      page: page,
      words: words.map { TextLayer.Word(text: $0.text, box: $0.box.moved(down: shift), line: $0.line) })
  }
}

extension Field {
  /// The same, moved where it stands on that page.
  fileprivate func moved(down shift: Double, onPage page: Int) -> Field {
    place.page == page
      ? Field(value, at: Place(page: page, box: place.box.moved(down: shift)), confidence: confidence) : self
  }
}
