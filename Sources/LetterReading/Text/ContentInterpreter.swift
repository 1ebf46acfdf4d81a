import PDFSignature

/// Follows the contents of a page and shows its characters to a `WordBuilder` (ISO 32000-1 §9.4). What only draws is passed over.
struct ContentInterpreter {
  private(set) var words: WordBuilder

  private let source: TextSource
  private var state: TextState
  private var saved: [TextState] = []
  /// Marks that are open, and the replacement text of one of them.
  private var marks = 0
  private var actual: ActualText?

  init(_ source: TextSource, page: Matrix, width: Double, height: Double) {
    self.source = source
    state = TextState(page: page)
    words = WordBuilder(width: width, height: height)
  }

  /// - Parameter depth: of forms within forms.
  mutating func run(_ bytes: [UInt8], _ resources: PageResources, depth: Int = 0) throws(NotUnderstood) {
    var failure: NotUnderstood?
    bytes.withUnsafeBufferPointer { buffer in
      do throws(NotUnderstood) { try run(buffer, resources, depth) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Ends what was begun; what is drawn next is drawn anew on the page.
  mutating func endContents(page: Matrix) {
    words.endWord()
    state = TextState(page: page)
    (saved, marks, actual) = ([], 0, nil)
  }

  /// Draws a form (§8.10), or the appearance of an annotation, in a place of its own.
  mutating func draw(
    _ form: PDFStream, at place: Matrix, _ inherited: PageResources, depth: Int
  ) throws(NotUnderstood) {
    guard depth < TextBudget.formDepth else { throw .bounds("forms within forms") }
    try TextBudget.spend(&source.budget.forms)
    let before = (state, saved, marks)
    state.page = place.then(state.page)
    saved = []
    var resources = inherited
    if let own = try source.resolve(form.dictionary["Resources"])?.dictionary { resources = PageResources(own, source) }
    try run(try source.decoded(form), resources, depth: depth + 1)
    (state, saved, marks) = before
  }

  private mutating func run(
    _ bytes: UnsafeBufferPointer<UInt8>, _ resources: PageResources, _ depth: Int
  ) throws(NotUnderstood) {
    var lexer = ContentLexer(bytes)
    while let name = try lexer.next() {
      try TextBudget.spend(&source.budget.operators)
      switch name {
      case Name.showArray: try show(array: lexer)
      case Name.show: try show(one: lexer, at: 0)
      case Name.showOnNext:
        state.move(0, -state.leading)
        try show(one: lexer, at: 0)
      case Name.showOnNextSpaced:
        state.wordSpace = try lexer.operand(0)
        state.characterSpace = try lexer.operand(1)
        state.move(0, -state.leading)
        try show(one: lexer, at: 2)
      case Name.move: state.move(try lexer.operand(0), try lexer.operand(1))
      case Name.moveAndLead:
        state.leading = -(try lexer.operand(1))
        state.move(try lexer.operand(0), try lexer.operand(1))
      case Name.nextLine: state.move(0, -state.leading)
      case Name.textMatrix:
        state.line = try lexer.matrix()
        state.text = state.line
      case Name.begin: (state.text, state.line) = (Matrix(), Matrix())
      case Name.font:
        guard let operand = lexer.operands.first, operand.kind == .name else { throw .contents("a broken Tf") }
        state.size = try lexer.operand(1)
        state.font = try resources.font(try lexer.name(operand))
      case Name.characterSpace: state.characterSpace = try lexer.operand(0)
      case Name.wordSpace: state.wordSpace = try lexer.operand(0)
      case Name.scale: state.scale = try lexer.operand(0) / 100
      case Name.leading: state.leading = try lexer.operand(0)
      case Name.rise: state.rise = try lexer.operand(0)
      case Name.matrix: state.page = try lexer.matrix().then(state.page)
      case Name.save:
        guard saved.count < TextBudget.stateDepth else { throw .bounds("states within states") }
        saved.append(state)
      case Name.restore: if let before = saved.popLast() { state = before }
      case Name.draw: try draw(lexer, resources, depth)
      case Name.graphicsState:
        guard let operand = lexer.operands.first, operand.kind == .name else { throw .contents("a broken gs") }
        try resources.checkState(try lexer.name(operand))
      case Name.mark: marks += 1
      case Name.markWith: try mark(lexer, resources)
      case Name.endMark: try endMark()
      case Name.picture: try lexer.skipPicture()
      default: break
      }
    }
  }

  private enum Name {
    static let showArray = ContentLexer.name("TJ")
    static let show = ContentLexer.name("Tj")
    static let showOnNext = ContentLexer.name("'")
    static let showOnNextSpaced = ContentLexer.name("\"")
    static let move = ContentLexer.name("Td")
    static let moveAndLead = ContentLexer.name("TD")
    static let nextLine = ContentLexer.name("T*")
    static let textMatrix = ContentLexer.name("Tm")
    static let begin = ContentLexer.name("BT")
    static let font = ContentLexer.name("Tf")
    static let characterSpace = ContentLexer.name("Tc")
    static let wordSpace = ContentLexer.name("Tw")
    static let scale = ContentLexer.name("Tz")
    static let leading = ContentLexer.name("TL")
    static let rise = ContentLexer.name("Ts")
    static let matrix = ContentLexer.name("cm")
    static let save = ContentLexer.name("q")
    static let restore = ContentLexer.name("Q")
    static let draw = ContentLexer.name("Do")
    static let graphicsState = ContentLexer.name("gs")
    static let mark = ContentLexer.name("BMC")
    static let markWith = ContentLexer.name("BDC")
    static let endMark = ContentLexer.name("EMC")
    /// Behind it come the bytes of a picture.
    static let picture = ContentLexer.name("ID")
  }

  // MARK: Text

  private mutating func show(one lexer: borrowing ContentLexer, at index: Int) throws(NotUnderstood) {
    guard index < lexer.operands.count, lexer.operands[index].kind == .string else { throw .contents("a broken Tj") }
    try show(lexer.strings, lexer.operands[index])
  }

  private mutating func show(array lexer: borrowing ContentLexer) throws(NotUnderstood) {
    guard lexer.operands.first?.kind == .arrayStart else { throw .contents("a broken TJ") }
    let strings = lexer.strings
    for operand in lexer.operands.dropFirst() {
      switch operand.kind {
      case .string: try show(strings, operand)
      case .number: state.advance(-operand.number / 1000 * state.size * state.scale)
      case .arrayEnd: return
      default: throw .contents("a broken TJ")
      }
    }
  }

  private mutating func show(_ strings: [UInt8], _ operand: ContentLexer.Operand) throws(NotUnderstood) {
    guard operand.end > operand.start else { return }
    guard let font = try state.font?.read() else { throw .contents("text without a font") }
    let matrix = state.text.then(state.page)
    words.style = style(font, matrix)
    let (dx, dy) = (matrix.a, matrix.b)
    var (x, y) = matrix.applied(0, state.rise)
    var total = 0.0
    let length = font.codeLength
    try TextBudget.spend(&source.budget.characters, (operand.end - operand.start) / length + 1)
    var index = operand.start
    while index + length <= operand.end {
      let code = length == 1 ? Int(strings[index]) : Int(strings[index]) << 8 | Int(strings[index + 1])
      index += length
      let meaning = font.map[code]
      if !font.isComplete, case .none = meaning { throw .font("a code that only the font's program knows") }
      let glyph = font.width(code) * state.size * state.scale
      if actual != nil {
        actual?.take(x, y, glyph * dx, glyph * dy, length: length)
      } else {
        try words.show(meaning, x, y, glyph * dx, glyph * dy, length: length)
      }
      var space = state.characterSpace
      if length == 1, code == 32 { space += state.wordSpace }
      let advance = glyph + space * state.scale
      total += advance
      x += advance * dx
      y += advance * dy
    }
    guard total.isFinite else { throw .contents("text beyond any page") }
    state.advance(total)
  }

  private func style(_ font: Font, _ matrix: Matrix) -> WordBuilder.Style {
    let size = (matrix.c * matrix.c + matrix.d * matrix.d).squareRoot() * abs(state.size)
    let direction: WordBuilder.Direction
    if abs(matrix.a * matrix.d) > abs(matrix.b * matrix.c) {
      direction = matrix.a > 0 || matrix.d < 0 ? .right : .left
    } else {
      direction = matrix.c > 0 ? .down : .up
    }
    return WordBuilder.Style(
      font: ObjectIdentifier(font), size: size, direction: direction, ascent: font.ascent, descent: font.descent)
  }

  // MARK: Marks

  private mutating func mark(_ lexer: ContentLexer, _ resources: PageResources) throws(NotUnderstood) {
    marks += 1
    guard lexer.operands.count > 1, let text = try replacement(lexer, resources) else { return }
    guard actual == nil else { throw .contents("a replacement text within another") }
    actual = try ActualText(text, depth: marks)
  }

  /// The /ActualText of a mark's properties, which stand with it or have a name.
  private func replacement(_ lexer: ContentLexer, _ resources: PageResources) throws(NotUnderstood) -> [UInt8]? {
    let operands = lexer.operands
    if operands[1].kind == .name {
      let value = try resources.properties(try lexer.name(operands[1]))?["ActualText"]
      return try source.resolve(value)?.string
    }
    for (key, value) in zip(operands, operands.dropFirst())
    where key.kind == .name && value.kind == .string && key.end - key.start == 10 {
      if try lexer.name(key) == "ActualText" { return Array(lexer.strings[value.start..<value.end]) }
    }
    return nil
  }

  private mutating func endMark() throws(NotUnderstood) {
    if let text = actual, text.depth == marks {
      actual = nil
      if let start = text.start {
        let meaning =
          text.letters.count == 1 ? CharacterMap.Meaning.letter(text.letters[0]) : .letters(text.letters[...])
        try words.show(
          meaning, start.x, start.y, text.end.x - start.x, text.end.y - start.y, length: text.length)
      }
    }
    marks = max(0, marks - 1)
  }

  // MARK: Forms

  private mutating func draw(
    _ lexer: ContentLexer, _ resources: PageResources, _ depth: Int
  ) throws(NotUnderstood) {
    guard let operand = lexer.operands.first, operand.kind == .name else { throw .contents("a broken Do") }
    guard let object = try resources.object(try lexer.name(operand)), object.dictionary["Subtype"]?.name == "Form"
    else { return }
    try draw(object, at: try source.matrix(object.dictionary["Matrix"]) ?? Matrix(), resources, depth: depth)
  }
}

extension ContentLexer {
  @inline(__always) func operand(_ index: Int) throws(NotUnderstood) -> Double {
    guard index < operands.count, operands[index].kind == .number else {
      throw .contents("an operator without its numbers")
    }
    return operands[index].number
  }

  func matrix() throws(NotUnderstood) -> Matrix {
    Matrix(
      a: try operand(0), b: try operand(1), c: try operand(2), d: try operand(3), e: try operand(4), f: try operand(5))
  }
}

extension TextSource {
  /// Six numbers; nil where there are none.
  func matrix(_ value: PDFObject?) throws(NotUnderstood) -> Matrix? {
    guard let numbers = try numbers(value), numbers.count == 6 else { return nil }
    return Matrix(a: numbers[0], b: numbers[1], c: numbers[2], d: numbers[3], e: numbers[4], f: numbers[5])
  }

  /// Two corners; nil where there is no box with an area.
  func box(_ value: PDFObject?) throws(NotUnderstood) -> Box? {
    guard let numbers = try numbers(value), numbers.count == 4 else { return nil }
    let box = Box(
      left: min(numbers[0], numbers[2]), top: min(numbers[1], numbers[3]), right: max(numbers[0], numbers[2]),
      bottom: max(numbers[1], numbers[3]))
    return box.width > 0 && box.height > 0 ? box : nil
  }

  private func numbers(_ value: PDFObject?) throws(NotUnderstood) -> [Double]? {
    guard let items = try resolve(value)?.array, items.count <= 6 else { return nil }
    var numbers: [Double] = []
    for item in items {
      guard let number = try resolve(item)?.number, number.isFinite, abs(number) < 1e7 else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}
