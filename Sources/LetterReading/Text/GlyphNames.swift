import Foundation

/// Letters by the names of glyphs (Adobe Glyph List Specification 1.7): what names of fonts' /Differences mean.
enum GlyphNames {
  /// nil for a name that says nothing.
  static func letters(_ name: String) -> [UInt32]? {
    guard name.utf8.count <= 64 else { return nil }
    if name == ".notdef" { return [] }
    // A suffix tells variants apart; parts of a ligature are joined by underscores.
    let base = name.prefix { $0 != "." }
    var letters: [UInt32] = []
    for part in base.split(separator: "_") {
      guard let found = component(part) else { return nil }
      letters += found
    }
    return letters.isEmpty ? nil : letters
  }

  private static func component(_ name: Substring) -> [UInt32]? {
    if let letter = table[String(name)] { return [letter] }
    if let letters = ligatures[String(name)] { return letters }
    if name.hasPrefix("uni"), name.utf8.count >= 7, name.utf8.count % 4 == 3 {
      let digits = Array(name.dropFirst(3))
      return all(stride(from: 0, to: digits.count, by: 4).map { scalar(digits[$0..<$0 + 4]) })
    }
    if name.first == "u", (5...7).contains(name.utf8.count), let letter = scalar(name.dropFirst()[...]) {
      return [letter]
    }
    return marked(name)
  }

  private static func all(_ letters: [UInt32?]) -> [UInt32]? {
    let found = letters.compactMap { $0 }
    return found.count == letters.count ? found : nil
  }

  /// Hexadecimal digits in capitals, of no surrogate.
  private static func scalar(_ digits: some Collection<Character>) -> UInt32? {
    guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit && !$0.isLowercase }) else { return nil }
    return UInt32(String(digits), radix: 16).flatMap { Unicode.Scalar($0)?.value }
  }

  /// A letter with the names of its marks behind it: `acircumflexdotbelow`, `Ohornacute`. So are all Vietnamese letters named.
  private static func marked(_ name: Substring) -> [UInt32]? {
    guard let letter = name.first, letter.isASCII, letter.isLetter else { return nil }
    var rest = name.dropFirst()
    var text = String(letter)
    while !rest.isEmpty {
      guard let mark = marks.first(where: { rest.hasPrefix($0.name) }) else { return nil }
      text.unicodeScalars.append(mark.mark)
      rest = rest.dropFirst(mark.name.utf8.count)
    }
    let composed = Array(text.precomposedStringWithCanonicalMapping.unicodeScalars)
    return composed.count == 1 ? [composed[0].value] : nil
  }

  private static let marks: [(name: String, mark: Unicode.Scalar)] = [
    ("circumflex", "\u{302}"), ("breve", "\u{306}"), ("horn", "\u{31B}"), ("acute", "\u{301}"),
    ("grave", "\u{300}"), ("hookabove", "\u{309}"), ("tilde", "\u{303}"), ("dotbelow", "\u{323}"),
    ("dieresis", "\u{308}"), ("cedilla", "\u{327}"), ("caron", "\u{30C}"), ("ring", "\u{30A}"),
  ]

  private static let ligatures: [String: [UInt32]] = [
    "ff": [0x66, 0x66], "fi": [0x66, 0x69], "fl": [0x66, 0x6C], "ffi": [0x66, 0x66, 0x69], "ffl": [0x66, 0x66, 0x6C],
  ]

  /// Names of the standard Latin glyphs and of some more, those left out that `marked` makes up.
  private static let table: [String: UInt32] = {
    let words = """
      AE C6 Dcroat 110 Delta 2206 Eth D0 Euro 20AC H18533 25CF H22073 25A1 Lslash 141 OE 152 Omega 2126 Oslash D8
      Thorn DE acute B4 acutecomb 301 ae E6 ampersand 26 arrowleft 2190 arrowright 2192 asciicircum 5E asciitilde 7E
      asterisk 2A at 40 backslash 5C bar 7C braceleft 7B braceright 7D bracketleft 5B bracketright 5D breve 2D8
      brokenbar A6 bullet 2022 caron 2C7 cedilla B8 cent A2 circumflex 2C6 colon 3A comma 2C copyright A9
      currency A4 dagger 2020 daggerdbl 2021 dcroat 111 degree B0 dieresis A8 divide F7 dollar 24 dong 20AB
      dotaccent 2D9 dotbelowcomb 323 dotlessi 131 eight 38 ellipsis 2026 emdash 2014 endash 2013 equal 3D eth F0
      exclam 21 exclamdown A1 figuredash 2012 filledbox 25A0 five 35 florin 192 four 34 fraction 2044 germandbls DF
      grave 60 gravecomb 300 greater 3E greaterequal 2265 guillemotleft AB guillemotright BB guilsinglleft 2039
      guilsinglright 203A hookabovecomb 309 hungarumlaut 2DD hyphen 2D less 3C lessequal 2264 logicalnot AC
      lozenge 25CA lslash 142 macron AF minus 2212 mu B5 multiply D7 nine 39 notequal 2260 numbersign 23 oe 153
      ogonek 2DB one 31 onehalf BD onequarter BC ordfeminine AA ordmasculine BA oslash F8 paragraph B6 parenleft 28
      parenright 29 percent 25 period 2E periodcentered B7 perthousand 2030 plus 2B plusminus B1 question 3F
      questiondown BF quotedbl 22 quotedblbase 201E quotedblleft 201C quotedblright 201D quoteleft 2018
      quotereversed 201B quoteright 2019 quotesinglbase 201A quotesingle 27 registered AE ring 2DA section A7
      semicolon 3B seven 37 six 36 slash 2F space 20 sterling A3 thorn FE three 33 threequarters BE tilde 2DC
      tildecomb 303 trademark 2122 two 32 underscore 5F yen A5 zero 30
      """.split(whereSeparator: \.isWhitespace)
    var table: [String: UInt32] = [:]
    for index in stride(from: 0, to: words.count - 1, by: 2) {
      table[String(words[index])] = UInt32(words[index + 1], radix: 16)
    }
    return table
  }()
}
