/// The worksheet part (ISO/IEC 29500-1 §18.3.1.99).
struct SheetMarkup {
  /// Indices into `cellXfs` of `WorkbookParts.styles`.
  enum Style: Int {
    case cover = 1
    case coverTitle
    case head
    case headNumber
    case text
    case centredText
    case day
    case number
    case count
    /// A text that a program would take for a formula, were it typed anew (`quotePrefix`, §18.8.45).
    case quoted
  }

  let register: Register
  let form: RegisterForm
  let cover: Cover

  init(_ register: Register) {
    self.register = register
    form = RegisterForm(register.kind)
    cover = Cover(register)
  }

  /// The row with the columns' titles, from 1.
  var headRow: Int { cover.lines.count + 1 }
  /// Titles, then the columns' own numbers.
  var firstRow: Int { headRow + 2 }
  private var lastRow: Int { max(headRow + 1, firstRow + register.count - 1) }
  private var lastColumn: String { Self.letter(form.columns.count - 1) }

  /// A is 0.
  private static func letter(_ index: Int) -> String {
    String(UnicodeScalar(UInt8(65 + index)))
  }

  /// What stands before the letters' rows.
  var head: String {
    var xml = """
      <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
      <worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">\
      <dimension ref="A1:\(lastColumn)\(lastRow)"/>\
      <sheetViews><sheetView workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>
      """
    for (index, column) in form.columns.enumerated() {
      xml += "<col min=\"\(index + 1)\" max=\"\(index + 1)\" width=\"\(Self.width(column.width))\" customWidth=\"1\"/>"
    }
    xml += "</cols><sheetData>"
    for (index, line) in cover.lines.enumerated() {
      let isTitle = line == cover.title
      xml += "<row r=\"\(index + 1)\" ht=\"\(isTitle ? 60 : 24)\" customHeight=\"1\">"
      xml += Self.string(line, "A\(index + 1)", isTitle ? .coverTitle : .cover) + "</row>"
    }
    xml += "<row r=\"\(headRow)\" ht=\"48\" customHeight=\"1\">"
    for (index, column) in form.columns.enumerated() {
      xml += Self.string(column.title, "\(Self.letter(index))\(headRow)", .head)
    }
    xml += "</row><row r=\"\(headRow + 1)\">"
    for index in form.columns.indices {
      xml += Self.string("(\(index + 1))", "\(Self.letter(index))\(headRow + 1)", .headNumber)
    }
    return xml + "</row>"
  }

  /// - Parameter index: of the letter, from 0.
  func row(_ index: Int) -> String {
    let row = firstRow + index
    let cells = register.cells(index)
    var xml = "<row r=\"\(row)\" ht=\"\(RowHeight.points(cells, form.columns))\">"
    for (column, cell) in cells.enumerated() {
      let place = "\(Self.letter(column))\(row)"
      switch cell {
      case .blank: xml += "<c r=\"\(place)\" s=\"\(Style.text.rawValue)\"/>"
      case .text(let text): xml += Self.string(text, place, RegisterCSV.harmless(text) == text ? .text : .quoted)
      case .day(let day): xml += Self.value(day.serialNumber, place, .day)
      case .number(let number): xml += Self.value(number, place, .number)
      case .count(let count): xml += Self.value(count, place, .count)
      }
    }
    return xml + "</row>"
  }

  /// What stands behind them: the sheet as it is printed. The cover is a page of its own, since the first break comes behind it.
  var tail: String {
    let lines = cover.lines.count
    let merged = (1...lines).map { "<mergeCell ref=\"A\($0):\(lastColumn)\($0)\"/>" }.joined()
    return """
      </sheetData><autoFilter ref="A\(headRow + 1):\(lastColumn)\(lastRow)"/>\
      <mergeCells count="\(lines)">\(merged)</mergeCells>\
      <pageMargins left="0.7" right="0.35" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>\
      <pageSetup paperSize="9" orientation="landscape"/>\
      <headerFooter><oddFooter>&amp;R&amp;P/&amp;N</oddFooter></headerFooter>\
      <rowBreaks count="1" manualBreakCount="1"><brk id="\(lines)" max="16383" man="1"/></rowBreaks>\
      </worksheet>
      """
  }

  /// Millimetres as a number of digits of the default font (§18.3.1.13), at 96 dots an inch, 7 a digit and 5 around them. A
  /// little less, so that programs which measure the font otherwise still get all columns on one page.
  private static func width(_ millimetres: Double) -> String {
    let tenths = Int(((millimetres * RowHeight.share / 25.4 * 96 - 5) / 7 * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func value(_ number: Int, _ place: String, _ style: Style) -> String {
    "<c r=\"\(place)\" s=\"\(style.rawValue)\"><v>\(number)</v></c>"
  }

  private static func string(_ text: String, _ place: String, _ style: Style) -> String {
    let escaped = Markup.escaped(unambiguous(text))
    return "<c r=\"\(place)\" s=\"\(style.rawValue)\" t=\"inlineStr\">"
      + "<is><t xml:space=\"preserve\">\(escaped)</t></is></c>"
  }

  /// `_x0041_` in a string means “A” to spreadsheets (§22.9.2.19); where a letter says that, its first underscore is written so.
  static func unambiguous(_ text: String) -> String {
    let bytes = Array(text.utf8)
    guard bytes.contains(0x5F) else { return text }
    var result: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      if byte == 0x5F, index + 6 < bytes.count, bytes[index + 1] == 0x78, bytes[index + 6] == 0x5F,
        bytes[index + 2...index + 5].allSatisfy({ Character(UnicodeScalar($0)).isHexDigit })
      {
        result += "_x005F".utf8
      }
      result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
  }
}
