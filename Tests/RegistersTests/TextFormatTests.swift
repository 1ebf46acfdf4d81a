import Foundation
import Judging
import Registers
import Testing

/// Python's own readers of CSV and HTML judge.
@Suite("Registers as CSV and HTML")
struct TextFormatTests {
  static let titles = [
    "Ngày đến", "Số đến", "Tác giả", "Số, ký hiệu văn bản", "Ngày tháng văn bản",
    "Tên loại và trích yếu nội dung văn bản",
    "Đơn vị hoặc người nhận", "Ngày chuyển", "Ký nhận", "Ghi chú",
  ]

  private static func csv(_ data: Data, separator: String = ",") throws -> [[String]] {
    let desk = try Workshop()
    return try desk.python(
      """
      import csv, json, sys
      csv.field_size_limit(10**9)
      raw = open(sys.argv[1], 'rb').read()
      assert raw.startswith(b'\\xef\\xbb\\xbf') and raw.endswith(b'\\r\\n')
      with open(sys.argv[1], encoding='utf-8-sig', newline='') as f:
          print(json.dumps(list(csv.reader(f, delimiter='\(separator)'))))
      """, try desk.write(data, "register.csv"))
  }

  @Test("every cell that goes into a CSV file comes out, and none is a formula, by commas or by semicolons")
  func csv() throws {
    let (register, shown) = try Office.hostileRegister()
    let data = try RegisterCSV().data(register)
    let rows = try Self.csv(data)
    #expect(rows.first == Self.titles)
    #expect(rows.count == shown.count + 1)
    for (row, expected) in zip(rows.dropFirst(), shown) {
      for (cell, text) in zip(row, expected) {
        // The apostrophes are all that was added.
        #expect(cell.filter { $0 != "'" } == text.filter { $0 != "'" })
      }
    }
    #expect(rows[1][2] == "'=cmd|'/c calc'!A1" && rows[2][2] == "'@SUM(1)")
    #expect(rows[5][2] == "Kính gửi:\n'- Huyện;\n'=1; \"'=2\"")
    for separator in [",", ";"] {
      for cell in try Self.csv(data, separator: separator).joined() {
        for line in cell.split(separator: "\n") {
          let start = line.drop { $0 == "\"" || $0 == " " }.first
          #expect(start.map { !"=+-@".contains($0) } ?? true, "\(separator) \(line.prefix(60))")
        }
      }
    }
  }

  private struct Page: Decodable {
    let rows: [[String]]
    let tags: [String]
    let cover: [String]
    let policy: String
  }

  private static func page(_ data: Data) throws -> Page {
    let desk = try Workshop()
    return try desk.python(
      """
      import json, sys
      from html.parser import HTMLParser
      class Reader(HTMLParser):
          def __init__(self):
              super().__init__()
              self.rows, self.tags, self.cover, self.policy, self.cell, self.line = [], set(), [], '', None, None
          def handle_starttag(self, tag, attributes):
              self.tags.add(tag)
              for name, value in attributes:
                  assert name in ('lang', 'charset', 'http-equiv', 'content', 'name', 'class', 'scope', 'style'), name
              if tag == 'meta' and dict(attributes).get('http-equiv'): self.policy = dict(attributes)['content']
              if tag == 'tr': self.rows.append([])
              if tag in ('td', 'th'): self.cell = ''
              if tag in ('p', 'h1'): self.line = ''
          def handle_data(self, data):
              if self.cell is not None: self.cell += data
              if self.line is not None: self.line += data
          def handle_endtag(self, tag):
              if tag in ('td', 'th'): self.rows[-1].append(self.cell); self.cell = None
              if tag in ('p', 'h1'): self.cover.append(self.line); self.line = None
      reader = Reader()
      reader.feed(open(sys.argv[1], encoding='utf-8', newline='').read())
      reader.close()
      print(json.dumps(dict(rows=reader.rows, tags=sorted(reader.tags), cover=reader.cover, policy=reader.policy)))
      """, try desk.write(data, "register.html"))
  }

  @Test("every cell that goes into an HTML file comes out as text, and no letter can put an element there")
  func html() throws {
    let (register, shown) = try Office.hostileRegister()
    let page = try Self.page(try RegisterHTML().data(register))
    #expect(page.rows.first == Self.titles)
    #expect(page.rows.dropFirst().first == (1...10).map { "(\($0))" })
    #expect(Array(page.rows.dropFirst(2)) == shown)
    let known = Set(
      "body,col,colgroup,h1,head,html,meta,p,section,style,table,tbody,td,th,thead,title,tr".split(separator: ",").map(
        String.init))
    #expect(Set(page.tags).subtracting(known).isEmpty, "\(page.tags)")
    #expect(page.policy.hasPrefix("default-src 'none'"))
  }

  @Test("the cover says whose register it is, of which days, and from which number to which")
  func cover() throws {
    let cover = try Self.page(try RegisterHTML().data(try Office.outgoing())).cover
    #expect(
      cover == [
        "LIÊN ĐOÀN LAO ĐỘNG TỈNH BẾN TRE", "CÔNG ĐOÀN CƠ SỞ TRƯỜNG THPT LẠC LONG QUÂN", "SỔ ĐĂNG KÝ VĂN BẢN ĐI",
        "NĂM: 2016", "Từ ngày 01/01/2016 đến ngày 31/12/2016", "Từ số 09 đến số 145",
      ])
    var hostile = try Office.register(.incoming([]))
    hostile.organisation = "<b>A & B</b>"
    hostile.parent = nil
    let empty = try Self.page(try RegisterHTML().data(hostile))
    #expect(empty.cover.first == "<B>A & B</B>" && empty.cover.last == "Từ số .......... đến số ..........")
    #expect(empty.rows.count == 2 && !empty.tags.contains("b"))
  }
}
