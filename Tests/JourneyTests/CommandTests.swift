import Exchange
import Foundation
import Testing

@Suite(.serialized) struct CommandTests {
  @Test("every program says which version it is")
  func version() async throws {
    for program in [Program.tool, .agent, .hub] {
      let said = try await program.run(["--version"]).trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(said == ProgramVersion.text)
    }
    let changes = Letters.fixtures.deletingLastPathComponent().deletingLastPathComponent()
      .appending(component: "CHANGELOG.md")
    let number = ProgramVersion.text.prefix { $0 != "-" }
    #expect(try String(contentsOf: changes, encoding: .utf8).contains(number), "and the changelog knows it")
  }

  @Test("verify names each file that it can't read, for programs too")
  func unreadable() async throws {
    let root = FileManager.default.temporaryDirectory.appending(component: "congvan-\(UUID().uuidString.prefix(8)).pem")
    defer { try? FileManager.default.removeItem(at: root) }
    _ = try await Command.judge(
      "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=Root", "-out",
      root.path)
    let garbage = root.path
    let result = try await Command.run(
      try Program.tool.url, ["verify", "/nonexist.pdf", garbage, "--json", "--trust", root.path])
    #expect(result.status == 2)
    let list = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]], "\(result.output)")
    #expect(list.compactMap { $0["file"] as? String } == ["/nonexist.pdf", garbage])
    #expect(list.allSatisfy { $0["valid"] as? Bool == false })
    let codes = list.compactMap { ($0["problem"] as? [String: Any])?["code"] as? String }
    #expect(codes == ["unreadable"] && list.last?["report"] != nil)
  }

  @Test("a pipe among the files to read or verify is refused, and not waited for", .timeLimit(.minutes(1)))
  func pipe() async throws {
    let pipe = FileManager.default.temporaryDirectory.appending(component: "congvan-\(UUID().uuidString.prefix(8)).pdf")
    #expect(mkfifo(pipe.path, 0o600) == 0)
    defer { try? FileManager.default.removeItem(at: pipe) }
    let root = Letters.fixtures.appending(components: "pdf", "signed-root.pem").path
    for command in [["read", pipe.path], ["verify", pipe.path, "--trust", root]] {
      let result = try await Command.run(
        URL(fileURLWithPath: "/usr/bin/env"), ["timeout", "20", try Program.tool.url.path] + command)
      #expect(result.status == 2 && result.errors.contains("không phải là một tệp thông thường"), "\(result)")
    }
  }

  /// Runs the tool as somebody whom permissions hold back: root is, once that capability is taken away.
  private func restricted(_ arguments: [String], locale: String = "C.UTF-8") async throws -> Command.Result {
    let wrapper = geteuid() == 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : []
    return try await Command.run(
      URL(fileURLWithPath: "/usr/bin/env"), ["LC_ALL=\(locale)"] + wrapper + [try Program.tool.url.path] + arguments)
  }

  @Test("a file that may not be read is not told as one that doesn't exist, whichever command it is given to")
  func permissions() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(component: "congvan-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(
      at: folder.appending(components: "etc", "units.d"), withIntermediateDirectories: true)
    let locked = folder.appending(component: "locked.pdf").path
    try Letters.small("locked").write(to: URL(fileURLWithPath: locked))
    #expect(chmod(locked, 0) == 0)
    let root = Letters.fixtures.appending(components: "pdf", "signed-root.pem").path
    let signed = Letters.fixtures.appending(components: "pdf", "signed-once-1.4.pdf").path
    let config = folder.appending(components: "etc", "congvan.yaml").path
    let state = folder.appending(component: "state").path
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
    try Data("hub:\n  api: https://hub:1\n  public: https://hub:2\nstate: \(state)\n".utf8)
      .write(to: URL(fileURLWithPath: config))
    let key = folder.appending(component: "key.pem").path
    _ = try await Command.judge(
      "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-subj", "/CN=A", "-out",
      key + ".crt",
      "-addext", "keyUsage=critical,digitalSignature,nonRepudiation")
    let sign = ["sign", "-d", folder.path, "--key", key, "--cert", key + ".crt"]
    let commands: [(String) -> [String]] = [
      { ["verify", $0, "--trust", root] }, { ["verify", signed, "--trust", $0] },
      { ["verify", signed, "--trust", root, "--crl", $0] }, { sign + [$0] }, { sign + ["--files-from", $0] },
      { ["sign", signed, "-d", folder.path, "--key", key, "--cert", $0] }, { ["read", $0] },
      { ["log", "--config", $0] },
    ]
    for command in commands {
      let kept = try await restricted(command(locked))
      #expect(
        kept.status != 0 && kept.errors.contains(/quyền|ermission denied/)
          && !kept.errors.contains(/không có tệp|o such file/), "\(command(locked)): \(kept)")
      let missing = try await restricted(command("/nowhere/letter.pdf"))
      #expect(missing.status != 0 && missing.errors.contains(/không có tệp|o such file/), "\(missing)")
    }
    #expect(chmod(state, 0) == 0)
    defer { _ = chmod(state, 0o700) }
    for command in [["status"], ["log"], ["show", "0"]] {
      let kept = try await restricted(command + ["--config", config])
      #expect(kept.status == 2 && kept.errors.contains("sudo") && kept.output.isEmpty, "\(command): \(kept)")
    }
    _ = chmod(state, 0o700)
    try FileManager.default.removeItem(at: folder)
  }

  @Test("verify speaks one language, that of --language or LANG, and never shows a level that it can't tell")
  func oneLanguage() async throws {
    let root = Letters.fixtures.appending(components: "pdf", "signed-root.pem").path
    let files = ["signed-byte-changed", "signature-unreadable", "signed-comment-appended", "signed-page-replaced"].map {
      Letters.fixtures.appending(components: "hostile", "\($0).pdf").path
    }
    for (locale, options, isVietnamese) in [
      ("C.UTF-8", [], true), ("vi_VN.UTF-8", [], true), ("en_US.UTF-8", [], false),
      ("en_US.UTF-8", ["--language", "vi"], true), ("C.UTF-8", ["--language", "en"], false),
    ] {
      let result = try await restricted(["verify", "--trust", root] + options + files, locale: locale)
      #expect(result.status == 1, "\(result.errors)")
      let marks = "ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụấầậắộốồợớờụứừữự"
      for line in result.output.split(separator: "\n") where line.contains(/^  \p{Alphabetic}+: .*\([a-z-]+\)$/) {
        #expect(line.contains { marks.contains($0) } == isVietnamese, "\(line)")
      }
      let levels = result.output.split(separator: "\n").filter {
        $0.hasPrefix("  Mức chữ ký: ") || $0.hasPrefix("  Level: ")
      }
      #expect(!levels.isEmpty && levels.allSatisfy { !$0.hasSuffix(" ") && !$0.hasSuffix("PAdES") }, "\(levels)")
    }
  }

  @Test("where the folder of units is missing, the check fails, and status says it")
  func noUnits() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(component: "congvan-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let config = folder.appending(component: "congvan.yaml").path
    try Data("hub:\n  api: https://hub:1\n  public: https://hub:2\n".utf8).write(to: URL(fileURLWithPath: config))
    let check = try await Command.run(try Program.agent.url, ["--check", "--config", config])
    #expect(check.status == 78 && check.errors.contains("units.d") && check.errors.contains("congvan enroll"))
    let status = try await Command.run(try Program.tool.url, ["status", "--config", config])
    #expect(status.status == 0 && status.output.contains("KHÔNG phục vụ đơn vị nào"), "\(status)")
    let json = try await Command.run(try Program.tool.url, ["status", "--json", "--config", config])
    #expect(json.output.contains("\"unitsFolderMissing\" : true"))
  }

  @Test("a reload that finds no folder of units keeps the units, and says so", .timeLimit(.minutes(2)))
  func reload() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    let units = office.base.appending(components: "etc", "units.d")
    let aside = office.base.appending(component: "aside")
    try FileManager.default.moveItem(at: units, to: aside)
    office.agent.reload()
    try await eventually("it is told") { office.agent.hasSaid("configuration not taken") }
    try await eventually("the agent goes on") { office.agent.logText.components(separatedBy: " ready ").count == 3 }
    try office.drop(Letters.small("still served"), as: "vẫn gửi.pdf", from: "cdcs-thpt")
    try await eventually("it is sent") { office.documents("sent", of: "cdcs-thpt").count == 1 }
    try FileManager.default.moveItem(at: aside, to: units)
    office.agent.reload()
    try await eventually("the right one is taken") { office.agent.hasSaid("configuration read again") }
    // A start that finds none goes on, so that the machine can be mended, but not in silence.
    await office.agent.stop()
    #expect(!office.agent.hasSaid("no unit is served"))
    try FileManager.default.moveItem(at: units, to: aside)
    try office.agent.start()
    try await eventually("it is told") { office.agent.hasSaid("no unit is served") }
    await province.close()
  }

  @Test("however often the configuration is read again, threads and open files stay as many", .timeLimit(.minutes(2)))
  func reloads() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    try office.drop(Letters.small("all is in use"), as: "trước.pdf", from: "cdcs-thpt")
    try await eventually("it is sent") { office.documents("sent", of: "cdcs-thpt").count == 1 }
    let before = try office.agent.holdings()
    for times in 2...9 {
      office.agent.reload()
      try await eventually("it is ready again") {
        office.agent.logText.components(separatedBy: " ready ").count == times + 1
      }
    }
    try await eventually("what the earlier ones held is given back", within: .seconds(20)) {
      let now = try office.agent.holdings()
      return now.threads <= before.threads + 8 && now.files <= before.files + 8
    }
    await province.close()
  }
}
