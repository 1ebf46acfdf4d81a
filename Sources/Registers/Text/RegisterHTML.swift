import Foundation

/// A register as one HTML file that needs no other: a browser shows it, and prints it on A4 landscape with its cover on a
/// sheet of its own and the head on every sheet.
public struct RegisterHTML: RegisterWriter {
  /// Makes a writer.
  public init() {}

  public func write(_ register: Register, to output: @escaping (Data) throws -> Void) throws {
    try register.checkSize()
    let form = RegisterForm(register.kind)
    var file = ChunkedOutput(output)
    try file.append(Self.head(register, form))
    for index in 0..<register.count {
      var row = "<tr>"
      for (cell, column) in zip(register.cells(index), form.columns) {
        row += column.isCentred ? "<td class=\"c\">" : "<td>"
        row += Markup.escaped(cell.shown)
        row += "</td>"
      }
      try file.append(row + "</tr>\n")
    }
    try file.append("</tbody>\n</table>\n</body>\n</html>\n")
    try file.flush()
  }

  /// The policy keeps the file from ever asking for anything, whatever should slip through the escaping.
  private static func head(_ register: Register, _ form: RegisterForm) -> String {
    let cover = Cover(register)
    func share(_ column: RegisterForm.Column) -> String {
      let hundredths = Int((column.width / RegisterForm.width * 10_000).rounded())
      return "\(hundredths / 100).\(SheetCell.padded(hundredths % 100))%"
    }
    let parent = cover.parent.isEmpty ? "" : "<p class=\"parent\">\(Markup.escaped(cover.parent))</p>\n"
    return """
      <!DOCTYPE html>
      <html lang="vi">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width">
      <title>\(Markup.escaped("\(cover.title) - \(cover.organisation)"))</title>
      <style>
      @page { size: A4 landscape; margin: 15mm 10mm 15mm 20mm; @bottom-right { content: counter(page); } }
      body { font: 10pt/1.2 "Times New Roman", "Liberation Serif", serif; color: #000; background: #fff; margin: 0; }
      .cover { text-align: center; overflow-wrap: anywhere; padding: 20mm 0; }
      .cover .organisation { font-weight: bold; margin-bottom: 30mm; }
      .cover p { font-size: 14pt; margin: 0 0 4mm; }
      .cover h1 { font-size: 26pt; margin: 0 0 10mm; }
      table { border-collapse: collapse; width: 100%; table-layout: fixed; }
      thead { display: table-header-group; }
      tr { break-inside: avoid; }
      th, td { border: 0.5pt solid #000; padding: 1mm; vertical-align: top; overflow-wrap: anywhere; white-space: pre-line; }
      td { height: 6mm; }
      th { vertical-align: middle; }
      .c, .n { text-align: center; }
      .n { font-weight: normal; font-style: italic; }
      @media print { .cover { break-after: page; padding-top: 30mm; } }
      </style>
      </head>
      <body>
      <section class="cover">
      \(parent)<p class="organisation">\(Markup.escaped(cover.organisation))</p>
      <h1>\(cover.title)</h1>
      <p>\(cover.year)</p>
      <p>\(cover.days)</p>
      <p>\(cover.numbers)</p>
      </section>
      <table>
      <colgroup>\(form.columns.map { "<col style=\"width:\(share($0))\">" }.joined())</colgroup>
      <thead>
      <tr>\(form.columns.map { "<th scope=\"col\">\(Markup.escaped($0.title))</th>" }.joined())</tr>
      <tr>\(form.columns.indices.map { "<th class=\"n\">(\($0 + 1))</th>" }.joined())</tr>
      </thead>
      <tbody>

      """
  }
}
