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
    var text = text
    return text.withUTF8 { bytes in
      var isPlain = true
      let folded = String(unsafeUninitializedCapacity: bytes.count) { target in
        guard let count = fold(bytes, into: target) else {
          isPlain = false
          return 0
        }
        return count
      }
      return isPlain ? folded : foldedByScalars(String(decoding: bytes, as: UTF8.self))
    }
  }

  /// Folds text of the letters of `bases` and of what has no capitals; what comes out is never longer.
  /// - Returns: how many bytes; nil where there is something else.
  private static func fold(
    _ bytes: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>
  ) -> Int? {
    let bases = Self.bases
    var count = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      var length = 1
      if byte < 0x80 {
        target[count] = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
        count += 1
        index += 1
        continue
      }
      // UTF-8 that a String holds is well-formed.
      var scalar: Int
      if byte < 0xE0 {
        length = 2
        scalar = Int(byte & 0x1F) << 6 | Int(bytes[index + 1] & 0x3F)
      } else if byte < 0xF0 {
        length = 3
        scalar = Int(byte & 0x0F) << 12 | Int(bytes[index + 1] & 0x3F) << 6 | Int(bytes[index + 2] & 0x3F)
      } else {
        return nil
      }
      let base = scalar < bases.count ? bases[scalar] : 0
      if base != 0 {
        target[count] = base
        count += 1
      } else if (0x2000..<0x2100).contains(scalar) {
        for offset in 0..<length { target[count + offset] = bytes[index + offset] }
        count += length
      } else if !(0x300...0x36F).contains(scalar) {
        return nil
      }
      index += length
    }
    return count
  }

  private static func foldedByScalars(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      if scalar.value < 0x80 {
        result.unicodeScalars.append(
          (0x41...0x5A).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar)
      } else if scalar.value < bases.count, bases[Int(scalar.value)] != 0 {
        result.unicodeScalars.append(Unicode.Scalar(bases[Int(scalar.value)]))
      } else if !(0x300...0x36F).contains(scalar.value) {
        result.append(String(scalar).lowercased())
      }
    }
    return result
  }

  /// What a letter is without its marks, by scalar; 0 for those that aren't Vietnamese.
  private static let bases: [UInt8] = {
    let alphabet: [(Unicode.Scalar, String)] = [
      ("a", "àáảãạăằắẳẵặâầấẩẫậ"), ("e", "èéẻẽẹêềếểễệ"), ("i", "ìíỉĩị"), ("o", "òóỏõọôồốổỗộơờớởỡợ"),
      ("u", "ùúủũụưừứửữự"), ("y", "ỳýỷỹỵ"), ("d", "đ"), ("-", "–—‐‑−"),
    ]
    var bases = [UInt8](repeating: 0, count: 0x2213)
    for (base, letters) in alphabet {
      for letter in letters.unicodeScalars { bases[Int(letter.value)] = UInt8(ascii: base) }
      for letter in letters.uppercased().unicodeScalars { bases[Int(letter.value)] = UInt8(ascii: base) }
    }
    return bases
  }()

  /// Whether every letter is a capital, and there are some.
  public static func isCapitals(_ text: String) -> Bool {
    var letters = 0
    for scalar in text.unicodeScalars {
      if scalar.value < 0x80 {
        if (0x61...0x7A).contains(scalar.value) { return false }
        if (0x41...0x5A).contains(scalar.value) { letters += 1 }
      } else if scalar.properties.isAlphabetic {
        if scalar.properties.isLowercase { return false }
        letters += 1
      }
    }
    return letters > 0
  }
}
