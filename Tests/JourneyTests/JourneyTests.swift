import Foundation
import Testing

@Suite(.serialized) struct JourneyTests {
  @Test(
    "a letter dropped into an outbox arrives in every addressee's inbox, signed, and the sender learns of it",
    .timeLimit(.minutes(3)))
  func roundTrip() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office])
    let district = try await province.open("huyen", units: ["cd-giaoduc", "cdcs-thpt"])
    #expect(
      try await Program.tool.run(["status", "--config", district.configuration.path]).contains("Đơn vị cdcs-thpt"))
    let letter = try Letters.dispatch("078-LDLD.pdf")
    try office.drop(letter, as: "78-LĐLĐ.pdf", from: Province.office, to: "cdcs-thpt")
    let report = try Letters.dispatch("007-BC.pdf")
    try district.drop(report, as: "Báo cáo.pdf", from: "cd-giaoduc")

    try await eventually("both letters are filed at both ends") {
      district.documents("inbox", of: "cdcs-thpt").count == 1
        && office.documents("inbox", of: Province.office).count == 1
        && office.documents("sent", of: Province.office).count == 1
        && district.documents("sent", of: "cd-giaoduc").count == 1
        && office.documents("outbox", of: Province.office).isEmpty
        && district.documents("outbox", of: "cd-giaoduc").isEmpty
    }
    let down = try Checker(dropped: ["78-LĐLĐ.pdf": letter])
      .violations(from: office, Province.office, to: [(district, "cdcs-thpt")])
    let up = try Checker(dropped: ["Báo cáo.pdf": report])
      .violations(from: district, "cd-giaoduc", to: [(office, Province.office)])
    #expect(down == [] && up == [])
    try await eventually("the sender learns of the delivery") { try await office.log().contains("\"delivered\"") }

    let received = try #require(district.documents("inbox", of: "cdcs-thpt").values.first).path
    try await Program.tool.run(["verify", received, "--trust", province.root.path])
    let judged = try await Command.judge("pdfsig", "-nocert", received)
    #expect(judged.output.contains("Signature is Valid") && judged.output.contains("Total document signed"))
    await province.close()
  }

  @Test(
    "what cannot be sent is rejected with a reason in Vietnamese, and holds up nothing else", .timeLimit(.minutes(3)))
  func badInput() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    let outbox = office.folder("cdcs-thpt").appending(component: "outbox")
    let nasty: [(String, Data)] = [
      ("không phải.pdf", Data("đây không phải là PDF".utf8)), ("rỗng.pdf", Data()),
      ("cắt ngang.pdf", try Letters.dispatch("007-BC.pdf").prefix(20_000)),
      ("mật khẩu.pdf", try Letters.hostile("encrypted-password.pdf")),
    ]
    for (name, bytes) in nasty { try office.drop(bytes, as: name, from: "cdcs-thpt") }
    try FileManager.default.createDirectory(
      at: outbox.appending(component: "thư mục.pdf"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: outbox.appending(component: "liên kết.pdf"), withDestinationURL: URL(fileURLWithPath: "/etc/passwd"))
    #expect(mkfifo(outbox.appending(component: "ống.pdf").path, 0o600) == 0)
    let sparse = outbox.appending(component: "thưa.pdf").path
    #expect(FileManager.default.createFile(atPath: sparse, contents: nil) && truncate(sparse, 4 << 30) == 0)
    try office.drop(Letters.small("unknown recipient"), as: "lạc.pdf", from: "cdcs-thpt", to: "khong-co-don-vi-nay")
    try office.drop(Letters.small("a good one"), as: "tốt.pdf", from: "cdcs-thpt")

    for folder in 1...6 {
      try office.drop(Data("no PDF \(folder)".utf8), as: "cùng tên.pdf", from: "cdcs-thpt", to: "nơi lạ \(folder)")
    }

    let refused = [
      "không phải.pdf", "rỗng.pdf", "cắt ngang.pdf", "mật khẩu.pdf", "thư mục.pdf", "liên kết.pdf", "ống.pdf",
      "thưa.pdf", "lạc.pdf",
    ]
    let rejected = office.folder("cdcs-thpt").appending(component: "rejected")
    try await eventually("the good letter is sent and the others are rejected") {
      let there = (try? FileManager.default.contentsOfDirectory(atPath: rejected.path)) ?? []
      return refused.allSatisfy { there.contains($0) && there.contains("\($0).reason.txt") }
        && office.documents("sent", of: "cdcs-thpt").count == 1
    }
    for name in refused {
      let reason = try String(contentsOf: rejected.appending(component: "\(name).reason.txt"), encoding: .utf8)
      #expect(
        reason.contains { "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ".contains($0) }, "\(name): \(reason)")
    }
    #expect(office.documents("inbox", of: Province.office).count <= 1)
    try await eventually("files of one name, refused at the same moment, have a reason each") {
      let there = try FileManager.default.contentsOfDirectory(atPath: rejected.path).filter { $0.hasPrefix("cùng tên") }
      let files = there.filter { $0.hasSuffix(".pdf") }
      return files.count == 6 && files.allSatisfy { there.contains("\($0).reason.txt") }
    }
    await province.close()
  }

  @Test("a file that may not be read is rejected with the reason, and holds up nothing else", .timeLimit(.minutes(2)))
  func unreadable() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    await office.agent.stop()
    // Root reads what it likes, unless that capability is taken away, as systemd does with the real service.
    if geteuid() == 0 { office.agent.wrapper = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] }
    try office.drop(Letters.small("kept from us"), as: "khóa.pdf", from: "cdcs-thpt")
    let locked = office.folder("cdcs-thpt").appending(components: "outbox", "khóa.pdf").path
    #expect(chmod(locked, 0) == 0)
    try office.drop(Letters.small("open to us"), as: "mở.pdf", from: "cdcs-thpt")
    try office.agent.start()
    let reason = office.folder("cdcs-thpt").appending(components: "rejected", "khóa.pdf.reason.txt")
    try await eventually("one is rejected, the other sent") {
      FileManager.default.fileExists(atPath: reason.path) && office.documents("sent", of: "cdcs-thpt").count == 1
    }
    #expect(try String(contentsOf: reason, encoding: .utf8).contains("quyền"))
    await province.close()
  }

  @Test(
    "a file that lies too deep in an outbox is not passed over: it is refused with the remedy", .timeLimit(.minutes(2)))
  func nested() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    let deepest = (1...12).map { "tầng \($0)" }.joined(separator: "/")
    for folder in ["cdcs-thpt/Hồ sơ", "cdcs-thpt/Hồ sơ/năm 2026", "cdcs-thpt/" + deepest] {
      try office.drop(
        Letters.small(folder.count.description), as: "tệp \(folder.count).pdf", from: Province.office, to: folder)
    }
    let rejected = office.folder(Province.office).appending(component: "rejected")
    let expected = [15, 24].map { "tệp \($0).pdf.reason.txt" } + ["tầng 9.reason.txt"]
    try await eventually("all are refused") {
      let there = (try? FileManager.default.contentsOfDirectory(atPath: rejected.path)) ?? []
      return expected.allSatisfy(there.contains)
    }
    let reason = try String(contentsOf: rejected.appending(component: expected[0]), encoding: .utf8)
    #expect(reason.contains("lồng nhau") && reason.contains("thẳng vào thư mục con"))
    #expect(office.documents("outbox", of: Province.office).isEmpty)
    await province.close()
  }

  @Test(
    "an original that may not be taken out of the outbox is told as sent, and never sent again", .timeLimit(.minutes(2))
  )
  func leftBehind() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    await office.agent.stop()
    if geteuid() == 0 { office.agent.wrapper = ["setpriv", "--bounding-set=-dac_override"] }
    try office.drop(Letters.small("stays"), as: "ở lại.pdf", from: "cdcs-thpt", to: Province.office)
    try office.drop(Data("no letter".utf8), as: "hỏng.pdf", from: "cdcs-thpt", to: Province.office)
    let folder = office.folder("cdcs-thpt").appending(components: "outbox", Province.office).path
    #expect(chmod(folder, 0o555) == 0)
    try office.agent.start()
    try await eventually("both are at their end") {
      let log = try await office.log()
      return log.contains("\"sent\"") && log.contains("\"rejected\"")
    }
    // The agent starts anew, and knows them.
    await office.agent.stop()
    try office.agent.start()
    try await eventually("it is up again") { office.agent.logText.components(separatedBy: " ready ").count == 3 }
    try office.drop(Letters.small("another"), as: "khác.pdf", from: "cdcs-thpt")
    try await eventually("others go on") { office.documents("sent", of: "cdcs-thpt").count == 2 }
    let log = try await office.log()
    #expect(
      log.components(separatedBy: "\"takenIn\"").count == 3 && log.components(separatedBy: "\"refused\"").count == 2)
    #expect(office.documents("outbox", of: "cdcs-thpt").count == 2)
    let status = try await Program.tool.run(["status", "--config", office.configuration.path])
    #expect(status.contains("2 tệp gốc") && status.contains("0 đang chờ") && status.contains("ở lại.pdf"))
    let notice = try #require(office.documents("sent", of: "cdcs-thpt")["ở lại.pdf"]).path + ".note.txt"
    #expect(try String(contentsOfFile: notice, encoding: .utf8).contains("ĐÃ ĐƯỢC GỬI"))
    let reason = office.folder("cdcs-thpt").appending(components: "rejected", "hỏng.pdf.reason.txt")
    #expect(try String(contentsOf: reason, encoding: .utf8).contains("vẫn nằm trong hộp đi"))
    // The administrator mends the folder, the clerk removes the other file.
    #expect(chmod(folder, 0o755) == 0)
    try FileManager.default.removeItem(atPath: folder + "/hỏng.pdf")
    await office.agent.stop()
    try office.agent.start()
    try await eventually("the original goes") {
      office.documents("outbox", of: "cdcs-thpt").isEmpty && !FileManager.default.fileExists(atPath: notice)
    }
    try await eventually("nothing is left to say") {
      try await !Program.tool.run(["status", "--config", office.configuration.path]).contains("tệp gốc")
    }
    await province.close()
  }

  @Test("a unit that signs for the archive (B-LTA) is understood by hub and recipient", .timeLimit(.minutes(2)))
  func archival() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    await office.agent.stop()
    let file = office.base.appending(components: "etc", "units.d", "cdcs-thpt.yaml")
    try (try String(contentsOf: file, encoding: .utf8) + "signing: { level: B-LTA }\n")
      .write(to: file, atomically: true, encoding: .utf8)
    try office.agent.start()
    try office.drop(Letters.small("for ten years"), as: "lưu trữ.pdf", from: "cdcs-thpt")
    try await eventually("it arrives", within: .seconds(20)) {
      office.documents("inbox", of: Province.office).count == 1
    }
    #expect(try await office.log().contains("B-LTA"))
    await province.close()
  }

  @Test(
    "a unit that may sign below its level does so where the hub is away, and only then", .timeLimit(.minutes(2)))
  func mayLower() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    await office.agent.stop()
    let file = office.base.appending(components: "etc", "units.d", "cdcs-thpt.yaml")
    try (try String(contentsOf: file, encoding: .utf8) + "signing: { mayLower: true }\n")
      .write(to: file, atomically: true, encoding: .utf8)
    try office.agent.start()
    try office.drop(Letters.small("before"), as: "trước.pdf", from: "cdcs-thpt")
    try await eventually("it arrives") { office.documents("inbox", of: Province.office).count == 1 }
    #expect(try await !office.log().contains("\"B-B\""))
    await province.hub.kill()
    try office.drop(Letters.small("must go"), as: "gấp.pdf", from: "cdcs-thpt")
    try await eventually("it is signed") { try await office.log().contains("\"B-B\"") }
    await province.close()
  }

  @Test(
    "a file of doubtful structure is rejected; a unit that has it repaired sends it, and is told to look at it",
    .timeLimit(.minutes(2)))
  func repaired() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt", "cd-giaoduc"])
    await office.agent.stop()
    let file = office.base.appending(components: "etc", "units.d", "cdcs-thpt.yaml")
    try (try String(contentsOf: file, encoding: .utf8) + "repair: true\n")
      .write(to: file, atomically: true, encoding: .utf8)
    try office.agent.start()
    let hybrid = try Letters.hostile("hybrid.pdf")
    try office.drop(hybrid, as: "lai.pdf", from: "cd-giaoduc")
    try office.drop(hybrid, as: "lai.pdf", from: "cdcs-thpt")
    try office.drop(try Letters.hostile("launch.pdf"), as: "lệnh.pdf", from: "cdcs-thpt")
    try await eventually("one arrives, the others are rejected") {
      office.documents("inbox", of: Province.office).count == 1
        && office.documents("rejected", of: "cd-giaoduc").count == 1
        && office.documents("rejected", of: "cdcs-thpt").keys.contains("lệnh.pdf")
    }
    let sent = try #require(office.documents("sent", of: "cdcs-thpt")["lai.pdf"]).path
    try await Program.tool.run(["verify", sent, "--trust", province.root.path])
    let judged = try await Command.judge("qpdf", "--check", sent)
    #expect(judged.status == 0, "\(judged.output)")
    let history = try await Program.tool.run(["log", "--config", office.configuration.path])
    #expect(history.contains("hãy mở bản trong thư mục đã gửi để kiểm tra"), "\(history)")
    #expect(try await office.log().contains("\"repaired\""))
    await province.close()
  }

  @Test("a hub that is down costs nothing but delay", .timeLimit(.minutes(3)))
  func hubDown() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    let first = Letters.small("before")
    try office.drop(first, as: "trước.pdf", from: "cdcs-thpt")
    try await eventually("the agent is up and has sent a letter") {
      office.documents("sent", of: "cdcs-thpt").count == 1
    }
    await province.hub.kill()
    let letter = Letters.small("while the hub is away")
    try office.drop(letter, as: "chờ.pdf", from: "cdcs-thpt")
    try await eventually("the letter is taken in") {
      try await office.log().components(separatedBy: "\"takenIn\"").count == 3
    }
    #expect(office.documents("outbox", of: "cdcs-thpt").count == 1, "it stays in the outbox until there is a receipt")
    // Nor does a letter to a unit that this machine hasn't heard of go back: the hub may know it.
    try office.drop(Letters.small("to a new unit"), as: "mới.pdf", from: Province.office, to: "cdcs-moi")
    try await eventually("it waits") { office.agent.hasSaid("a file waits in its outbox") }
    try await Program.hub.run(["unit", "add", "cdcs-moi", "--name", "Đơn vị mới", "--data", province.hubData.path])
    try await province.startHub()
    try await eventually("it is sent") { office.documents("sent", of: Province.office).count == 1 }
    try await eventually("the letter arrives") { office.documents("inbox", of: Province.office).count == 2 }
    #expect(try await !office.log().contains("\"B-B\""), "a letter waits for its time-stamp")
    try await eventually("the outbox is empty") { office.documents("outbox", of: "cdcs-thpt").isEmpty }
    let violations = try Checker(dropped: ["trước.pdf": first, "chờ.pdf": letter])
      .violations(from: office, "cdcs-thpt", to: [(office, Province.office)])
    #expect(violations == [])
    let (seconds, status) = await office.agent.stop()
    #expect(seconds < 5 && status == 0, "SIGTERM stops within 5 s at a safe point")
    await province.close()
  }
}
