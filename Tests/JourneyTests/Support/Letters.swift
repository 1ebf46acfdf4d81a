import Foundation

/// Letters to send: real ones from the fixtures, and small ones made here, each different from every other.
enum Letters {
  static let fixtures = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(
      component: "Fixtures")

  static func dispatch(_ name: String) throws -> Data {
    try Data(contentsOf: fixtures.appending(components: "dispatches", name))
  }

  static func hostile(_ name: String) throws -> Data {
    try Data(contentsOf: fixtures.appending(components: "hostile", name))
  }

  /// A whole PDF 1.4 of one page that shows the text; `padding` bytes of page content make it larger.
  static func small(_ text: String, padding: Int = 0) -> Data {
    var file = Data("%PDF-1.4\n".utf8)
    var offsets: [Int] = []
    let page = "BT /F1 18 Tf 72 720 Td (\(text)) Tj ET\n" + String(repeating: "% padding\n", count: padding / 10)
    let objects = [
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
      "<< /Length \(page.utf8.count) >>\nstream\n\(page)endstream",
      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for (index, object) in objects.enumerated() {
      offsets.append(file.count)
      file.append(Data("\(index + 1) 0 obj\n\(object)\nendobj\n".utf8))
    }
    let table = file.count
    file.append(Data("xref\n0 \(objects.count + 1)\n0000000000 65535 f \n".utf8))
    for offset in offsets {
      let digits = String(offset)
      file.append(Data("\(String(repeating: "0", count: 10 - digits.count))\(digits) 00000 n \n".utf8))
    }
    file.append(Data("trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(table)\n%%EOF\n".utf8))
    return file
  }
}
