import Foundation
import Judging
import Testing

@testable import PDFSignature
@testable import PKI

/// Keys that stay in a token. The tokens are SoftHSM's; where one must misbehave, a module stands in front.
@Suite("Keys in tokens", .serialized)
struct TokenTests {
  private let proxy: TokenProxy
  private let message = Data("Công văn số 12/CV-LĐLĐ".utf8)

  init() throws { proxy = try TokenProxy() }

  /// The error that the body throws; it must be one of ours, and repeat no PIN.
  private func failure(_ body: () throws -> Void) -> PKIError? {
    do {
      try body()
      return nil
    } catch let error as PKIError {
      let text = "\(error) \(error.localizedDescription)"
      #expect(!text.contains(TokenBench.pin) && !text.contains(TokenBench.wrongPIN), "\(text)")
      return error
    } catch {
      Issue.record("not a PKIError: \(error)")
      return nil
    }
  }

  @Test(
    "a letter signed in a token is good to OpenSSL, poppler and pyHanko, with every kind of key",
    arguments: KeyAlgorithm.allCases, [false, true])
  func everyKey(_ algorithm: KeyAlgorithm, plainMechanism: Bool) throws {
    if plainMechanism { try proxy.set("pkcs1-only", true) }
    let index = try #require(KeyAlgorithm.allCases.firstIndex(of: algorithm))
    // By label or by identifier, with the certificate out of the token.
    let uri = try proxy.uri(plainMechanism ? "token=Keys;id=%0\(index + 1)" : "token=Keys;object=\(algorithm.rawValue)")
    let certificates = try TokenKey.certificates(of: uri, tries: proxy.tries)
    #expect(certificates == [try #require(proxy.bench.certificates[algorithm])])
    let key = try TokenKey(uri, certificate: certificates[0], tries: proxy.tries)
    #expect(key.algorithm == algorithm)
    let original = try Fixtures.data("dispatches/078-LDLD.pdf")
    let signer = PDFSigner(key: key, certificates: certificates)
    let digest = SHA256Hasher()
    digest.update(original)
    let update = try signer.sign(
      signer.prepare(PDFFile(data: original)), originalDigest: digest, details: House.details)
    try judge(original + update.appended)
  }

