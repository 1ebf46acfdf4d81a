/// Text of fonts from before Unicode (VNI-Times, .VnTime): what is printed as ơ comes out as ¬. It is recognised by how such
/// text looks and said, not converted: which font a word is in isn't in the text, and a wrong guess would look right.
enum LegacyText {
  static func find(_ layer: TextLayer) -> LegacyFont? {
    var vietnamese = 0
    var tcvn = 0
    var vni = 0
    var total = 0
    for word in layer.pages.prefix(3).flatMap(\.words) where word.text.contains(where: \.isLetter) {
      total += 1
      let scalars = Array(word.text.unicodeScalars)
      if scalars.contains(where: { (0x1EA0...0x1EF9).contains($0.value) || proper.contains($0) }) { vietnamese += 1 }
      if scalars.contains(where: tcvnOnly.contains) { tcvn += 1 }
      if zip(scalars, scalars.dropFirst()).contains(where: { vniVowels.contains($0) && vniMarks.contains($1) }) {
        vni += 1
      }
    }
    guard total >= 8, vietnamese * 12 < total else { return nil }
    if tcvn * 5 > total, tcvn >= vni { return .tcvn3 }
    if vni * 5 > total { return .vni }
    return nil
  }

  private static let proper = Set("ăĂđĐơƠưƯ".unicodeScalars)
  /// Places of TCVN3 (TCVN 5712:1993) that are signs in Latin-1, inside words.
  private static let tcvnOnly = Set("µ¶·¸¹¨»¾¼½®§©ª«¬­¦¡¢£¤¥ÆÇÐ×Þß".unicodeScalars)
  /// VNI writes a mark as a letter of its own behind the vowel.
  private static let vniVowels = Set("aAeEoOuUyYôÔöÖ".unicodeScalars)
  private static let vniMarks = Set("ùøûõïáàåãäéèúüëêâÙØÛÕÏÁÀÅÃÄÉÈÚÜËÊÂ".unicodeScalars)
}
