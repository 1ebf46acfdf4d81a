import Exchange
import Foundation
import PKI
import Testing

/// Somebody who holds a machine's certificate, or none, and means harm; the hub is the real one, and an honest agent's
/// letters must pass meanwhile.
@Suite struct HostileAgentTests {
  /// A province with an honest pair of units and a machine of the enemy's.
  private final class Scene: Sendable {
    let province: Province
    let honest: Office
    let enemy: Office
    let door: HubDoor

    init() async throws {
      province = try await Province()
      // Fewer files than the attacks open connections, many more than honest machines need.
      province.hub.wrapper = ["prlimit", "--nofile=2048"]
      try await province.startHub()
      honest = try await province.open("van-phong", units: [Province.office, Line.union])
      enemy = try await province.open("la", units: ["don-vi-la"])
      await enemy.agent.stop()
      door = HubDoor(province: province, office: enemy)
    }

    /// Sends an honest letter. Returns how many seconds it took.
    func letter(_ number: Int) async throws -> Double {
      let start = ContinuousClock.now
      try honest.drop(Letters.small("honest \(number)"), as: "thật \(number).pdf", from: Line.union)
      try await eventually("an honest letter passes", within: .seconds(60)) {
        honest.documents("inbox", of: Province.office).count >= number
      }
      return Double((ContinuousClock.now - start).components.seconds)
    }

    /// Runs a Python script with the enemy's means as arguments: port, root, certificate, and more.
    func attack(_ script: String, _ more: String...) async throws -> String {
      guard let port = URL(string: province.apiURL)?.port else { throw Failure("no port") }
      let result = try await Command.run(
        URL(fileURLWithPath: "/usr/bin/env"),
        ["python3", "-c", Self.common + script, "\(port)", province.root.path, door.machine] + more)
      guard result.status == 0 else { throw Failure("the attack failed: \(result.errors)") }
      return result.output
    }

    static let common = """
      import socket, ssl, sys, time
      port, root, machine = int(sys.argv[1]), sys.argv[2], sys.argv[3]
      context = ssl.create_default_context(cafile=root)
      context.load_cert_chain(machine)
      def connect():
          plain = socket.create_connection(("localhost", port), timeout=20)
          return context.wrap_socket(plain, server_hostname="localhost")

      """
  }

