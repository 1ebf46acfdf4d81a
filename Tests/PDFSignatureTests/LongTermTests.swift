import Foundation
import Judging
import PKI
import Testing

@testable import PDFSignature

/// Signatures that can be proven after their certificates are gone.
@Suite("Long-term evidence")
struct LongTermTests {
  private let archive: Archive
  private let workshop: Workshop
  private let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))

  init() throws {
    archive = try Archive()
    workshop = try Workshop()
    try archive.equip(workshop, at: now - 60)
  }

  private func hanko(_ arguments: [String]) throws -> String {
    let script = Fixtures.folder.appendingPathComponent("making/longterm.py").path
    let result = try workshop.run("python3", [script] + arguments + [workshop.folder.path])
    #expect(result.status == 0, "\(arguments): \(result.output.suffix(3000))")
    return result.output
  }

  /// The algorithm of EN 319 102-1 §5.6.3, with the document's evidence alone.
  private func judgeByHanko(_ path: String, at date: Date? = nil, valid: Bool = true) throws {
    let root = workshop.folder.appendingPathComponent("root.pem").path
    let time = date.map { ["--validation-time", $0.formatted(.iso8601)] } ?? []
    let result = try workshop.run(
      "pyhanko", ["sign", "adesverify", "--pretty-print", "--trust", root, "--trust-replace"] + time + [path])
    #expect((result.status == 0) == valid, "\(result.output.suffix(3000))")
  }

  private func judgeStructure(_ path: String) throws {
    let qpdf = try workshop.run("qpdf", ["--check", path])
    #expect(qpdf.status == 0 && !qpdf.output.contains("WARNING"), "\(qpdf.output)")
  }

  static let papers = [
    "dispatches/078-LDLD.pdf", "dispatches/071-TB.pdf", "dispatches/145-QD.pdf", "pdf/table-1.4.pdf",
    "pdf/object-streams-1.5.pdf", "pdf/empty-field-1.4.pdf", "pdf/empty-field-streams-2.0.pdf",
  ]

  @Test("a letter raised to B-LT and B-LTA is good to pyHanko's long-term profiles and to qpdf", arguments: papers)
  func raised(_ path: String) throws {
    let original = try Fixtures.data(path)
    let signed = try archive.sign(original, at: now - 60)
    let long = try archive.keepEvidence(signed, at: now - 30)
    #expect(long.starts(with: signed))
    let ours = archive.judge(long, at: now)
    #expect(ours.verdict == .validWithWarnings || ours.verdict == .valid, "\(ours.reasons)")
    #expect(ours.signatures.first?.level == "B-LT", "\(ours)")
    let longPath = try workshop.write(long, "long.pdf")
    try judgeStructure(longPath)
    try judgeByHanko(longPath)

    let archived = try archive.renew(long, at: now - 20)
    let report = archive.judge(archived, at: now)
    #expect(report.verdict == .valid, "\(report.reasons)")
    #expect(report.signatures.map(\.level) == ["B-LTA", "doc-time-stamp"])
    let archivedPath = try workshop.write(archived, "archived.pdf")
    try judgeStructure(archivedPath)
    try judgeByHanko(archivedPath)
    // Two implementations' revisions over one another: pyHanko renews ours, we renew that.
    _ = try hanko(["update", archivedPath])
    let updated = try Data(contentsOf: URL(fileURLWithPath: archivedPath))
    #expect(updated.count > archived.count && updated.starts(with: archived))
    let again = archive.judge(updated, at: now + 5)
    #expect(again.isAcceptable && again.signatures.first?.level == "B-LTA", "\(again.reasons)")
    let renewed = try archive.renew(updated, at: now + 10)
    let last = archive.judge(renewed, at: now + 20)
    #expect(last.isAcceptable && last.signatures.first?.level == "B-LTA", "\(last.reasons)")
    let renewedPath = try workshop.write(renewed, "renewed.pdf")
    try judgeStructure(renewedPath)
  }

  @Test("what pyHanko signs at each level is judged at that level", arguments: ["B-B", "B-T", "B-LT", "B-LTA"])
  func judged(_ level: String) throws {
    for path in Self.papers {
      let source = try workshop.write(try Fixtures.data(path), "source.pdf")
      let target = workshop.folder.appendingPathComponent("made.pdf").path
      _ = try hanko(["make", level, source, target])
      let report = archive.judge(try Data(contentsOf: URL(fileURLWithPath: target)), at: Date())
      #expect(report.isAcceptable, "\(path): \(report.reasons)")
      #expect(report.signatures.first { $0.fieldName == "Hanko" }?.level == level, "\(path): \(report)")
    }
  }
}

