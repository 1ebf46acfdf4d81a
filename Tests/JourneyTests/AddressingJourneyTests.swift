import Foundation
import Testing

/// The province's bare outbox: who gets a letter stands in the letter.
@Suite(.serialized) struct AddressingJourneyTests {
  @Test(
    "a letter in the province's bare outbox waits with a note that says what isn't understood, and goes to whom it names as soon as the directory knows them"
  )
  func byItself() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office])
    let district = try await province.open("huyen", units: ["cd-giaoduc", "cdcs-thpt"])
    let name = "78-LĐLĐ gửi nhận văn bản.pdf"
    let note = office.folder(Province.office).appending(component: "outbox/\(name).note.txt")
    let letter = try Letters.dispatch("078-LDLD.pdf")
    try office.drop(letter, as: name, from: Province.office)

    try await eventually("the note lies beside the letter") { FileManager.default.fileExists(atPath: note.path) }
    let text = try String(contentsOf: note, encoding: .utf8)
    #expect(text.contains("“Liên đoàn Lao động huyện, thành phố”") && text.contains("\r\n"), "\(text)")
    #expect(text.contains("congvan-hub group alias"))
    try await eventually("status tells of it") { try await office.status().contains("\"puzzling\"") }
    #expect(office.documents("outbox", of: Province.office).count == 1, "the letter stays where the clerk put it")

    // The administrator teaches the directory what the letter calls them.
    let hub = Program.hub
    let data = ["--data", province.hubData.path]
    try await hub.run(["group", "add", "huyen", "--name", "LĐLĐ các huyện, thành phố"] + data)
    try await hub.run(["group", "join", "huyen", "cdcs-thpt"] + data)
    try await hub.run(
      ["unit", "alias", "cd-giaoduc", "--add", "Các Công đoàn ngành", "--add", "CĐVC", "--add", "CĐCKCN"] + data)
    try await hub.run(["group", "add", "cdcs", "--name", "Các công đoàn cơ sở"] + data)
    try await hub.run(["group", "join", "cdcs", "cdcs-thpt"] + data)
    try await hub.run(["group", "alias", "cdcs", "--add", "Các CĐCS trực thuộc LĐLĐ tỉnh"] + data)

    try await eventually("it is filed at everyone whom it names", within: .seconds(90)) {
      district.documents("inbox", of: "cdcs-thpt").count == 1
        && district.documents("inbox", of: "cd-giaoduc").count == 1
        && office.documents("sent", of: Province.office).count == 1
    }
    #expect(!FileManager.default.fileExists(atPath: note.path), "nothing is left to tell")
    for unit in ["cdcs-thpt", "cd-giaoduc"] {
      let violations = try Checker(dropped: [name: letter])
        .violations(from: office, Province.office, to: [(district, unit)])
      #expect(violations == [], "\(unit), once though two groups of the letter hold it")
    }

    // A clerk who would rather say it themselves moves the file; the note goes with it.
    let scan = try Letters.dispatch("101-HD-scan.pdf")
    try office.drop(scan, as: "scan.pdf", from: Province.office)
    let outbox = office.folder(Province.office).appending(component: "outbox")
    let second = outbox.appending(component: "scan.pdf.note.txt")
    try await eventually("a scan waits too") { FileManager.default.fileExists(atPath: second.path) }
    let folder = outbox.appending(component: "cd-giaoduc")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.moveItem(
      at: outbox.appending(component: "scan.pdf"), to: folder.appending(component: "scan.pdf"))
    try await eventually("it went where the folder says, and the note is gone") {
      district.documents("inbox", of: "cd-giaoduc").count == 2 && !FileManager.default.fileExists(atPath: second.path)
    }
    await province.close()
  }
}