  @Test(
    "requests that two readers could read in two ways are refused, and the connection ends", .timeLimit(.minutes(5)))
  func smuggled() async throws {
    let scene = try await Scene()
    // Name, and whether a good answer (2xx) would be right all the same.
    let script = #"""
      H = b"Host: localhost\r\n"
      G = b"GET /v1/directory HTTP/1.1\r\n" + H
      P = b"POST /v1/acknowledgements HTTP/1.1\r\n" + H + b"Content-Type: application/pkcs7-mime\r\n"
      S = b"GET /v1/nowhere HTTP/1.1\r\n" + H + b"\r\n"
      table = {
        "length and chunks": P + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + S,
        "two lengths": P + b"Content-Length: 4\r\nContent-Length: 0\r\n\r\nabcd" + S,
        "two lengths in one": P + b"Content-Length: 4, 0\r\n\r\nabcd" + S,
        "a negative length": P + b"Content-Length: -1\r\n\r\n" + S,
        "a length with a sign": P + b"Content-Length: +4\r\n\r\nabcd",
        "a length beyond 64 bits": P + b"Content-Length: 99999999999999999999999\r\n\r\nabcd",
        "chunks twice": P + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + S,
        "an encoding that hides": P + b"Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\nabcd" + S,
        "a space before the colon": G + b"Content-Length : 4\r\n\r\nabcd" + S,
        "a chunk size beyond 64 bits": P + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabcd",
        "a chunk size that is no number": P + b"Transfer-Encoding: chunked\r\n\r\n0x4\r\nabcd\r\n0\r\n\r\n",
        "a chunk longer than it says": P + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n" + S,
        "a folded line": G + b"X: a\r\n b\r\n\r\n",
        "a NUL in a header": G + b"X: a\0b\r\n\r\n",
        "a lone CR in a header": G + b"X: a\rY: b\r\n\r\n",
        "no version": b"GET /v1/directory\r\n\r\n",
        "a version to come": b"GET /v1/directory HTTP/9.9\r\n" + H + b"\r\n",
        "HTTP/2's preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "no method": b" /v1/directory HTTP/1.1\r\n" + H + b"\r\n",
        "an unknown method": b"BREW /v1/directory HTTP/1.1\r\n" + H + b"\r\n",
        "a tunnel": b"CONNECT localhost:22 HTTP/1.1\r\n" + H + b"\r\n",
        "a huge header": G + b"X: " + b"a" * 200000 + b"\r\n\r\n",
        "headers without number": G + b"".join(b"X%d: a\r\n" % i for i in range(5000)) + b"\r\n",
        "a huge path": b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\n" + H + b"\r\n",
        "a path that climbs": b"GET /v1/../../../../etc/passwd HTTP/1.1\r\n" + H + b"\r\n",
        "a path that climbs in code": b"GET /v1/documents/..%2f..%2f..%2fhub.yaml/content HTTP/1.1\r\n" + H + b"\r\n",
        "a path in code twice": b"GET /v1/units/%252e%252e/mailbox HTTP/1.1\r\n" + H + b"\r\n",
        "a path with NUL": b"GET /v1/units/%00/mailbox HTTP/1.1\r\n" + H + b"\r\n",
        "a path that isn't UTF-8": b"GET /v1/units/%ff%fe/mailbox HTTP/1.1\r\n" + H + b"\r\n",
        "another's absolute URI": b"GET http://example.org/v1/nowhere HTTP/1.1\r\n" + H + b"\r\n",
        "a body that is too large": P + b"Content-Length: 4000000\r\n\r\n" + b"a" * 4000000,
        "chunks that are too large": P + b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b"a" * 65536 + b"\r\n") * 40 + b"0\r\n\r\n",
        "TLS in TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
        "bytes of chance": bytes((i * 7919 + 13) % 256 for i in range(4000)),
      }
      for name, raw in table.items():
          c = connect()
          answer = b""
          try:
              c.sendall(raw)
          except OSError:
              pass
          c.settimeout(1.0)
          ended = False
          try:
              while True:
                  piece = c.recv(65536)
                  if not piece:
                      ended = True
                      break
                  answer += piece
          except (socket.timeout, ssl.SSLError, OSError) as error:
              ended = not isinstance(error, TimeoutError)
          statuses = [part[:3].decode("latin-1") for part in answer.split(b"HTTP/1.1 ")[1:]]
          print(name, ",".join(statuses) or "-", "ended" if ended else "open", sep="\t")
          c.close()
      """#
    let output = try await scene.attack(script)
    let rows = output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    #expect(rows.count == 34)
    for row in rows {
      let (name, statuses, end) = (row[0], row[1].split(separator: ",").map(String.init), row[2])
      #expect(statuses.allSatisfy { $0.first == "4" || $0 == "501" || $0 == "505" || $0 == "-" }, "\(row)")
      #expect(statuses.count <= 1, "\(name): a second request was read out of it: \(statuses)")
      if ["length and chunks", "two lengths", "two lengths in one"].contains(name) {
        #expect(end == "ended", "\(name): the connection goes on")
      }
    }
    #expect(try await scene.letter(1) < 10)
    #expect(scene.province.hub.isRunning)
    await scene.province.close()
  }

  @Test(
    "hundreds of connections that say next to nothing cost little, hold up nobody, and are ended",
    .timeLimit(.minutes(5)))
  func slow() async throws {
    let scene = try await Scene()
    _ = try await scene.letter(1)
    let (memory, files) = (try scene.province.hub.residentBytes(), try scene.province.hub.holdings().files)
    // Never a word of TLS; a head that is never finished; a body of a byte now and then: 200 of each. And two that ask and ask,
    // and read no answer.
    let script = #"""
      open_ = []
      for index in range(200):
          open_.append(["mute", socket.create_connection(("localhost", port), timeout=20)])
          head = connect()
          head.sendall(b"GET /v1/directory HTTP/1.1\r\n")
          open_.append(["head", head])
          body = connect()
          body.sendall(b"POST /v1/acknowledgements HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/pkcs7-mime\r\nContent-Length: 20000\r\n\r\n")
          open_.append(["body", body])
      def ask(c):
          try:
              while True: c.sendall(b"GET /v1/directory HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
          except OSError:
              pass
      import threading
      deaf = []
      for index in range(2):
          narrow = socket.socket()
          narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
          narrow.connect(("127.0.0.1", port))
          c = context.wrap_socket(narrow, server_hostname="localhost")
          deaf.append(threading.Thread(target=ask, args=(c,), daemon=True))
          deaf[-1].start()
      open(sys.argv[4], "w").close()
      ended = {"mute": 0, "head": 0, "body": 0}
      began = time.monotonic()
      while (open_ or any(t.is_alive() for t in deaf)) and time.monotonic() - began < 220:
          for entry in list(open_):
              kind, c = entry
              try:
                  if kind == "head": c.sendall(b"X")
                  if kind == "body": c.sendall(b"0")
                  c.settimeout(0)
                  if c.recv(100) == b"": raise OSError("ended")
              except (BlockingIOError, ssl.SSLWantReadError):
                  c.settimeout(20)
                  continue
              except OSError:
                  pass
              ended[kind] += 1
              open_.remove(entry)
              c.close()
          time.sleep(1)
      ended["deaf"] = sum(not thread.is_alive() for thread in deaf)
      print(ended)
      """#
    let standing = scene.province.folder.appending(component: "standing").path
    async let attack = scene.attack(script, standing)
    try await eventually("all stand", within: .seconds(40)) { FileManager.default.fileExists(atPath: standing) }
    #expect(try scene.province.hub.holdings().files - files >= 500, "the attack stands")
    for number in 2...4 { #expect(try await scene.letter(number) < 10, "an honest letter waits for the slow") }
    let grown = try scene.province.hub.residentBytes() - memory
    #expect(grown < 128 << 20, "600 connections cost \(grown >> 20) MiB")
    let ended = try await attack
    #expect(ended.contains("{'mute': 200, 'head': 200, 'body': 200, 'deaf': 2}"), "some were kept for ever: \(ended)")
    try await eventually("the hub has let go of their files") {
      try scene.province.hub.holdings().files - files < 50
    }
    await scene.province.close()
  }

  @Test("a machine opens no more uploads than it may, however often it asks, and others go on", .timeLimit(.minutes(5)))
  func uploads() async throws {
    let scene = try await Scene()
    _ = try await scene.letter(1)
    let memory = try scene.province.hub.residentBytes()
    let script = #"""
      from concurrent.futures import ThreadPoolExecutor
      import http.client, collections
      def some(_):
          c = http.client.HTTPSConnection("localhost", port, context=context)
          count = collections.Counter()
          for _ in range(500):
              c.request("POST", "/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "4000000000"})
              answer = c.getresponse()
              answer.read()
              count[answer.status] += 1
          return count
      with ThreadPoolExecutor(20) as pool:
          total = sum(pool.map(some, range(20)), collections.Counter())
      print(total[201], total[429], sum(total.values()))
      """#
    async let attack = scene.attack(script)
    #expect(try await scene.letter(2) < 15)
    #expect(
      try await attack.trimmingCharacters(in: .whitespacesAndNewlines)
        == "\(Limits.openUploads) \(10_000 - Limits.openUploads) 10000")
    #expect(try await scene.letter(3) < 10)
    let folder = scene.province.hubData.appending(component: "uploads").path
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count <= Limits.openUploads)
    let grown = try scene.province.hub.residentBytes() - memory
    #expect(grown < 64 << 20, "it grew by \(grown >> 20) MiB")
    await scene.province.close()
  }

  @Test(
    "whoever speaks for another is refused: identity, replay, certificates that are stale or foreign",
    .timeLimit(.minutes(5)))
  func identities() async throws {
    let scene = try await Scene()
    let honest = HubDoor(province: scene.province, office: scene.honest)
    // What an honest machine sent, as somebody may have recorded it.
    let plain = scene.province.folder.appending(component: "plain.pdf")
    let file = scene.province.folder.appending(component: "signed.pdf")
    try Letters.small("recorded").write(to: plain)
    let key = scene.honest.state.appending(components: "keys", "unit-\(Line.union).pem")
    try await Program.tool.run(["sign", plain.path, "--key", key.path, "-o", file.path])
    let bytes = try Data(contentsOf: file)
    let submission = Submission(
      document: DocumentID(at: Instant(Date())), upload: try await honest.upload(bytes), sender: try UnitID(Line.union),
      addressees: [.unit(try UnitID(Province.office))], digest: try SHA256Digest(bytes: sha256(bytes)),
      size: Int64(bytes.count), name: "ghi.pdf", urgency: .normal, submittedAt: Instant(Date()))
    let pem = try Data(contentsOf: key)
    let recorded = try SignedDataBuilder.encapsulated(
      CanonicalJSON.encode(submission), certificates: Certificate.all(pem: pem), key: PrivateKey(pem: pem))
    let cms = ["Content-Type: application/pkcs7-mime"]
    func put(_ door: HubDoor, as document: DocumentID) async throws -> HubDoor.Answer {
      try await door.ask("PUT", Routes.submission(document), cms, body: recorded)
    }
    let other = DocumentID(at: Instant(Date()))
    #expect(try await put(scene.door, as: submission.document).problem == "not-yours", "before it was accepted")
    let first = try await put(honest, as: submission.document)
    #expect(first.status == 201)
    #expect(try await put(scene.door, as: submission.document).problem == "not-yours", "and after")
    #expect(try await (400..<500).contains(put(honest, as: other).status), "the same words under another name")
    #expect(try await put(honest, as: submission.document).body == first.body)

    // The enemy's own upload, declared as another's; another's documents and mailbox.
    var forged = submission
    forged.document = DocumentID(at: Instant(Date()))
    forged.upload = try await scene.door.upload(bytes)
    #expect(try await scene.door.submit(forged, signedBy: "don-vi-la").problem != nil)
    forged.sender = try UnitID("don-vi-la")
    #expect(
      try await scene.door.submit(forged, signedBy: "don-vi-la").problem == "signer-not-authorised",
      "another's signed letter, sent as one's own")
    for path in [Routes.content(submission.document), Routes.receipt(submission.document)] {
      let answer = try await scene.door.ask("GET", path)
      #expect((400..<500).contains(answer.status), "\(path): \(answer.status)")
      #expect(!answer.body.contains(Data("%PDF".utf8)))
    }
    #expect(try await scene.door.ask("GET", "/v1/units/\(Line.union)/mailbox").problem == "not-yours")

    // Certificates. The authority's own key makes them, so that nothing but the one thing is wrong.
    let rootPEM = try Data(contentsOf: scene.province.hubData.appending(components: "keys", "root.pem"))
    let own = try CertificateAuthority(certificate: Certificate.all(pem: rootPEM)[0], key: try PrivateKey(pem: rootPEM))
    let foreign = try CertificateAuthority.create(commonName: "CA", organization: "CA")
    let machine = try Certificate.all(pem: try Data(contentsOf: URL(fileURLWithPath: honest.machine)))[0]
    let day: TimeInterval = 86_400
    func knock(_ authority: CertificateAuthority, from: TimeInterval, to: TimeInterval) async throws -> (Int32, String)
    {
      let key = try PrivateKey.generate(.p256)
      let certificate = try authority.issue(
        .machine, publicKeyDER: key.publicKeyDER,
        subject: DistinguishedName(commonName: machine.subjectCommonName ?? ""),
        uris: machine.subjectAlternativeURIs, notBefore: Date() + from * day, notAfter: Date() + to * day)
      let file = scene.province.folder.appending(component: "\(UUID().uuidString).pem")
      try (Data(key.pem) + Data(certificate.pem)).write(to: file)
      let result = try await Command.judge(
        "curl", "-s", "--max-time", "10", "--cacert", scene.province.root.path, "--cert", file.path, "--key", file.path,
        scene.province.apiURL + Routes.directory)
      return (result.status, result.output)
    }
    for (what, authority, from, to) in [
      ("expired", own, -10.0, -1.0), ("not yet valid", own, 1, 10), ("of a foreign authority", foreign, -1, 1),
    ] {
      let (status, output) = try await knock(authority, from: from, to: to)
      #expect(status != 0 && output.isEmpty, "a certificate that is \(what) was let in: \(status) \(output)")
    }
    let unknown = try await knock(own, from: -1, to: 1)
    #expect(unknown.1.contains("key-unknown"), "a key that was never enrolled, with another machine's name: \(unknown)")
    #expect(scene.province.hub.hasSaid("not-yours"), "refusals stand in the hub's log")
    await scene.province.close()
  }
}
