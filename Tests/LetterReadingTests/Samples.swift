import Foundation

/// Small PDFs, one for each thing that text may be made of.
enum Samples {
  struct Sample: Sendable, CustomStringConvertible {
    let name: String
    /// At least so many are on its page.
    var words = 2
    var content: String
    /// Which object is the page's content; number 4 is `content`.
    var contents = "4 0 R"
    /// Entries of the page, behind its contents and resources.
    var page = ""
    /// Of the resources' /Font: F.
    var font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    /// Other entries of the resources.
    var resources = ""
    /// Objects from number 10 on.
    var objects: [String] = []
    var catalog = ""

    var description: String { name }

    /// In a temporary folder; the caller removes it.
    func written() throws -> URL {
      var file = "%PDF-1.7\n"
      var offsets: [Int: Int] = [:]
      func add(_ number: Int, _ object: String) {
        offsets[number] = file.utf8.count
        file += "\(number) 0 obj\n\(object)\nendobj\n"
      }
      add(1, "<< /Type /Catalog /Pages 2 0 R \(catalog) >>")
      add(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>")
      add(
        3,
        "<< /Type /Page /Parent 2 0 R /Contents \(contents) /Resources << /Font << /F 5 0 R >> \(resources) >> \(page) >>"
      )
      add(4, Samples.stream(content))
      add(5, font)
      for (index, object) in objects.enumerated() { add(10 + index, object) }
      let table = file.utf8.count
      let count = 10 + objects.count
      file += "xref\n0 \(count)\n"
      for number in 0..<count {
        if let offset = offsets[number] {
          let digits = String(offset)
          file += "\(String(repeating: "0", count: 10 - digits.count))\(digits) 00000 n \n"
        } else {
          file += "0000000000 65535 f \n"
        }
      }
      file += "trailer\n<< /Size \(count) /Root 1 0 R >>\nstartxref\n\(table)\n%%EOF\n"
      let url = FileManager.default.temporaryDirectory.appendingPathComponent("congvan-\(UUID().uuidString).pdf")
      try Data(file.utf8).write(to: url)
      return url
    }
  }

  static func stream(_ content: String, _ entries: String = "") -> String {
    "<< /Length \(content.utf8.count) \(entries) >>\nstream\n\(content)\nendstream"
  }

  private static let hello = "BT /F 12 Tf 60 700 Td (Xin chao) Tj 0 -20 Td (ban be) Tj ET"

  /// A ToUnicode map of CIDs 1… to the letters of a word, and one to three letters at once.
  private static let map = stream(
    """
    /CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def
    1 begincodespacerange <0000> <FFFF> endcodespacerange
    2 beginbfrange <0001> <0003> <0061> <0010> <0011> [<01B0> <1EA5>] endbfrange
    2 beginbfchar <0004> <006600660069> <0005> <0020> endbfchar
    endcmap end end
    """)
  private static let composite =
    "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [10 0 R] /ToUnicode 11 0 R >>"
  private static let descendant =
    "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /DW 400 /W [1 [500 600] 3 4 700 16 [800]] /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 12 0 R >>"
  private static let descriptor =
    "<< /Type /FontDescriptor /FontName /A /Flags 4 /Ascent 905 /Descent 212 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /CapHeight 700 /StemV 80 >>"
  private static let widths = "/FirstChar 32 /LastChar 126 /Widths [\(String(repeating: "512 ", count: 95))]"

