import Foundation
import Judging
import PKI
import Testing

@testable import PDFSignature

/// Our signatures as others see them.
@Suite("Signing PDFs")
struct SigningTests {
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

  private func judgeByOthers(_ original: Data, _ signed: Data, stamped: Bool, earlier: Int) throws {
    #expect(signed.prefix(original.count) == original)
    let path = try workshop.write(signed, "signed.pdf")

    let qpdf = try workshop.run("qpdf", ["--check", path])
    #expect(qpdf.status == 0 && !qpdf.output.contains("WARNING"), "\(qpdf.output)")

    let poppler = try workshop.run("pdfsig", ["-nocert", path])
    let whole = poppler.output.components(separatedBy: "Signature #").filter { $0.contains("- Total document signed") }
    #expect(whole.count == 1 && whole[0].contains("Signature is Valid"), "\(poppler.output)")

    let hanko = try workshop.run("pyhanko", ["sign", "validate"] + roots + [path])
    #expect(hanko.status == 0, "\(hanko.output)")
    let lines = hanko.output.split(separator: "\n").filter { $0.contains(":") && $0.contains("INTACT") }
    #expect(lines.count == earlier + 1 && lines.allSatisfy { $0.contains("INTACT:TRUSTED") }, "\(hanko.output)")
    #expect(lines.filter { $0.contains("UNTOUCHED") }.count == 1, "\(hanko.output)")

    try judgeByOpenSSL(signed)
    let report = house.verify(signed)
    let own = try #require(report.signatures.first { $0.coversWholeFile })
    #expect(own.findings.isEmpty, "\(own.findings)")
    #expect(own.level == (stamped ? "B-T" : "B-B"))
    #expect(own.unitURI == "urn:congvan:unit:nguyen-du" && own.chainTrusted)
    #expect(abs((own.claimedTime ?? .distantPast).timeIntervalSince(House.details.time)) < 1)
    if earlier == 0 { #expect(report.verdict == .valid, "\(report.reasons)") }
  }

  /// The CMS alone, with the standard tool's CAdES check.
  private func judgeByOpenSSL(_ signed: Data) throws {
    let document = try PDFDocument(PDFFile(data: signed))
    let fields = try SignatureFields(document, revision: document.last).fields.filter { $0.value != nil }
    let shapes = try fields.map { try SignatureShape($0, in: document) }
    let shape = try #require(shapes.first { $0.coversWholeFile })
    let cms = try #require(SignatureJudge.withoutPadding(shape.contents))
    let content = signed[..<Int(shape.gapStart)] + signed[Int(shape.gapEnd)..<Int(shape.coveredEnd)]
    let result = try workshop.run(
      "openssl",
      [
        "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", try workshop.write(cms, "cms.der"), "-content",
        try workshop.write(Data(content), "content"), "-CAfile",
        workshop.folder.appendingPathComponent("root.pem").path,
        "-purpose", "any", "-out", "/dev/null",
      ])
    #expect(result.status == 0 && result.output.contains("CAdES Verification successful"), "\(result.output)")
  }

  @Test("a letter signed by a unit is good to qpdf, poppler, pyHanko and OpenSSL", arguments: Fixtures.signable)
  func everyFixture(_ path: String) throws {
    let original = try Fixtures.data(path)
    let once = ["signed-once", "certified-", "locked-but-one"]
    let earlier = path.contains("signed-twice") ? 2 : once.contains(where: path.contains) ? 1 : 0
    try judgeByOthers(original, try house.sign(original), stamped: false, earlier: earlier)
  }

  @Test("so it is with RSA keys and with a time-stamp", arguments: [KeyAlgorithm.p256, .rsa2048, .rsa3072])
  func everyKey(_ algorithm: KeyAlgorithm) throws {
    for path in ["dispatches/078-LDLD.pdf", "dispatches/071-TB.pdf"] {
      let original = try Fixtures.data(path)
      for stamped in [false, true] {
        let signed = try house.sign(original, algorithm, stamped: stamped)
        try judgeByOthers(original, signed, stamped: stamped, earlier: 0)
      }
    }
  }

  @Test("the AdES algorithm finds the ten letters valid", arguments: Fixtures.letters)
  func ades(_ path: String) throws {
    let signed = try workshop.write(try house.sign(try Fixtures.data(path), stamped: true), "signed.pdf")
    let result = try workshop.run("pyhanko", ["sign", "adesverify", "--pretty-print"] + roots + [signed])
    #expect(result.status == 0 && result.output.contains("VALID"), "\(result.output)")
  }

  @Test("a countersignature leaves the first signature good")
  func countersigned() throws {
    for path in ["pdf/table-1.4.pdf", "pdf/object-streams-1.5.pdf", "dispatches/145-QD.pdf"] {
      let once = try house.sign(try Fixtures.data(path))
      let twice = try house.sign(once, .rsa2048, stamped: true)
      try judgeByOthers(once, twice, stamped: true, earlier: 1)
      let report = house.verify(twice)
      #expect(report.verdict == .valid, "\(report.reasons)")
      #expect(report.signatures.count == 2 && report.signatures[0].coversWholeFile == false)
    }
  }

  @Test("an empty field is filled when asked for")
  func filled() throws {
    for path in ["pdf/empty-field-1.4.pdf", "pdf/empty-field-streams-2.0.pdf"] {
      let original = try Fixtures.data(path)
      let document = try PDFDocument(PDFFile(data: original))
      let field = try #require(try SignatureFields(document, revision: document.last).fields.first)
      let unit = try #require(house.unitKeys[.p256])
      let signer = PDFSigner(key: unit.key, certificates: [unit.certificate], fieldName: field.name)
      let update = try signer.prepare(PDFFile(data: original))
      #expect(update.fieldName == field.name)
      let digest = SHA256Hasher()
      digest.update(original)
      let signed = try signer.sign(update, originalDigest: digest, details: House.details)
      try judgeByOthers(original, original + signed.appended, stamped: false, earlier: 0)
    }
  }

  @Test("a hybrid file, as Word writes it, is signed only where that is allowed")
  func hybrid() throws {
    let original = try Fixtures.data("hostile/hybrid.pdf")
    let unit = try #require(house.unitKeys[.p256])
    let signer = PDFSigner(key: unit.key, certificates: [unit.certificate], allowsHybrid: true)
    let update = try signer.prepare(PDFFile(data: original))
    let digest = SHA256Hasher()
    digest.update(original)
    let signed = original + (try signer.sign(update, originalDigest: digest, details: House.details)).appended
    #expect(house.verify(signed).reasons.map(\.code) == ["hybrid"])
    var policy = VerificationPolicy()
    policy.allowHybrid = true
    #expect(house.verify(signed, policy: policy).verdict == .valid)
    let path = try workshop.write(signed, "signed.pdf")
    #expect(try workshop.run("qpdf", ["--check", path]).status == 0)
    let poppler = try workshop.run("pdfsig", ["-nocert", path]).output
    #expect(poppler.contains("Total document signed") && poppler.contains("Signature is Valid"), "\(poppler)")
  }

  @Test("the time-stamp can be fetched between the two halves of signing")
  func halves() throws {
    let original = try Fixtures.data("dispatches/078-LDLD.pdf")
    let signer = try house.signer()
    let digest = SHA256Hasher()
    digest.update(original)
    let pending = try signer.begin(
      try signer.prepare(PDFFile(data: original)), originalDigest: digest, details: House.details, withTimeStamp: true)
    let nonce = try Random.bytes(8)
    let response = try house.clock.respond(
      to: TimeStamp.request(imprint: pending.timeStampImprint, nonce: nonce), at: Date(), serial: try Random.bytes(8))
    let token = try TimeStamp.token(inResponse: response, imprint: pending.timeStampImprint, nonce: nonce)
    let stamped = house.verify(original + (try pending.finish(timeStampToken: token)).appended)
    #expect(stamped.verdict == .valid && stamped.signatures.first?.level == "B-T", "\(stamped.reasons)")
    let plain = house.verify(original + (try pending.finish(timeStampToken: nil)).appended)
    #expect(plain.verdict == .valid && plain.signatures.first?.level == "B-B", "\(plain.reasons)")
  }

  @Test("a file of 2 GiB is signed and judged without holding it in memory")
  func huge() throws {
    let path = workshop.folder.appendingPathComponent("huge.pdf").path
    let hole: Int64 = 2 << 30  // Its end lies beyond what 31 bits hold.
    var head = Data("%PDF-1.4\n".utf8)
    var offsets: [Int64] = []
    func object(_ number: Int, _ body: String, closed: Bool = true) {
      offsets.append(Int64(head.count))
      head += Data("\(number) 0 obj\n\(body)\n\(closed ? "endobj\n" : "")".utf8)
    }
    object(1, "<</Type /Catalog/Pages 2 0 R>>")
    object(2, "<</Type /Pages/Kids [3 0 R]/Count 1/MediaBox [0 0 595 842]>>")
    object(3, "<</Type /Page/Parent 2 0 R/Contents 4 0 R/Resources <<>>>>")
    object(4, "<</Length \(hole)>>\nstream", closed: false)
    let tailAt = Int64(head.count) + hole
    var tail = Data("\nendstream\nendobj\n".utf8)
    let xref = tailAt + Int64(tail.count)
    tail += Data("xref\n0 5\n0000000000 65535 f \n".utf8)
    for offset in offsets {
      let digits = String(offset)
      tail += Data((String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n").utf8)
    }
    tail += Data("trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n\(xref)\n%%EOF\n".utf8)
    try head.write(to: URL(fileURLWithPath: path))
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try handle.seek(toOffset: UInt64(tailAt))
    try handle.write(contentsOf: tail)

    let before = try Self.residentBytes()
    let file = try PDFFile(path: path)
    let signer = try house.signer()
    let update = try signer.prepare(file)
    let digest = SHA256Hasher()
    try file.stream(0..<file.size) { digest.update($0) }
    let signed = try signer.sign(update, originalDigest: digest, details: House.details)
    try handle.write(contentsOf: signed.appended)
    try handle.close()
    let report = PDFVerifier.verify(try PDFFile(path: path), trust: house.trust)
    #expect(report.verdict == .valid, "\(report.reasons)")
    #expect(report.fileLength == signed.signedLength && report.fileLength > hole)
    // Other tests run beside this one; the file is a hundred times larger than the room left for them.
    #expect(try Self.residentBytes() - before < 256 << 20)
  }

  private static func residentBytes() throws -> Int {
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return (Int(fields[1]) ?? 0) * 4096
  }
}
