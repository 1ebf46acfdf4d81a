import Foundation
import Judging
import Registers
import Testing

/// openpyxl and Python's zipfile and XML reader judge.
@Suite("Registers as workbooks")
struct WorkbookTests {
  private struct Book: Decodable {
    let rows: [[String]]
    let kinds: [[String]]
    let formats: [[String]]
    let titles: String
    let orientation: String
    let paper: Int
    let quoted: [Bool]
    let heights: [Double?]
  }

  private static func book(_ data: Data) throws -> Book {
    let desk = try Workshop()
    return try desk.python(
      """
      import json, sys, zipfile, xml.dom.minidom, openpyxl, datetime
      archive = zipfile.ZipFile(sys.argv[1])
      assert archive.testzip() is None
      for name in archive.namelist(): xml.dom.minidom.parseString(archive.read(name))
      sheet = openpyxl.load_workbook(sys.argv[1]).worksheets[0]
      def text(cell):
          value = cell.value
          if value is None: return ''
          return value.strftime('%d/%m/%Y') if isinstance(value, datetime.datetime) else str(value)
      rows = list(sheet.iter_rows())
      print(json.dumps(dict(
          rows=[[text(c) for c in row] for row in rows],
          kinds=[[c.data_type for c in row] for row in rows],
          formats=[[c.number_format for c in row] for row in rows],
          heights=[sheet.row_dimensions[row[0].row].height for row in rows],
          quoted=[bool(row[2].quotePrefix) for row in rows],
          titles=sheet.print_title_rows, orientation=sheet.page_setup.orientation,
          paper=int(sheet.page_setup.paperSize))))
      """, try desk.write(data, "register.xlsx"))
  }

  @Test("every cell that goes into a workbook comes out, and none is a formula")
  func cells() throws {
    let (register, shown) = try Office.hostileRegister()
    let book = try Self.book(try RegisterXLSX().data(register))
    let head = try #require(book.rows.firstIndex { $0 == TextFormatTests.titles })
    #expect(book.rows[head + 1] == (1...10).map { "(\($0))" })
    #expect(book.titles == "$\(head + 1):$\(head + 2)")
    #expect(book.orientation == "landscape" && book.paper == 9)
    let rows = Array(book.rows.dropFirst(head + 2))
    #expect(rows.count == shown.count)
    for (index, expected) in shown.enumerated() {
      for column in expected.indices where column != 1 {
        // openpyxl leaves ISO/IEC 29500-1's _x005F_ as it is written.
        #expect(rows[index][column].replacingOccurrences(of: "_x005F_", with: "_") == expected[column])
      }
      #expect(rows[index][1] == "\(index + 1)")
    }
    #expect(!book.kinds.joined().contains("f") && !book.kinds.joined().contains("e"))
    #expect(book.quoted[head + 2] && !book.quoted[head + 10])
  }

  @Test("days and numbers are days and numbers")
  func types() throws {
    let book = try Self.book(try RegisterXLSX().data(try Office.outgoing()))
    let head = try #require(book.rows.firstIndex { $0.first == "Số, ký hiệu văn bản" })
    let row = head + 2
    #expect(
      book.rows[row] == [
        "145/QĐ-LĐLĐ", "13/04/2016", "Quyết định về việc khen thưởng", "Nguyễn Văn A", "Như kính gửi;\nLưu: VT",
        "Văn phòng", "12", "14/04/2016", "", "Khẩn",
      ])
    #expect(book.kinds[row][1] == "d" && book.kinds[row][6] == "n" && book.kinds[row][7] == "d")
    // For those who sign, and of several lines for all of them.
    #expect(book.heights[row] == 30 && book.heights[row + 1] == 24)
    #expect(book.formats[row][1] == "dd\\/mm\\/yyyy")
    #expect(book.rows[row + 1].filter { !$0.isEmpty } == ["Giấy mời"], "what isn't known is blank")
    let empty = try Self.book(try RegisterXLSX().data(try Office.register(.outgoing([]))))
    #expect(empty.rows.count == head + 2)
  }
}
