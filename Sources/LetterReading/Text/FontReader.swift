import PDFSignature

/// Reads fonts from their dictionaries (ISO 32000-1 §9.5–9.10).
struct FontReader {
  let source: TextSource

  /// Ascent and descent of a font that doesn't say, as pdftotext assumes them.
  private static let unknownExtent = (0.95, -0.35)

  func font(_ dictionary: PDFDictionary) throws(NotUnderstood) -> Font {
    switch dictionary["Subtype"]?.name {
    case "Type0": return try composite(dictionary)
    case "TrueType", "Type1", "MMType1": return try simple(dictionary)
    case let subtype: throw .font(subtype.map { "a font of type \($0)" } ?? "a font without a type")
    }
  }

  // MARK: Fonts of CIDs

  private func composite(_ dictionary: PDFDictionary) throws(NotUnderstood) -> Font {
    guard dictionary["Encoding"]?.name == "Identity-H" else {
      throw .font("codes of an encoding other than Identity-H")
    }
    guard let below = try source.resolve(dictionary["DescendantFonts"])?.array?.first,
      let descendant = try source.resolve(below)?.dictionary
    else { throw .font("a font of CIDs without its descendant") }
    guard case .stream(let stream) = try source.resolve(dictionary["ToUnicode"]) else {
      throw .font("a font of CIDs without ToUnicode")
    }
    let map = try toUnicode(stream, highest: 0xFFFF, over: CharacterMap(codes: 256))
    let bounds = try extent(descendant, otherwise: Self.unknownExtent)
    let other = try number(descendant["DW"]) ?? 1000
    return Font(
      codeLength: 2, ascent: bounds.ascent, descent: bounds.descent, map: map,
      widths: try cidWidths(descendant, other), otherWidth: other / 1000, isComplete: true)
  }

  /// `c [w1 w2 …]` and `first last w` (§9.7.4.3).
  private func cidWidths(_ dictionary: PDFDictionary, _ other: Double) throws(NotUnderstood) -> [Double] {
    guard let items = try source.resolve(dictionary["W"])?.array else { return [] }
    var widths: [Double] = []
    func set(_ code: Int, _ width: Double) {
      if code >= widths.count {
        widths.append(contentsOf: repeatElement(other / 1000, count: max(code + 1, 64) - widths.count))
      }
      widths[code] = width / 1000
    }
    var index = 0
    while index + 1 < items.count {
      guard let first = try code(items[index]) else { throw .font("broken widths") }
      switch try source.resolve(items[index + 1]) {
      case .array(let list):
        for (offset, item) in list.enumerated() where first + offset < TextBudget.codes {
          guard let width = try number(item) else { throw .font("broken widths") }
          set(first + offset, width)
        }
        index += 2
      default:
        guard index + 2 < items.count, let last = try code(items[index + 1]), let width = try number(items[index + 2])
        else { throw .font("broken widths") }
        if first <= last {
          try TextBudget.spend(&source.budget.characters, last - first)
          for code in first...last { set(code, width) }
        }
        index += 3
      }
    }
    return widths
  }

  private func code(_ value: PDFObject) throws(NotUnderstood) -> Int? {
    guard let number = try number(value), number >= 0, number < Double(TextBudget.codes) else { return nil }
    return Int(number)
  }

  // MARK: Simple fonts