  static let all: [Sample] = [
    Sample(name: "a standard font without widths", content: hello),
    Sample(
      name: "the text operators",
      words: 8,
      content:
        "BT /F 12 Tf 14 TL 60 700 Td (one two) Tj T* 2 Tc 5 Tw (three four) Tj 0 Tc 0 Tw 90 Tz (five) ' 1 0.5 (six seven) \" 0 Tw 0 Tc 100 Tz 3 Ts (up) Tj 0 Ts 20 -30 TD (down) Tj T* [(l) -20 (e) 10 (ft) -400 (right)] TJ ET"
    ),
    Sample(
      name: "letters set apart", words: 3,
      content: "BT /F 12 Tf 60 700 Td 3 Tc (THONG BAO) Tj 0 -30 Td 0 Tc (so 5) Tj ET"),
    Sample(
      name: "print over print", words: 3,
      content: "BT /F 12 Tf 60 700 Td (MAT) Tj 0.3 0 Td (MAT) Tj 0 -40 Td (khong mat) Tj ET"),
    Sample(
      name: "states saved and turned", words: 5,
      content:
        "q 0.5 0 0 0.5 10 10 cm BT /F 24 Tf 1 0 0 1 60 700 Tm (half size) Tj ET Q q BT /F 10 Tf 0 1 -1 0 300 300 Tm (upwards text) Tj ET Q BT /F 10 Tf -1 0 0 -1 400 500 Tm (upside) Tj ET BT /F 10 Tf 0 -1 1 0 450 500 Tm (downwards) Tj ET"
    ),
    Sample(name: "a page turned by 90 degrees", content: hello, page: "/Rotate 90"),
    Sample(name: "a page turned by 180 degrees", content: hello, page: "/Rotate 180"),
    Sample(name: "a page turned by 270 degrees", content: hello, page: "/Rotate -90"),
    Sample(
      name: "a page with a corner of its own", content: hello,
      page: "/MediaBox [-20 -30 575 812] /CropBox [0 0 400 800]"),
    Sample(
      name: "CIDs with ToUnicode", words: 3,
      content: "BT /F 14 Tf 60 700 Td <000100020003000500100011> Tj 0 -20 Td [<0004> -30 <0001>] TJ ET",
      font: composite,
      objects: [descendant, map, descriptor]),
    Sample(
      name: "names of glyphs",
      content: "BT /F 12 Tf 60 700 Td (ABCDE) Tj 0 -20 Td (xy z) Tj ET",
      font:
        "<< /Type /Font /Subtype /Type1 /BaseFont /B \(widths) /FontDescriptor 10 0 R /Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [65 /Dcroat /ohorn /uni1EA5 /fi /u1EC7] >> >>",
      objects: [descriptor]),
    Sample(
      name: "Windows' encoding",
      content: "BT /F 12 Tf 60 700 Td (\\221Vi\\352t\\222 \\226 \\205) Tj ET",
      font:
        "<< /Type /Font /Subtype /TrueType /BaseFont /B \(widths) /FontDescriptor 10 0 R /Encoding /WinAnsiEncoding >>",
      objects: [descriptor]),
    Sample(
      name: "a font of Windows that isn't brought along",
      content: hello,
      font:
        "<< /Type /Font /Subtype /TrueType /BaseFont /TimesNewRoman,Bold \(widths) /FontDescriptor 10 0 R /Encoding /WinAnsiEncoding >>",
      objects: [descriptor]),
    Sample(
      name: "forms in forms, with the page's fonts and their own", words: 4,
      content: "q 1 0 0 1 100 100 cm /X Do Q /X Do", resources: "/XObject << /X 10 0 R >>",
      objects: [
        stream(
          "BT /F 12 Tf 10 500 Td (outer) Tj ET /Y Do",
          "/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Matrix [1 0 0 1 5 5] /Resources << /Font << /F 5 0 R >> /XObject << /Y 11 0 R >> >>"
        ), stream("BT /F 9 Tf 10 300 Td (inner) Tj ET", "/Type /XObject /Subtype /Form /BBox [0 0 600 800]"),
      ]),
    Sample(
      name: "the seal of a signature", words: 4, content: hello,
      page: "/Annots [10 0 R]",
      objects: [
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T (S) /F 132 /Rect [300 100 500 200] /AP << /N 11 0 R >> >>",
        stream(
          "BT /F 10 Tf 5 20 Td (Ky boi) Tj ET",
          "/Type /XObject /Subtype /Form /BBox [0 0 100 50] /Resources << /Font << /F 5 0 R >> >>"),
      ]),
    Sample(
      name: "replacement texts", words: 3,
      content:
        "BT /F 12 Tf 60 700 Td /Span << /ActualText (thay) >> BDC (xxxx) Tj EMC ( sau ) Tj /Span << /ActualText <FEFF0111> >> BDC (y) Tj EMC /P << /MCID 0 >> BDC (en) Tj EMC ET"
    ),
    Sample(
      name: "a picture among the text",
      content: "BT /F 12 Tf 60 700 Td (truoc) Tj ET q 10 0 0 10 0 0 cm BI /W 2 /H 2 /CS /G /BPC 8 ID EI\u{1}( EI Q "
        + "BT /F 12 Tf 60 600 Td (sau) Tj ET"),
    Sample(
      name: "a filter in text form", content: "", contents: "10 0 R",
      objects: [
        "<< /Length 138 /Filter /ASCIIHexDecode >>\nstream\n"
          + hello.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
          }.joined() + ">\nendstream"
      ].map { $0.replacing("/Length 138", with: "/Length \(hello.utf8.count * 2 + 1)") }),
  ]

  static let notUnderstood: [Sample] = [
    Sample(
      name: "a font of drawings", content: hello,
      font:
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /FirstChar 0 /LastChar 0 /Widths [1] /CharProcs << >> /Encoding << /Differences [0 /a] >> >>"
    ),
    Sample(
      name: "CIDs without ToUnicode", content: "BT /F 12 Tf 60 700 Td <0001> Tj ET",
      font: "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [10 0 R] >>",
      objects: [descendant, map, descriptor]),
    Sample(
      name: "a CMap for vertical text", content: "BT /F 12 Tf 60 700 Td <0001> Tj ET",
      font: composite.replacing("Identity-H", with: "Identity-V"), objects: [descendant, map, descriptor]),
    Sample(
      name: "a font whose own program names its codes", content: hello,
      font: "<< /Type /Font /Subtype /TrueType /BaseFont /B \(widths) /FontDescriptor 10 0 R >>",
      objects: [descriptor]),
    Sample(
      name: "layers that are off", content: hello,
      objects: ["<< /Type /OCG /Name (X) >>"],
      catalog: "/OCProperties << /OCGs [10 0 R] /D << /OFF [10 0 R] >> >>"),
    Sample(
      name: "a field whose appearance viewers make up", content: hello, page: "/Annots [10 0 R]",
      objects: ["<< /Type /Annot /Subtype /Widget /FT /Tx /T (S) /V (text) /Rect [300 100 500 200] >>"]),
    Sample(name: "text without a font", content: "BT 60 700 Td (Xin chao) Tj ET"),
    Sample(name: "a broken number", content: "BT /F 12 Tf 60 7-00 Td (Xin chao) Tj ET"),
    Sample(name: "a string without an end", content: "BT /F 12 Tf 60 700 Td (Xin chao Tj ET"),
  ]
}
