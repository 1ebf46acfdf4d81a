import Foundation

/// A PDF 1.4 made up here, page by page, with one font of 8 bits.
struct PagedPDF {
  /// Content streams; the pages show them in turn.
  var contents: [Data]
  var pages = 1
  /// What the bytes are said to mean: the body of the font's ToUnicode map.
  var toUnicode: Data?

  /// In a temporary folder; the caller removes it.
  func written() throws -> URL {
    var file = Data("%PDF-1.4\n".utf8)
    var offsets: [Int] = []
    func add(_ object: Data) {
      offsets.append(file.count)
      file.append(Data("\(offsets.count) 0 obj\n".utf8) + object + Data("\nendobj\n".utf8))
    }
    func stream(_ data: Data) -> Data {
      Data("<< /Length \(data.count) >>\nstream\n".utf8) + data + Data("\nendstream".utf8)
    }
    let firstPage = 5 + contents.count
    add(Data("<< /Type /Catalog /Pages 2 0 R >>".utf8))
    let kids = (0..<pages).map { "\(firstPage + $0) 0 R" }.joined(separator: " ")
    add(Data("<< /Type /Pages /Kids [\(kids)] /Count \(pages) >>".utf8))
    let meaning = toUnicode == nil ? "" : " /ToUnicode 4 0 R"
    add(Data("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica\(meaning) >>".utf8))
    add(stream(toUnicode ?? Data()))
    for content in contents { add(stream(content)) }
    for page in 0..<pages {
      add(
        Data(
          "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents \(5 + page % contents.count) 0 R /Resources << /Font << /F 3 0 R >> >> >>"
            .utf8))
    }
    let table = file.count
    file.append(Data("xref\n0 \(offsets.count + 1)\n0000000000 65535 f \n".utf8))
    for offset in offsets {
      let digits = String(offset)
      file.append(Data("\(String(repeating: "0", count: 10 - digits.count))\(digits) 00000 n \n".utf8))
    }
    file.append(
      Data("trailer\n<< /Size \(offsets.count + 1) /Root 1 0 R >>\nstartxref\n\(table)\n%%EOF\n".utf8))
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("congvan-\(UUID().uuidString).pdf")
    try file.write(to: url)
    return url
  }
}
