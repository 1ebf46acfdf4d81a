import Foundation
import Testing

/// What a clerk finds again, and what stands in the registers, from real letters that went from one machine's unit to
/// another's.
@Suite(.serialized) struct CatalogueTests {
  private let union = "cdcs-thpt"

  private struct Hit: Decodable {
    struct Letter: Decodable {
      let abstract: String?
      let signer: String?
      let number: String?
    }
    let document: String
    let direction: String
    let incomingNumber: Int?
    let path: String?
    let letter: Letter
  }

  private func search(_ office: Office, _ arguments: String...) async throws -> [Hit] {
    let result = try await Command.run(
      Program.tool.url, ["search", "--json", "--config", office.configuration.path] + arguments)
    return try JSONDecoder().decode([Hit].self, from: Data(result.output.utf8))
  }

  @Test(
    "letters are found without accents on both sides; a correction is in search, history and register, and outlives the loss of the catalogue",
    .timeLimit(.minutes(3)))
  func findsAndCorrects() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, union])
    for name in ["078-LDLD.pdf", "145-QD.pdf", "007-BC.pdf"] {
      try office.drop(try Letters.dispatch(name), as: name, from: union)
    }
    try await eventually("both sides have what they say") {
      try await search(office, "--to", "2199-01-01").count == 6
    }
    // The subject of 78/LĐLĐ is about sending and receiving electronic documents.
    let hits = try await search(office, "gui nhan van ban dien tu")
    #expect(hits.map(\.direction).sorted() == ["incoming", "outgoing"])
    #expect(Set(hits.map(\.document)).count == 1 && hits.allSatisfy { $0.letter.number == "78" })
    #expect(hits.allSatisfy { $0.path.map(FileManager.default.fileExists(atPath:)) == true })

    let document = try #require(hits.first?.document)
    try await Program.tool.run([
      "edit", document, "--unit", Province.office, "--subject", "Về việc thử nghiệm sửa đổi", "--config",
      office.configuration.path,
    ])
    func corrected() async throws -> Bool {
      try await search(office, "thu nghiem sua doi").map(\.letter.abstract) == ["Về việc thử nghiệm sửa đổi"]
    }
    #expect(try await corrected(), "at once, while the daemon runs")
    let history = try await Program.tool.run(["show", document, "--config", office.configuration.path])
    #expect(history.contains("→ “Về việc thử nghiệm sửa đổi”"))

    try await registers(office)

    // What was moved by hand is found where it is now.
    let incoming = try #require(hits.first { $0.direction == "incoming" })
    let from = URL(fileURLWithPath: try #require(incoming.path))
    let done = office.folder(Province.office).appending(component: "đã xử lý")
    try FileManager.default.createDirectory(at: done, withIntermediateDirectories: true)
    try FileManager.default.moveItem(at: from, to: done.appending(component: from.lastPathComponent))

    // Another file under the letter's name is not the letter.
    let other = try #require(try await search(office, "145/QĐ-LĐLĐ").first { $0.direction == "incoming" }?.path)
    try FileManager.default.removeItem(atPath: other)
    try Letters.dispatch("023-KH.pdf").write(to: URL(fileURLWithPath: other))

    // Made of the journal and the files, so that nothing is lost with it.
    await office.agent.stop()
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: office.state.appending(component: "catalogue.sqlite").path + suffix)
    }
    try office.agent.start()
    try await eventually("the catalogue is made anew, the correction in it") {
      guard FileManager.default.fileExists(atPath: office.state.appending(component: "catalogue.sqlite").path) else {
        return false
      }
      guard try await corrected() else { return false }
      return try await search(office, "--to", "2199-01-01").count == 6
    }
    #expect(
      try await search(office, "thu nghiem sua doi").first?.path
        == done.appending(component: from.lastPathComponent).path)
    // By the name under which it was filed, which is all that is known of it.
    let lost = try await search(office, "145/QĐ-LĐLĐ", "--incoming")
    #expect(lost.count == 1 && lost.allSatisfy { $0.letter.number == nil && $0.path == nil })
    #expect(try await search(office, "145/QĐ-LĐLĐ", "--outgoing").map(\.letter.number) == ["145"])
    #expect(try await search(office, "23/KH-CĐGD").isEmpty)
    await province.close()
  }

  /// In the columns of the decree, each letter once, with what was corrected.
  private func registers(_ office: Office) async throws {
    func sheet(_ kind: String, _ format: String, of unit: String) async throws -> URL {
      let file = office.state.appending(component: "\(kind)-\(unit).\(format)")
      try await Program.tool.run([
        "register", kind, "--unit", unit, "--format", format, "--output", file.path, "--config",
        office.configuration.path,
      ])
      return file
    }
    let program = """
      import csv, sys
      rows = [row for row in csv.reader(open(sys.argv[1], encoding='utf-8-sig', newline='')) if len(row) > 3]
      for row in rows: print('|'.join(cell.replace('\\n', ' ') for cell in row))
      """
    let incoming = try await sheet("incoming", "csv", of: Province.office)
    let rows = try await Command.judge("python3", "-c", program, incoming.path).output.split(separator: "\n")
    #expect(rows.first?.contains("Số đến") == true)
    let letters = rows.filter { $0.contains("/") && !$0.contains("Số đến") }
    #expect(letters.count == 3, "\(rows)")
    #expect(letters.filter { $0.contains("78/LĐLĐ") && $0.contains("Về việc thử nghiệm sửa đổi") }.count == 1)
    let outgoing = try await sheet("outgoing", "csv", of: union)
    let sent = try await Command.judge("python3", "-c", program, outgoing.path).output
    #expect(sent.contains("145/QĐ") && sent.contains("Ký nhận"))

    let printed = try await sheet("incoming", "pdf", of: Province.office)
    #expect(try await Command.judge("qpdf", "--check", printed.path).status == 0)
    let words = try await Command.judge("pdftotext", "-layout", printed.path, "-").output
    #expect(words.contains("SỔ ĐĂNG KÝ") && words.contains("78/LĐLĐ"))
    let book = try await sheet("outgoing", "xlsx", of: union)
    let cells = try await Command.judge(
      "python", "-c",
      "import openpyxl, sys; [print(c.value) for r in openpyxl.load_workbook(sys.argv[1]).active.iter_rows() for c in r]",
      book.path)
    #expect(cells.status == 0 && cells.output.contains("145/QĐ"), "\(cells.errors)")

    let hit = try #require(try await search(office, "thu nghiem sua doi").first)
    let stamp = office.state.appending(component: "stamp.pdf")
    try await Program.tool.run([
      "stamp", hit.document, "--unit", Province.office, "--output", stamp.path, "--config", office.configuration.path,
    ])
    let face = try await Command.judge("pdftotext", "-layout", stamp.path, "-").output
    #expect(face.contains("ĐẾN") && face.contains("78/LĐLĐ"))
  }
}
