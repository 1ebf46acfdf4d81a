import Foundation
import PDFSignature

/// A register as a PDF, ready to print on A4 landscape: the cover, then the table with its head on every page. A row stands on
/// one page, unless it alone is longer than a page. The letters are embedded; what the font lacks is shown as a box, and still
/// found and copied as what it is.
public struct RegisterPDF: RegisterWriter {
  private let font: SealFont

  /// - Parameter font: a TrueType font with Vietnamese letters, such as Liberation Serif.
  public init(font: SealFont) { self.font = font }

  public func write(_ register: Register, to output: @escaping (Data) throws -> Void) throws {
    try register.checkSize()
    let form = RegisterForm(register.kind)
    let cover = Cover(register)
    let letters = try SheetFont(font, Self.characters(register, form, cover))
    var book = try PDFBook(ChunkedOutput(output))
    let resources = SheetResources(&book)
    var pages = PDFPages(&book, size: (TablePage.width, TablePage.height), resources: resources.reference)
    try pages.add(CoverPage.content(cover, letters), to: &book)
    let table = TablePage.Table(form, cover, letters)
    var page = TablePage(table, number: 1)
    for index in 0..<register.count {
      var row = table.row(register.cells(index))
      while true {
        page.draw(&row)
        if row.isDone { break }
        try pages.add(page.content, to: &book)
        page = TablePage(table, number: page.number + 1)
      }
    }
    try pages.add(page.content, to: &book)
    try pages.finish(&book)
    try resources.finish(&book, letters, total: table.total(page.number))
    try book.finish(pages: pages.root, title: "\(cover.title) - \(cover.organisation)")
  }

  private static func characters(
    _ register: Register, _ form: RegisterForm, _ cover: Cover
  ) -> SheetFont.CharacterSet {
    var characters = SheetFont.CharacterSet()
    for line in cover.lines + form.columns.map(\.title) + [TablePage.Table.pageWord] { characters.insert(line) }
    for index in 0..<register.count {
      for case .text(let text) in register.cells(index) { characters.insert(text) }
    }
    characters.insert("-")
    return characters
  }
}