  private func simple(_ dictionary: PDFDictionary) throws(NotUnderstood) -> Font {
    let name = dictionary["BaseFont"]?.name ?? ""
    let descriptor = try source.resolve(dictionary["FontDescriptor"])?.dictionary
    let standard = StandardFont(name)
    let isEmbedded = descriptor.map { $0["FontFile"] != nil || $0["FontFile2"] != nil || $0["FontFile3"] != nil }
    var map = CharacterMap(codes: 256)
    let isNamed = try encode(dictionary, standard: isEmbedded == true ? nil : standard, into: &map)
    if let value = try source.resolve(dictionary["ToUnicode"]) {
      guard case .stream(let stream) = value else { throw .font("a ToUnicode that is no map") }
      map = try toUnicode(stream, highest: 0xFF, over: map)
    }
    var bounds = try extent(dictionary, otherwise: standard.map { ($0.ascent, $0.descent) } ?? Self.unknownExtent)
    if let standard, isEmbedded != true { bounds = (standard.ascent, standard.descent) }
    let missing = try number(descriptor?["MissingWidth"]) ?? 0
    var widths = [Double](repeating: missing / 1000, count: 256)
    if let list = try source.resolve(dictionary["Widths"])?.array {
      let first = try number(dictionary["FirstChar"]) ?? 0
      guard first >= 0, first < 256 else { throw .font("broken widths") }
      for (offset, item) in list.prefix(256).enumerated() where Int(first) + offset < 256 {
        guard let width = try number(item) else { throw .font("broken widths") }
        widths[Int(first) + offset] = width / 1000
      }
    } else {
      guard let standard else { throw .font("a font without widths") }
      for code in 0..<256 {
        if case .letter(let letter) = map[code] { widths[code] = standard.width(letter) }
      }
    }
    return Font(
      codeLength: 1, ascent: bounds.ascent, descent: bounds.descent, map: map, widths: widths,
      otherWidth: missing / 1000, isComplete: isNamed)
  }

  /// Enters what the /Encoding says (§9.6.6).
  /// - Returns: whether it names every code, so that the font's own program has no say.
  private func encode(
    _ dictionary: PDFDictionary, standard: StandardFont?, into map: inout CharacterMap
  ) throws(NotUnderstood) -> Bool {
    let encoding = try source.resolve(dictionary["Encoding"])
    let details = encoding?.dictionary
    var isNamed = try base(encoding?.name ?? details?["BaseEncoding"]?.name, standard: standard, into: &map)
    guard let details, let differences = try source.resolve(details["Differences"])?.array else { return isNamed }
    var code = 0
    for item in differences.prefix(1024) {
      if let number = item.integer {
        guard (0...255).contains(number) else { throw .font("broken differences of an encoding") }
        code = Int(number)
      } else if let name = item.name {
        guard code <= 255 else { throw .font("broken differences of an encoding") }
        let letters = GlyphNames.letters(name)
        if letters == nil { isNamed = false }
        try map.set(code, to: letters ?? [])
        code += 1
      } else {
        throw .font("broken differences of an encoding")
      }
    }
    return isNamed
  }

  private func base(
    _ name: String?, standard: StandardFont?, into map: inout CharacterMap
  ) throws(NotUnderstood) -> Bool {
    let letters: [UInt32]
    switch name {
    case "WinAnsiEncoding": letters = SimpleEncoding.winAnsi
    case "MacRomanEncoding": letters = SimpleEncoding.macRoman
    case "StandardEncoding": letters = SimpleEncoding.standard
    case nil:
      // Only of the standard fonts is it known what their programs say.
      guard standard?.isItself == true else { return false }
      letters = SimpleEncoding.standard
    default: throw .font("an encoding of another name")
    }
    for code in 0..<256 where letters[code] != 0 { map.set(code, to: letters[code]) }
    return true
  }

  // MARK: Both

  private func toUnicode(
    _ stream: PDFStream, highest: Int, over map: CharacterMap
  ) throws(NotUnderstood) -> CharacterMap {
    var reader = CharacterMapReader(highest: highest, map: map)
    let bytes = try source.decoded(stream)
    try reader.read(bytes, &source.budget)
    return reader.map
  }

  /// Ascent and descent as pdftotext takes them: a zero, or what is beyond three times the font's size, isn't believed.
  private func extent(
    _ dictionary: PDFDictionary, otherwise: (Double, Double)
  ) throws(NotUnderstood) -> (ascent: Double, descent: Double) {
    guard let descriptor = try source.resolve(dictionary["FontDescriptor"])?.dictionary else { return otherwise }
    var bounds = (ascent: otherwise.0, descent: otherwise.1)
    if let ascent = try number(descriptor["Ascent"]), ascent != 0, abs(ascent) < 3000 {
      bounds.ascent = abs(ascent) / 1000
    }
    if let descent = try number(descriptor["Descent"]), descent != 0, abs(descent) < 3000 {
      bounds.descent = -abs(descent) / 1000
    }
    return bounds
  }

  private func number(_ value: PDFObject?) throws(NotUnderstood) -> Double? {
    guard let number = try source.resolve(value)?.number, number.isFinite, abs(number) < 1e7 else { return nil }
    return number
  }
}
