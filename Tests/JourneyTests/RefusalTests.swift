import Foundation
import PKI
import Testing

/// What `congvan sign`, `archive` and `verify` say when they do not do it: one line each, with the file, a stable code, the
/// reason and the remedy.
@Suite("Refusals of the command line")
struct RefusalTests {
  private let folder: URL
  private let authority: CertificateAuthority

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(component: "congvan-no-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    authority = try CertificateAuthority.create(
      commonName: "Gốc", organization: "LĐLĐ", notBefore: Date() - 86_400)
    try authority.certificate.pem.write(to: folder.appending(component: "root.pem"))
    try Letters.small("a letter").write(to: folder.appending(component: "letter.pdf"))
  }

  private func path(_ name: String) -> String { folder.appending(component: name).path }

  /// Key and certificate in one file.
  private func identity(
    _ name: String, _ profile: CertificateProfile = .documentSigning, from: TimeInterval = -3600,
    until: TimeInterval = 86_400
  ) throws -> [String] {
    let key = try PrivateKey.generate(.p256)
    let certificate = try authority.issue(
      profile, publicKeyDER: key.publicKeyDER, subject: DistinguishedName(commonName: name),
      notBefore: Date() + from, notAfter: Date() + until)
    try (key.pem + certificate.pem).write(to: folder.appending(component: "\(name).pem"))
    chmod(path("\(name).pem"), 0o600)
    return ["--key", path("\(name).pem"), "--language", "en"]
  }

  /// Runs the tool and takes its one line.
  private func line(_ arguments: [String], status: Int32, file: String, code: String, _ words: String...) async throws {
    let result = try await Command.run(try Program.tool.url, arguments)
    let lines = result.errors.split(separator: "\n")
    #expect(result.status == status && lines.count == 1, "\(arguments): \(result)")
    let line = String(lines.first ?? "")
    #expect(line.hasPrefix("congvan: \(file): "), "\(line)")
    #expect(line.contains("[\(code)]") || line.contains("[\(code): ") || line.contains(": \(code): "), "\(line)")
    for word in words { #expect(line.contains(word), "\(word): \(line)") }
  }

  @Test(
    "a certificate that has ended, has not begun or is for something else signs nothing, and the line says what to do")
  func unfit() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, profile, from, until, code) in [
      ("ended", CertificateProfile.documentSigning, -3600.0, -1.0, "certificate-expired"),
      ("early", .documentSigning, 3600, 7200, "certificate-not-yet-valid"),
      ("server", .tlsServer, -3600, 3600, "purpose-unsuitable"),
    ] {
      let key = try identity(name, profile, from: from, until: until)
      try await line(
        ["sign", path("letter.pdf"), "-o", path("\(name).pdf")] + key, status: 2, file: path("\(name).pem"),
        code: code, name)
      #expect(!FileManager.default.fileExists(atPath: path("\(name).pdf")))
    }
    // Keys that openssl made: for encrypting alone, and without any usage.
    for (index, usage) in [["-addext", "keyUsage=critical,keyEncipherment"], []].enumerated() {
      let made = try await Command.run(
        URL(fileURLWithPath: "/usr/bin/env"),
        [
          "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=A", "-keyout",
          path("k\(index).pem"),
        ]
          + ["-out", path("c\(index).pem")] + usage)
      try #require(made.status == 0, "\(made)")
      chmod(path("k\(index).pem"), 0o600)
      try await line(
        ["sign", path("letter.pdf"), "-o", path("x.pdf"), "--key", path("k\(index).pem"), "--cert"]
          + [path("c\(index).pem"), "--language", "en"],
        status: 2, file: path("c\(index).pem"), code: "purpose-unsuitable", "nonRepudiation")
    }
  }

  @Test(
    "what cannot be written, archived, stamped or repaired is one line with the file, a code, the reason and the remedy"
  )
  func lines() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let key = try identity("unit")
    let letter = path("letter.pdf")
    let sign = ["sign", letter, "-o", path("signed.pdf")] + key
    #expect(try await Command.run(try Program.tool.url, sign).status == 0)
    try await line(sign, status: 2, file: letter, code: "target-exists", path("signed.pdf"), "not overwritten")
    let archive = ["--trust", path("root.pem"), "--tsa", "http://127.0.0.1:9/", "--language", "en"]
    try await line(
      ["archive", "/nowhere/letter.pdf"] + archive, status: 2, file: "/nowhere/letter.pdf", code: "unreadable",
      "no such file")
    try await line(["archive", letter] + archive, status: 1, file: letter, code: "not-signed", "congvan sign")
    try await line(["archive", path("root.pem")] + archive, status: 2, file: path("root.pem"), code: "not-pdf")
    try await line(
      ["archive", path("signed.pdf")] + archive, status: 2, file: path("signed.pdf"), code: "time-stamp-failed",
      "http://127.0.0.1:9/", "--tsa")
    try await line(
      ["sign", letter, "-o", path("stamped.pdf"), "--tsa", "http://127.0.0.1:9/"] + key, status: 2, file: letter,
      code: "time-stamp-failed", "--tsa")
    try Letters.hostile("truncated.pdf").write(to: folder.appending(component: "cut.pdf"))
    try await line(
      ["sign", path("cut.pdf"), "-o", path("x.pdf"), "--repair"] + key, status: 1, file: path("cut.pdf"),
      code: "truncated", "repairing does not help")
  }

  @Test("verify --json without anything to trust answers in JSON, once for each file")
  func untrusted() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let result = try await Command.run(
      try Program.tool.url,
      ["verify", "--json", path("letter.pdf"), "/nowhere.pdf", "--language", "en", "--config", path("none.yaml")])
    #expect(result.status == 2)
    let list = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]], "\(result)")
    #expect(list.compactMap { $0["file"] as? String } == [path("letter.pdf"), "/nowhere.pdf"])
    let problems = list.compactMap { $0["problem"] as? [String: Any] }
    #expect(problems.compactMap { $0["code"] as? String } == ["trust-missing", "trust-missing"])
    #expect(result.errors.split(separator: "\n").count == 1 && result.errors.contains("[trust-missing]"), "\(result)")
  }

  @Test("a PKCS#12 file without a password is opened by an empty password file, and any other refused in one line")
  func emptyPassword() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    _ = try identity("unit")
    for (name, password) in [("open", ""), ("shut", "secret")] {
      let made = try await Command.judge(
        "openssl", "pkcs12", "-export", "-in", path("unit.pem"), "-out", path("\(name).p12"), "-passout",
        "pass:\(password)")
      try #require(made.status == 0, "\(made)")
      chmod(path("\(name).p12"), 0o600)
    }
    try Data().write(to: folder.appending(component: "empty"))
    chmod(path("empty"), 0o600)
    func sign(_ name: String) -> [String] {
      ["sign", path("letter.pdf"), "-o", path("\(name).pdf"), "--p12", path("\(name).p12"), "--pin-file"]
        + [path("empty"), "--language", "en"]
    }
    let result = try await Command.run(try Program.tool.url, sign("open"))
    #expect(result.status == 0, "\(result)")
    try await line(
      sign("shut"), status: 2, file: path("shut.p12"), code: "password-wrong", path("empty"))
  }
}
