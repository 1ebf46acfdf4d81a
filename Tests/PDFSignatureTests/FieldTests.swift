import Foundation
import PKI
import Testing

@testable import PDFSignature

/// Which field is signed, and what it may ask. That the results are good to others is part of `SigningTests`.
@Suite("Signature fields")
struct FieldTests {
  private let house: House

  init() throws { house = try House.ours }

  private func prepare(
    _ data: Data, fieldName: String? = nil, fillsEmptyField: Bool = true
  ) throws -> PreparedUpdate {
    let unit = try #require(house.unitKeys[.p256])
    let signer = PDFSigner(
      key: unit.key, certificates: [unit.certificate], fieldName: fieldName, fillsEmptyField: fillsEmptyField)
    return try signer.prepare(PDFFile(data: data))
  }

  private func fields(_ data: Data) throws -> [SignatureField] {
    let document = try PDFDocument(PDFFile(data: data))
    return try SignatureFields(document, revision: document.last).fields
  }

  @Test("the only empty field is filled, unless told otherwise")
  func onlyField() throws {
    let original = try Fixtures.data("pdf/empty-field-1.4.pdf")
    let field = try #require(try fields(original).first)
    #expect(try prepare(original).fieldName == field.name)
    #expect(try prepare(original, fillsEmptyField: false).fieldName == "CongVan1")
    let refusal = #expect(throws: PDFRefusal.self) { try prepare(original, fieldName: "another") }
    #expect(refusal?.code == .fieldMissing)
  }

  @Test("of several empty fields none is chosen by chance")
  func severalFields() throws {
    let original = try Fixtures.data("pdf/lock-some-1.7.pdf")
    // The text field becomes a second signature field.
    let two = try original.replacing("/FT /Tx /T (So) /V (78)", with: "/FT /Sig /T (So)       ")
    #expect(try fields(two).filter { $0.value == nil }.count == 2)
    #expect(try prepare(two).fieldName == "CongVan1")
    #expect(try prepare(two, fieldName: "So").fieldName == "So")
  }

  @Test("a certified letter has its empty field filled", arguments: ["form-filling", "annotating"])
  func certified(_ kind: String) throws {
    let original = try Fixtures.data("pdf/certified-\(kind)-1.7.pdf")
    #expect(try prepare(original, fillsEmptyField: false).fieldName == "Con dau")
    let report = house.verify(try house.sign(original))
    #expect(report.signatures.count == 2)
    // The certification's root is not ours; nothing else is amiss.
    #expect(Set(report.reasons.filter(\.isError).map(\.code)) == ["chain-untrusted"], "\(report.reasons)")
  }

  @Test("what a field locks is written into its signature, and binds us later")
  func locks() throws {
    let some = try house.sign(try Fixtures.data("pdf/lock-some-1.7.pdf"))
    let document = try PDFDocument(PDFFile(data: some))
    let signature = try #require(try fields(some).first { $0.value != nil })
    let written = try document.resolve(signature.value, in: document.last)?.dictionary
    let reference = try #require(written?["Reference"]?.array?.first?.dictionary)
    #expect(reference["TransformMethod"] == .name("FieldMDP") && reference["Data"]?.reference?.number == 1)
    #expect(reference["TransformParams"]?.dictionary?["Fields"] == .array([.string(Array("So".utf8))]))
    #expect(try house.verify(house.sign(some, .rsa2048)).verdict == .valid)

    let closed = try house.sign(try Fixtures.data("pdf/lock-and-close-2.0.pdf"))
    #expect(house.verify(closed).verdict == .valid)
    let refusal = #expect(throws: PDFRefusal.self) { try prepare(closed) }
    #expect(refusal?.code == .certified)
  }

  @Test("a field that lists its reasons takes no other")
  func reasons() throws {
    let original = try Fixtures.data("pdf/seed-met-1.7.pdf").replacing("/Ff 67", with: "/Ff 75")
    #expect(house.verify(try house.sign(original)).verdict == .valid)
    for reason in ["Sao y", nil] {
      var details = House.details
      details.reason = reason
      let refusal = #expect(throws: PDFRefusal.self) { try sign(original, details) }
      #expect(refusal?.code == .fieldDemands)
    }
  }

