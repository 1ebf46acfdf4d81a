import Foundation
import Judging
import PKI
import Testing

@testable import PDFSignature

/// Sealed documents as others see them.
@Suite("Visible seals")
struct SealTests {
  private let house: House
  private let workshop: Workshop
  private let roots: [String]

  init() throws {
    house = try House.ours
    workshop = try Workshop()
    roots = [
      "--trust", try workshop.write(house.authority.certificate.pem, "root.pem"), "--trust",
      Fixtures.folder.appendingPathComponent("pdf/signed-root.pem").path, "--trust",
      Fixtures.folder.appendingPathComponent("pdf/certified-root.pem").path, "--trust-replace", "--no-revocation-check",
    ]
  }

  /// Good to qpdf, mutool, poppler, pyHanko and our own verifier.
  private func judge(_ signed: Data, of original: Data? = nil, signatures: Int) throws {
    let path = try workshop.write(signed, "sealed.pdf")
    let qpdf = try workshop.run("qpdf", ["--check", path])
    #expect(qpdf.status == 0 && !qpdf.output.contains("WARNING"), "\(qpdf.output)")
    // What the letter itself makes it complain of is not the seal's doing.
    let draw = ["draw", "-q", "-r", "20", "-o", "/dev/null", "-F", "png"]
    let complains = try original.map {
      try workshop.run("mutool", draw + [try workshop.write($0, "original.pdf")]).output.contains("error")
    }
    let mutool = try workshop.run("mutool", draw + [path])
    #expect(mutool.status == 0 && mutool.output.contains("error") == (complains ?? false), "\(mutool.output)")
    let poppler = try workshop.run("pdfsig", ["-nocert", path])
    let whole = poppler.output.components(separatedBy: "Signature #").filter { $0.contains("- Total document signed") }
    #expect(whole.count == 1 && whole[0].contains("Signature is Valid"), "\(poppler.output)")
    let hanko = try workshop.run("pyhanko", ["sign", "validate"] + roots + [path])
    let lines = hanko.output.split(separator: "\n").filter { $0.contains(":") && $0.contains("INTACT") }
    #expect(hanko.status == 0, "\(hanko.output)")
    #expect(lines.count == signatures && lines.allSatisfy { $0.contains("INTACT:TRUSTED") }, "\(hanko.output)")
    let report = house.verify(signed)
    let own = try #require(report.signatures.first { $0.coversWholeFile })
    #expect(own.findings.isEmpty && own.chainTrusted, "\(own.findings)")
    // The chains of earlier signatures may be another house's; what was done to the file since is ours.
    let ofFile = report.reasons.filter { reason in !report.signatures.contains { $0.findings.contains(reason) } }
    #expect(ofFile.isEmpty, "\(ofFile)")
    #expect(abs((own.claimedTime ?? .distantPast).timeIntervalSince(SealHouse.time)) < 1)
  }

  private func text(_ data: Data, _ name: String) throws -> [Substring] {
    let path = try workshop.write(data, name)
    return try workshop.run("pdftotext", ["-layout", path, "-"]).output.split(whereSeparator: \.isNewline)
  }

  @Test("a sealed letter is good to every judge, whoever made it", arguments: Fixtures.signable)
  func everyFixture(_ path: String) throws {
    let original = try Fixtures.data(path)
    let once = ["signed-once", "certified-", "locked-but-one"]
    let earlier = path.contains("signed-twice") ? 2 : once.contains(where: path.contains) ? 1 : 0
    let (signed, outcome) = try SealHouse.sign(original, try SealHouse.seal(), house: house)
    #expect(signed.prefix(original.count) == original)
    #expect(outcome.page != nil, "\(outcome.remarks)")
    try judge(signed, of: original, signatures: earlier + 1)
  }

  @Test("letters and picture are embedded: fonts as subsets with their Unicode, the picture with its transparency")
  func embedded() throws {
    for path in Fixtures.letters {
      let (signed, _) = try SealHouse.sign(try Fixtures.data(path), try SealHouse.seal(), house: house)
      let file = try workshop.write(signed, "sealed.pdf")
      let fonts = try workshop.run("pdffonts", [file]).output.split(separator: "\n")
      let ours = try #require(fonts.first { $0.contains("+LiberationSerif") && $0.contains("CID TrueType") })
      #expect(ours.contains("yes yes yes"), "\(ours)")
      let images = try workshop.run("pdfimages", ["-list", file]).output
      #expect(images.contains("image     850   850  rgb") && images.contains("smask     850   850  gray"), "\(images)")
    }
  }

