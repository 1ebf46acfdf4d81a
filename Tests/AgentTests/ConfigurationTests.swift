import Exchange
import Foundation
import PKI
import Testing

@testable import Agent

/// A folder of its own for one test.
final class TemporaryFolder {
  let url: URL
  init() throws {
    url = FileManager.default.temporaryDirectory.appending(component: "congvan-agent-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }

  var path: String { url.path }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file.path
  }
}

@Suite struct ConfigurationTests {
  static let minimal = "hub:\n  api: https://hub:8444\n  public: https://hub:8443/\n"

  private func refusal(_ text: String, unit: String? = nil) throws -> ConfigurationError? {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "congvan.yaml")
    if let unit { try folder.write(unit, to: "units.d/u.yaml") }
    do {
      _ = try AgentConfiguration.load(path)
      return nil
    } catch { return error }
  }

  @Test("what is not said has a sensible default")
  func defaults() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.minimal, to: "congvan.yaml")
    try folder.write("unit: cdcs-thpt\nfolder: /srv/congvan/cdcs-thpt\n", to: "units.d/cdcs-thpt.yaml")
    let configuration = try AgentConfiguration.load(path)
    #expect(configuration.hub == .init(api: "https://hub:8444", publicURL: "https://hub:8443"))
    #expect(configuration.language == .vietnamese && configuration.inFlight == 8)
    #expect(configuration.quietPeriod == .seconds(2) && configuration.pollEvery == .seconds(60))
    #expect(configuration.state == folder.path + "/state")
    let unit = try #require(configuration.units.first)
    #expect(unit.outbox == "/srv/congvan/cdcs-thpt/outbox" && unit.permissions.files == 0o440)
    #expect(unit.keyFile == unit.certificateFile && unit.keyFile.hasSuffix("/state/keys/unit-cdcs-thpt.pem"))
    #expect(AgentConfiguration.defaultState(for: AgentConfiguration.defaultPath) == "/var/lib/congvan")
  }

  @Test("every key of the reference is understood")
  func everything() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      Self.minimal + """
        state: /tmp/s
        language: en
        inFlight: 4
        quietPeriod: 500ms
        scanEvery: 1m
        pollEvery: 10s
        watching: polling
        proxy: http://proxy:3128
        logLevel: debug
        documentSize: 64MiB
        """, to: "congvan.yaml")
    try folder.write(
      """
      unit: ldld-tinh
      name: "LĐLĐ tỉnh: văn phòng"
      folder: /srv/a/
      folders: { outbox: "Gửi đi", inbox: "Đến", sent: "Đã gửi", rejected: "Trả lại", done: "Xong", returned: "Gửi trả" }
      keyFile: /k/key.pem
      certificateFile: /k/cert.pem
      signing: { reason: Phát hành, location: Bến Tre, level: B-LT, mayLower: true }
      permissions: { files: "0444", folders: "0770" }
      elsewhere: [Thường trực Tỉnh ủy]
      """, to: "units.d/a.yaml")
    let configuration = try AgentConfiguration.load(path)
    #expect(configuration.quietPeriod == .milliseconds(500) && configuration.documentSize == 64 << 20)
    #expect(configuration.watching == .polling && configuration.language == .english)
    let unit = try #require(configuration.units.first)
    #expect(unit.done == "/srv/a/Đến/Xong" && unit.returned == "/srv/a/Đến/Gửi trả")
    #expect(unit.outbox == "/srv/a/Gửi đi" && unit.signing.reason == "Phát hành" && unit.signing.level == .longTerm)
    #expect(unit.signing.mayLower && unit.elsewhere == ["Thường trực Tỉnh ủy"])
    #expect(unit.permissions.files == 0o444 && unit.permissions.folders == 0o770)
  }

  @Test("an unknown key is refused with its file, its name and the nearest known one")
  func unknownKey() throws {
    let error = try #require(try refusal(Self.minimal + "quietperiod: 2s\n"))
    #expect(error.code == .unknownKey && error.key == "quietperiod" && error.file.hasSuffix("congvan.yaml"))
    #expect(error.detail.contains("did you mean `quietPeriod`"))
    let nested = try #require(try refusal(Self.minimal, unit: "unit: a\nfolder: /x\nsigning:\n  raeson: x\n"))
    #expect(nested.key == "signing.raeson" && nested.detail.contains("`reason`") && nested.file.hasSuffix("u.yaml"))
  }

  @Test(
    "a value of the wrong kind or out of bounds is refused",
    arguments: [
      "inFlight: 0", "inFlight: many", "quietPeriod: 2", "quietPeriod: 2 weeks", "language: fr", "watching: never",
      "state: var/lib", "documentSize: 1B", "logLevel: loud", "scanEvery: [1, 2]",
      "proxy: ftp://proxy:21", "proxy: proxy:3128", "proxy: http://",
    ])
  func badValues(_ line: String) throws {
    #expect(try refusal(Self.minimal + line + "\n")?.code == .badValue)
  }

  @Test("what is not a configuration is refused as such")
  func notYAML() throws {
    #expect(try refusal("- a\n- b\n")?.code == .notYAML)
    #expect(try refusal("hub: {api: ")?.code == .notYAML)
    #expect(try refusal("")?.code == .missingKey)
    #expect(try refusal("hub:\n  api: http://hub\n  public: https://hub\n")?.key == "hub.api", "https alone")
    #expect(throws: ConfigurationError.self) { try AgentConfiguration.load("/nonexistent/congvan.yaml") }
  }

  @Test("another signing key is named by file or token, with what it needs, and never with its PIN")
  func signingKeys() throws {
    let folder = try TemporaryFolder()
    func unit(_ signing: String) throws -> UnitConfiguration {
      let path = try folder.write(Self.minimal, to: "congvan.yaml")
      try folder.write("unit: a\nfolder: /x\nsigning:\n\(signing)\n", to: "units.d/1.yaml")
      return try #require(try AgentConfiguration.load(path).units.first)
    }
    let uri = "pkcs11:token=T;object=k?module-path=/usr/lib/m.so"
    let token = try unit("  key: \(uri)\n  certificate: /k/c.pem\n  pin: credential:pin")
    #expect(token.signing.key == .token(try TokenURI(uri)) && token.signing.pin == .credential("pin"))
    #expect(try unit("  key: /k/K.P12\n  pin: /k/pin").signing.key == .pkcs12("/k/K.P12"))
    #expect(try unit("  key: /k/k.pem").signing.key == .pem("/k/k.pem"))
    #expect(try unit("  reason: x").signing.key == nil)
    for (signing, key) in [
      ("  key: \(uri)", "signing.certificate"), ("  key: /k/k.p12", "signing.pin"),
      ("  key: /k/k.pem\n  pin: /k/pin", "signing.pin"), ("  pin: /k/pin", "signing.key"),
      ("  certificate: /k/c.pem", "signing.key"), ("  key: k.pem", "signing.key"),
      ("  key: \(uri)&pin-source=/p\n  certificate: /c\n  pin: /q", "signing.pin"),
      ("  key: \(uri)\n  certificate: /c\n  pin: \"73519264\"", "signing.pin"),
      ("  key: \(uri)&pin-value=73519264\n  certificate: /c", "signing.key"),
    ] {
      let error = #expect(throws: ConfigurationError.self) { try unit(signing) }
      #expect(error?.key == key, "\(signing)")
      #expect(error.map { "\($0)".contains("73519264") } == false, "a PIN put there by mistake is not repeated")
    }
  }

  @Test("a PKCS#12 file signs documents; its password file must be nobody else's to read")
  func pkcs12Signer() throws {
    let folder = try TemporaryFolder()
    let key = try PrivateKey.generate(.p256)
    let authority = try CertificateAuthority.create(commonName: "Root", organization: "Test")
    let certificate = try authority.issue(
      .documentSigning, publicKeyDER: key.publicKeyDER, subject: DistinguishedName(commonName: "u"), notBefore: Date(),
      notAfter: Date() + 3600)
    let pem = try folder.write(String(decoding: try key.pem + certificate.pem, as: UTF8.self), to: "k.pem")
    let pin = try folder.write("73519264\n", to: "pin")
    let p12 = folder.path + "/k.p12"
    let openssl = Process()
    openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    openssl.arguments = ["openssl", "pkcs12", "-export", "-in", pem, "-out", p12, "-passout", "file:\(pin)"]
    try openssl.run()
    openssl.waitUntilExit()
    chmod(p12, 0o600)
    let tries = PINGuard(folder: folder.path + "/tries")
    chmod(pin, 0o640)
    let exposed = #expect(throws: ConfigurationError.self) {
      try DocumentSigner.load(.pkcs12(p12), pin: .file(pin), tries: tries)
    }
    #expect(exposed?.detail.contains("pin-file-exposed") == true && exposed?.detail.contains("chmod 600") == true)
    chmod(pin, 0o600)
    let signer = try DocumentSigner.load(.pkcs12(p12), pin: .file(pin), tries: tries)
    #expect(signer.certificate == certificate)
    chmod(p12, 0o644)
    #expect(throws: ConfigurationError.self) { try DocumentSigner.load(.pkcs12(p12), pin: .file(pin), tries: tries) }
  }

  @Test("a unit stands in one file, with one folder of its own")
  func unitsDiffer() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.minimal, to: "congvan.yaml")
    try folder.write("unit: a\nfolder: /x\n", to: "units.d/1.yaml")
    try folder.write("unit: a\nfolder: /y\n", to: "units.d/2.yaml")
    #expect(throws: ConfigurationError.self) { try AgentConfiguration.load(path) }
    try folder.write("unit: b\nfolder: /x\n", to: "units.d/2.yaml")
    #expect(throws: ConfigurationError.self) { try AgentConfiguration.load(path) }
  }

  @Test("what enrolment writes is read back as it was meant")
  func written() throws {
    let folder = try TemporaryFolder()
    var configuration = AgentConfiguration(
      hub: .init(api: "https://hub:8444", publicURL: "https://hub:8443"), state: folder.path + "/state")
    let unit = UnitConfiguration(
      unit: try UnitID("cdcs-thpt"), name: "CĐCS \"THPT\": số 1\n# x", folder: folder.path + "/cđ",
      keyFile: configuration.paths.unitIdentity(try UnitID("cdcs-thpt")))
    configuration.units = [unit]
    let path = try folder.write(ConfigurationText.machine(configuration), to: "congvan.yaml")
    try folder.write(ConfigurationText.unit(unit), to: "units.d/cdcs-thpt.yaml")
    #expect(try AgentConfiguration.load(path) == configuration)
  }

  @Test("a unit's file with another unit's certificate is refused, with both names")
  func otherUnit() throws {
    let folder = try TemporaryFolder()
    let authority = try CertificateAuthority.create(commonName: "Root", organization: "Test")
    func write(_ uris: [String], to path: String) throws {
      let key = try PrivateKey.generate(.p256)
      let certificate = try authority.issue(
        .documentSigning, publicKeyDER: key.publicKeyDER, subject: DistinguishedName(commonName: "x"), uris: uris,
        notBefore: Date(), notAfter: Date() + 3600)
      let file = try folder.write("", to: path)
      try SigningIdentity(key: key, certificates: [certificate]).pem.write(to: URL(fileURLWithPath: file))
      chmod(file, 0o600)
    }
    let path = try folder.write(Self.minimal + "state: \(folder.path)/state\n", to: "congvan.yaml")
    try folder.write("unit: cd-b\nfolder: /x\n", to: "units.d/b.yaml")
    try write([], to: "state/keys/machine.pem")
    let configuration = try AgentConfiguration.load(path)
    for (uris, named) in [(["urn:congvan:unit:cd-a"], "the unit cd-a"), ([], "no unit's")] {
      try write(uris, to: "state/keys/unit-cd-b.pem")
      let error = #expect(throws: ConfigurationError.self) { try IdentityStore.load(configuration) }
      #expect(error?.detail.contains(named) == true && error?.detail.contains("cd-b") == true)
    }
    try write(["urn:congvan:unit:cd-b"], to: "state/keys/unit-cd-b.pem")
    _ = try IdentityStore.load(configuration)
  }

  @Test("enrolling again with another folder, state or proxy is refused with what to do, before anything is done")
  func enrolledAgain() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.minimal + "state: \(folder.path)/state\n", to: "congvan.yaml")
    let unitFile = try folder.write("unit: cd-a\nfolder: \(folder.path)/a\n", to: "units.d/cd-a.yaml")
    let code = EnrolmentCode(
      unit: try UnitID("cd-a"), randomBytes: [UInt8](repeating: 7, count: 13),
      authorityFingerprint: [UInt8](repeating: 7, count: 16))
    for (folderAsked, state, proxy) in [
      ("\(folder.path)/b", nil, nil), (nil, "/elsewhere", nil), (nil, nil, "http://proxy:3128"),
    ] as [(String?, String?, String?)] {
      let enrolment = Enrolment(
        hubURL: "https://localhost:1", code: code, configurationPath: path, state: state, folder: folderAsked,
        proxy: proxy)
      let obstacle = await #expect(throws: Enrolment.Obstacle.self) { try await enrolment.run() }
      let file = folderAsked == nil ? path : unitFile
      #expect(obstacle.map { $0.english.contains(file) && $0.vietnamese.contains(file) } == true)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["congvan.yaml", "units.d"])
    // The same folder, however it is written, is no other one: the hub is asked, which isn't there.
    for same in ["\(folder.path)/a", "\(folder.path)/./a"] {
      let enrolment = Enrolment(
        hubURL: "https://localhost:1", code: code, configurationPath: path, state: nil, folder: same)
      await #expect(throws: HubFault.self) { try await enrolment.run() }
    }
  }

  @Test("a private key that others may read is refused, as is one without its certificate")
  func keys() throws {
    let folder = try TemporaryFolder()
    let key = try PrivateKey.generate(.p256)
    let authority = try CertificateAuthority.create(commonName: "Root", organization: "Test")
    let now = Date()
    let certificate = try authority.issue(
      .machine, publicKeyDER: key.publicKeyDER, subject: DistinguishedName(commonName: "m"), notBefore: now,
      notAfter: now + 3600)
    let identity = try SigningIdentity(key: key, certificates: [authority.certificate, certificate])
    #expect(identity.certificate == certificate, "the key's own certificate leads")
    let path = folder.path + "/machine.pem"
    try identity.pem.write(to: URL(fileURLWithPath: path))
    chmod(path, 0o640)
    let exposed = #expect(throws: ConfigurationError.self) { try SigningIdentity.load(keyFile: path) }
    #expect(exposed?.code == .exposedKey)
    chmod(path, 0o600)
    #expect(try SigningIdentity.load(keyFile: path).certificate == certificate)
    try PrivateKey.generate(.p256).pem.write(to: URL(fileURLWithPath: path))
    #expect(throws: ConfigurationError.self) { try SigningIdentity.load(keyFile: path) }
  }
}
