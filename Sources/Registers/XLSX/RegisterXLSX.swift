import Foundation

/// A register as a workbook (ISO/IEC 29500-1, SpreadsheetML) of one sheet: the cover's lines, then the table, whose head is
/// repeated on each printed page. Days and numbers are days and numbers; words are inline strings, which no program takes for
/// a formula, also after somebody has edited them.
public struct RegisterXLSX: RegisterWriter {
  /// Makes a writer.
  public init() {}

  public func write(_ register: Register, to output: @escaping (Data) throws -> Void) throws {
    try register.checkSize()
    var zip = ZipFile(ChunkedOutput(output))
    let sheet = SheetMarkup(register)
    try zip.add("[Content_Types].xml", WorkbookParts.contentTypes)
    try zip.add("_rels/.rels", WorkbookParts.rootRelations)
    try zip.add("xl/workbook.xml", WorkbookParts.workbook(sheet))
    try zip.add("xl/_rels/workbook.xml.rels", WorkbookParts.workbookRelations)
    try zip.add("xl/styles.xml", WorkbookParts.styles)
    let deflater = try Deflater()
    try deflater.append(Array(sheet.head.utf8))
    var rows = ""
    for index in 0..<register.count {
      rows += sheet.row(index)
      if rows.utf8.count > 64 << 10 {
        try deflater.append(Array(rows.utf8))
        rows = ""
      }
    }
    try deflater.append(Array((rows + sheet.tail).utf8))
    try zip.add("xl/worksheets/sheet1.xml", deflater)
    try zip.finish()
  }
}
