import Foundation
import LetterReading
import PDFSignature

/// The words and fields of a letter. An input that is no PDF is made one, so that it is the contents that are fuzzed and not
/// the table of offsets around them: up to the first zero byte the page's contents, up to the next a map of characters, then
/// the contents of a form.
enum LetterTarget {
  static func run(_ input: Data) {
    let data = input.starts(with: Data("%PDF-".utf8)) ? input : file(input)
    guard let layer = try? TextExtractor.textLayer(PDFFile(data: data)) else { return }
    precondition(layer.pages.count <= TextLayerLimits.pages, "too many pages")
    for page in layer.pages {
      precondition(page.words.count <= TextLayerLimits.wordsPerPage, "too many words")
      for word in page.words {
        precondition(word.text.utf8.count <= 3 * TextLayerLimits.wordLength, "too long a word")
        precondition(
          abs(word.box.left) <= TextLayerLimits.coordinate && word.box.right >= word.box.left
            && word.box.bottom > word.box.top && word.box.bottom <= TextLayerLimits.coordinate, "a box that is none")
      }
    }
    _ = FieldReader.read(layer)
  }

  private static func file(_ input: Data) -> Data {
    let parts = input.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false).map { Data($0) }
    var file = Data("%PDF-1.7\n".utf8)
    var offsets: [Int] = []
    func add(_ object: Data) {
      offsets.append(file.count)
      file += Data("\(offsets.count) 0 obj\n".utf8) + object + Data("\nendobj\n".utf8)
    }
    func stream(_ index: Int, _ entries: String = "") -> Data {
      let part = index < parts.count ? parts[index] : Data()
      return Data("<< /Length \(part.count) \(entries) >>\nstream\n".utf8) + part + Data("\nendstream".utf8)
    }
    let resources = "/Resources << /Font << /F 5 0 R /C 6 0 R >> /XObject << /X 9 0 R >> >>"
    add(Data("<< /Type /Catalog /Pages 2 0 R >>".utf8))
    add(Data("<< /Type /Pages /Kids [3 0 R] /Count 1 >>".utf8))
    add(Data("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \(resources) >>".utf8))
    add(stream(0))
    add(
      Data(
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode 8 0 R >>".utf8))
    add(
      Data(
        "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [7 0 R] /ToUnicode 8 0 R >>"
          .utf8))
    add(Data("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /DW 500 /W [1 [400 600] 9 12 300] >>".utf8))
    add(stream(1))
    add(stream(2, "/Type /XObject /Subtype /Form /BBox [0 0 600 800]"))
    let table = file.count
    file += Data("xref\n0 \(offsets.count + 1)\n0000000000 65535 f \n".utf8)
    for offset in offsets {
      let digits = String(offset)
      file += Data("\(String(repeating: "0", count: 10 - digits.count))\(digits) 00000 n \n".utf8)
    }
    return file + Data("trailer\n<< /Size \(offsets.count + 1) /Root 1 0 R >>\nstartxref\n\(table)\n%%EOF\n".utf8)
  }
}
