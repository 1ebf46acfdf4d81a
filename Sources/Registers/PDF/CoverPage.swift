/// The first sheet of a register.
enum CoverPage {
  static func content(_ cover: Cover, _ font: SheetFont) -> [UInt8] {
    var page = PageContent()
    let room = TablePage.width - 2 * 72
    var y = TablePage.height - 90
    func write(_ text: String, _ size: Double, isBold: Bool = false, most: Int = 4) {
      let lines = font.lines(text, width: room, size: size)
      for line in lines.prefix(most) {
        page.text(line, (TablePage.width - font.width(line, size: size)) / 2, y, size: size, isBold: isBold)
        y -= size * 1.3
      }
    }
    write(cover.parent, 14)
    write(cover.organisation, 14, isBold: true)
    // The short line under an organisation's name, as on its letters.
    page.rule(TablePage.width / 2 - 45, y + 8, to: TablePage.width / 2 + 45, y + 8)
    y = min(y - 60, TablePage.height / 2 + 50)
    write(cover.title, 30, isBold: true)
    y -= 10
    write(cover.year, 18, isBold: true)
    y -= 40
    write(cover.days, 14)
    write(cover.numbers, 14)
    return page.bytes()
  }
}