  @Test("a field for one signer takes no other")
  func signers() throws {
    let unit = try #require(house.unitKeys[.p256])
    let other = try #require(house.unitKeys[.rsa2048])
    for (certificate, isOurs) in [(unit.certificate, true), (other.certificate, false)] {
      let hex = certificate.der.map { String(format: "%02X", $0) }.joined()
      let original = try appendingSeed("/Cert <</Type /SVCert/Ff 1/Subject [<\(hex)>]>>")
      if isOurs {
        #expect(house.verify(try house.sign(original)).verdict == .valid)
      } else {
        let refusal = #expect(throws: PDFRefusal.self) { try sign(original, House.details) }
        #expect(refusal?.code == .fieldDemands)
      }
    }
  }

  @Test(
    "a field for the signers of one authority takes no certificate for its own issuer, and none that only lies beside")
  func issuers() throws {
    let unit = try #require(house.unitKeys[.p256])
    let other = try CertificateAuthority.create(commonName: "Another", organization: "Another")
    func hex(_ certificate: Certificate) -> String { certificate.der.map { String(format: "%02X", $0) }.joined() }
    for (issuer, beside, isMet) in [
      (house.authority.certificate, [], true), (unit.certificate, [], false), (other.certificate, [], false),
      (other.certificate, [other.certificate], false),
    ] {
      let original = try appendingSeed("/Cert <</Type /SVCert/Ff 2/Issuer [<\(hex(issuer))>]>>")
      let signer = PDFSigner(key: unit.key, certificates: [unit.certificate] + beside)
      let digest = SHA256Hasher()
      digest.update(original)
      let update = try signer.prepare(PDFFile(data: original))
      func sign() throws { _ = try signer.sign(update, originalDigest: digest, details: House.details) }
      if isMet {
        try sign()
      } else {
        let refusal = #expect(throws: PDFRefusal.self) { try sign() }
        #expect(refusal?.code == .fieldDemands)
      }
    }
  }

  @Test(
    "a free number of generation 65536, as mutool writes it, is not signed: pyHanko would judge nothing in the file")
  func freedTooOften() throws {
    let original = try Fixtures.data("pdf/table-1.4.pdf")
    let cleaned = try original.replacing("65535 f", with: "65536 f")
    let refusal = #expect(throws: PDFRefusal.self) { try prepare(cleaned) }
    #expect(refusal?.code == .damaged && refusal?.detail.contains("65536") == true)
    // What was signed before this was known is judged as ever: the number is nobody's.
    #expect(
      house.verify(try house.sign(original).replacing("65535 f", with: "65536 f")).reasons.map(\.code) == [
        "cms-wrong-digest"
      ])
  }

  @Test("new objects never fill a reference to nothing")
  func dangling() throws {
    let original = try Fixtures.data("pdf/dangling-references-1.4.pdf")
    let document = try PDFDocument(PDFFile(data: original))
    #expect(try Reachability(document, revision: 0, watched: []).dangling == [6, 7, 9])
    let numbers = try prepare(original).pieces.map(\.reference.number)
    #expect(Set(numbers).isDisjoint(with: [6, 7, 9]), "\(numbers)")
    #expect(try house.verify(house.sign(house.sign(original), .rsa2048)).verdict == .valid)
  }

  private func sign(_ original: Data, _ details: SignatureDetails) throws {
    let signer = try house.signer()
    let digest = SHA256Hasher()
    digest.update(original)
    _ = try signer.sign(
      try signer.prepare(PDFFile(data: original)), originalDigest: digest, details: details)
  }

  /// The letter with the empty field, which an update gives these seed values.
  private func appendingSeed(_ keys: String) throws -> Data {
    let original = try Fixtures.data("pdf/seed-wishes-1.7.pdf")
    let previous = try PDFDocument(PDFFile(data: original)).revisions[0].xrefOffset
    let field = "6 0 obj\n<</Type /Annot/Subtype /Widget/FT /Sig/T (Con dau)/Rect [300 80 500 180]/P 3 0 R/F 132"
    let update = "\(field)/SV <</Type /SV\(keys)>>>>\nendobj\n"
    let offset = String(original.count)
    let entry = String(repeating: "0", count: 10 - offset.count) + offset + " 00000 n \n"
    let trailer = "trailer\n<</Size 7/Root 1 0 R/Prev \(previous)>>\nstartxref\n\(original.count + update.utf8.count)\n"
    return original + Data((update + "xref\n6 1\n" + entry + trailer + "%%EOF\n").utf8)
  }
}