/// What the verifier makes of time and of evidence, honest or not.
@Suite("Judging evidence")
struct EvidenceTests {
  private let archive: Archive
  private let signed: Data
  private let start = Archive.start

  init() throws {
    archive = try Archive(life: 30 * Archive.day)
    signed = try archive.sign(try Fixtures.data("dispatches/078-LDLD.pdf"), at: start, life: 60 * Archive.day)
  }

  private func codes(_ file: Data, at date: Date, policy: VerificationPolicy = VerificationPolicy()) -> [String] {
    archive.judge(file, at: date, policy: policy).reasons.map(\.code)
  }

  @Test("an archived letter is proven long after its certificates, and at any time between")
  func decades() throws {
    var file = try archive.renew(signed, at: start + Archive.day, life: 2 * Archive.year)
    let dates = [1.9, 3.7, 5.5]
    for date in dates { file = try archive.renew(file, at: start + date * Archive.year, life: 2 * Archive.year) }
    for date in [start + 2 * Archive.day] + (dates + [7]).map({ start + $0 * Archive.year + Archive.day }) {
      let report = archive.judge(file, at: date)
      #expect(report.isAcceptable, "\(date): \(report.reasons)")
      #expect(report.signatures.first?.level == "B-LTA" && report.signatures.first?.provenTime == start)
    }
    // The last time-stamp was not renewed in time: what rests on it falls with it.
    let late = archive.judge(file, at: start + 9 * Archive.year)
    #expect(late.verdict == .invalid && late.reasons.contains { $0.code == "certificate-expired" }, "\(late.reasons)")
  }

  @Test("without evidence, a letter lasts as long as its time-stamp, then no longer")
  func unarchived() throws {
    #expect(codes(signed, at: start + 40 * Archive.day).isEmpty)
    #expect(codes(signed, at: start + 100 * Archive.day) == ["certificate-expired", "time-stamp-expired"])
  }

