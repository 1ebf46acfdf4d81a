/// Text of fonts from before Unicode (VNI-Times, .VnTime): what is printed as ơ comes out as ¬. It is recognised by how such
/// text looks and said, not converted: which font a word is in isn't in the text, and a wrong guess would look right.
enum LegacyText {
  static func find(_ layer: TextLayer) -> LegacyFont? {
    var vietnamese = 0
    var tcvn = 0
    var vni = 0
    var total = 0
    for word in layer.pages.prefix(3).lazy.flatMap(\.words) {
      var kinds: UInt8 = 0
      var last: UInt8 = 0
      var isVNI = false
      for scalar in word.text.unicodeScalars {
        let kind = Self.kind(scalar)
        kinds |= kind
        if last & Kind.vniVowel != 0, kind & Kind.vniMark != 0 { isVNI = true }
        last = kind
      }
      guard kinds & Kind.letter != 0 else { continue }
      total += 1
      if kinds & Kind.proper != 0 { vietnamese += 1 }
      if kinds & Kind.tcvnOnly != 0 { tcvn += 1 }
      if isVNI { vni += 1 }
    }
    guard total >= 8, vietnamese * 12 < total else { return nil }
    if tcvn * 5 > total, tcvn >= vni { return .tcvn3 }
    if vni * 5 > total { return .vni }
    return nil
  }

  private enum Kind {
    static let letter: UInt8 = 1
    static let proper: UInt8 = 2
    static let tcvnOnly: UInt8 = 4
    static let vniVowel: UInt8 = 8
    static let vniMark: UInt8 = 16
  }

  private static func kind(_ scalar: Unicode.Scalar) -> UInt8 {
    let value = Int(scalar.value)
    if value < kinds.count { return kinds[value] }
    if (0x1EA0...0x1EF9).contains(value) { return Kind.letter | Kind.proper }
    return scalar.properties.isAlphabetic ? Kind.letter : 0
  }

  /// By scalar.
  private static let kinds: [UInt8] = {
    var kinds = (UInt32(0)..<0x250).map { Unicode.Scalar($0)?.properties.isAlphabetic ?? false ? Kind.letter : 0 }
    func mark(_ scalars: String, _ kind: UInt8) {
      for scalar in scalars.unicodeScalars { kinds[Int(scalar.value)] |= kind }
    }
    mark("ăĂđĐơƠưƯ", Kind.proper)
    // Places of TCVN3 (TCVN 5712:1993) that are signs in Latin-1, inside words.
    mark("µ¶·¸¹¨»¾¼½®§©ª«¬­¦¡¢£¤¥ÆÇÐ×Þß", Kind.tcvnOnly)
    // VNI writes a mark as a letter of its own behind the vowel.
    mark("aAeEoOuUyYôÔöÖ", Kind.vniVowel)
    mark("ùøûõïáàåãäéèúüëêâÙØÛÕÏÁÀÅÃÄÉÈÚÜËÊÂ", Kind.vniMark)
    return kinds
  }()
}
