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
      try await search(office, "--party", " ", "--to", "2199-01-01").count == 6
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

    // What was moved by hand is found where it is now.
    let incoming = try #require(hits.first { $0.direction == "incoming" })
    let from = URL(fileURLWithPath: try #require(incoming.path))
    let done = office.folder(Province.office).appending(component: "đã xử lý")
    try FileManager.default.createDirectory(at: done, withIntermediateDirectories: true)
    try FileManager.default.moveItem(at: from, to: done.appending(component: from.lastPathComponent))

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
      return try await search(office, "--party", " ", "--to", "2199-01-01").count == 6
    }
    #expect(
      try await search(office, "thu nghiem sua doi").first?.path
        == done.appending(component: from.lastPathComponent).path)
    await province.close()
  }
}