  @Test("the page's own text stays as it is, and the seal's can be read out of it in Vietnamese")
  func extractable() throws {
    for path in Fixtures.letters {
      let original = try Fixtures.data(path)
      // At the bottom of a page of its own corner, so that the lines of the letter are not shared with the seal's.
      let seal = try SealHouse.seal("first:bottom-left:2,0", hasImage: false) { $0.textWidth = 100 }
      let (signed, _) = try SealHouse.sign(original, seal, house: house)
      let count = { (lines: [Substring]) in
        lines.flatMap { $0.split(separator: " ") }.reduce(into: [Substring: Int]()) { $0[$1, default: 0] += 1 }
      }
      let before = count(try text(original, "before.pdf"))
      var after = count(try text(signed, "after.pdf"))
      for word in "\(SealHouse.union) \(SealHouse.timeText)".split(separator: " ") { after[word, default: 0] -= 1 }
      #expect(after.filter { $0.value != 0 } == before, "\(path)")
    }
  }

  @Test("the text is set in NFC, whatever came in")
  func decomposed() throws {
    let decomposed = SealHouse.union.decomposedStringWithCanonicalMapping
    let seal = try SealHouse.seal(hasImage: false, name: decomposed) { $0.textWidth = 150 }
    let (signed, _) = try SealHouse.sign(try Fixtures.data("pdf/table-1.4.pdf"), seal, house: house)
    let lines = try text(signed, "sealed.pdf").map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(lines.contains { Array($0.unicodeScalars) == Array(SealHouse.union.unicodeScalars) }, "\(lines)")
  }

  @Test("a second seal stands beside the first, and leaves its signature good")
  func countersigned() throws {
    for path in ["pdf/table-1.4.pdf", "pdf/object-streams-1.5.pdf", "dispatches/145-QD.pdf"] {
      var file = try Fixtures.data(path)
      var places: [Rectangle] = []
      for count in 1...3 {
        let (signed, outcome) = try SealHouse.sign(file, try SealHouse.seal(), house: house)
        #expect(outcome.remarks == (count == 1 ? [] : [.moved]))
        file = signed
        try judge(file, signatures: count)
        let document = try PDFDocument(PDFFile(data: file))
        let field = try #require(try SignatureFields(document, revision: document.last).fields.last)
        let place = try #require(try PageGeometry.rectangle(field.dictionary["Rect"], document, document.last))
        #expect(!places.contains { $0.overlaps(place) })
        places.append(place)
      }
      #expect(house.verify(file).verdict == .valid)
    }
  }

  @Test("seals that together could cover a quarter of a page are told, though each is small enough")
  func together() throws {
    var file = try house.sign(try Fixtures.data("pdf/table-1.4.pdf"))
    for (count, corner) in ["top-right", "bottom-left", "top-left"].enumerated() {
      let seal = try SealHouse.seal("first:\(corner)", hasImage: true) {
        $0.lines = []
        $0.imageWidth = 80
      }
      file = try SealHouse.sign(file, seal, house: house).file
      let report = house.verify(file)
      // 80 mm by 80 mm are a tenth of the page.
      #expect(report.isAcceptable, "\(report.reasons)")
      #expect(report.reasons.map(\.code) == (count == 2 ? ["overlays"] : []), "\(count): \(report.reasons)")
    }
  }

