import Foundation
import NIOSSL
import PKI
import Testing

@Suite struct TLSTests {
  @Test(
    "nothing is said to a server that can't prove to be the hub over TLS 1.3; with the hub back, all goes on",
    .timeLimit(.minutes(5)))
  func faces() async throws {
    let line = try await Line()
    let now = Date()
    let day: TimeInterval = 86_400
    let rootPEM = try Data(contentsOf: line.province.hubData.appending(components: "keys", "root.pem"))
    let own = try CertificateAuthority(
      certificate: Certificate.all(pem: rootPEM)[0], key: try PrivateKey(pem: rootPEM))
    let foreign = try CertificateAuthority.create(
      commonName: own.certificate.subjectCommonName ?? "", organization: own.certificate.subjectOrganization ?? "")

    func face(
      _ authority: CertificateAuthority, _ profile: CertificateProfile = .tlsServer, name: String = "localhost",
      from: TimeInterval = -1, to: TimeInterval = 1
    ) throws -> Middle.Face {
      let key = try PrivateKey.generate(.p256)
      let certificate = try authority.issue(
        profile, publicKeyDER: key.publicKeyDER, subject: DistinguishedName(commonName: name), dnsNames: [name],
        notBefore: now + from * day, notAfter: now + to * day)
      return Middle.Face(pem: Data(try key.pem) + Data(certificate.pem))
    }
    let table: [(String, Middle.Face)] = [
      ("a certificate that has expired", try face(own, from: -10, to: -1)),
      ("a certificate that isn't valid yet", try face(own, from: 1, to: 10)),
      ("a certificate for another name", try face(own, name: "example.org")),
      ("a certificate of an unknown authority of the same name", try face(foreign)),
      ("a machine's certificate", try face(own, .machine)),
      ("TLS 1.2, with the hub's own key", Middle.Face(pem: try line.serverPEM, highest: .tlsv12)),
    ]
    var dropped: [String: Data] = [:]
    for (what, face) in table {
      try await line.interpose(face)
      let before = line.api.accepted.count + line.site.accepted.count
      try line.drop(Letters.small(what), as: "thư \(dropped.count).pdf", into: &dropped)
      // Long enough for several tries; that nothing happens can't be awaited.
      try await Task.sleep(for: .seconds(3))
      #expect(line.takeSeen().isEmpty, "\(what): something was asked of a server that isn't the hub")
      #expect(line.office.documents("outbox", of: Line.union).count == 1, "\(what): the letter waits in the outbox")
      let tries = line.api.accepted.count + line.site.accepted.count - before
      #expect((2...40).contains(tries), "\(what): \(tries) connections in 3 s")
      await line.withdraw()
      try await eventually("with the hub back the letter passes after \(what)", within: .seconds(60)) {
        line.arrived() >= dropped.count
      }
    }
    try await line.isWhole(dropped)
    await line.close()
  }

  @Test("the self-test: a server with the hub's own key, over TLS 1.3, is believed", .timeLimit(.minutes(5)))
  func believed() async throws {
    let line = try await Line()
    try await line.interpose()
    var dropped: [String: Data] = [:]
    try line.drop(Letters.small("believed"), as: "thư.pdf", into: &dropped)
    try await line.isWhole(dropped)
    #expect(!line.takeSeen().isEmpty, "all went through the server in between")
    await line.close()
  }

  @Test(
    "a revoked machine is refused over a resumed TLS session, and hears no more on a stream that is open",
    .timeLimit(.minutes(5)))
  func revoked() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office])
    let other = try await province.open("truong", units: [Line.union])
    let machine = HubDoor(province: province, office: other).machine
    let session = province.folder.appending(component: "session.pem").path
    let port = try #require(URL(string: province.apiURL)?.port)
    func ask(_ option: String) async throws -> String {
      let script = """
        printf 'GET /v1/directory HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' |
          openssl s_client -ign_eof -connect "localhost:$1" -CAfile "$2" -cert "$3" -key "$3" \(option) "$4" 2>/dev/null
        """
      return try await Command.run(
        URL(fileURLWithPath: "/usr/bin/env"),
        ["sh", "-c", script, "sh", "\(port)", province.root.path, machine, session]
      ).output
    }
    #expect(try await ask("-sess_out").contains("HTTP/1.1 200"))
    #expect(FileManager.default.fileExists(atPath: session), "the hub gives sessions out")
    let resumed = try await ask("-sess_in")
    #expect(resumed.contains("Reused, TLSv1.3") && resumed.contains("HTTP/1.1 200"), "\(resumed.prefix(300))")

    // An open stream, as an outsider holds it: it says what it hears until the hub ends it.
    await other.agent.stop()
    let heard = province.folder.appending(component: "heard").path
    let listening = Task {
      try await Command.judge(
        "curl", "-sN", "--max-time", "60", "--cacert", province.root.path, "--cert", machine, "--key", machine, "-o",
        heard, province.apiURL + "/v1/notices")
    }
    func notices() -> Int {
      ((try? String(contentsOfFile: heard, encoding: .utf8)) ?? "").components(separatedBy: "event: ").count - 1
    }
    try await eventually("it listens") { notices() == 1 }
    try office.drop(Letters.small("before"), as: "trước.pdf", from: Province.office, to: Line.union)
    try await eventually("it hears of a letter") { notices() == 2 }

    try await Program.hub.run(["revoke", Line.union, "--data", province.hubData.path])
    let after = try await ask("-sess_in")
    #expect(after.contains("Reused, TLSv1.3"), "the handshake alone would let it in")
    #expect(after.contains("HTTP/1.1 403") && after.contains("key-revoked"), "\(after.suffix(400))")
    try office.drop(Letters.small("after"), as: "sau.pdf", from: Province.office, to: Line.union)
    #expect(try await listening.value.status == 0, "the hub ends the stream at its next word, not curl's limit")
    #expect(notices() == 2, "and says nothing more on it")
    await province.close()
  }
}
