import Foundation
import Judging
import PKI
import Testing

@testable import PDFSignature

/// What a forger may try (pdf-signing.md 5.3b).
@Suite("Judging signed PDFs")
struct VerifyingTests {
  private let house: House
  private let signed: Data

  init() throws {
    house = try House.ours
    signed = try house.sign(try Fixtures.data("pdf/table-1.4.pdf"), stamped: true)
  }

  private func expectInvalid(_ data: Data, _ code: String? = nil, _ location: SourceLocation = #_sourceLocation) {
    let report = house.verify(data)
    #expect(report.verdict == .invalid, "\(report.reasons)", sourceLocation: location)
    #expect(!report.isAcceptable, sourceLocation: location)
    if let code {
      #expect(report.reasons.contains { $0.code == code }, "\(report.reasons)", sourceLocation: location)
    }
  }

  /// The signed file with a further revision, as an attacker appends it.
  private func appending(_ objects: [(number: Int, body: String)], to data: Data, xref: Bool = true) throws -> Data {
    let document = try PDFDocument(PDFFile(data: data))
    var result = data
    var entries: [(Int, Int)] = []
    for object in objects {
      entries.append((object.number, result.count))
      result += Data("\(object.number) 0 obj\n\(object.body)\nendobj\n".utf8)
    }
    guard xref else { return result }
    let start = result.count
    var table = "xref\n"
    for entry in entries.sorted(by: { $0.0 < $1.0 }) {
      let digits = String(entry.1)
      table += "\(entry.0) 1\n\(String(repeating: "0", count: 10 - digits.count))\(digits) 00000 n \n"
    }
    let newest = document.revisions[document.last]
    let root = try document.catalog(in: document.last).reference.number
    let size = max(document.firstUnusedNumber, (objects.map(\.number).max() ?? 0) + 1)
    table += "trailer\n<</Size \(size)/Root \(root) 0 R/Prev \(newest.xrefOffset)>>\nstartxref\n\(start)\n%%EOF\n"
    return result + Data(table.utf8)
  }