  /// A page as poppler and MuPDF paint it, two pixels a millimetre, three bytes a pixel.
  private func paint(
    _ signed: Data, page: Int, _ renderer: String
  ) throws -> (width: Int, height: Int, bytes: ArraySlice<UInt8>) {
    let path = try workshop.write(signed, "sealed.pdf")
    let picture = workshop.folder.appendingPathComponent("page.ppm").path
    let result =
      renderer == "mutool"
      ? try workshop.run("mutool", ["draw", "-q", "-r", "50.8", "-o", picture, path, "\(page)"])
      : try workshop.run(
        "pdftoppm",
        ["-r", "50.8", "-cropbox", "-f", "\(page)", "-l", "\(page)", "-singlefile", path, String(picture.dropLast(4))])
    #expect(result.status == 0, "\(result.output)")
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: picture)))
    let header = bytes.prefix(20).split(separator: 10, maxSplits: 3)
    let size = String(decoding: header[1], as: UTF8.self).split(separator: " ").compactMap { Int($0) }
    return (size[0], size[1], bytes.suffix(size[0] * size[1] * 3))
  }

  /// The box around all red pixels, in millimetres from the upper left corner.
  private func redBox(_ signed: Data, page: Int, _ renderer: String) throws -> Rectangle? {
    let (width, height, bytes) = try paint(signed, page: page, renderer)
    var (left, top, right, bottom) = (Int.max, Int.max, -1, -1)
    for y in 0..<height {
      for x in 0..<width {
        let at = bytes.startIndex + (y * width + x) * 3
        guard Int(bytes[at]) - Int(bytes[at + 1]) > 60, Int(bytes[at]) - Int(bytes[at + 2]) > 60 else { continue }
        (left, top, right, bottom) = (min(left, x), min(top, y), max(right, x), max(bottom, y))
      }
    }
    return right < 0
      ? nil
      : Rectangle(
        x: Double(left) / 2, y: Double(top) / 2, width: Double(right - left + 1) / 2,
        height: Double(bottom - top + 1) / 2)
  }

  @Test("a seal of 36 mm is 36 mm wide and stands in its corner, however the page is turned and cropped")
  func turned() throws {
    let original = try Fixtures.data("pdf/turned-cropped-1.4.pdf")
    for page in 1...4 {
      let (short, long): (Double, Double) = (595 / 72 * 25.4, 842 / 72 * 25.4)
      let (width, height) = page % 2 == 1 ? (short, long) : (long, short)
      for corner in SealPlace.Corner.allCases {
        let seal = try SealHouse.seal("\(page):\(corner.rawValue):10,20") { $0.lines = [] }
        let (signed, outcome) = try SealHouse.sign(original, seal, house: house)
        #expect(outcome == SealOutcome(page: page))
        for renderer in ["pdftoppm", "mutool"] {
          let box = try #require(try redBox(signed, page: page, renderer))
          #expect(abs(box.width - 36) <= 1.5 && abs(box.height - 36) <= 1.5, "\(box)")
          let x = corner.isRight ? width - 46 : 10
          let y = corner.isTop ? 20 : height - 56
          #expect(abs(box.x - x) <= 1.5 && abs(box.y - y) <= 1.5, "page \(page) \(corner): \(box), not \(x), \(y)")
        }
        if corner == .topLeft { try judge(signed, signatures: 1) }
      }
    }
  }

  @Test("where a page has its own unit, the seal still has its size on paper")
  func userUnit() throws {
    let seal = try SealHouse.seal("last:top-right:10,20") { $0.lines = [] }
    let (signed, _) = try SealHouse.sign(try Fixtures.data("pdf/user-unit-1.6.pdf"), seal, house: house)
    // Poppler passes /UserUnit over.
    let box = try #require(try redBox(signed, page: 1, "mutool"))
    #expect(
      abs(box.width - 36) <= 1.5 && abs(box.x - (596 / 72 * 25.4 - 46)) <= 1.5 && abs(box.y - 20) <= 1.5, "\(box)")
  }

  @Test("an annex bears text alone at the top right of its first page, 10 points, black")
  func annex() throws {
    let seal = try SealHouse.seal("first:top-right", hasImage: false) { $0.lines = ["Số: 78/LĐLĐ", "{time}"] }
    let (signed, _) = try SealHouse.sign(try Fixtures.data("pdf/weasyprint-1.7.pdf"), seal, house: house)
    let path = try workshop.write(signed, "sealed.pdf")
    let boxes = PageWords(bboxOutput: Data(try workshop.run("pdftotext", ["-bbox", path, "-"]).output.utf8))
    let time = try #require(boxes.last(of: [SealHouse.timeText]))
    #expect(time.page == 1 && time.box.top < 100 && time.box.right > 500 && time.box.right < 553)
    #expect(try workshop.run("pdfimages", ["-list", path]).output.split(separator: "\n").count == 2)
    #expect(try redBox(signed, page: 1, "pdftoppm") == nil)
    #expect(signed.dropFirst(9000).range(of: Data("/F 10 Tf".utf8)) != nil)
  }

  @Test(
    "the seal stands at the left of the signer's name, over what is signed above it, as the letter itself says where")
  func besideSigner() throws {
    var found = 0
    for (path, name) in try Self.signers() {
      let original = try Fixtures.data(path)
      let file = try workshop.write(original, "letter.pdf")
      let output = try workshop.run("pdftotext", ["-bbox", file, "-"]).output
      let words = PageWords(bboxOutput: Data(output.utf8))
      let seal = try SealHouse.seal("beside-signer", signers: ["Không Ai Cả", name]) { $0.lines = [] }
      let (signed, outcome) = try SealHouse.sign(original, seal, words: words, house: house)
      guard let place = words.last(of: [name]) else {
        #expect(outcome.remarks == [.signerNotFound] && outcome.page != nil)
        continue
      }
      found += 1
      #expect(outcome == SealOutcome(page: place.page))
      let box = try #require(try redBox(signed, page: place.page, "pdftoppm"))
      let third = (place.box.left + (place.box.right - place.box.left) / 3) / 72 * 25.4
      #expect(abs(box.right - third) <= 1.5 && abs(box.top - place.box.top / 72 * 25.4) <= 1.5, "\(path) \(box)")
      try judge(signed, signatures: 1)
    }
    #expect(found >= 8, "the letters have text")
  }

  @Test("the organisation's seal may cover a third of the signer's own signature above the name, and no more")
  func overSignature() throws {
    let original = try Fixtures.data("dispatches/078-LDLD.pdf")
    let name = "Trần Trung Hòa"
    let file = try workshop.write(original, "letter.pdf")
    let words = PageWords(bboxOutput: Data(try workshop.run("pdftotext", ["-bbox", file, "-"]).output.utf8))
    let box = try #require(words.last(of: [name])).box
    // The signer's signature, as wide as the name and in the middle over it.
    let up = (842 - box.top) / 72 * 25.4 + 1
    let person = try SealHouse.seal("last:bottom-left:\(box.left / 72 * 25.4),\(up)", hasImage: false, name: name) {
      $0.lines = ["{name}"]
      $0.fontSize = 12
    }
    let (once, first) = try SealHouse.sign(original, person, house: house)
    let organisation = try SealHouse.seal("beside-signer", signers: [name]) { $0.lines = [] }
    let (twice, second) = try SealHouse.sign(once, organisation, words: words, house: house)
    #expect(first.remarks.isEmpty && second.page == 1)
    let document = try PDFDocument(PDFFile(data: twice))
    var places: [Rectangle] = []
    for field in try SignatureFields(document, revision: document.last).fields {
      places.append(try #require(try PageGeometry.rectangle(field.dictionary["Rect"], document, document.last)))
    }
    let covered = places[1].right - places[0].x
    #expect(places[0].overlaps(places[1]) && covered <= places[0].width / 3 + 0.01 && covered > 0, "\(places)")
    try judge(twice, signatures: 2)
    #expect(house.verify(twice).verdict == .valid)
  }

  @Test("a seal hides nothing: what was dark on the page is as dark under it", arguments: ["pdftoppm", "mutool"])
  func hidesNothing(_ renderer: String) throws {
    for (path, name) in try Self.signers() {
      let original = try Fixtures.data(path)
      let file = try workshop.write(original, "letter.pdf")
      let words = PageWords(bboxOutput: Data(try workshop.run("pdftotext", ["-bbox", file, "-"]).output.utf8))
      let seal = try SealHouse.seal("beside-signer", signers: [name])
      let (signed, outcome) = try SealHouse.sign(original, seal, words: words, house: house)
      let page = try #require(outcome.page)
      let before = try paint(original, page: page, renderer)
      let after = try paint(signed, page: page, renderer)
      #expect(before.bytes.count == after.bytes.count)
      let lighter = zip(before.bytes, after.bytes).count { Int($1) > Int($0) + 8 }
      #expect(lighter == 0, "\(path): \(lighter) samples")
    }
  }

  /// What truth.json says of the letters.
  static func signers() throws -> [(String, String)] {
    struct Letter: Decodable {
      let file: String
      let signer: String?
    }
    let letters = try JSONDecoder().decode([Letter].self, from: try Fixtures.data("dispatches/truth.json"))
    return letters.compactMap { letter in letter.signer.map { ("dispatches/\(letter.file)", $0) } }
  }

  @Test("an empty field of the letter takes the seal")
  func field() throws {
    for path in ["pdf/empty-field-1.4.pdf", "pdf/empty-field-streams-2.0.pdf"] {
      let original = try Fixtures.data(path)
      let (signed, outcome) = try SealHouse.sign(original, try SealHouse.seal("field"), house: house)
      #expect(outcome.page == 1 && !outcome.remarks.contains(.noField), "\(outcome)")
      try judge(signed, signatures: 1)
      let document = try PDFDocument(PDFFile(data: signed))
      let fields = try SignatureFields(document, revision: document.last).fields
      #expect(fields.count == 1 && fields[0].value != nil)
      let box = try #require(try redBox(signed, page: 1, "pdftoppm"))
      let field = try #require(try PageGeometry.rectangle(fields[0].dictionary["Rect"], document, document.last))
      #expect(box.x * 72 / 25.4 >= field.x - 2 && box.right * 72 / 25.4 <= field.right + 2)
    }
    let (signed, outcome) = try SealHouse.sign(
      try Fixtures.data("pdf/table-1.4.pdf"), try SealHouse.seal("field"), house: house)
    #expect(outcome == SealOutcome(page: 1, remarks: [.noField]))
    try judge(signed, signatures: 1)
  }

  @Test("PDF/A stays PDF/A: no transparency where there may be none, colours that say what they are, letters listed")
  func archive() throws {
    let first = try Fixtures.data("pdf/archive-1b-1.4.pdf")
    let intent = try Fixtures.data("pdf/archive-2b-1.7.pdf")
    // Part 2 without an output intent, and without a blending space in its page: transparency has nothing to be mixed in.
    let bare = try first.replacing("pdfaid:part=\"1\"", with: "pdfaid:part=\"2\"")
      .replacing("/OutputIntents", with: "/OutputNothing")
    for (original, isTransparent) in [(first, false), (intent, true), (bare, false)] {
      let (signed, _) = try SealHouse.sign(original, try SealHouse.seal("last:bottom-right"), house: house)
      try judge(signed, signatures: 1)
      let update = String(decoding: signed.dropFirst(original.count), as: UTF8.self)
      #expect(update.contains("/SMask") == isTransparent)
      #expect(update.contains("/Mask") != isTransparent && update.contains("/BM /Multiply") == isTransparent)
      #expect(!update.contains("DeviceRGB") && update.contains("/CalRGB") && update.contains("/CIDSet"))
      #expect(!update.contains(" 0 g") && !update.contains("BT 0 g"))
      let images = try workshop.run("pdfimages", ["-list", workshop.folder.appendingPathComponent("sealed.pdf").path])
      #expect(images.output.contains(isTransparent ? " smask " : " stencil ") || !isTransparent, "\(images.output)")
      // The seal's ground stays see-through either way.
      #expect(try redBox(signed, page: 1, "pdftoppm") != nil)
    }
  }

  @Test("a page too small for the seal is signed all the same, and it is said")
  func tooSmall() throws {
    let small = try Fixtures.data("pdf/table-1.4.pdf").replacing("[0 0 595 842]", with: "[0 0 095 042]")
    let (signed, outcome) = try SealHouse.sign(small, try SealHouse.seal(), house: house)
    #expect(outcome == SealOutcome(page: nil, remarks: [.noRoom]))
    try judge(signed, signatures: 1)
  }

  @Test(
    "files that cannot be signed are refused with a seal as without, whatever is in them", arguments: Fixtures.hostile)
  func hostile(_ path: String) throws {
    let unit = try #require(house.unitKeys[.p256])
    let signer = PDFSigner(key: unit.key, certificates: [unit.certificate])
    let file = PDFFile(data: try Fixtures.data(path))
    let plain = Result { try signer.prepare(file) }
    for place in ["last:bottom-right", "99:top-left", "field"] {
      let request = SealRequest(try SealHouse.seal(place), time: SealHouse.time)
      let sealed = Result { try signer.prepare(file, seal: request) }
      switch (plain, sealed) {
      case (.failure(let one as PDFRefusal), .failure(let other as PDFRefusal)): #expect(one.code == other.code)
      case (.success, .success): break
      default: Issue.record("\(path) \(place): \(plain) but \(sealed)")
      }
    }
  }
}
