import Exchange
import Letter
import Testing

@Suite struct NamesTests {
  @Test("names compare without case, marks, đ and the form of Unicode")
  func folding() {
    let name = FoldedName("CÔNG ĐOÀN Cơ sở  Trường THPT Nguyễn Đình Chiểu")
    #expect(name == FoldedName("cong doan co so truong thpt nguyen dinh chieu"))
    #expect(FoldedName("Tie\u{0302}\u{0301}ng Vie\u{0323}\u{0302}t") == FoldedName("Tiếng Việt"))
    #expect(FoldedName("LĐLĐ-VP") == FoldedName("ldld vp"))
    #expect(FoldedName("cdgd").distance(to: FoldedName("cdyt")) == 2)
  }

  @Test(
    "every name written for clerks is legal on Windows",
    arguments: [
      "con", "NUL.tar", "a<b>c:d\"e/f\\g|h?i*j", "trailing. . .", "  ", "", "...", "new\nline", "\u{202E}fdp.exe",
      "~$lock",
      String(repeating: "ệ", count: 255), "COM1", "com²", "conin$", "C1\u{85}", "e\u{0301}", "/etc/passwd", "../../x",
    ])
  func legal(stem: String) {
    for name in [SafeFileName(stem: stem, suffix: ".pdf"), SafeFileName(stem: stem, suffix: ".pdf").numbered(2)] {
      #expect(name.text.utf8.count <= SafeFileName.lengthLimit)
      #expect(name.text.hasSuffix(".pdf") && name.text.utf8.count > 4)
      #expect(!name.text.contains { "<>:\"/\\|?*".contains($0) })
      #expect(name.text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0.value != 0x202E })
      let base = name.text.dropLast(4)
      #expect(!base.hasSuffix(".") && !base.hasSuffix(" ") && !base.hasPrefix(" ") && !base.hasPrefix("."))
      #expect(!["CON", "NUL", "COM1", "COM²", "CONIN$"].contains(base.prefix { $0 != "." }.uppercased()))
    }
  }

  @Test("an incoming letter's name begins with its number and the day in Vietnam")
  func incoming() throws {
    let lateEvening = try Instant("2026-11-22T18:00:00Z")
    let name = IncomingName.make(
      number: 123, date: lateEvening, senderName: "LĐLĐ tỉnh", originalName: "78-LĐLĐ gửi nhận.pdf")
    #expect(name == "0123 2026-11-23 78-LĐLĐ gửi nhận.pdf")
    #expect(
      IncomingName.make(number: 1, date: lateEvening, senderName: "LĐLĐ tỉnh", originalName: "….pdf")
        == "0001 2026-11-23 LĐLĐ tỉnh.pdf")
  }
}
