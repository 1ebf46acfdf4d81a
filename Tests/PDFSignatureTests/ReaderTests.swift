import Foundation
import Judging
import Testing

@testable import PDFSignature

@Suite("Reading PDFs")
struct ReaderTests {
  /// The checks that come before signing; no key is needed for them.
  private func check(_ data: Data) throws(PDFRefusal) {
    let document = try PDFDocument(PDFFile(data: data))
    let rules = try SigningRules(document)
    let referred = try ContentPolicy.check(document, revision: document.last)
    var planner = UpdatePlanner(document, avoiding: referred)
    _ = try planner.plan(rules, fieldName: nil)
  }

  @Test("the table of fixtures is there") func table() { #expect(Fixtures.expectations.count > 50) }

  @Test("a letter of any usual producer is accepted", arguments: Fixtures.signable)
  func accepted(_ path: String) throws {
    try check(try Fixtures.data(path))
  }

  @Test(
    "a hostile file is refused with its reason", arguments: Fixtures.expectations.filter { $0.expected.refused != nil })
  func refused(_ expectation: Fixtures.Expectation) throws {
    let data = try Fixtures.data(expectation.file)
    let start = ContinuousClock.now
    let refusal = #expect(throws: PDFRefusal.self) { try check(data) }
    #expect(ContinuousClock.now - start < .seconds(5))
    let code = refusal.map { "\($0.code)" } ?? ""
    #expect(expectation.expected.refused?.contains(code) == true, "\(code): \(refusal?.detail ?? "")")
  }

  @Test("a part that the system refused to give is remembered, for what is said of the file then says nothing of it")
  func notGiven() throws {
    let path = FileManager.default.temporaryDirectory.appending(component: "congvan-\(UUID().uuidString).pdf").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    // Larger than what is held in memory whole; a descriptor that may only write refuses each read.
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    #expect(ftruncate(descriptor, 5 << 20) == 0)
    let file = try PDFFile(descriptor: descriptor)
    #expect(file.systemFault == nil)
    #expect(throws: PDFRefusal.self) { try PDFDocument(file) }
    #expect(file.systemFault == EBADF)
  }

  @Test("no prefix of a letter is accepted, and none traps")
  func prefixes() throws {
    for path in ["pdf/object-stream-2.0.pdf", "pdf/table-1.4.pdf", "pdf/linearised-streams-1.7.pdf"] {
      let data = try Fixtures.data(path)
      for length in 0..<data.count - 2 {
        #expect(throws: PDFRefusal.self) { try check(data.prefix(length)) }
      }
    }
  }

  @Test("a changed byte never traps the reader")
  func flips() throws {
    for path in ["pdf/linearised-streams-1.7.pdf", "pdf/table-1.4.pdf", "pdf/three-revisions-1.4.pdf"] {
      let data = try Fixtures.data(path)
      for index in data.indices {
        for value: UInt8 in [0, 0x39, 0xFF] {
          var copy = data
          copy[index] = value
          try? check(copy)
        }
      }
    }
  }

  @Test("a file read by windows reads as one in memory")
  func windows() throws {
    let workshop = try Workshop()
    var padded = Data("%PDF-1.4\n".utf8)
    var offsets: [Int] = []
    func object(_ number: Int, _ body: Data) {
      offsets.append(padded.count)
      padded += Data("\(number) 0 obj\n".utf8) + body + Data("\nendobj\n".utf8)
    }
    let annotations = (0..<2000).map { _ in "<</Type /Annot/Subtype /Link/Rect [0 0 1 1]>>" }.joined(separator: "\n")
    object(1, Data("<</Type /Catalog/Pages 2 0 R>>".utf8))
    object(2, Data("<</Type /Pages/Kids [3 0 R]/Count 1/MediaBox [0 0 595 842]>>".utf8))
    object(3, Data("<</Type /Page/Parent 2 0 R/Contents 4 0 R/Annots [\(annotations)]>>".utf8))
    object(4, Data("<</Length 5 0 R>>\nstream\n".utf8) + Data(count: 9 << 20) + Data("\nendstream".utf8))
    object(5, Data("\(9 << 20)".utf8))
    let xref = padded.count
    padded += Data("xref\n0 6\n0000000000 65535 f \n".utf8)
    for offset in offsets {
      let digits = String(offset)
      padded += Data((String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n").utf8)
    }
    padded += Data("trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n\(xref)\n%%EOF\n".utf8)
    let path = try workshop.write(padded, "large.pdf")
    let document = try PDFDocument(PDFFile(path: path))
    try ContentPolicy.check(document, revision: 0)
    #expect(try PageTree.firstPage(of: document, in: 0).dictionary["Annots"]?.array?.count == 2000)
    var planner = UpdatePlanner(document, avoiding: [])
    let update = try planner.plan(SigningRules(document), fieldName: nil)
    #expect(update.originalSize == Int64(padded.count))
  }

  @Test("a date survives writing and reading")
  func dates() {
    let time = Date(timeIntervalSince1970: 1_795_000_123)
    #expect(PDFDate.parse(Array(PDFDate.text(time).utf8)) == time)
    #expect(PDFDate.text(Date(timeIntervalSince1970: 0)) == "D:19700101070000+07'00'")
    #expect(PDFDate.parse(Array("D:2026".utf8)) != nil)
    #expect(PDFDate.parse(Array("yesterday".utf8)) == nil)
  }
}
