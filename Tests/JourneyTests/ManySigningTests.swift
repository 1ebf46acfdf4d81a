import Foundation
import Testing

/// `congvan sign FILES… -d DIR`.
@Suite("Signing many files")
struct ManySigningTests {
  @Test("every good file is signed, every other has one line that says why, and nothing else is left behind")
  func many() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(component: "congvan-many-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let target = folder.appending(component: "signed")
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    func path(_ name: String) -> String { folder.appending(component: name).path }
    let made = try await Command.judge(
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
      path("key.pem"), "-out", path("certificate.pem"), "-subj", "/CN=Unit", "-days", "10", "-addext",
      "keyUsage=critical,digitalSignature,nonRepudiation")
    try #require(made.status == 0, "\(made.errors)")
    chmod(path("key.pem"), 0o600)
    var good: [String: Data] = [:]
    for number in 1...40 {
      good["\(number).pdf"] = Letters.small("letter \(number)")
      try good["\(number).pdf"]?.write(to: folder.appending(component: "\(number).pdf"))
    }
    for bad in ["launch.pdf", "text.pdf"] { try Letters.hostile(bad).write(to: folder.appending(component: bad)) }
    // Half of them by name, half in a list.
    let names = good.keys.sorted().map(path)
    try Data((names.dropFirst(20) + [path("text.pdf")]).joined(separator: "\n").utf8)
      .write(to: folder.appending(component: "list"))
    let key = ["--key", path("key.pem"), "--cert", path("certificate.pem"), "-d", target.path, "--language", "en"]
    let arguments =
      ["sign"] + names.prefix(20) + [path("launch.pdf"), "--files-from", path("list"), "--jobs", "4"] + key

    let result = try await Command.run(try Program.tool.url, arguments)
    let lines = result.errors.split(separator: "\n")
    #expect(result.status == 1 && lines.count == 2, "\(result.errors)")
    #expect(lines.contains { $0.contains("launch.pdf: ") && $0.contains("[active-content: ") })
    #expect(lines.contains { $0.contains("text.pdf: ") && $0.contains("[not-pdf: ") })
    let signed = try FileManager.default.contentsOfDirectory(atPath: target.path)
    #expect(Set(signed) == Set(good.keys))
    for (name, original) in good {
      let bytes = try Data(contentsOf: target.appending(component: name))
      #expect(bytes.starts(with: original) && bytes.count > original.count)
    }
    let judged = try await Program.tool.run(
      ["verify", "--json", "--trust", path("certificate.pem")] + signed.map { target.appending(component: $0).path })
    #expect(judged.components(separatedBy: "\"valid\" : true").count == good.count + 1)

    // What stands there is kept.
    let before = try Data(contentsOf: target.appending(component: "1.pdf"))
    let again = try await Command.run(try Program.tool.url, ["sign", path("1.pdf"), "--no-sync"] + key)
    #expect(again.status == 2 && again.errors.contains("[target-exists]"), "\(again.errors)")
    #expect(try Data(contentsOf: target.appending(component: "1.pdf")) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: target.path).count == good.count)
  }
}
