import Exchange
import Foundation
import PKI
import Testing

@Suite struct RevocationTests {
  @Test(
    "a machine whose key was revoked says so, keeps its documents, and sends them once it is enrolled anew, with a new key",
    .timeLimit(.minutes(2)))
  func revoked() async throws {
    let province = try await Province()
    try await province.startHub()
    let hall = try await province.open("van-phong", units: [Province.office])
    let office = try await province.open("truong", units: ["cdcs-thpt"])
    let machine = office.state.appending(components: "keys", "machine.pem")
    let old = try Data(contentsOf: machine)

    let plain = office.base.appending(component: "plain.pdf")
    let stolen = office.base.appending(component: "stolen.pdf")
    try Letters.small("signed with the key that is revoked").write(to: plain)
    let unitKey = office.state.appending(components: "keys", "unit-cdcs-thpt.pem").path
    try await Program.tool.run(["sign", plain.path, "--key", unitKey, "-o", stolen.path])

    try await Program.hub.run(["revoke", "cdcs-thpt", "--data", province.hubData.path])
    // Before the stream's next heartbeat, though the machine sends nothing.
    try await eventually("status says that the province doesn't accept the machine", within: .seconds(20)) {
      try await Program.tool.run(["status", "--config", office.configuration.path]).contains("KHÔNG còn nhận máy này")
    }
    try office.drop(Letters.small("gửi khi máy đã bị thu hồi"), as: "bc.pdf", from: "cdcs-thpt")
    try await eventually("the letter is taken in, and waits", within: .seconds(60)) {
      try await Program.tool.run(["status", "--config", office.configuration.path]).contains("1 đang chờ")
    }
    #expect(office.documents("outbox", of: "cdcs-thpt")["bc.pdf"] != nil, "the letter waits")
    #expect(office.documents("rejected", of: "cdcs-thpt").isEmpty)
    #expect(
      office.agent.logText.components(separatedBy: "no longer accepts this machine").count == 2, "it is said once")

    let code = try await Program.hub.run(["enroll-code", "cdcs-thpt", "--data", province.hubData.path])
      .trimmingCharacters(in: .whitespacesAndNewlines)
    try await Program.tool.run([
      "enroll", province.publicURL, code, "--config", office.configuration.path,
    ])
    let new = try Data(contentsOf: machine)
    #expect(new != old)
    // Judged by openssl: not the old key with a new certificate.
    let before = office.base.appending(component: "before.pem")
    try old.write(to: before)
    #expect(
      try await Command.judge("openssl", "pkey", "-in", before.path, "-pubout").output
        != Command.judge("openssl", "pkey", "-in", machine.path, "-pubout").output)

    await office.agent.stop()
    try office.agent.start()
    try await eventually("the letter is in the province's inbox", within: .seconds(60)) {
      hall.documents("inbox", of: Province.office).count == 1
    }
    #expect(
      !(try await Program.tool.run(["status", "--config", office.configuration.path]).contains("KHÔNG còn nhận")))

    // What the dead key signed is accepted from nobody, not even from the unit's new machine.
    let door = HubDoor(province: province, office: office)
    let bytes = try Data(contentsOf: stolen)
    let submission = Submission(
      document: DocumentID(at: Instant(Date())), upload: try await door.upload(bytes), sender: try UnitID("cdcs-thpt"),
      addressees: [.unit(try UnitID(Province.office))], digest: try SHA256Digest(bytes: sha256(bytes)),
      size: Int64(bytes.count), name: "tay.pdf", urgency: .normal, submittedAt: Instant(Date()))
    #expect(try await door.submit(submission, signedBy: "cdcs-thpt").problem == "signer-not-authorised")
    await province.close()
  }

  @Test(
    "where the province withdraws one unit of a machine that serves two, that unit's letters wait and status says so; the other goes on; nothing is lost when it is enrolled anew",
    .timeLimit(.minutes(3)))
  func oneUnitOfTwo() async throws {
    let province = try await Province()
    try await province.startHub()
    let hall = try await province.open("van-phong", units: [Province.office])
    let office = try await province.open("cum", units: ["cdcs-a", "cdcs-b"])
    // So that a right that is back is seen soon.
    let file = try String(contentsOf: office.configuration, encoding: .utf8)
    try (file + "pollEvery: 1s\n").write(to: office.configuration, atomically: true, encoding: .utf8)
    await office.agent.stop()
    try office.agent.start()

    func status() async throws -> String {
      try await Program.tool.run(["status", "--config", office.configuration.path])
    }
    try await Program.hub.run(["revoke", "cdcs-a", "--data", province.hubData.path])
    try office.drop(Letters.small("của đơn vị bị thu"), as: "a.pdf", from: "cdcs-a")
    try await eventually("status says whose right was withdrawn") {
      try await status().contains("thu quyền gửi, nhận văn bản của đơn vị này")
    }
    let check = try await Command.run(try Program.agent.url, ["--check", "--config", office.configuration.path])
    #expect(check.status == 78 && check.errors.contains("cdcs-a") && check.errors.contains("congvan enroll"))
    #expect(!check.errors.contains("cdcs-b"))
    try hall.drop(Letters.small("gửi đơn vị bị thu"), as: "den-a.pdf", from: Province.office, to: "cdcs-a")
    try office.drop(Letters.small("của đơn vị kia"), as: "b.pdf", from: "cdcs-b")
    try await eventually("the other unit's letter arrives") {
      hall.documents("inbox", of: Province.office).count == 1
    }
    try await eventually("the province's letter is sent") { hall.documents("sent", of: Province.office).count == 1 }
    try await eventually("the letter is signed, and waits") {
      try await office.log().contains("\"signed\"") && office.documents("outbox", of: "cdcs-a")["a.pdf"] != nil
    }
    #expect(office.documents("rejected", of: "cdcs-a").isEmpty)
    #expect(office.agent.logText.components(separatedBy: "no longer lets this machine act").count == 2, "said once")
    #expect(office.agent.isRunning)

    let code = try await Program.hub.run(["enroll-code", "cdcs-a", "--data", province.hubData.path])
      .trimmingCharacters(in: .whitespacesAndNewlines)
    try await Program.tool.run(["enroll", province.publicURL, code, "--config", office.configuration.path])
    // Without a word to the daemon: it sees by itself that its right is back, and that its key is another.
    try await eventually("the letter that waited arrives") {
      hall.documents("inbox", of: Province.office).count == 2
    }
    try await eventually("and the one that came meanwhile") { office.documents("inbox", of: "cdcs-a").count == 1 }
    #expect(office.documents("rejected", of: "cdcs-a").isEmpty)
    #expect(!(try await status().contains("thu quyền gửi")))
    await province.close()
  }
}
