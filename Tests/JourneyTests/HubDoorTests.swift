import Exchange
import Foundation
import PKI
import Testing

@Suite(.serialized) struct HubDoorTests {
  @Test("a stock tus client uploads to the hub, in pieces and with checksums", .timeLimit(.minutes(2)))
  func tus() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office])
    let door = HubDoor(province: province, office: office)
    let file = province.folder.appending(component: "tus.pdf")
    let bytes = Letters.small("for tuspy", padding: 300_000)
    try bytes.write(to: file)
    let script = """
      import os, sys
      os.environ["REQUESTS_CA_BUNDLE"] = sys.argv[3]
      from tusclient.client import TusClient
      client = TusClient(sys.argv[1] + "/v1/uploads", client_cert=sys.argv[2])
      half = client.uploader(sys.argv[4], chunk_size=70000, upload_checksum=True)
      half.upload_chunk()
      rest = client.uploader(sys.argv[4], chunk_size=50000, upload_checksum=True)
      rest.set_url(half.url)
      rest.offset = rest.get_offset()
      assert rest.offset == 70000, rest.offset
      rest.upload()
      print(half.url)
      """
    let result = try await Command.judge(
      "python3", "-c", script, province.apiURL, door.machine, province.root.path, file.path)
    #expect(result.status == 0, "\(result.errors)")
    let name = try #require(result.output.split(separator: "/").last).trimmingCharacters(in: .whitespacesAndNewlines)
    let head = try await door.ask("HEAD", "/v1/uploads/\(name)", ["Tus-Resumable: 1.0.0"])
    #expect(head.header("upload-offset") == "\(bytes.count)" && head.header("cache-control") == "no-store")

    // What was acknowledged is still there after the hub was killed.
    await province.hub.kill()
    try await province.startHub()
    let again = try await door.ask("HEAD", "/v1/uploads/\(name)", ["Tus-Resumable: 1.0.0"])
    #expect(again.header("upload-offset") == "\(bytes.count)")
    #expect(try await door.ask("DELETE", "/v1/uploads/\(name)", ["Tus-Resumable: 1.0.0"]).status == 204)
    #expect(try await door.ask("HEAD", "/v1/uploads/\(name)", ["Tus-Resumable: 1.0.0"]).status == 410)
    await province.close()
  }

  @Test("an answer to HEAD has no body, also where it is a problem", .timeLimit(.minutes(1)))
  func head() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office])
    let door = HubDoor(province: province, office: office)
    // Byte for byte as it comes: an HTTP client would hide what is too much, and read it as the next answer's beginning.
    let port = try #require(URL(string: province.apiURL)?.port)
    let path = "/v1/uploads/\(UploadID(at: Instant(Date())))"
    let ask = """
      printf 'HEAD %s HTTP/1.1\\r\\nHost: localhost\\r\\nTus-Resumable: 1.0.0\\r\\nConnection: close\\r\\n\\r\\n' "$1" |
        openssl s_client -quiet -connect "localhost:$2" -CAfile "$3" -cert "$4" -key "$4"
      """
    let result = try await Command.run(
      URL(fileURLWithPath: "/usr/bin/env"),
      ["sh", "-c", ask, "sh", path, "\(port)", province.root.path, door.machine])
    #expect(result.output.hasPrefix("HTTP/1.1 410"), "\(result.output) \(result.errors)")
    #expect(result.output.hasSuffix("\r\n\r\n"), "\(result.output)")
    await province.close()
  }

  @Test("what is wrong with a request is said by a documented problem, and nothing is stored", .timeLimit(.minutes(2)))
  func problems() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    let other = try await province.open("huyen", units: ["cd-giaoduc"])
    let door = HubDoor(province: province, office: office)
    let tus = "Tus-Resumable: 1.0.0"
    let bytes = "Content-Type: application/offset+octet-stream"
    let cms = "Content-Type: application/pkcs7-mime"
    let id = DocumentID(at: Instant(Date()))
    let upload = "/v1/uploads/\(try await door.upload(Data("abc".utf8)))"
    let open = try await door.ask("POST", "/v1/uploads", [tus, "Upload-Length: 10"])
    let empty = try #require(open.header("location"))

    let table: [(String, String, [String], Data?, Int, String?)] = [
      ("GET", "/v1/nowhere", [], nil, 404, "not-found"),
      ("POST", "/v1/uploads", ["Upload-Length: 3"], nil, 412, "tus-version"),
      ("POST", "/v1/uploads", ["Tus-Resumable: 0.2.2", "Upload-Length: 3"], nil, 412, "tus-version"),
      ("POST", "/v1/uploads", [tus, "Upload-Length: -1"], nil, 400, "malformed"),
      ("POST", "/v1/uploads", [tus, "Upload-Defer-Length: 1"], nil, 400, "malformed"),
      ("POST", "/v1/uploads", [tus, "Upload-Length: 9999999999999"], nil, 413, "too-large"),
      ("PATCH", empty, [tus, bytes, "Upload-Offset: 5"], Data("x".utf8), 409, "offset-mismatch"),
      ("PATCH", empty, [tus, "Upload-Offset: 0"], Data("x".utf8), 415, "media-type"),
      (
        "PATCH", empty, [tus, bytes, "Upload-Offset: 0", "Upload-Checksum: md5 AAAA"], Data("x".utf8), 400, "malformed"
      ),
      (
        "PATCH", empty, [tus, bytes, "Upload-Offset: 0", "Upload-Checksum: sha1 AAAA"], Data("x".utf8), 460,
        "checksum-mismatch"
      ),
      ("PATCH", empty, [tus, bytes, "Upload-Offset: 0"], Data("more than ten bytes".utf8), 413, "too-large"),
      (
        "PATCH", "/v1/uploads/\(UploadID(at: Instant(Date())))", [tus, bytes, "Upload-Offset: 0"], Data("x".utf8), 410,
        "upload-gone"
      ),
      ("PUT", "/v1/uploads", [tus], nil, 405, "method-not-allowed"),
      ("DELETE", "/v1/documents/\(id)/submission", [], nil, 405, "method-not-allowed"),
      ("POST", "/v1/directory", [], nil, 405, "method-not-allowed"),
      ("GET", "/v1/directory?since=abc", [], nil, 400, "malformed"),
      ("GET", "/v1/units/cd-giaoduc/mailbox", [], nil, 403, "not-yours"),
      ("GET", "/v1/units/..%2f..%2fetc/mailbox", [], nil, 404, "not-found"),
      ("GET", "/v1/units/cdcs-thpt/mailbox?after=x", [], nil, 400, "malformed"),
      ("GET", "/v1/units/cdcs-thpt/mailbox?limit=100000", [], nil, 400, "malformed"),
      ("GET", "/v1/documents/\(id)/content", [], nil, 404, "not-found"),
      ("GET", "/v1/documents/\(id)/receipt", [], nil, 404, "not-found"),
      ("PUT", "/v1/documents/\(id)/submission", ["Content-Type: application/json"], Data("{".utf8), 415, "media-type"),
      ("PUT", "/v1/documents/\(id)/submission", [cms], Data("{ not CMS".utf8), 422, "signature-invalid"),
      ("PUT", "/v1/documents/\(id)/submission", [cms], Data(repeating: 48, count: 600_000), 413, "too-large"),
      ("PUT", "/v1/documents/../../etc/passwd/submission", [cms], Data("x".utf8), 404, "not-found"),
      ("POST", "/v1/acknowledgements", [cms], Data("{ not CMS".utf8), 422, "signature-invalid"),
      (
        "POST", "/.well-known/est/machine/simplereenroll", ["Content-Type: application/pkcs10"], Data("x".utf8), 400,
        "csr-bad"
      ),
    ]
    for (method, path, headers, body, status, problem) in table {
      let answer = try await door.ask(method, path, headers, body: body)
      #expect(
        answer.status == status && answer.problem == problem,
        "\(method) \(path) \(headers): \(answer.status) \(answer.problem ?? "-")")
    }
    #expect(try await door.ask("POST", "/v1/directory").header("allow") == "GET")
    // A body that is cut in the request that opens the upload leaves nothing: its name was never told.
    let uploads = province.hubData.appending(component: "uploads").path
    func unfinished() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: uploads).filter { $0.contains(".900000.") }.count
    }
    let filler = try Self.filler(province).path
    async let cut = Command.judge(
      "curl", "-s", "--max-time", "3", "--limit-rate", "1k", "--cacert", province.root.path, "--cert", door.machine,
      "--key", door.machine, "-X", "POST", "-H", tus, "-H", bytes, "-H", "Upload-Length: 900000", "--data-binary",
      "@\(filler)", province.apiURL + "/v1/uploads")
    try await eventually("it is open") { try unfinished() == 1 }
    #expect(try await cut.status == 28, "curl gives up in the middle")
    try await eventually("nothing of it is left") { try unfinished() == 0 }
    #expect(try await door.ask("POST", "/v1/uploads", ["Upload-Length: 3"]).header("tus-version") == "1.0.0")
    #expect(
      try await door.ask("HEAD", empty, [tus]).header("upload-offset") == "0", "nothing of the refused bytes is kept")
    #expect(try await door.ask("HEAD", upload, [tus]).header("upload-offset") == "3")

    // One machine can't fill the hub with uploads that it never finishes; what it has open goes on.
    var last = ""
    for _ in 0...Limits.openUploads where last.isEmpty {
      last = try await door.ask("POST", "/v1/uploads", [tus, "Upload-Length: 10"]).problem ?? ""
    }
    #expect(last == "too-many-uploads")
    #expect(
      try await door.ask("PATCH", empty, [tus, bytes, "Upload-Offset: 0"], body: Data("0123456789".utf8)).status == 204)
    #expect(
      try await HubDoor(province: province, office: other).ask("POST", "/v1/uploads", [tus, "Upload-Length: 1"]).status
        == 201, "other machines aren't held up")

    // Another machine's upload looks like none; no certificate, no conversation.
    #expect(try await HubDoor(province: province, office: other).ask("HEAD", upload, [tus]).status == 410)
    let bare = try await Command.judge(
      "curl", "-s", "--max-time", "10", "--cacert", province.root.path, "-o", "/dev/null",
      province.apiURL + "/v1/directory")
    #expect(bare.status != 0)
    await province.close()
  }

  private static func filler(_ province: Province) throws -> URL {
    let file = province.folder.appending(component: "filler")
    try Data(repeating: 48, count: 900_000).write(to: file)
    return file
  }

  @Test(
    "a submission that lies is refused, one that repeats gets its first receipt, and openssl verifies that",
    .timeLimit(.minutes(2)))
  func submissions() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    let door = HubDoor(province: province, office: office)
    let plain = province.folder.appending(component: "plain.pdf")
    let file = province.folder.appending(component: "signed.pdf")
    try Letters.small("to be submitted by hand").write(to: plain)
    let key = office.state.appending(components: "keys", "unit-cdcs-thpt.pem").path
    try await Program.tool.run(["sign", plain.path, "--key", key, "-o", file.path])
    let signed = try Data(contentsOf: file)
    let locked = province.folder.appending(component: "locked.pdf")
    let qpdf = try await Command.judge("qpdf", "--encrypt", "a", "b", "256", "--", plain.path, locked.path)
    #expect(qpdf.status == 0, "\(qpdf.errors)")
    let encrypted = try Data(contentsOf: locked)
    var tampered = signed
    tampered[40] ^= 1
    // The unit's own key, in the way of before PAdES: good to verifiers, and not what the exchange asks of a sender.
    func path(_ name: String) -> String { province.folder.appending(component: name).path }
    for tool in [
      ["pkey", "-in", key, "-out", path("key.pem")], ["x509", "-in", key, "-out", path("certificate.pem")],
    ] {
      let made = try await Command.run(URL(fileURLWithPath: "/usr/bin/env"), ["openssl"] + tool)
      #expect(made.status == 0, "\(made)")
    }
    let hanko = try await Command.judge(
      "pyhanko", "sign", "addsig", "--field", "Old", "pemder", "--key", path("key.pem"), "--cert",
      path("certificate.pem"), "--no-pass", plain.path, path("old.pdf"))
    try #require(hanko.status == 0, "\(hanko)")
    let old = try Data(contentsOf: URL(fileURLWithPath: path("old.pdf")))
    #expect(old.range(of: Data("/adbe.pkcs7.detached".utf8)) != nil)
    try await Program.tool.run(["sign", path("old.pdf"), "--key", key, "-o", path("both.pdf")])
    let both = try Data(contentsOf: URL(fileURLWithPath: path("both.pdf")))

    func declare(_ bytes: Data, change: (inout Submission) -> Void = { _ in }) async throws -> Submission {
      var submission = Submission(
        document: DocumentID(at: Instant(Date())), upload: try await door.upload(bytes),
        sender: try UnitID("cdcs-thpt"),
        addressees: [.unit(try UnitID(Province.office))], digest: try SHA256Digest(bytes: sha256(bytes)),
        size: Int64(bytes.count), name: "tay.pdf", urgency: .normal, submittedAt: Instant(Date()))
      change(&submission)
      return submission
    }
    let nobody = try UnitID("khong-co")
    let alone = try GroupID("mot-minh")
    try await Program.hub.run(["group", "add", "mot-minh", "--name", "Một mình", "--data", province.hubData.path])
    try await Program.hub.run(["group", "join", "mot-minh", "cdcs-thpt", "--data", province.hubData.path])
    let zero = try SHA256Digest(bytes: [UInt8](repeating: 0, count: 32))
    let province0 = try UnitID(Province.office)
    let lies: [(Submission, String, String)] = [
      (try await declare(signed) { $0.addressees = [.unit(nobody)] }, "cdcs-thpt", "recipient-unknown"),
      (try await declare(signed) { $0.addressees = [.unit($0.sender)] }, "cdcs-thpt", "recipient-unknown"),
      (
        try await declare(signed) { $0.addressees = [.unit(province0), .unit($0.sender)].sorted() },
        "cdcs-thpt", "recipient-unknown"
      ),
      (try await declare(signed) { $0.addressees = [.group(alone)] }, "cdcs-thpt", "recipient-unknown"),
      (try await declare(signed) { $0.addressees = [] }, "cdcs-thpt", "malformed"),
      (try await declare(signed) { $0.sender = nobody }, "cdcs-thpt", "not-yours"),
      (try await declare(signed), Province.office, "signer-not-authorised"),
      (
        try await declare(signed) { ($0.sender, $0.addressees) = (province0, [.unit($0.sender)]) }, Province.office,
        "signer-not-authorised"
      ),
      (try await declare(signed) { $0.digest = zero }, "cdcs-thpt", "digest-mismatch"),
      (try await declare(signed) { $0.size -= 1 }, "cdcs-thpt", "digest-mismatch"),
      (try await declare(signed) { $0.version = 2 }, "cdcs-thpt", "unsupported"),
      (try await declare(signed + Data("%\n".utf8)), "cdcs-thpt", "signature-invalid"),
      (try await declare(signed.dropLast(signed.count / 2)), "cdcs-thpt", "signature-invalid"),
      (try await declare(encrypted), "cdcs-thpt", "signature-invalid"),
      (try await declare(tampered), "cdcs-thpt", "signature-invalid"),
      (try await declare(old), "cdcs-thpt", "signature-invalid"),
      (try await declare(try Data(contentsOf: plain)), "cdcs-thpt", "signature-invalid"),
      (try await declare(Data("no PDF at all".utf8)), "cdcs-thpt", "not-pdf"),
    ]
    for (submission, signer, problem) in lies {
      let answer = try await door.submit(submission, signedBy: signer)
      #expect(
        answer.problem == problem, "wanted \(problem): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))"
      )
      let receipt = try await door.ask("GET", "/v1/documents/\(submission.document)/receipt")
      #expect(receipt.status == 404, "nothing is stored that was not promised")
      // What was refused for its bytes is gone, and a repeat, as after a lost answer, begins another upload.
      let judges = ["digest-mismatch", "signature-invalid", "not-pdf"]
      if judges.contains(problem) || submission.addressees == [.unit(nobody)] {
        let again = try await door.submit(submission, signedBy: signer)
        #expect(again.status == 410 && again.problem == "upload-gone", "\(problem): \(again.status)")
      }
    }

    // A record that is well signed, and says nothing.
    for body in ["", "{", "[1]", "{\"version\":1}", "null"] {
      let answer = try await door.put(Data(body.utf8), as: DocumentID(at: Instant(Date())), signedBy: "cdcs-thpt")
      #expect(answer.status == 400 && answer.problem == "malformed", "\(body): \(answer.status)")
    }

    let later = try await door.submit(try await declare(both), signedBy: "cdcs-thpt")
    #expect(later.status == 201, "\(String(decoding: later.body, as: UTF8.self))")
    let good = try await declare(signed)
    let first = try await door.submit(good, signedBy: "cdcs-thpt")
    let second = try await door.submit(good, signedBy: "cdcs-thpt")
    #expect(first.status == 201 && second.status == 200 && first.body == second.body)
    var other = good
    other.addressees = [.unit(nobody)]
    #expect(try await door.submit(other, signedBy: "cdcs-thpt").problem == "id-reused")

    try await Program.hub.run(["unit", "close", "cdcs-thpt", "--data", province.hubData.path])
    #expect(try await door.submit(good, signedBy: "cdcs-thpt").problem == "unit-suspended")
    #expect(try await door.ask("GET", "/v1/units/cdcs-thpt/mailbox").problem == "unit-suspended")

    let receipt = province.folder.appending(component: "receipt.p7m")
    try first.body.write(to: receipt)
    let judged = try await Command.judge(
      "openssl", "cms", "-verify", "-inform", "DER", "-in", receipt.path, "-CAfile", province.root.path, "-purpose",
      "any")
    #expect(judged.status == 0 && judged.output.contains("\"SubmissionAcceptance\""), "\(judged.errors)")
    #expect(judged.output.contains(good.digest.hex))
    await province.close()
  }
}