  private func text(_ value: PDFObject) -> String {
    var bytes: [UInt8] = []
    PDFSerialiser.append(value, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func page() throws -> (number: Int, dictionary: PDFDictionary, next: Int) {
    let document = try PDFDocument(PDFFile(data: signed))
    let page = try PageTree.firstPage(of: document, in: document.last)
    return (page.reference.number, page.dictionary, document.firstUnusedNumber)
  }

  @Test("the file is valid before anyone touches it")
  func untouched() {
    let report = house.verify(signed)
    #expect(report.verdict == .valid, "\(report.reasons)")
    #expect(report.digest == sha256(signed).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    #expect(report.signatures.first?.level == "B-T")
  }

  @Test("a signature that cannot be read makes the file invalid, never unsigned")
  func unreadable() throws {
    let document = try PDFDocument(PDFFile(data: signed))
    let field = try #require(try SignatureFields(document, revision: document.last).fields.first)
    let shape = try SignatureShape(field, in: document)
    let gap = Int(shape.gapStart)..<Int(shape.gapEnd)
    func contents(_ text: String) -> Data {
      var copy = signed
      let padded = text + String(repeating: " ", count: gap.count - text.utf8.count)
      copy.replaceSubrange(gap, with: Data(padded.utf8))
      return copy
    }
    expectInvalid(contents("null"), "byte-range-missing")
    expectInvalid(contents("<>"))
    expectInvalid(contents("()"))
    expectInvalid(contents("[]"))
    expectInvalid(contents("<" + String(repeating: "0", count: gap.count - 2) + ">"), "contents-not-der")
    expectInvalid(try signed.replacing("/ByteRange", with: "/ByteRangf", last: true), "byte-range-missing")
    expectInvalid(try signed.replacing("/Contents <", with: "/Contentt <", last: true), "byte-range-missing")
    expectInvalid(try signed.replacing("/SubFilter /ETSI", with: "/SubFiltex /ETSI", last: true), "signature-type")
    expectInvalid(try signed.replacing("ETSI.CAdES.detached", with: "adbe.x509.rsa_sha1 ", last: true), "sub-filter")
    let range = try #require(signed.range(of: Data("/ByteRange [".utf8), options: .backwards))
    let end = try #require(signed.range(of: Data("]".utf8), in: range.upperBound..<signed.count))
    for numbers in [
      "null", "[]", "[0]", "[-1 2 3 4]", "[0 1 2 99999999]", "[1 \(gap.lowerBound - 1) \(gap.upperBound) 10]",
      "[0 \(gap.lowerBound) \(gap.upperBound)]", "[0 0 0 \(signed.count)]", "[0 \(gap.lowerBound) \(gap.upperBound) 0]",
      "[0.0 1 2 3]", "[0 1 2 3 4 5]",
    ] {
      var copy = signed
      let width = end.upperBound - range.upperBound + 1
      let padded = numbers + String(repeating: " ", count: max(0, width - numbers.utf8.count))
      copy.replaceSubrange(range.upperBound - 1..<end.upperBound, with: Data(padded.utf8))
      expectInvalid(copy)
    }
  }

  @Test("whatever is appended after the signature makes the file invalid")
  func appended() throws {
    let page = try page()
    let other = text(
      .dictionary(page.dictionary.setting("Contents", to: .reference(.init(number: page.next, generation: 0)))))
    let content = (page.next, "<</Length 9>>\nstream\n0 0 1 1 re\nendstream")
    let stream = (page.next, "<</Length 10>>\nstream\n0 0 1 1 re\nendstream")
    _ = content
    expectInvalid(try appending([(page.number, other), stream], to: signed), "object-changed")
    let document = try PDFDocument(PDFFile(data: signed))
    let back = Data(
      "trailer\n<</Size 9/Root 1 0 R>>\nstartxref\n\(document.revisions[document.last].xrefOffset)\n%%EOF\n".utf8)
    expectInvalid(try appending([(page.number, other), stream], to: signed, xref: false) + back, "not-whole-file")
    expectInvalid(try appending([(page.number, other), stream], to: signed, xref: false))
    expectInvalid(signed + Data("% a comment\n".utf8))
    expectInvalid(signed + Data("\n".utf8) + Data("\n".utf8))
    expectInvalid(signed + Data("\0".utf8))
    let note = text(
      .dictionary(
        page.dictionary.setting(
          "Annots",
          to: .array((page.dictionary["Annots"]?.array ?? []) + [.reference(.init(number: page.next, generation: 0))])))
    )
    let freeText = (page.next, "<</Type /Annot/Subtype /FreeText/Rect [0 0 9 9]/Contents (x)/DA (/H 9 Tf)>>")
    expectInvalid(try appending([(page.number, note), freeText], to: signed), "list-changed")
    expectInvalid(try appending([(page.next, "<</Orphan true>>")], to: signed), "unexplained-object")
    expectInvalid(try appending([], to: signed), "not-whole-file")
  }

  /// Signs what our signer refuses to.
  private func signAsForger(_ attacked: Data) throws -> Data {
    let refusal = #expect(throws: PDFRefusal.self) { try house.sign(attacked) }
    #expect(refusal?.code == .signatureBroken)
    let document = try PDFDocument(PDFFile(data: attacked))
    var planner = UpdatePlanner(document, avoiding: [])
    let update = try planner.plan(SigningRules(document, checksEarlierSignatures: false), fieldName: nil)
    let digest = SHA256Hasher()
    digest.update(attacked)
    return attacked + (try house.signer().sign(update, originalDigest: digest, details: House.details)).appended
  }

  @Test("an attack does not become good by a further signature over it")
  func signedOver() throws {
    let page = try page()
    let other = text(.dictionary(page.dictionary.setting("Rotate", to: .integer(180))))
    let attacked = try appending([(page.number, other)], to: signed)
    expectInvalid(try signAsForger(attacked), "object-changed")
    let orphan = try appending([(page.next, "<</Orphan true>>")], to: signed)
    expectInvalid(try signAsForger(orphan), "unexplained-object")
  }

  @Test("a reference left empty cannot be filled after signing")
  func shadow() throws {
    // The page already lists a second content stream that does not exist yet.
    var original = try Fixtures.data("pdf/table-1.4.pdf")
    let before = try PDFDocument(PDFFile(data: original))
    let page = try PageTree.firstPage(of: before, in: 0)
    let shown = try #require(page.dictionary["Contents"])
    let hidden = PDFObject.reference(.init(number: 40, generation: 0))
    let prepared = text(.dictionary(page.dictionary.setting("Contents", to: .array([shown, hidden]))))
    original = try appending([(page.reference.number, prepared)], to: original)
    let signed = try house.sign(original)
    #expect(house.verify(signed).isAcceptable)
    let filled = try appending([(40, "<</Length 10>>\nstream\n0 0 9 9 re\nendstream")], to: signed)
    expectInvalid(try signAsForger(filled), "dangling-filled")
  }

  @Test("bytes in the padding or in the gap make the file invalid")
  func hidden() throws {
    let document = try PDFDocument(PDFFile(data: signed))
    let field = try #require(try SignatureFields(document, revision: document.last).fields.first)
    let shape = try SignatureShape(field, in: document)
    var padding = signed
    padding.replaceSubrange(Int(shape.gapEnd) - 9..<Int(shape.gapEnd) - 1, with: Data("DEADBEEF".utf8))
    expectInvalid(padding, "contents-padding")
    var moved = signed
    moved.insert(contentsOf: Data("/X 1".utf8), at: Int(shape.gapEnd))
    expectInvalid(moved)
    let twice = try signed.replacing("/ByteRange [", with: "/ByteRange [0 1 2 3]/ByteRange [", last: true)
    expectInvalid(twice)
  }

  @Test("one signature in two fields is no signature")
  func shared() throws {
    let document = try PDFDocument(PDFFile(data: signed))
    let fields = try SignatureFields(document, revision: document.last)
    let field = try #require(fields.fields.first)
    guard case .indirect(let form) = fields.holder else { throw PDFRefusal(.damaged, "the form is direct") }
    let next = document.firstUnusedNumber
    let copy = text(.dictionary(field.dictionary.setting("T", to: .string(Array("Copy".utf8)))))
    let list = PDFObject.array((fields.form["Fields"]?.array ?? []) + [.reference(.init(number: next, generation: 0))])
    expectInvalid(
      try appending(
        [(next, copy), (form.number, text(.dictionary(fields.form.setting("Fields", to: list))))], to: signed),
      "signature-shared")
  }

  @Test("a signature taken away makes the file invalid, not unsigned")
  func removed() throws {
    let document = try PDFDocument(PDFFile(data: signed))
    let catalog = try document.catalog(in: document.last)
    let bare = try #require(PDFDictionary(distinct: catalog.dictionary.entries.filter { $0.key != "AcroForm" }))
    expectInvalid(try appending([(catalog.reference.number, text(.dictionary(bare)))], to: signed), "signature-removed")
  }

  @Test("a file without a signature is said to have none")
  func unsigned() throws {
    for path in Fixtures.letters { #expect(house.verify(try Fixtures.data(path)).verdict == .unknown) }
  }

  @Test("a signer outside the house is not trusted")
  func stranger() throws {
    let data = try Fixtures.data("pdf/signed-once-1.4.pdf")
    expectInvalid(data, "chain-untrusted")
  }

  @Test("what others signed is valid under their root, and the files they spoiled are not")
  func others() throws {
    let root = try Certificate(pem: try Fixtures.data("pdf/signed-root.pem"))
    let trust = TrustAnchors([root])
    for path in ["pdf/signed-once-1.4.pdf", "pdf/signed-once-rsa-1.7.pdf", "pdf/signed-twice-1.4.pdf"] {
      let report = PDFVerifier.verify(PDFFile(data: try Fixtures.data(path)), trust: trust)
      #expect(report.isAcceptable, "\(path): \(report.reasons)")
    }
    for expectation in Fixtures.expectations where expectation.expected.verified == "invalid" {
      let report = PDFVerifier.verify(PDFFile(data: try Fixtures.data(expectation.file)), trust: trust)
      #expect(report.verdict == .invalid, "\(expectation.file): \(report.reasons)")
    }
  }

  @Test("validation material and a document time-stamp of another program may follow a signature")
  func archived() throws {
    let workshop = try Workshop()
    let key = try PrivateKey.generate(.rsa2048)
    let clock = try house.authority.issue(
      .timeStamping, publicKeyDER: key.publicKeyDER, subject: DistinguishedName(commonName: "Archive Clock"),
      notBefore: Date().addingTimeInterval(-3600), notAfter: Date().addingTimeInterval(86400))
    let script = """
      import sys
      from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
      from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
      from pyhanko.sign import signers, timestamps
      from pyhanko.sign.validation.dss import DocumentSecurityStore
      source, certificate, key, root = sys.argv[1:]
      with open(source, 'rb+') as file:
          writer = IncrementalPdfFileWriter(file)
          store = DocumentSecurityStore(writer, certs={}, ocsps=[], crls=[], vri_entries={})
          store.register_vri('/' + 'A' * 40, certs=[load_cert_from_pemder(root)], ocsps=[], crls=[])
          writer.root['/DSS'] = writer.add_object(store.as_pdf_object())
          writer.update_root()
          writer.write_in_place()
      stamper = timestamps.DummyTimeStamper(
          load_cert_from_pemder(certificate), load_private_key_from_pemder(key, passphrase=None))
      with open(source, 'rb+') as file:
          writer = IncrementalPdfFileWriter(file)
          signers.PdfTimeStamper(stamper, field_name='Archive').timestamp_pdf(writer, 'sha256', in_place=True)
      """
    let arguments = [
      "-c", script, "", try workshop.write(clock.pem, "clock.pem"), try workshop.write(key.pem, "clock.key"),
      try workshop.write(house.authority.certificate.pem, "root.pem"),
    ]
    for path in ["dispatches/071-TB.pdf", "dispatches/078-LDLD.pdf"] {
      let signed = try house.sign(try Fixtures.data(path))
      let file = try workshop.write(signed, "archived.pdf")
      let result = try workshop.run("python3", arguments.map { $0.isEmpty ? file : $0 })
      #expect(result.status == 0, "\(result.output)")
      let archived = try Data(contentsOf: URL(fileURLWithPath: file))
      let report = house.verify(archived)
      #expect(report.verdict == .valid, "\(report.reasons)")
      #expect(report.signatures.map(\.level) == ["B-T", "doc-time-stamp"])
      #expect(report.signatures.map(\.coversWholeFile) == [false, true])
    }
  }

  @Test("hostile files are judged, never valid", arguments: Fixtures.hostile)
  func hostile(_ path: String) throws {
    let start = ContinuousClock.now
    #expect(!house.verify(try Fixtures.data(path)).isAcceptable)
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test("no changed byte leaves the file valid")
  func flips() throws {
    let signed = try house.sign(try Fixtures.data("pdf/object-stream-2.0.pdf"))
    #expect(house.verify(signed).verdict == .valid)
    for data in [self.signed, signed] {
      let gap = try #require(data.range(of: Data("/Contents <".utf8), options: .backwards)).upperBound
      for index in data.indices {
        // The padding is long and all alike: a sample of it is enough.
        let isPadding = index > gap + 64 && data[index] == 0x30 && data[index - 1] == 0x30
        if isPadding, index % 97 != 0 { continue }
        var copy = data
        copy[index] ^= 1 << UInt8(index % 8)
        let report = house.verify(copy)
        guard report.isAcceptable else { continue }
        Issue.record("byte \(index) of \(data.count) does not matter: \(report.reasons)")
      }
    }
  }
}