  @Test("revocation after the proven time does no harm; before it, the signature is void")
  func revoked() throws {
    let unit = archive.unit.certificate
    let now = start + 2 * Archive.day
    for (since, code) in [(start + 3600, [String]()), (start - 60, ["certificate-revoked"])] {
      let list = RevocationEvidence.list(
        try RevocationList(der: try archive.list(start + Archive.day, revoked: [(unit, since)])))
      var policy = VerificationPolicy()
      policy.evidence = [list]
      #expect(codes(signed, at: now, policy: policy) == code)
      // The same out of the document.
      let plan = try EvidencePlan(PDFFile(data: signed), trust: archive.trust, at: now)
      let kept = signed + (try #require(try plan.update(with: [list])))
      #expect(codes(kept, at: now) == code)
    }
    // Without a time-stamp nothing proves that it was signed before.
    let plain = try archive.sign(try Fixtures.data("dispatches/078-LDLD.pdf"), at: start, stamped: false)
    var policy = VerificationPolicy()
    policy.evidence = [
      .list(try RevocationList(der: try archive.list(start + Archive.day, revoked: [(unit, start + 3600)])))
    ]
    #expect(codes(plain, at: now, policy: policy) == ["certificate-revoked"])
  }

  @Test("evidence of others, forged or stale evidence proves nothing")
  func foreign() throws {
    let now = start + 2 * Archive.day
    // Another authority of the very same name.
    let impostor = try Archive(life: 30 * Archive.day)
    let stale = try archive.list(start - 30 * Archive.day)
    var broken = try archive.list(now)
    broken[broken.count - 1] ^= 1
    var demanding = VerificationPolicy()
    demanding.requireRevocationEvidence = true
    var high = VerificationPolicy()
    high.minimumLevel = .longTerm
    for der in [try impostor.list(now), stale, broken] {
      let evidence = RevocationEvidence.list(try RevocationList(der: der))
      let plan = try EvidencePlan(PDFFile(data: signed), trust: archive.trust, at: now)
      #expect(!plan.isAnswered(by: [evidence]))
      // An attacker writes it into the document all the same.
      let document = try PDFDocument(PDFFile(data: signed))
      var writer = try StoreWriter(document, SecurityStore(document, revision: document.last))
      _ = writer.add(.lists, [der])
      let file = signed + Data(try writer.write())
      let report = archive.judge(file, at: now)
      #expect(report.isAcceptable, "\(report.reasons)")
      #expect(report.signatures.first?.level == "B-T")
      #expect(report.signatures.first?.revocation?.status == .unknown)
      #expect(codes(file, at: now, policy: demanding).contains("revocation-unknown"))
      #expect(codes(file, at: now, policy: high) == ["level-too-low"])
    }
  }

  @Test("after the last signature nothing but evidence may stand, not even between its objects")
  func tail() throws {
    let signed = try archive.sign(try Fixtures.data("pdf/table-1.4.pdf"), at: start)
    let kept = try archive.keepEvidence(signed, at: start + Archive.day)
    let now = start + 2 * Archive.day
    #expect(archive.judge(kept, at: now).isAcceptable)
    #expect(codes(kept + Data("% more\n".utf8), at: now).contains("damaged"))
    // An object that no cross-reference lists, before the evidence: a repairing reader would find it.
    let hidden = signed + Data("3 0 obj\n<</Type /Page>>\nendobj\n".utf8)
    let document = try PDFDocument(PDFFile(data: signed))
    var writer = try StoreWriter(document, SecurityStore(document, revision: document.last))
    _ = writer.add(.lists, [try archive.list(start + Archive.day)])
    let update = Data(try writer.write())
    #expect(archive.judge(signed + update, at: now).isAcceptable)
    let shift = hidden.count - signed.count
    #expect(!archive.judge(hidden + (try shifted(update, by: shift)), at: now).isAcceptable)
    #expect(codes(hidden + (try shifted(update, by: shift)), at: now) == ["revision-gaps", "not-whole-file"])
  }

  /// A table update whose offsets are all larger by `count`.
  private func shifted(_ update: Data, by count: Int) throws -> Data {
    var result = update
    let start = try #require(update.range(of: Data("\nxref\n".utf8)))
    var index = start.upperBound
    while let end = result[index...].firstIndex(of: 10), end > index {
      let line = String(decoding: result[index..<end], as: UTF8.self)
      if line.hasPrefix("trailer") { break }
      if line.contains(" n"), let offset = Int(line.prefix(10)) {
        let digits = String(offset + count)
        let padded = String(repeating: "0", count: 10 - digits.count) + digits
        result.replaceSubrange(index..<index + 10, with: Data(padded.utf8))
      }
      index = end + 1
    }
    let mark = try #require(result.range(of: Data("startxref\n".utf8), options: .backwards))
    let end = try #require(result[mark.upperBound...].firstIndex(of: 10))
    let old = try #require(Int(String(decoding: result[mark.upperBound..<end], as: UTF8.self)))
    result.replaceSubrange(mark.upperBound..<end, with: Data(String(old + count).utf8))
    return result
  }

  @Test("a list made after the time asked for does not vouch for it; what it says of revocation counts")
  func later() throws {
    let unit = archive.unit.certificate
    let asked = start + Archive.day
    var policy = VerificationPolicy()
    policy.requireRevocationEvidence = true
    policy.evidence = [.list(try RevocationList(der: try archive.list(asked + 3600)))]
    #expect(codes(signed, at: asked, policy: policy).contains("revocation-unknown"))
    // At a time at which the list can have existed, it speaks for the proven time before.
    #expect(codes(signed, at: asked + 3600, policy: policy).isEmpty)
    policy.evidence = [.list(try RevocationList(der: try archive.list(asked + 3600, revoked: [(unit, start - 60)])))]
    #expect(codes(signed, at: asked, policy: policy).contains("certificate-revoked"))
    // Under a document time-stamp older than the list says that it is.
    let plan = try EvidencePlan(PDFFile(data: signed), trust: archive.trust, at: asked + 3600)
    let list = RevocationEvidence.list(try RevocationList(der: try archive.list(asked + 3600)))
    let kept = signed + (try #require(try plan.update(with: [list])))
    let stamp = try DocumentTimeStamp(PDFFile(data: kept))
    let file = kept + (try stamp.finish(token: try archive.token(stamp.imprint, at: asked)))
    #expect(archive.judge(file, at: asked + 7200).signatures.first?.level == "B-T")
  }

  @Test("evidence that comes after the last document time-stamp makes no archive, until it is stamped too")
  func stampedTooEarly() throws {
    let stamp = try DocumentTimeStamp(PDFFile(data: signed))
    let stamped = signed + (try stamp.finish(token: try archive.token(stamp.imprint, at: start + Archive.day)))
    let late = try archive.keepEvidence(stamped, at: start + 2 * Archive.day)
    let report = archive.judge(late, at: start + 2 * Archive.day)
    #expect(report.isAcceptable, "\(report.reasons)")
    #expect(report.signatures.first?.level == "B-LT")
    let renewed = try archive.renew(late, at: start + 3 * Archive.day)
    #expect(archive.judge(renewed, at: start + 4 * Archive.day).signatures.first?.level == "B-LTA")
  }

  @Test("a time-stamp of another signature proves nothing of this one, and makes the file invalid")
  func borrowedTimeStamp() throws {
    let original = try Fixtures.data("pdf/table-1.4.pdf")
    let borrowed = try archive.token(sha256(Data("the value of another signature".utf8)), at: start)
    let signer = PDFSigner(
      key: archive.unit.key, certificates: [archive.unit.certificate], timeStamp: { _ in borrowed })
    let digest = SHA256Hasher()
    digest.update(original)
    let update = try signer.prepare(PDFFile(data: original))
    let details = SignatureDetails(signerName: "Công đoàn lưu trữ", time: start)
    let file = original + (try signer.sign(update, originalDigest: digest, details: details)).appended
    let report = archive.judge(file, at: start + 3600)
    #expect(!report.isAcceptable && report.reasons.map(\.code) == ["time-stamp"])
    #expect(report.signatures.first?.level == "B-B" && report.signatures.first?.provenTime == nil)
    // And a document time-stamp over an earlier state of the file isn't even written.
    let earlier = try DocumentTimeStamp(PDFFile(data: signed))
    let token = try archive.token(earlier.imprint, at: start + 60)
    let kept = try archive.keepEvidence(signed, at: start + 60)
    #expect(throws: PKIError.self) { try DocumentTimeStamp(PDFFile(data: kept)).finish(token: token) }
  }

  @Test("a letter archived and then signed by another stays proven")
  func countersigned() throws {
    let archived = try archive.renew(signed, at: start + Archive.day)
    let twice = try archive.sign(archived, at: start + 2 * Archive.day)
    let report = archive.judge(twice, at: start + 3 * Archive.day)
    #expect(report.isAcceptable, "\(report.reasons)")
    #expect(report.signatures.map(\.level).first == "B-LTA" && report.signatures.last?.coversWholeFile == true)
    #expect(report.revisions.map(\.adds) == [[], [.signature], [.evidence], [.timeStamp], [.signature]])
  }

  @Test("a renewal is due before the certificate ends, for an ageing digest, and where something is missing")
  func due() {
    var rule = RenewalRule()
    let newest = RenewalRule.Newest(certificateEnd: start + 100 * Archive.day, digest: .sha256)
    #expect(rule.reason(newest, level: .archival, at: start) == nil)
    #expect(rule.reason(newest, level: .archival, at: start + 11 * Archive.day) == .certificateEnds)
    #expect(rule.reason(newest, level: .timeStamped, at: start) == .evidenceMissing)
    #expect(rule.reason(nil, level: .longTerm, at: start) == .noTimeStamp)
    rule.ageingDigests = [.sha256]
    #expect(rule.reason(newest, level: .archival, at: start) == .digestAgeing)
  }
}
