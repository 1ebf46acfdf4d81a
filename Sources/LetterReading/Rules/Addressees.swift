/// Kính gửi: one addressee in the same line, or a list below.
struct Addressees {
  private(set) var items: [Field<String>] = []
  /// Where the text begins, behind the list: index into the rows.
  private(set) var end: Int

  /// - Parameter rows: below the head.
  init(_ rows: [Line]) {
    end = 0
    guard let index = rows.prefix(30).firstIndex(where: Head.isSalutation) else { return }
    end = index + 1
    var list = ItemList()
    let first = rows[index]
    // `Kính gửi:`, `Kính gửi :`, `Kính gửi:Công đoàn …`
    var skipped = 2
    if first.words.count > 2, first.words[2].text == ":" { skipped = 3 }
    let inline = first.dropping(skipped)
    if let inline { list.add(inline) }
    let right = rows.map(\.box.right).max() ?? 0
    var last = first
    var itemLeft = Double.infinity
    let hangs = inline?.box.left ?? first.box.left
    for (offset, line) in rows.dropFirst(index + 1).prefix(60).enumerated() {
      if list.isEnded { break }
      let isItem = line.words.first.map { ItemList.isBullet($0.text) } ?? false
      // A list is set closer than the text that follows; its first item may stand a little apart.
      let gap = line.box.top - last.box.bottom
      guard gap < line.height * (list.isEmpty ? 1.6 : 0.9) else { break }
      let isWrapped =
        !last.hasRoom(for: line.words.first, until: right) || (inline != nil && line.box.left >= hangs - 12)
        || list.isUnfinished && gap < line.height * 0.6 && (line.beginsSmall || line.box.left >= itemLeft - 4)
      guard isItem || isWrapped || list.isEmpty else { break }
      if isItem { itemLeft = line.box.left }
      list.add(line)
      last = line
      end = index + offset + 2
    }
    list.close()
    items = list.items
  }
}
