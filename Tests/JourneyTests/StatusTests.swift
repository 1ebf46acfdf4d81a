import Foundation
import Testing

@Suite(.serialized) struct StatusTests {
  @Test(
    "while the hub is away status says so, since when and which files wait for it; when it is back it says nothing, nor once the daemon is gone",
    .timeLimit(.minutes(3)))
  func hubAway() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    await office.agent.stop()
    let systemd = try NotifySocket(province.folder.appending(component: "notify").path)
    office.agent.wrapper = ["NOTIFY_SOCKET=\(systemd.path)"]
    try office.agent.start()
    func words() async throws -> String {
      try await Program.tool.run(["status", "--config", office.configuration.path])
    }
    try office.drop(Letters.small("before"), as: "trước.pdf", from: "cdcs-thpt")
    try await eventually("it is sent") { office.documents("sent", of: "cdcs-thpt").count == 1 }
    #expect(!(try await words().contains("Không liên lạc được")))

    await province.hub.kill()
    try await eventually("status says that the hub is away", within: .seconds(15)) {
      try await words().contains("✘ Không liên lạc được với máy chủ của tỉnh: không kết nối được")
    }
    let said = try await words()
    #expect(said.contains("liên lạc lần cuối lúc"), "\(said)")
    #expect(try await office.status().contains("\"cause\" : \"hub-away\""))
    var heard = ""
    try await eventually("so does systemd's status", within: .seconds(15)) {
      heard += systemd.heard()
      return heard.contains("No contact with the hub")
    }
    // To a unit that is made while the hub is away: nobody here can know it.
    try office.drop(Letters.small("to a new unit"), as: "mới.pdf", from: "cdcs-thpt", to: "cdcs-moi")
    try await eventually("status says that the file waits", within: .seconds(30)) {
      let said = try await words()
      return said.contains("1 tệp chờ trong hộp đi") && said.contains("cdcs-moi/mới.pdf")
    }

    // A daemon that is gone has no say.
    await office.agent.kill()
    #expect(!(try await words().contains("✘")))
    try office.agent.start()
    try await eventually("the next one says it too", within: .seconds(30)) {
      try await words().contains("Không liên lạc được với máy chủ của tỉnh")
    }

    try await Program.hub.run(["unit", "add", "cdcs-moi", "--name", "Đơn vị mới", "--data", province.hubData.path])
    try await province.startHub()
    try await eventually("the file is sent", within: .seconds(90)) {
      office.documents("sent", of: "cdcs-thpt").count == 2
    }
    try await eventually("status says nothing of it any more", within: .seconds(15)) {
      !(try await words().contains("✘"))
    }
    #expect(!FileManager.default.fileExists(atPath: office.state.appending(component: "troubles.json").path))
    await province.close()
  }

  @Test(
    "a full disk of the daemon's own, and a folder that takes nothing, are said, and no longer when they are over",
    .enabled(if: geteuid() == 0, "a small disk can't be mounted"), .timeLimit(.minutes(3)))
  func noRoom() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    func words() async throws -> String {
      try await Program.tool.run(["status", "--config", office.configuration.path])
    }
    let sent = office.folder("cdcs-thpt").appending(component: "sent")
    try? FileManager.default.removeItem(at: sent)
    try Data().write(to: sent)
    try office.drop(Letters.small("nowhere to go"), as: "chờ.pdf", from: "cdcs-thpt")
    try await eventually("status says that sent/ takes nothing") {
      try await words().contains("✘ Không ghi được vào \(sent.path)")
    }
    try FileManager.default.removeItem(at: sent)
    try await eventually("it is filed") { office.documents("sent", of: "cdcs-thpt").count == 1 }
    try await eventually("status says nothing of it any more") { !(try await words().contains("✘")) }

    let spool = office.state.appending(components: "spool", "out").path
    try await #require(Command.judge("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", spool).status == 0)
    try office.drop(Letters.small("too large", padding: 300_000), as: "lớn.pdf", from: "cdcs-thpt")
    try await eventually("status says that the disk is full") { try await words().contains("đã đầy") }
    #expect(try await office.status().contains("\"fullDisk\""))
    try await #require(Command.judge("umount", "--lazy", spool).status == 0)
    try await eventually("it is sent") { office.documents("sent", of: "cdcs-thpt").count == 2 }
    try await eventually("status says nothing of it any more", within: .seconds(90)) {
      !(try await words().contains("✘"))
    }
    await province.close()
  }
}
