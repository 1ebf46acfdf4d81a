import Foundation

/// Words of a letter made fit for a cell of any format. Letters come from outside: what they say is kept, what would change
/// how the rest of a sheet is read is not.
///
/// - Letters and marks that come apart (NFD) are put together, so that a search finds them.
/// - Every kind of line end becomes one line feed, however many stood there; a tabulator becomes a blank; blanks at both ends go.
/// - Control characters, characters that Unicode reserves for programs, hidden tags, and those that turn the direction of
///   writing (“Trojan Source”, CVE-2021-42574) become U+FFFD, so that one sees that something was there.
/// - Longer text is cut, and ends in “…”.
///
/// Lone surrogates can't occur: a `String` never holds them (its makers put U+FFFD).
enum CleanText {
  /// UTF-16 units. A spreadsheet's cell holds 32,767 (Excel's specifications and limits), and no abstract comes near it.
  static let limit = 32_000

  static func clean(_ text: String) -> String {
    if isPlain(text) { return text }
    var scalars = String.UnicodeScalarView()
    var units = 0
    var isCut = false
    for scalar in text.unicodeScalars {
      let shown = replacement(scalar)
      if shown == "\n" {
        // Blanks before a line end say nothing either.
        while scalars.last == " " { scalars.removeLast() }
        if scalars.isEmpty || scalars.last == "\n" { continue }
      }
      if shown == " ", scalars.isEmpty { continue }
      units += shown.value > 0xFFFF ? 2 : 1
      guard units <= limit else {
        isCut = true
        break
      }
      scalars.append(shown)
    }
    while let last = scalars.last, last == " " || last == "\n" { scalars.removeLast() }
    var result = String(scalars).precomposedStringWithCanonicalMapping
    // Some characters come apart when they are put in order.
    if isCut || result.utf16.count > limit { result = cut(result) }
    return result
  }

  private static func cut(_ text: String) -> String {
    var units = 0
    let kept = text.unicodeScalars.prefix { scalar in
      units += scalar.value > 0xFFFF ? 2 : 1
      return units < limit
    }
    return String(String.UnicodeScalarView(kept)) + "…"
  }

  /// What nearly every cell is: ASCII and Vietnamese letters put together, with nothing to change.
  private static func isPlain(_ text: String) -> Bool {
    guard text.utf8.count <= limit, text.utf8.first != 0x20, text.utf8.last != 0x20 else { return false }
    var previous: UInt8 = 0
    for byte in text.utf8 {
      switch byte {
      case 0x20...0x7E: break
      // U+00C0 to U+02FF: letters.
      case 0xC3...0xCB: break
      // U+1E80 to U+1EFF lie behind E1 BA and E1 BB: letters.
      case 0xE1: break
      case 0x80...0xBF: if previous == 0xE1 && byte != 0xBA && byte != 0xBB { return false }
      default: return false
      }
      previous = byte
    }
    return true
  }

  private static func replacement(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029: "\n"
    case 0x09: " "
    case 0x00...0x1F, 0x7F...0x9F: "\u{FFFD}"
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: "\u{FFFD}"
    case 0xFFF9...0xFFFB, 0xFDD0...0xFDEF, 0xE0000...0xE007F: "\u{FFFD}"
    case let value where value & 0xFFFE == 0xFFFE: "\u{FFFD}"
    default: scalar
    }
  }
}

/// `&`, `<`, `>` and both quotation marks as XML and HTML want them, in text and in attributes.
enum Markup {
  static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x26 || $0 == 0x3C || $0 == 0x3E || $0 == 0x22 || $0 == 0x27 }) else {
      return text
    }
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count + 16)
    for byte in text.utf8 {
      switch byte {
      case 0x26: result += "&amp;".utf8
      case 0x3C: result += "&lt;".utf8
      case 0x3E: result += "&gt;".utf8
      case 0x22: result += "&quot;".utf8
      case 0x27: result += "&#39;".utf8
      default: result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
