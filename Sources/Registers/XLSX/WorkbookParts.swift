/// The parts of a workbook beside its sheet: as few as ISO/IEC 29500-1 §12.2 asks for, and styles.
enum WorkbookParts {
  private static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
  private static let packages = "http://schemas.openxmlformats.org/package/2006"
  private static let documents = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
  private static let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
  private static let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"

  static let contentTypes =
    declaration + """
      <Types xmlns="\(packages)/content-types">\
      <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
      <Default Extension="xml" ContentType="application/xml"/>\
      <Override PartName="/xl/workbook.xml" ContentType="\(kind).sheet.main+xml"/>\
      <Override PartName="/xl/worksheets/sheet1.xml" ContentType="\(kind).worksheet+xml"/>\
      <Override PartName="/xl/styles.xml" ContentType="\(kind).styles+xml"/></Types>
      """

  static let rootRelations =
    declaration + """
      <Relationships xmlns="\(packages)/relationships">\
      <Relationship Id="rId1" Type="\(documents)/officeDocument" Target="xl/workbook.xml"/></Relationships>
      """

  static let workbookRelations =
    declaration + """
      <Relationships xmlns="\(packages)/relationships">\
      <Relationship Id="rId1" Type="\(documents)/worksheet" Target="worksheets/sheet1.xml"/>\
      <Relationship Id="rId2" Type="\(documents)/styles" Target="styles.xml"/></Relationships>
      """

  private static let sheetName = "Sổ đăng ký"

  /// The head is repeated on each page by a name that spreadsheets know (§18.2.5, `_xlnm.Print_Titles`).
  static func workbook(_ sheet: SheetMarkup) -> String {
    let lastColumn = String(UnicodeScalar(UInt8(64 + sheet.form.columns.count)))
    let filtered =
      "$A$\(sheet.headRow + 1):$\(lastColumn)$\(max(sheet.headRow + 1, sheet.firstRow + sheet.register.count - 1))"
    return declaration + """
      <workbook xmlns="\(main)" xmlns:r="\(documents)"><bookViews><workbookView/></bookViews>\
      <sheets><sheet name="\(sheetName)" sheetId="1" r:id="rId1"/></sheets><definedNames>\
      <definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">'\(sheetName)'!\(filtered)</definedName>\
      <definedName name="_xlnm.Print_Titles" localSheetId="0">\
      '\(sheetName)'!$\(sheet.headRow):$\(sheet.headRow + 1)</definedName></definedNames></workbook>
      """
  }

  /// The formats stand in the order of `SheetMarkup.Style`. Number format 14 would follow the reader's own country, hence 164.
  static let styles: String = {
    let bordered = "borderId=\"1\" applyBorder=\"1\" applyAlignment=\"1\" applyFont=\"1\" applyNumberFormat=\"1\""
    func format(_ number: Int, _ font: Int, _ border: String, _ place: String, _ more: String = "") -> String {
      "<xf numFmtId=\"\(number)\" fontId=\"\(font)\" fillId=\"0\" xfId=\"0\" \(border)\(more)>"
        + "<alignment \(place) wrapText=\"1\"/></xf>"
    }
    let plain = "borderId=\"0\" applyAlignment=\"1\" applyFont=\"1\""
    let middle = "horizontal=\"center\" vertical=\"center\""
    let formats = [
      "<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>",
      format(0, 3, plain, middle), format(0, 2, plain, middle), format(0, 1, bordered, middle),
      format(0, 4, bordered, middle), format(49, 0, bordered, "vertical=\"top\""),
      format(49, 0, bordered, "horizontal=\"center\" vertical=\"top\""),
      format(164, 0, bordered, "horizontal=\"center\" vertical=\"top\""),
      format(165, 0, bordered, "horizontal=\"center\" vertical=\"top\""),
      format(1, 0, bordered, "horizontal=\"center\" vertical=\"top\""),
      format(49, 0, bordered, "vertical=\"top\"", " quotePrefix=\"1\""),
    ]
    func font(_ size: Int, _ weight: String = "") -> String {
      "<font>\(weight)<sz val=\"\(size)\"/><name val=\"Times New Roman\"/><family val=\"1\"/></font>"
    }
    let line = "style=\"thin\"><color auto=\"1\"/>"
    return declaration + """
      <styleSheet xmlns="\(main)">\
      <numFmts count="2"><numFmt numFmtId="164" formatCode="dd\\/mm\\/yyyy"/><numFmt numFmtId="165" formatCode="00"/></numFmts>\
      <fonts count="5">\(font(11))\(font(11, "<b/>"))\(font(22, "<b/>"))\(font(14))\(font(11, "<i/>"))</fonts>\
      <fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>\
      <borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>\
      <border><left \(line)</left><right \(line)</right><top \(line)</top><bottom \(line)</bottom><diagonal/></border></borders>\
      <cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
      <cellXfs count="\(formats.count)">\(formats.joined())</cellXfs>\
      <cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>
      """
  }()
}