  private func judge(_ signed: Data) throws {
    let workshop = try Workshop()
    let house = try House.ours
    let path = try workshop.write(signed, "signed.pdf")
    let root = try workshop.write(house.authority.certificate.pem, "root.pem")
    let poppler = try workshop.run("pdfsig", ["-nocert", path])
    #expect(poppler.output.contains("Signature is Valid"), "\(poppler.output)")
    let hanko = try workshop.run(
      "pyhanko", ["sign", "validate", "--trust", root, "--trust-replace", "--no-revocation-check", path])
    #expect(hanko.status == 0 && hanko.output.contains("INTACT:TRUSTED"), "\(hanko.output)")
    let document = try PDFDocument(PDFFile(data: signed))
    let field = try #require(
      try SignatureFields(document, revision: document.last).fields.first { $0.value != nil })
    let shape = try SignatureShape(field, in: document)
    let cms = try #require(SignatureJudge.withoutPadding(shape.contents))
    let content = signed[..<Int(shape.gapStart)] + signed[Int(shape.gapEnd)..<Int(shape.coveredEnd)]
    let openssl = try workshop.run(
      "openssl",
      [
        "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", try workshop.write(cms, "cms.der"), "-content",
        try workshop.write(Data(content), "content"), "-CAfile", root, "-purpose", "any", "-out", "/dev/null",
      ])
    #expect(openssl.status == 0 && openssl.output.contains("CAdES Verification successful"), "\(openssl.output)")
  }

  @Test("a URI that names no key, or several, is refused with the keys that are there")
  func ambiguous() throws {
    let certificate = try #require(proxy.bench.certificates[.p256])
    func code(_ path: String) throws -> PKIError? {
      let key = try TokenKey(proxy.uri(path), certificate: certificate, tries: proxy.tries)
      return failure { _ = try key.sign(message) }
    }
    let several = try #require(try code("token=Keys"))
    #expect(several.code == .tokenKeyAmbiguous)
    #expect(several.message.contains("\"p256\" id=%01") && several.message.contains("\"rsa4096\" id=%05"), "\(several)")
    let none = try #require(try code("token=Keys;object=other"))
    #expect(none.code == .tokenKeyMissing && none.message.contains("\"p384\""), "\(none)")
    #expect(try code("object=small")?.code == .tokenAmbiguous)
    #expect(try code("token=Elsewhere")?.code == .tokenUnavailable)
    #expect(try code("token=Keys;object=p384")?.code == .keyMismatch, "another key than the certificate's")
  }

  @Test("a wrong PIN is tried once and never again, whoever restarts, until somebody says so")
  func wrongPIN() throws {
    try proxy.writePIN(TokenBench.wrongPIN)
    let first = try proxy.key("Wrong")
    #expect(failure { _ = try first.sign(message) }?.code == .pinWrong)
    for _ in 0..<3 {
      #expect(failure { _ = try first.sign(message) }?.code == .pinWithheld)
      #expect(failure { _ = try proxy.key("Wrong").sign(message) }?.code == .pinWithheld, "as after a restart")
    }
    #expect(proxy.calls("login") == 1)
    #expect(proxy.tries.markers().map(\.state) == [.wrong])

    // Told by the command: one more.
    #expect(try proxy.tries.release() == 1)
    #expect(failure { _ = try first.sign(message) }?.code == .pinWrong)
    #expect(failure { _ = try first.sign(message) }?.code == .pinWithheld)
    #expect(proxy.calls("login") == 2)

    // Told by a new PIN file, here with the right PIN.
    try proxy.writePIN(TokenBench.pin)
    _ = try first.sign(message)
    _ = try first.sign(message)
    #expect(proxy.calls("login") == 3)
    #expect(proxy.tries.markers().isEmpty)
    for name in try FileManager.default.subpathsOfDirectory(atPath: proxy.folder.path) where name.hasPrefix("tries/") {
      let text = String(
        decoding: try Data(contentsOf: proxy.folder.appendingPathComponent(name)), as: UTF8.self)
      #expect(!text.contains(TokenBench.pin) && !text.contains(TokenBench.wrongPIN))
    }
  }

  @Test("the last PIN before a token locks is not tried until somebody allows the last try")
  func lastTry() throws {
    try proxy.set("final", true)
    let key = try proxy.key("Final")
    #expect(failure { _ = try key.sign(message) }?.code == .pinWithheld)
    try proxy.tries.release()
    #expect(failure { _ = try key.sign(message) }?.code == .pinWithheld, "an ordinary retry is not enough")
    #expect(proxy.calls("login") == 0)
    try proxy.tries.release(lastTry: true)
    _ = try key.sign(message)
    #expect(proxy.calls("login") == 1)
  }

  @Test("a token that has locked itself is told as such and left alone")
  func locked() throws {
    try proxy.set("locked", true)
    let key = try proxy.key("Locked")
    for _ in 0..<2 { #expect(failure { _ = try key.sign(message) }?.code == .pinLocked) }
    #expect(proxy.calls("login") == 1)
    try proxy.set("locked", false)
    try proxy.tries.release()
    _ = try key.sign(message)
  }

  @Test("tries that a crash cut off are counted: one more, and no third")
  func crashed() throws {
    func verdict(_ unknown: Int, isLow: Bool) -> PINGuard.Verdict {
      let marker = PINGuard.Marker(state: .trying, token: "t", at: Date(), unknown: unknown, pinMark: "1")
      return PINGuard.verdict(marker, pinMark: "1", isLow: isLow, isFinal: false)
    }
    #expect(verdict(1, isLow: false) == .go)
    #expect(verdict(1, isLow: true) == .withhold(.wrong), "the token saw a wrong PIN")
    #expect(verdict(2, isLow: false) == .withhold(.wrong))
    let credential = PINGuard.Marker(state: .wrong, token: "t", at: Date(), pinMark: "/old/file")
    #expect(
      PINGuard.verdict(credential, pinMark: "credential:pin", isLow: false, isFinal: false) == .withhold(.wrong),
      "a credential is a new file at each start, and no sign from anybody")
  }

  @Test("a token pulled out is a fault that passes; put back, it is logged in to and signs")
  func pulledOut() throws {
    let key = try proxy.key("Pulled")
    _ = try key.sign(message)
    try proxy.set("removed", true)
    for _ in 0..<2 {
      let error = failure { _ = try key.sign(message) }
      #expect(error?.code == .tokenUnavailable && error?.code.passes == true)
    }
    #expect(failure { _ = try proxy.key("Pulled").sign(message) }?.code == .tokenUnavailable, "started without it")
    #expect(proxy.calls("login") == 1)
    try proxy.set("removed", false)
    _ = try key.sign(message)
    #expect(proxy.calls("login") == 2, "its PIN was forgotten with its session")
    #expect(proxy.tries.markers().isEmpty)
  }

  @Test("a call that hangs holds up no caller for ever, and nobody after it")
  func hanging() throws {
    let key = try proxy.key("Hanging", limit: 0.3)
    _ = try key.sign(message)
    try proxy.set("hang", true)
    #expect(failure { _ = try key.sign(message) }?.code == .tokenNotAnswering)
    let signs = proxy.calls("sign")
    for _ in 0..<5 { #expect(failure { _ = try key.sign(message) }?.code == .tokenNotAnswering) }
    #expect(proxy.calls("sign") == signs, "nobody queues up behind it")
    try proxy.set("hang", false)
    var attempts = 0
    while attempts < 1000, (try? key.sign(message)) == nil {
      attempts += 1
      usleep(5000)  // the module itself polls for the fault's end
    }
    #expect(attempts < 1000)
  }

  @Test("sessions are reused, and closed when their key is let go")
  func sessions() throws {
    // What the tests before left: a session that was let go while its module hung stays open until the program's end.
    _ = try TokenInventory.read(.path(proxy.module))
    let before = (open: proxy.calls("open") - proxy.calls("close"), sign: proxy.calls("sign"), all: proxy.calls("open"))
    for _ in 0..<20 {
      let key = try proxy.key("Pulled")
      for _ in 0..<2 { _ = try key.sign(message) }
    }
    // On the module's one thread, after the last close.
    _ = try TokenInventory.read(.path(proxy.module))
    // A library that is initialised anew meanwhile ends the session of that moment by itself.
    #expect(proxy.calls("open") - proxy.calls("close") <= before.open + 1, "twenty keys leave no twenty sessions")
    #expect(proxy.calls("sign") - before.sign == 40)
    #expect(proxy.calls("open") - before.all < 40)
  }

  @Test("several threads sign with one key at once, and every signature is good")
  func concurrently() async throws {
    let key = try proxy.key("Crash")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<8 {
        group.addTask { _ = try key.sign(Data("\(index)".utf8)) }  // verified by the key itself
      }
      try await group.waitForAll()
    }
    #expect(proxy.calls("sign") == 8 && proxy.calls("login") == 1)
  }

  @Test(
    "a PIN file that others may read, a link and a folder are refused, with the remedy and before the token is asked")
  func looseFile() throws {
    let key = try proxy.key("Pulled")
    for permissions in [0o640, 0o604, 0o660] {
      try proxy.writePIN(TokenBench.pin, permissions: permissions)
      let error = failure { _ = try key.sign(message) }
      #expect(error?.code == .pinFileExposed && error?.message.contains("chmod 600 \(proxy.pinFile)") == true)
    }
    let link = proxy.folder.appendingPathComponent("link").path
    symlink(proxy.pinFile, link)
    for path in [link, proxy.folder.path, "/nowhere/pin"] {
      #expect(failure { try PINSource.file(path).check() }?.code == .pinFileUnreadable, "\(path)")
    }
    for text in ["", "\n", "12\n34\n", String(repeating: "1", count: 300)] {
      try proxy.writePIN(text)
      #expect(failure { try PINSource.file(proxy.pinFile).check() }?.code == .pinFileUnreadable)
    }
    #expect(proxy.calls("login") == 0)
  }

  @Test("a secret has no text")
  func secretText() throws {
    let secret = try PINSource.file(proxy.pinFile).read().secret
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])", "\(["pin": secret])"] {
      #expect(!text.contains(TokenBench.pin), "\(text)")
    }
    secret.withBytes { #expect(String(decoding: $0, as: UTF8.self) == TokenBench.pin) }
  }

  @Test("a PKCS#12 file opens with the password of its file")
  func pkcs12() throws {
    let workshop = try Workshop()
    let house = try #require(try House.ours.unitKeys[.rsa2048])
    let key = try workshop.write(try house.key.pem, "key.pem")
    let certificate = try workshop.write(house.certificate.pem, "certificate.pem")
    let made = try workshop.run(
      "openssl",
      [
        "pkcs12", "-export", "-inkey", key, "-in", certificate, "-out", "k.p12", "-passout", "file:\(proxy.pinFile)",
      ])
    try #require(made.status == 0, "\(made.output)")
    let data = try Data(contentsOf: workshop.folder.appendingPathComponent("k.p12"))
    let opened = try PrivateKey.open(pkcs12: data, password: .file(proxy.pinFile))
    #expect(opened.certificates == [house.certificate])
    try proxy.writePIN(TokenBench.wrongPIN)
    #expect(failure { _ = try PrivateKey.open(pkcs12: data, password: .file(proxy.pinFile)) }?.code == .passwordWrong)
  }

  @Test("a URI is read as RFC 7512 says, and what is doubtful is refused without repeating it")
  func uris() throws {
    let uri = try TokenURI(
      "pkcs11:token=C%C3%B4ng%20v%C4%83n;serial=00ff;slot-id=7;object=a%3Bb;id=%01%ff;type=private"
        + "?module-name=softhsm2&pin-source=file:///etc/congvan/pin")
    #expect(uri.token == "Công văn" && uri.serial == "00ff" && uri.slot == 7 && uri.object == "a;b")
    #expect(uri.id == Data([1, 255]) && uri.module == .name("softhsm2") && uri.pinSource == .file("/etc/congvan/pin"))
    let library = "?module-path=/m.so"
    for text in [
      "pkcs11:token=a", "PKCS11:token=a\(library)", "pkcs11:token=a;token=b\(library)", "pkcs11:token=\(library)",
      "pkcs11:tokn=a\(library)", "pkcs11:token=a b\(library)", "pkcs11:token=%4\(library)",
      "pkcs11:token=%zz\(library)",
      "pkcs11:token=a;\(library)", "pkcs11:id=\(library)", "pkcs11:type=cert\(library)", "pkcs11:slot-id=-1\(library)",
      "pkcs11:token=\(String(repeating: "a", count: 33))\(library)", "pkcs11:token=%ff\(library)",
      "pkcs11:?module-path=relative.so", "pkcs11:?module-name=../evil", "pkcs11:\(library)&module-name=x",
      "pkcs11:\(library)&pin-source=|cat%20/etc/pin", "pkcs11:\(library)&pin-value=\(TokenBench.pin)",
      "pkcs11:\(library)&other=1", "pkcs11:object=\(String(repeating: "%41", count: 700))\(library)",
    ] {
      #expect(failure { _ = try TokenURI(text) }?.code == .tokenURIInvalid, "\(text.prefix(80))")
    }
  }

  @Test("a library that others could replace is not loaded")
  func looseModule() throws {
    chmod(proxy.module, 0o777)
    #expect(failure { _ = try proxy.key("Pulled").sign(message) }?.code == .tokenModuleUnusable)
  }

  @Test("what a library offers is seen without a PIN")
  func inventory() throws {
    let tokens = try TokenInventory.read(.path(proxy.module)).tokens
    let keys = try #require(tokens.first { $0.label == "Keys" })
    #expect(keys.certificates.count == 5 && keys.certificates.contains { $0.id == "%03" })
    #expect(try TokenURI(keys.uri).token == "Keys")
    #expect(proxy.calls("login") == 0)
  }
}
