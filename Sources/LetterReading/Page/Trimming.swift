extension StringProtocol {
  /// Without the spaces and the signs of punctuation at both ends; letters, digits and marks stay.
  /// - Parameter symbols: whether signs such as `+` and `|` go as well.
  func trimmingSigns(symbols: Bool = false) -> String {
    trimming { scalar in
      switch scalar.properties.generalCategory {
      case .spaceSeparator, .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
        .initialPunctuation, .finalPunctuation, .otherPunctuation:
        true
      case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: symbols
      case .control: scalar == "\t"
      default: false
      }
    }
  }

  /// Without what these are at both ends.
  func trimming(_ signs: String) -> String { trimming { signs.unicodeScalars.contains($0) } }

  private func trimming(_ isSign: (Unicode.Scalar) -> Bool) -> String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !isSign($0) }), let last = scalars.lastIndex(where: { !isSign($0) })
    else { return "" }
    return String(self[first...last])
  }
}

extension String {
  /// Whether a text of ASCII letters stands in it.
  func has(_ text: StaticString) -> Bool {
    var copy = self
    return copy.withUTF8 { bytes in
      text.withUTF8Buffer { wanted in
        guard let first = wanted.first, bytes.count >= wanted.count else { return false }
        for start in 0...bytes.count - wanted.count where bytes[start] == first {
          if bytes[start..<start + wanted.count].elementsEqual(wanted) { return true }
        }
        return false
      }
    }
  }

  /// Whether it begins with a text of ASCII letters, spaces passed over.
  func begins(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { wanted in
      var rest = utf8.lazy.filter { $0 != 0x20 }.makeIterator()
      for byte in wanted where rest.next() != byte { return false }
      return true
    }
  }
}
