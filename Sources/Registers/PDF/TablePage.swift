import PDFSignature

/// One page of a register's table. In points.
struct TablePage {
  static let pointsPerMillimetre = 72 / 25.4
  /// A4 landscape.
  static let width = 297 * pointsPerMillimetre
  static let height = 210 * pointsPerMillimetre

  private static let left = 20 * pointsPerMillimetre
  private static let top = height - 15 * pointsPerMillimetre
  private static let bottom = 16 * pointsPerMillimetre
  private static let footer = 9 * pointsPerMillimetre
  private static let size = 10.0
  private static let leading = 12.0
  /// From a cell's edge to its letters.
  private static let padding = 3.0
  /// A row of one line still has room for a signature: 8 mm.
  private static let leastHeight = 8 * pointsPerMillimetre
  /// A row that is cut shows at least so many lines at a page's foot.
  private static let leastLines = 3

  let number: Int
  private let table: Table
  private var page = PageContent()
  /// Of the last rule.
  private var y: Double
  private var isFresh = true

  init(_ table: Table, number: Int) {
    self.table = table
    self.number = number
    y = Self.top
    page.rule(Self.left, y, to: table.right, y)
    for (index, lines) in table.titles.enumerated() {
      let middle = (table.titleHeight - Double(lines.count) * Self.leading) / 2
      write(lines[...], column: index, isCentred: true, isBold: true, down: middle)
    }
    close(table.titleHeight)
    for (index, line) in table.numbers.enumerated() {
      write([line], column: index, isCentred: true, down: 1)
    }
    close(Self.leading + 3)
  }

  /// Draws of a row what fits; the rest is for the next page.
  mutating func draw(_ row: inout Row) {
    let room = y - Self.bottom
    let whole = max(Self.leastHeight, Double(row.length) * Self.leading + 2 * Self.padding)
    let fits = Int((room - 2 * Self.padding) / Self.leading)
    if whole <= room {
      write(&row, row.length, whole)
    } else if isFresh || (Double(row.length) * Self.leading > table.body && fits >= Self.leastLines) {
      // At least one line, or it would never end.
      write(&row, max(1, fits), room)
    }
  }

  private mutating func write(_ row: inout Row, _ count: Int, _ height: Double) {
    for index in row.cells.indices {
      let lines = row.cells[index].prefix(count)
      write(lines, column: index, isCentred: table.form.columns[index].isCentred, down: Self.padding)
      row.cells[index] = row.cells[index].dropFirst(count)
    }
    row.isDone = row.length == 0
    close(height)
    isFresh = false
  }

  private mutating func write(
    _ lines: ArraySlice<SheetFont.Glyphs>, column: Int, isCentred: Bool, isBold: Bool = false, down: Double
  ) {
    let left = table.edges[column]
    let width = table.edges[column + 1] - left
    // Letters stand about four fifths down their line.
    var baseline = y - down - Self.leading * 0.8
    for line in lines {
      let indent = isCentred ? (width - table.font.width(line, size: Self.size)) / 2 : Self.padding
      page.text(line, left + indent, baseline, size: Self.size, isBold: isBold)
      baseline -= Self.leading
    }
  }

  private mutating func close(_ height: Double) {
    y -= height
    page.rule(Self.left, y, to: table.right, y)
  }

  /// With the lines between columns, and the foot.
  var content: [UInt8] {
    var page = page
    for edge in table.edges { page.rule(edge, y, to: edge, Self.top) }
    page.text(table.footer, Self.left, Self.footer, size: 9)
    let number = table.font.glyphs("\(Table.pageWord) \(number)/")
    let end = table.right - 40
    page.text(number, end - table.font.width(number, size: 9), Self.footer, size: 9)
    let place = "q 1 0 0 1 \(PDFObject.decimal(end)) \(PDFObject.decimal(Self.footer)) cm"
    return page.bytes("\(place) /N Do Q\n")
  }

  /// A row whose words are set.
  struct Row {
    /// What is still to be drawn of each cell.
    fileprivate var cells: [ArraySlice<SheetFont.Glyphs>]
    fileprivate(set) var isDone = false

    /// Of the longest cell, in lines.
    fileprivate var length: Int { cells.map(\.count).max() ?? 0 }
  }

  /// What all pages have in common.
  struct Table {
    static let pageWord = "Trang"

    fileprivate let form: RegisterForm
    fileprivate let font: SheetFont
    /// Of the columns, from left to right; one more than there are columns.
    fileprivate let edges: [Double]
    fileprivate let titles: [[SheetFont.Glyphs]]
    fileprivate let numbers: [SheetFont.Glyphs]
    fileprivate let titleHeight: Double
    fileprivate let footer: SheetFont.Glyphs
    fileprivate var right: Double { edges[edges.count - 1] }
    /// What a page has for rows.
    fileprivate var body: Double {
      TablePage.top - TablePage.bottom - titleHeight - TablePage.leading - 3 - 2 * TablePage.padding
    }

    init(_ form: RegisterForm, _ cover: Cover, _ font: SheetFont) {
      self.form = form
      self.font = font
      var edges = [TablePage.left]
      for column in form.columns { edges.append(edges[edges.count - 1] + column.width * TablePage.pointsPerMillimetre) }
      self.edges = edges
      titles = form.columns.map { Self.lines($0.title, $0.width, font) }
      numbers = form.columns.indices.map { font.glyphs("(\($0 + 1))") }
      titleHeight = Double(titles.map(\.count).max() ?? 1) * TablePage.leading + 2 * TablePage.padding
      let whose = [cover.title, cover.organisation, cover.days].joined(separator: " - ")
      // Nine points for the foot; what is too long is cut, the cover has it whole.
      let room = edges[edges.count - 1] - TablePage.left - 120
      footer = font.lines(whose, width: room, size: 9).first ?? []
    }

    func row(_ cells: [SheetCell]) -> Row {
      Row(
        cells: zip(cells, form.columns).map { cell, column in
          cell == .blank ? [] : Self.lines(cell.shown, column.width, font)[...]
        })
    }

    private static func lines(_ text: String, _ width: Double, _ font: SheetFont) -> [SheetFont.Glyphs] {
      font.lines(text, width: width * TablePage.pointsPerMillimetre - 2 * TablePage.padding, size: TablePage.size)
    }

    /// How many pages there are, as a picture that stands behind each page's number.
    func total(_ pages: Int) -> [UInt8] {
      var content = PageContent()
      content.text(font.glyphs(String(pages)), 0, 0, size: 9)
      return content.bytes()
    }
  }
}
