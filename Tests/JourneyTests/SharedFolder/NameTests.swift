import Foundation
import Testing

/// Names that people and their programs give to files.
@Suite struct NameTests {
  private static let unit = "cdcs-thpt"

  /// Names as bytes, of every kind that an ext4 disk takes.
  private static let names: [[UInt8]] = {
    let texts = [
      String(repeating: "d", count: 251) + ".pdf", String(repeating: "ệ", count: 83) + ".pdf", "hai\ndòng.pdf",
      "tab\t.pdf", "điều\u{1B}[31mkhiển.pdf", "xóa\u{7F}.pdf", "C1\u{85}\u{9B}.pdf", "ngược\u{202E}fdp.exe.pdf",
      "nhúng\u{202A}\u{2066}.pdf", "dòng\u{2028}đoạn\u{2029}.pdf", "-rf.pdf", "CON.pdf", "nul.pdf", "Com1.pdf",
      "lpt9.txt.pdf", "AUX .pdf", "COM¹.pdf", "conin$.pdf", "hỏi?.pdf", "sao*.pdf", "ngoặc\".pdf", "<thẻ>.pdf",
      "gạch|.pdf", "giờ 10:30.pdf", "chéo\\.pdf", "chấm. .pdf", " đầu.pdf", "cuối .pdf", " .pdf", "a.pdf.pdf",
      "Công văn.pdf".precomposedStringWithCanonicalMapping, "Công văn.pdf".decomposedStringWithCanonicalMapping,
      "không\u{200B}rộng\u{FEFF}.pdf", "riêng\u{E000}.pdf", "😀👩‍👩‍👧.pdf",
      "e" + String(repeating: "\u{301}", count: 60) + ".pdf", "HOA.PDF", "$(reboot) `id` %2e%2e%2f.pdf",
      "desktop.ini.pdf", "mềm\u{AD}.pdf",
      // These are refused by what their names end with.
      "chấm cuối.pdf.", "cách cuối.pdf ", "không đuôi", "văn bản.docx", "x.pdf:luồng",
    ]
    let bytes: [[UInt8]] = [
      [0x63, 0xF4, 0x6E, 0x67] + Array(".pdf".utf8), [0xED, 0xA0, 0x80] + Array(".pdf".utf8),
      [0xC0, 0xAE, 0xC0, 0xAE] + Array(".pdf".utf8), [0xFF, 0xFE] + Array(".pdf".utf8), [0x61, 0xFF],
    ]
    return texts.map { Array($0.utf8) } + bytes
  }()

  @Test(
    "files with fifty kinds of names are each sent, or refused with a note; all that we write reaches a Windows client under its own name",
    .timeLimit(.minutes(3)))
  func kinds() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, Self.unit])
    let outbox = office.folder(Self.unit).appending(component: "outbox")
    var letters: [Data] = []
    for (index, name) in Self.names.enumerated() {
      let temporary = outbox.appending(component: "~$\(index).tmp").path
      let letter = Letters.small("letter \(index)")
      letters.append(letter)
      #expect(FileManager.default.createFile(atPath: temporary, contents: letter))
      let path = Array(outbox.path.utf8) + [0x2F] + name + [0]
      #expect(
        path.withUnsafeBufferPointer { target in
          target.withMemoryRebound(to: CChar.self) { rename(temporary, $0.baseAddress!) }
        } == 0, "\(String(decoding: name, as: UTF8.self))")
    }
    try await eventually("the outbox is empty") {
      try FileManager.default.contentsOfDirectory(atPath: outbox.path).isEmpty
    }
    try await eventually("what was sent has arrived") {
      office.documents("inbox", of: Province.office).count == Self.names.count - 6
    }
    let folder = office.folder(Self.unit)
    let (sent, rejected) = (tree(folder.appending(component: "sent")), tree(folder.appending(component: "rejected")))
    let inbox = tree(office.folder(Province.office).appending(component: "inbox"))
    for (index, letter) in letters.enumerated() {
      let copies = sent.filter { $0.value.starts(with: letter) }
      let refused = rejected.filter { $0.value == letter }
      #expect(copies.count + refused.count == 1, "name \(index)")
      if let name = refused.keys.first { #expect((rejected[name + ".reason.txt"]?.count ?? 0) > 50, "\(name)") }
      #expect(inbox.filter { $0.value.starts(with: letter) }.count == copies.count, "name \(index)")
    }
    for name in Array(sent.keys) + Array(rejected.keys) + Array(inbox.keys) {
      let last = name.split(separator: "/").last.map(String.init) ?? ""
      #expect(Self.isLegalOnWindows(last), "\(last.debugDescription)")
    }
    // The judge: a client of Samba, to which names that Windows can't have are told by others (ABC123~1.PDF).
    if !Samba.isPossible { print("names are not shown to a client of Samba: \(Samba.why)") }
    for place in Samba.isPossible ? ["sent", "rejected"] : [] {
      let copy = province.folder.appending(component: "bản sao \(place)")
      try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
      let samba = try await Samba(sharing: folder.appending(component: place), in: copy)
      let target = copy.appending(component: "client")
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      try await samba.run("lcd \"\(target.path)\"", "recurse ON", "prompt OFF", "mget *")
      samba.close()
      #expect(tree(target) == (place == "sent" ? sent : rejected), "\(place)")
    }
    await province.close()
  }

  /// Microsoft's "Naming Files, Paths, and Namespaces", and nothing that can't be seen or is shown in another order.
  private static func isLegalOnWindows(_ name: String) -> Bool {
    let scalars = name.unicodeScalars
    let device = name.prefix { $0 != "." }.uppercased().trimmingCharacters(in: .whitespaces)
    let numbered = ["COM", "LPT"].flatMap { port in "0123456789¹²³".map { "\(port)\($0)" } }
    return !name.isEmpty && name.utf16.count <= 255 && name.utf8.count <= 255
      && scalars.allSatisfy {
        ![.control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned].contains(
          $0.properties.generalCategory) && !"<>:\"/\\|?*".unicodeScalars.contains($0)
      } && name.last != "." && name.last != " " && name.first != " "
      && !(["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"] + numbered).contains(device)
  }
}
