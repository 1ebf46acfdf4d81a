import Foundation

/// Reads what `pdftotext -bbox-layout` writes. Its XHTML has a fixed form, one element a line, so a scanner for that form does;
/// an XML library on bytes that follow from a hostile PDF would be one more thing to trust. What doesn't fit is passed over.
public enum BoundingBoxReader {
  public static func read(_ data: Data) -> TextLayer {
    data.withUnsafeBytes { bytes in
      var reader = Reader()
      var start = 0
      let count = bytes.count
      while start < count {
        var end = start
        while end < count && bytes[end] != 0x0A { end += 1 }
        if !reader.take(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) { break }
        start = end + 1
      }
      return reader.finish()
    }
  }

  private struct Reader {
    var layer = TextLayer(pages: [], isRecognised: false)
    var size: (width: Double, height: Double)?
    var words: [TextLayer.Word] = []
    var line = 0
    var total = 0

    /// - Returns: false where the bound on pages is reached.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
      var scan = Scanner(bytes)
      scan.skipSpaces()
      if scan.accept("<word ") {
        add(&scan)
      } else if scan.accept("<line") {
        line += 1
      } else if scan.accept("<page ") {
        closePage()
        if layer.pages.count == TextLayerLimits.pages {
          layer.isCut = true
          return false
        }
        if let width = scan.attribute("width"), let height = scan.attribute("height"), width > 0, height > 0 {
          size = (width, height)
        }
      } else if scan.accept("</page") {
        closePage()
      }
      return true
    }

    private mutating func add(_ scan: inout Scanner) {
      guard size != nil else { return }
      guard words.count < TextLayerLimits.wordsPerPage, total < TextLayerLimits.words else {
        layer.isCut = true
        return
      }
      guard let left = scan.attribute("xMin"), let top = scan.attribute("yMin"), let right = scan.attribute("xMax"),
        let bottom = scan.attribute("yMax"), right >= left, bottom > top, scan.accept(">"), let text = scan.text()
      else { return }
      total += 1
      words.append(
        TextLayer.Word(text: text, box: Box(left: left, top: top, right: right, bottom: bottom), line: line))
    }

    private mutating func closePage() {
      if let size { layer.pages.append(TextLayer.Page(width: size.width, height: size.height, words: words)) }
      size = nil
      words = []
    }

    mutating func finish() -> TextLayer {
      closePage()
      return layer
    }
  }

  private struct Scanner {
    let bytes: UnsafeRawBufferPointer
    var at = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func skipSpaces() { while at < bytes.count && bytes[at] == 0x20 { at += 1 } }

    mutating func accept(_ text: StaticString) -> Bool {
      let length = text.utf8CodeUnitCount
      guard bytes.count - at >= length else { return false }
      for offset in 0..<length where bytes[at + offset] != text.utf8Start[offset] { return false }
      at += length
      return true
    }

    /// `name="123.45"`, in the order in which they stand; nil for anything but a plain decimal number within the bounds.
    mutating func attribute(_ name: StaticString) -> Double? {
      skipSpaces()
      guard accept(name), accept("=\"") else { return nil }
      let negative = accept("-")
      var value = 0.0
      var scale = 0.0
      var digits = 0
      while at < bytes.count, bytes[at] != 0x22 {
        let byte = bytes[at]
        at += 1
        digits += 1
        guard digits <= 20 else { return nil }
        if byte == 0x2E, scale == 0 {
          scale = 1
        } else if (0x30...0x39).contains(byte) {
          value = value * 10 + Double(byte - 0x30)
          scale *= 10
        } else {
          return nil
        }
      }
      guard accept("\""), digits > 0 else { return nil }
      let number = (negative ? -1 : 1) * (scale > 1 ? value / scale : value)
      return abs(number) <= TextLayerLimits.coordinate ? number : nil
    }

    /// The text up to `</word>`, entities resolved, in NFC; nil for an empty or overlong word.
    mutating func text() -> String? {
      let start = at
      while at < bytes.count && bytes[at] != 0x3C { at += 1 }
      guard at < bytes.count, at > start, at - start <= TextLayerLimits.wordLength else { return nil }
      let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<at]), as: UTF8.self)
      return Normal.text(text.utf8.contains(0x26) ? Self.resolved(text) : text)
    }

    private static func resolved(_ text: String) -> String {
      text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
        .replacing("&apos;", with: "'").replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }
  }
}
