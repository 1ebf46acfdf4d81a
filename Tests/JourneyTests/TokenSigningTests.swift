import Foundation
import Testing

/// `congvan sign` with a key in a token, by itself: no daemon, no hub, no configuration.
@Suite("Signing with a token by hand", .serialized)
struct TokenSigningTests {
  private static let pin = "73519264"
  private static let wrongPIN = "98081726"
  private static let module = "/usr/lib/softhsm/libsofthsm2.so"

  private let folder: URL
  private var environment: [String] {
    ["SOFTHSM2_CONF=\(path("softhsm2.conf"))", "XDG_STATE_HOME=\(path("state"))", "HOME=\(folder.path)"]
  }
  private func path(_ name: String) -> String { folder.appending(path: name).path }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(component: "congvan-sign-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder.appending(path: "tokens"), withIntermediateDirectories: true)
    try Data("directories.tokendir = \(path("tokens"))\nobjectstore.backend = file\n".utf8)
      .write(to: folder.appending(path: "softhsm2.conf"))
  }

  /// A program with the token's environment.
  private func run(_ program: String, _ arguments: [String]) async throws -> Command.Result {
    try await Command.run(URL(fileURLWithPath: "/usr/bin/env"), environment + [program] + arguments)
  }

  private func need(_ program: String, _ arguments: [String]) async throws {
    let result = try await run(program, arguments)
    try #require(result.status == 0, "\(program): \(result.errors)")
  }

  private func writePIN(_ pin: String, permissions: mode_t = 0o600) throws -> String {
    let file = path("pin")
    try? FileManager.default.removeItem(atPath: file)
    try Data("\(pin)\n".utf8).write(to: URL(fileURLWithPath: file))
    chmod(file, permissions)
    return file
  }

  @Test("a token signs a letter; each refusal is one line with file, code and remedy, and none tells the PIN")
  func byHand() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try await need(
      "openssl",
      [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path("k.pem"), "-out", path("c.pem"), "-subj",
        "/CN=Unit", "-days", "10", "-addext", "keyUsage=critical,digitalSignature,nonRepudiation",
      ])
    try await need(
      "softhsm2-util", ["--init-token", "--free", "--label", "Unit", "--so-pin", "11112222", "--pin", Self.pin])
    try await need(
      "softhsm2-util",
      ["--import", path("k.pem"), "--token", "Unit", "--label", "seal", "--id", "01", "--pin", Self.pin])
    let letter = path("letter.pdf")
    try Letters.small("token").write(to: URL(fileURLWithPath: letter))

    let tool = try Program.tool.url.path
    var printed = ""
    func sign(_ uri: String, pin: String, into output: String = "none.pdf") async throws -> Command.Result {
      let result = try await run(
        tool,
        [
          "sign", letter, "-o", path(output), "--pkcs11", "pkcs11:\(uri)?module-path=\(Self.module)", "--cert",
          path("c.pem"), "--pin-file", pin,
        ])
      printed += result.output + result.errors
      return result
    }
    func refuses(_ code: String, _ remedy: String, _ uri: String, pin: String) async throws {
      let result = try await sign(uri, pin: pin)
      let lines = result.errors.split(separator: "\n")
      #expect(result.status == 2 && lines.count == 1, "\(result.errors)")
      #expect(result.errors.contains(code) && result.errors.contains(remedy), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: path("none.pdf")))
    }

    let good = try await sign("token=Unit;object=seal", pin: try writePIN(Self.pin), into: "signed.pdf")
    #expect(good.status == 0, "\(good.errors)")
    let judged = try await Command.judge("pdfsig", "-nocert", path("signed.pdf"))
    #expect(judged.output.contains("Signature is Valid"), "\(judged.output)")

    try await refuses("token-key-missing", "\"seal\"", "token=Unit;object=other", pin: try writePIN(Self.pin))
    try await refuses("token-unavailable", "Plug it in", "token=Other", pin: try writePIN(Self.pin))
    try await refuses("pin-file-exposed", "chmod 600", "token=Unit", pin: try writePIN(Self.pin, permissions: 0o644))
    let wrong = try writePIN(Self.wrongPIN)
    try await refuses("pin-wrong", "congvan token retry", "token=Unit", pin: wrong)
    try await refuses("pin-withheld", "congvan token retry", "token=Unit", pin: wrong)
    try await need(tool, ["token", "retry", "--config", path("none.yaml")])
    try await refuses("pin-wrong", "congvan token retry", "token=Unit", pin: wrong)

    let list = try await run(tool, ["token", "list", Self.module])
    #expect(list.status == 0 && list.output.contains("pkcs11:token=Unit"), "\(list.errors)")
    printed += list.output + list.errors
    let remembered = try await run("grep", ["-r", "", path("state")])
    #expect(remembered.status == 0, "the refused PIN is remembered")
    printed += remembered.output
    #expect(!printed.contains(Self.pin) && !printed.contains(Self.wrongPIN), "\(printed)")
  }
}
