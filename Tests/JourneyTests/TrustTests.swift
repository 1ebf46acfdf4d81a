import Exchange
import Foundation
import PKI
import Testing

@Suite struct TrustTests {
  @Test(
    "a unit may sign with another authority's certificate once the province recognises the authority and registered the certificate, and not before; each refusal says what to do",
    .timeLimit(.minutes(3)))
  func foreignAuthority() async throws {
    let province = try await Province()
    try await province.startHub()
    let hall = try await province.open("van-phong", units: [Province.office])
    let office = try await province.open("truong", units: ["cdcs-thpt"])
    let authority = try await ForeignAuthority(in: province.folder)
    let signer = try await authority.certify("truong-thpt")
    let data = province.hubData.path

    let unitFile = office.base.appending(components: "etc", "units.d", "cdcs-thpt.yaml")
    let settings = "signing: { key: \"\(signer.key.path)\", certificate: \"\(signer.chain.path)\" }\n"
    try (Data(contentsOf: unitFile) + Data(settings.utf8)).write(to: unitFile)
    await office.agent.stop()
    try office.agent.start()
    func check() async throws -> Command.Result {
      try await Command.run(try Program.agent.url, ["--check", "--config", office.configuration.path])
    }
    /// Drops a letter and gives what the clerk reads beside it when it comes back.
    func refusal(_ name: String) async throws -> String {
      try office.drop(Letters.small(name), as: "\(name).pdf", from: "cdcs-thpt")
      let reason = office.folder("cdcs-thpt").appending(components: "rejected", "\(name).pdf.reason.txt")
      try await eventually("\(name) comes back") { FileManager.default.fileExists(atPath: reason.path) }
      return try String(contentsOf: reason, encoding: .utf8)
    }

    // Nobody here knows the authority.
    let unknown = try await check()
    #expect(unknown.status == 78, "\(unknown.errors)")
    #expect(unknown.errors.contains("CA cấp dưới") && unknown.errors.contains("hub.yaml"), "\(unknown.errors)")
    #expect(
      try await Program.tool.run(["status", "--config", office.configuration.path]).contains("không nhận chữ ký"))
    let first = try await refusal("thu-nhat")
    #expect(first.contains("authority-unknown") && first.contains("chưa công nhận"), "\(first)")
    let tooEarly = try await Command.run(
      try Program.hub.url, ["unit", "signer", "add", "cdcs-thpt", signer.chain.path, "--data", data])
    #expect(tooEarly.status != 0 && tooEarly.errors.contains("`trust` in hub.yaml"), "\(tooEarly.errors)")

    // The authority is recognised; whose the certificate is, nobody has said.
    let hubFile = province.hubData.appending(component: "hub.yaml")
    try FileManager.default.copyItem(at: authority.anchors, to: province.hubData.appending(component: "co-yeu.pem"))
    try (Data(contentsOf: hubFile) + Data("trust: [co-yeu.pem]\n".utf8)).write(to: hubFile)
    await province.hub.stop()
    try await province.startHub()
    let second = try await refusal("thu-hai")
    #expect(second.contains("signer-not-authorised") && second.contains("đăng ký"), "\(second)")

    // Registered: letters arrive, and the recipient's agent, which was started long before, knows the signer.
    try await Program.hub.run(["unit", "signer", "add", "cdcs-thpt", signer.chain.path, "--data", data])
    let fingerprint = try await Command.judge(
      "openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", signer.certificate.path
    ).output.split(separator: "=").last.map { $0.replacing(":", with: "").lowercased() }
    let listed = try await Program.hub.run(["unit", "signer", "list", "cdcs-thpt", "--data", data])
    #expect(listed.contains(try #require(fingerprint).trimmingCharacters(in: .whitespacesAndNewlines)), "\(listed)")
    try office.drop(Letters.small("thu-ba"), as: "thu-ba.pdf", from: "cdcs-thpt")
    try await eventually("the letter is in the province's inbox") {
      hall.documents("inbox", of: Province.office).count == 1
    }
    let letter = try #require(hall.documents("inbox", of: Province.office).values.first)
    let judged = try await Command.judge("pdfsig", "-nocert", letter.path)
    #expect(judged.output.contains("Signature is Valid") && judged.output.contains("truong-thpt"), "\(judged.output)")
    let verified = try await Command.run(
      try Program.tool.url, ["verify", letter.path, "--config", hall.configuration.path])
    #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
    try await eventually("the check finds nothing once the directory has come", within: .seconds(30)) {
      try await check().status == 0
    }

