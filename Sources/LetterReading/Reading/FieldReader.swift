/// Reads the fields of a letter off its text layer. A value without I/O: the same words give the same fields.
public enum FieldReader {
  public static func read(_ layer: TextLayer) -> LetterFields {
    var fields = LetterFields()
    fields.isCut = layer.isCut
    if let font = LegacyText.find(layer) {
      fields.legacyFont = font
      return fields
    }
    let pages = layer.pages.enumerated().map {
      (rows: Rows.of($1, number: $0 + 1, isRecognised: layer.isRecognised), page: $1)
    }
    guard let first = pages.prefix(3).firstIndex(where: { !$0.rows.isEmpty }) else { return fields }
    let page = pages[first].page
    // A cover sheet may come before the letter itself, so the head is looked for on the first pages.
    guard
      let (index, head) = pages.prefix(3).enumerated().lazy.compactMap({ index, page in
        Head(page.rows, page: page.page).map { (index, $0) }
      }).first
    else {
      readMarks(Head(rest: pages[first].rows), page, pages, into: &fields)
      return fields
    }
    let letterPage = pages[index].page
    let left = withoutMarks(head.left)
    readNumber(left, into: &fields)
    readHead(left, head, letterPage, layer.isRecognised, into: &fields)
    readMarks(head, letterPage, pages, into: &fields)
    let addressees = Addressees(head.rest)
    fields.addressees = addressees.items
    var rest = pages.dropFirst(index).map { $0 }
    rest[0].rows = Array(head.rest.dropFirst(addressees.end))
    let closing = Closing(rest)
    fields.copies = closing.copies
    fields.authority = closing.authority
    fields.signerPosition = closing.position
    fields.signer = closing.signer
    return fields
  }

  private static func withoutMarks(_ lines: [Line]) -> [Line] {
    lines.enumerated().filter { !Marks.isMark($1, above: $0 > 0 ? lines[$0 - 1] : nil) }.map(\.element)
  }

  private static func readNumber(_ left: [Line], into fields: inout LetterFields) {
    let reading = NumberSymbol(left)
    fields.number = reading?.number
    fields.symbol = reading?.symbol
  }

  private static func readHead(
    _ left: [Line], _ head: Head, _ page: TextLayer.Page, _ isRecognised: Bool, into fields: inout LetterFields
  ) {
    let number = left.firstIndex { Head.numberStart($0, before: .infinity) != nil }
    let end = number ?? left.firstIndex { $0.isRule || !$0.isCapitals } ?? left.endIndex
    var organisations = left[..<end].filter { !$0.isRule && !$0.isPageNumber && !$0.folded.hasPrefix("du thao") }
    // Names of organisations are in capitals; what is above them and isn't is a header of the page.
    if let first = organisations.firstIndex(where: \.isCapitals) { organisations.removeFirst(first) }
    let issuers = Issuers(organisations, width: left.map(\.box.width).max() ?? 0, isRecognised: isRecognised)
    fields.issuer = issuers.issuer
    fields.parentIssuer = issuers.parent
    let when = PlaceDate(head.right.filter { !isStateName($0) && $0.box.top >= head.stateTop })
    fields.date = when.date
    fields.place = when.place
    let subject = Subject(
      column: number.map { Array(left[($0 + 1)...]) } ?? left, rows: withoutMarks(head.rest), page: page,
      bySymbol: fields.symbol.flatMap { DocumentType.inSymbol($0.value) }, isRecognised: isRecognised)
    fields.abstract = subject.abstract
    readType(subject, into: &fields)
  }

  /// The title is the type; a symbol alone still tells the abbreviation. A công văn has no title and an issuer for a symbol.
  private static func readType(_ subject: Subject, into fields: inout LetterFields) {
    let symbol = fields.symbol
    let bySymbol = symbol.flatMap { DocumentType.inSymbol($0.value) }
    if let (type, place) = subject.type {
      let agrees = bySymbol?.abbreviation == type.abbreviation
      fields.typeName = Field(type.name, at: place, confidence: agrees ? 0.98 : 0.75)
      fields.typeAbbreviation = Field(type.abbreviation, at: place, confidence: agrees ? 0.98 : 0.75)
    } else if let bySymbol, let symbol {
      fields.typeAbbreviation = Field(bySymbol.abbreviation, at: symbol.place, confidence: 0.6)
    } else if let symbol {
      fields.typeAbbreviation = Field("CV", at: symbol.place, confidence: subject.abstract == nil ? 0.6 : 0.9)
    }
  }

  private static func isStateName(_ line: Line) -> Bool {
    ["cong hoa xa hoi", "doc lap", "dang cong san"].contains { line.folded.hasPrefix($0) }
      || ["chu nghia viet nam", "nghia viet nam", "viet nam", "nam", "hanh phuc"].contains(line.folded)
  }

  /// Marks stand in the head or above the text of the first page, or in the top margin of any page.
  private static func readMarks(
    _ head: Head, _ page: TextLayer.Page, _ pages: [(rows: [Line], page: TextLayer.Page)],
    into fields: inout LetterFields
  ) {
    let salutation = head.rest.firstIndex(where: Head.isSalutation)
    let title = head.rest.prefix(8).firstIndex { DocumentType.title($0) != nil }
    let above = Array(head.rest.prefix((salutation ?? title ?? 0) + 1))
    let bottom = above.last?.box.bottom ?? head.left.last?.box.bottom ?? page.height * 0.1
    var loose: [Line] = []
    // A stamp over other print: the extractor's own lines keep its words together.
    let number = above.first?.page ?? head.left.first?.page ?? 1
    var byLine: [Int: [TextLayer.Word]] = [:]
    for word in page.words where word.box.bottom <= bottom + 2 { byLine[word.line, default: []].append(word) }
    let columns = head.left + head.right + above
    for words in byLine.values.sorted(by: { $0[0].line < $1[0].line }) where words.count <= 4 {
      guard let line = Line(page: number, words: words), Marks.isMark(line, above: nil),
        !columns.contains(where: { $0.box == line.box })
      else { continue }
      // Part of a longer line, unless it is set larger or printed over something.
      guard isPrintedOver(line, page) else { continue }
      loose.append(line)
    }
    for (rows, page) in pages.dropFirst() {
      loose += rows.prefix(4).filter { $0.box.bottom < page.height * 0.09 }
    }
    let marks = Marks(columns: [head.left, head.right, above], loose: loose)
    fields.secrecy = marks.secrecy
    fields.urgency = marks.urgency
  }

  private static func isPrintedOver(_ line: Line, _ page: TextLayer.Page) -> Bool {
    page.words.contains { word in
      word.line != line.words[0].line && min(word.box.right, line.box.right) - max(word.box.left, line.box.left) > 1
        && min(word.box.bottom, line.box.bottom) - max(word.box.top, line.box.top) > 0.35 * line.height
    }
  }
}
