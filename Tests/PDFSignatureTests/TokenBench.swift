import Foundation
import Judging
import Testing

@testable import PKI

/// Real tokens (SoftHSM) with keys and certificates, made once: SoftHSM sees the tokens there were when it was initialised.
struct TokenBench: Sendable {
  static let shared = Result { try TokenBench() }
  static var ours: TokenBench { get throws { try shared.get() } }

  /// In no message, log or answer may these digits appear.
  static let pin = "73519264"
  static let wrongPIN = "98081726"

  let folder: String
  /// Of the keys in the token "Keys", whose labels are the algorithms' names and whose ids are 01, 02, ...
  let certificates: [KeyAlgorithm: Certificate]

  private static let module = "/usr/lib/softhsm/libsofthsm2.so"
  /// Tokens with one P-256 key each, for tests that change a token's state.
  static let small = ["Wrong", "Final", "Locked", "Pulled", "Hanging", "Crash"]

  private init() throws {
    let workshop = try Workshop()
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("congvan-tokens-\(getpid())").path
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: "\(folder)/tokens", withIntermediateDirectories: true)
    let configuration = "\(folder)/softhsm2.conf"
    try Data("directories.tokendir = \(folder)/tokens\nobjectstore.backend = file\nlog.level = ERROR\n".utf8)
      .write(to: URL(fileURLWithPath: configuration))
    let environment = ["SOFTHSM2_CONF=\(configuration)"]
    func tool(_ arguments: [String]) throws {
      let result = try workshop.run("env", environment + arguments)
      try #require(result.status == 0, "\(arguments.first ?? ""): \(result.output)")
    }
    func make(_ token: String) throws {
      try tool([
        "softhsm2-util", "--init-token", "--free", "--label", token, "--so-pin", "11112222", "--pin", Self.pin,
      ])
    }
    func put(_ key: PrivateKey, _ certificate: Certificate, _ token: String, _ label: String, _ id: String) throws {
      let pem = try workshop.write(try key.pem, "key.pem")
      try tool(["softhsm2-util", "--import", pem, "--token", token, "--label", label, "--id", id, "--pin", Self.pin])
      let der = try workshop.write(certificate.der, "certificate.der")
      try tool([
        "pkcs11-tool", "--module", Self.module, "--token-label", token, "--login", "--pin", Self.pin, "--write-object",
        der, "--type", "cert", "--id", id, "--label", label,
      ])
    }
    let house = try House.ours
    func certificate(_ key: PrivateKey) throws -> Certificate {
      try house.authority.issue(
        .documentSigning, publicKeyDER: key.publicKeyDER,
        subject: DistinguishedName(commonName: "Công đoàn Trường Nguyễn Du", country: "VN"),
        uris: ["urn:congvan:unit:nguyen-du"], notBefore: Date() - 3600, notAfter: Date() + 86400)
    }
    var certificates: [KeyAlgorithm: Certificate] = [:]
    try make("Keys")
    for (index, algorithm) in KeyAlgorithm.allCases.enumerated() {
      let key = try PrivateKey.generate(algorithm)
      let own = try certificate(key)
      certificates[algorithm] = own
      try put(key, own, "Keys", algorithm.rawValue, "0\(index + 1)")
    }
    let key = try PrivateKey.generate(.p256)
    let own = try certificate(key)
    for token in Self.small {
      try make(token)
      try put(key, own, token, "small", "01")
    }
    self.certificates = certificates
    smallCertificate = own
  }

  let smallCertificate: Certificate
}

/// One module in front of the tokens, with faults to switch and calls to count, a folder for refused PINs, and a PIN file.
final class TokenProxy {
  let folder: URL
  let bench: TokenBench

  init() throws {
    bench = try TokenBench.ours
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("congvan-proxy-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try writePIN(TokenBench.pin)
    let built = try Workshop().run(
      "clang",
      [
        "-shared", "-fPIC", "-Wall", "-Werror", "-DFOLDER=\"\(folder.path)\"",
        "-DMODULE=\"/usr/lib/softhsm/libsofthsm2.so\"", "-DCONFIGURATION=\"\(bench.folder)/softhsm2.conf\"", "-o",
        module,
        Fixtures.folder.appendingPathComponent("tokens/proxy.c").path,
      ])
    try #require(built.status == 0, "\(built.output)")
  }

  // The module stays loaded, so its folder stays too until the process ends; only what is secret goes.
  deinit { try? FileManager.default.removeItem(atPath: pinFile) }

  var module: String { folder.appendingPathComponent("proxy.so").path }
  var pinFile: String { folder.appendingPathComponent("pin").path }
  var tries: PINGuard { PINGuard(folder: folder.appendingPathComponent("tries").path) }

  func writePIN(_ pin: String, permissions: Int = 0o600) throws {
    try? FileManager.default.removeItem(atPath: pinFile)
    try Data("\(pin)\n".utf8).write(to: URL(fileURLWithPath: pinFile))
    chmod(pinFile, mode_t(permissions))
  }

  func uri(_ path: String) throws -> TokenURI {
    try TokenURI("pkcs11:\(path)?module-path=\(module)&pin-source=file:\(pinFile)")
  }

  /// The one key of a small token, as a program that has just started has it.
  func key(_ token: String, limit: TimeInterval = 30) throws -> TokenKey {
    try TokenKey(
      uri("token=\(token)"), certificate: bench.smallCertificate, tries: tries, callLimit: limit)
  }

  func set(_ fault: String, _ isOn: Bool) throws {
    let url = folder.appendingPathComponent(fault)
    if isOn { try Data().write(to: url) } else { try FileManager.default.removeItem(at: url) }
  }

  func calls(_ name: String) -> Int {
    let text = (try? String(contentsOf: folder.appendingPathComponent("calls"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").count { $0 == name }
  }
}
