import Foundation

/// Số, ký hiệu: `Số: 145/QĐ-LĐLĐ`, `Số: 78 /LĐLĐ`, `Số 11-QĐ/TU` on the party's papers; in a draft `Số:      /LĐLĐ-TG`.
struct NumberSymbol {
  let number: Field<String>?
  let symbol: Field<String>?

  /// - Parameter lines: of the head's left column.
  /// - Returns: nil where no line begins with `Số`.
  init?(_ lines: [Line]) {
    guard let index = lines.firstIndex(where: { Head.numberStart($0, before: .infinity) != nil }) else { return nil }
    let line = lines[index]
    guard let start = Head.numberStart(line, before: .infinity),
      let first = line.words.firstIndex(where: { $0.box.left == start.box.left })
    else { return nil }
    var text = line.words[first...].map(\.text).joined(separator: " ")
    text.removeFirst(2)
    let rest = text.drop { " :.…_".contains($0) }
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    let behind = rest.dropFirst(digits.count).drop { " .…_".contains($0) }
    let place = Place(page: line.page, box: line.box)
    guard let separator = behind.first, "/-–".contains(separator), digits.count <= 6 else {
      // A number alone, without symbol.
      let isNumber = !digits.isEmpty && digits.count <= 6 && behind.isEmpty
      number = isNumber ? Field(String(digits), at: place, confidence: 0.6) : nil
      symbol = nil
      return
    }
    number = digits.isEmpty ? nil : Field(String(digits), at: place, confidence: 0.95)
    var tail = Self.compact(behind.dropFirst())
    if let last = tail.last, "-/&".contains(last), index + 1 < lines.count, lines[index + 1].words.count == 1 {
      tail += Self.compact(lines[index + 1].text[...])
    }
    symbol = Self.isSymbol(tail) ? Field(tail, at: place, confidence: 0.95) : nil
  }

  /// Without the spaces around the joints; what follows a space is no part of it.
  private static func compact(_ text: Substring) -> String {
    var result = ""
    for part in text.split(separator: " ") {
      let part = part.map { "–—‐‑".contains($0) ? "-" : $0 }
      guard let first = part.first else { continue }
      if let last = result.last, !"-/&".contains(last), !"-/&".contains(first) { break }
      result.append(contentsOf: String(part))
    }
    while let last = result.last, ".,;".contains(last) { result.removeLast() }
    return result
  }

  private static func isSymbol(_ text: String) -> Bool {
    guard text.count <= 40, text.contains(where: \.isLetter), let first = text.first, first.isLetter || first.isNumber
    else { return false }
    return text.allSatisfy { $0.isLetter || $0.isNumber || "-/&.".contains($0) }
  }
}
