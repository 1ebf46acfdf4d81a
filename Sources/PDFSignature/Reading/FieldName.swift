/// A form field's own name as viewers compare it. Fields of one name are one field to them: PDFium shows a text field with
/// the length that a later signature field of its name allows.
enum FieldName {
  /// The part after the last period, decoded in every way that a viewer knows, without what none of them shows.
  static func last(_ bytes: [UInt8]) -> String {
    var scalars = String.UnicodeScalarView()
    var isLanguage = false
    for scalar in decode(bytes) {
      // A language code stands between two escapes (ISO 32000-1 §7.9.2.2).
      if scalar.value == 0x1B {
        isLanguage.toggle()
      } else if scalar == "." {
        scalars = String.UnicodeScalarView()
      } else if !isLanguage, scalar.value >= 0x20, scalar.value != 0x7F {
        scalars.append(scalar)
      }
    }
    return String(scalars)
  }

  private static func decode(_ bytes: [UInt8]) -> String.UnicodeScalarView {
    if bytes.starts(with: [0xFF, 0xFE]) {
      // No standard has it, and viewers read it.
      var swapped: [UInt8] = [0xFE, 0xFF]
      var index = 2
      while index + 1 < bytes.count {
        swapped += [bytes[index + 1], bytes[index]]
        index += 2
      }
      return PDFText.decode(swapped).unicodeScalars
    }
    if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      return PDFText.decode(bytes).unicodeScalars
    }
    var scalars = String.UnicodeScalarView()
    for byte in bytes {
      let code: UInt32 =
        switch byte {
        case 0x18...0x1A, 0x1C...0x1F: low[Int(byte) - 0x18]
        case 0x80...0x9E: high[Int(byte) - 0x80]
        case 0xA0: 0x20AC
        default: UInt32(byte)
        }
      if let scalar = Unicode.Scalar(code) { scalars.append(scalar) }
    }
    return scalars
  }

  /// PDFDocEncoding where it is not Latin-1 (ISO 32000-1 annex D.2).
  private static let low: [UInt32] = [0x02D8, 0x02C7, 0x02C6, 0x02D9, 0x02DD, 0x02DB, 0x02DA, 0x02DC]
  private static let high: [UInt32] = [
    0x2022, 0x2020, 0x2021, 0x2026, 0x2014, 0x2013, 0x0192, 0x2044, 0x2039, 0x203A, 0x2212, 0x2030, 0x201E, 0x201C,
    0x201D, 0x2018, 0x2019, 0x201A, 0x2122, 0xFB01, 0xFB02, 0x0141, 0x0152, 0x0160, 0x0178, 0x017D, 0x0131, 0x0142,
    0x0153, 0x0161, 0x017E,
  ]
}
