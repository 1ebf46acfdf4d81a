import Foundation

/// Text in one form: composed (NFC), without invisible marks, with plain spaces.
public enum Normal {
  public static func text(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    var composed = text
    if text.unicodeScalars.contains(where: { (0x300...0x36F).contains($0.value) }) {
      composed = text.precomposedStringWithCanonicalMapping
    }
    guard composed.unicodeScalars.contains(where: isOdd) else { return composed }
    var result = ""
    for scalar in composed.unicodeScalars {
      switch scalar.value {
      case 0x00A0, 0x2000...0x200A, 0x202F, 0x3000: result.append(" ")
      case 0x00AD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069, 0xFEFF: break
      // Eth and the African D look like Đ, and some keyboards and fonts write them for it.
      case 0x00D0, 0x0189: result.append("Đ")
      case 0xFB00...0xFB06: result.append(ligatures[Int(scalar.value - 0xFB00)])
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static let ligatures = ["ff", "fi", "fl", "ffi", "ffl", "st", "st"]

  private static func isOdd(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00A0, 0x00AD, 0x00D0, 0x0189, 0x2000...0x200F, 0x202A...0x202F, 0x2060...0x2069, 0x3000, 0xFB00...0xFB06,
      0xFEFF:
      true
    default: false
    }
  }

  /// For comparing: lower case without marks, `đ` as `d`, other characters as they are. `HOẢ TỐC`, `HỎA TỐC` and `hoa toc`
  /// become the same.
  public static func folded(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      if scalar.value < 0x80 {
        result.unicodeScalars.append(
          (0x41...0x5A).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar)
      } else if let base = table[scalar] {
        result.unicodeScalars.append(base)
      } else if !(0x300...0x36F).contains(scalar.value) {
        result.append(String(scalar).lowercased())
      }
    }
    return result
  }

  private static let table: [Unicode.Scalar: Unicode.Scalar] = {
    let alphabet: [(Unicode.Scalar, String)] = [
      ("a", "àáảãạăằắẳẵặâầấẩẫậ"), ("e", "èéẻẽẹêềếểễệ"), ("i", "ìíỉĩị"), ("o", "òóỏõọôồốổỗộơờớởỡợ"),
      ("u", "ùúủũụưừứửữự"), ("y", "ỳýỷỹỵ"), ("d", "đ"), ("-", "–—‐‑−"),
    ]
    var table: [Unicode.Scalar: Unicode.Scalar] = [:]
    for (base, letters) in alphabet {
      for letter in letters.unicodeScalars { table[letter] = base }
      for letter in letters.uppercased().unicodeScalars { table[letter] = base }
    }
    return table
  }()

  /// Whether every letter is a capital, and there are some.
  public static func isCapitals(_ text: String) -> Bool {
    var letters = 0
    for scalar in text.unicodeScalars where scalar.properties.isAlphabetic {
      if scalar.properties.isLowercase { return false }
      letters += 1
    }
    return letters > 0
  }
}