    // Another unit's registered certificate, and one that claims to be the unit's, sign nothing for it.
    try await Program.hub.run(["unit", "add", "cdcs-khac", "--name", "Đơn vị khác", "--data", data])
    let other = try await authority.certify("khac")
    try await Program.hub.run(["unit", "signer", "add", "cdcs-khac", other.chain.path, "--data", data])
    let stolen = try await Command.run(
      try Program.hub.url, ["unit", "signer", "add", "cdcs-thpt", other.chain.path, "--data", data])
    #expect(stolen.status != 0 && stolen.errors.contains("registered for cdcs-khac"), "\(stolen.errors)")
    let pretender = try await authority.certify(
      "gia-mao", extra: "subjectAltName = URI:urn:congvan:unit:cdcs-thpt")
    let door = HubDoor(province: province, office: office)
    func answer(_ signer: ForeignAuthority.Signer, _ text: String) async throws -> HubDoor.Answer {
      let plain = office.base.appending(component: "plain.pdf")
      let signed = office.base.appending(component: "signed-\(UUID().uuidString).pdf")
      try Letters.small(text).write(to: plain)
      try await Program.tool.run([
        "sign", plain.path, "--key", signer.key.path, "--cert", signer.chain.path, "-o", signed.path,
      ])
      let bytes = try Data(contentsOf: signed)
      return try await door.submit(
        Submission(
          document: DocumentID(at: Instant(Date())), upload: try await door.upload(bytes),
          sender: try UnitID("cdcs-thpt"), addressees: [.unit(try UnitID(Province.office))],
          digest: try SHA256Digest(bytes: sha256(bytes)), size: Int64(bytes.count), name: "tay.pdf", urgency: .normal,
          submittedAt: Instant(Date())), signedBy: "cdcs-thpt")
    }
    // Nor does a person who verifies what it signed read that it is the unit's.
    let forged = office.base.appending(component: "forged.pdf").path
    let plain = office.base.appending(component: "forged-plain.pdf").path
    try Letters.small("forged").write(to: URL(fileURLWithPath: plain))
    try await Program.tool.run([
      "sign", plain, "--key", pretender.key.path, "--cert", pretender.chain.path, "-o", forged,
    ])
    let told = try await Program.tool.run(["verify", forged, "--config", hall.configuration.path])
    #expect(!told.contains("cdcs-thpt") && told.contains("chưa đăng ký chứng thư của người ký"), "\(told)")
    let named = try await Program.tool.run(["verify", letter.path, "--config", hall.configuration.path])
    #expect(named.contains("cdcs-thpt") && !named.contains("chưa đăng ký"), "\(named)")

    #expect(try await answer(signer, "good").status == 201)
    #expect(try await answer(other, "other").problem == "signer-not-authorised")
    #expect(try await answer(pretender, "pretender").problem == "signer-not-authorised")

    // Revoked by its authority, as a list that the hub was given says; and taken back by the province.
    let settled = try String(contentsOf: hubFile, encoding: .utf8)
    try (settled + "requireRevocation: true\n").write(to: hubFile, atomically: true, encoding: .utf8)
    await province.hub.stop()
    try await province.startHub()
    let untold = try await answer(signer, "nobody tells")
    #expect(untold.problem == "signer-not-authorised")
    #expect(String(decoding: untold.body, as: UTF8.self).contains("revocationLists"))
    try await authority.revoke([])
    let lists = "revocationLists: [\"\(authority.revocationList.path)\", \"\(authority.rootList.path)\"]\n"
    try (settled + "requireRevocation: true\n" + lists).write(to: hubFile, atomically: true, encoding: .utf8)
    await province.hub.stop()
    try await province.startHub()
    #expect(try await answer(signer, "not revoked").status == 201)
    try await authority.revoke([signer])
    await province.hub.stop()
    try await province.startHub()
    let revoked = try await answer(signer, "revoked")
    #expect(revoked.problem == "signature-invalid", "\(String(decoding: revoked.body, as: UTF8.self))")
    #expect(String(decoding: revoked.body, as: UTF8.self).contains("certificate-revoked"))
    try await Program.hub.run([
      "unit", "signer", "remove", "cdcs-khac",
      String(try #require(listedFingerprint(of: "cdcs-khac", in: await signers(data))).prefix(16)), "--data", data,
    ])
    #expect(try await signers(data).contains("cdcs-khac") == false)
    await province.close()
  }

  private func signers(_ data: String) async throws -> String {
    try await Program.hub.run(["unit", "signer", "list", "--data", data])
  }

  private func listedFingerprint(of unit: String, in list: String) -> Substring? {
    list.split(separator: "\n").first { $0.hasPrefix(unit) }?.split(separator: "\t").dropFirst().first
  }
}
