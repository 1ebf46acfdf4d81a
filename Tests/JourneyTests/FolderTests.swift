import Foundation
import Testing

/// A unit's folder as a share: mounted over a mount point where we may mount, as root; else put there by rename.
private final class Share {
  /// Where people see it.
  let point: URL
  private let store: URL
  private let below: URL
  private let isMounted: Bool

  init(_ point: URL, beside: URL) async throws {
    self.point = point
    store = beside.appending(component: "share-store")
    below = beside.appending(component: "share-below")
    for folder in [point, store] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    isMounted = try await Command.judge("mount", "--bind", store.path, point.path).status == 0
    if !isMounted {
      try FileManager.default.removeItem(at: point)
      try FileManager.default.moveItem(at: store, to: point)
      try FileManager.default.createDirectory(at: below, withIntermediateDirectories: true)
    }
  }

  func goAway() async throws {
    if isMounted {
      #expect(try await Command.judge("umount", "--lazy", point.path).status == 0)
    } else {
      try FileManager.default.moveItem(at: point, to: store)
      try FileManager.default.moveItem(at: below, to: point)
    }
  }

  func comeBack() async throws {
    if isMounted {
      #expect(try await Command.judge("mount", "--bind", store.path, point.path).status == 0)
    } else {
      try FileManager.default.moveItem(at: point, to: below)
      try FileManager.default.moveItem(at: store, to: point)
    }
  }

  func close() async throws {
    if isMounted { _ = try await Command.judge("umount", "--lazy", point.path) }
  }
}

@Suite(.serialized) struct FolderTests {
  @Test(
    "a share that went away gets nothing, loses nothing and holds up nobody: when it is back, letters go on",
    .timeLimit(.minutes(3)))
  func share() async throws {
    let province = try await Province()
    try await province.startHub()
    let unit = "cdcs-thpt"
    let share = try await Share(
      province.folder.appending(components: "van-phong", unit), beside: province.folder)
    let office = try await province.open("van-phong", units: [Province.office, unit, "cd-giaoduc"])
    let first = Letters.small("before")
    try office.drop(first, as: "trước.pdf", from: Province.office, to: unit)
    try await eventually("a letter arrives") { office.documents("inbox", of: unit).count == 1 }

    try await share.goAway()
    try office.drop(Letters.small("while away"), as: "vắng.pdf", from: Province.office, to: unit)
    try office.drop(Letters.small("to another"), as: "khác.pdf", from: Province.office, to: "cd-giaoduc")
    try await eventually("the other unit goes on") { office.documents("inbox", of: "cd-giaoduc").count == 1 }
    try await eventually("status says what to do") { try await office.status().contains("\"unmarked\"") }
    let words = try await Program.tool.run(["status", "--config", office.configuration.path])
    #expect(words.contains("congvan folder adopt \(unit)") && words.contains("ổ chia sẻ"))
    try await eventually("the log says so") { office.agent.hasSaid("a unit's folder is away") }
    // Also an agent that starts meanwhile waits.
    await office.agent.stop()
    try office.agent.start()
    try await eventually("the letter waits, numbered") {
      try await office.log().components(separatedBy: "\"announced\"").count >= 4
        && office.agent.logText.components(separatedBy: "a unit's folder is away").count >= 3
    }
    let deliveries = try await office.log().components(separatedBy: "\"delivered\"").count
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: share.point.path).isEmpty, "nothing is made on the disk below"
    )

    try await share.comeBack()
    try office.drop(Letters.small("after"), as: "sau.pdf", from: unit)
    try await eventually("what waited arrives, and what was dropped since is sent") {
      office.documents("inbox", of: unit).count == 2 && office.documents("sent", of: unit).count == 1
        && office.documents("inbox", of: Province.office).count == 1
    }
    try await eventually("the sender learns of it only now") {
      try await office.log().components(separatedBy: "\"delivered\"").count > deliveries
    }
    #expect(office.agent.hasSaid("a unit's folder is back"))
    try await share.close()
    await province.close()
  }

  @Test(
    "an outbox that a clerk removed is made again, with the unit's permissions, and watched", .timeLimit(.minutes(2)))
  func removedOutbox() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    let outbox = office.folder("cdcs-thpt").appending(component: "outbox")
    try FileManager.default.removeItem(at: outbox)
    // It is made for the service alone, and opened to the others right after.
    try await eventually("it is there again, with its permissions", within: .seconds(10)) {
      var status = stat()
      return stat(outbox.path, &status) == 0 && status.st_mode & 0o7777 == 0o2770
    }
    try office.drop(Letters.small("dropped anew"), as: "mới.pdf", from: "cdcs-thpt")
    try await eventually("it is sent", within: .seconds(20)) { office.documents("sent", of: "cdcs-thpt").count == 1 }
    await province.close()
  }

  @Test("a folder that lost its mark is left alone until a person says that it is the unit's", .timeLimit(.minutes(2)))
  func adopted() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, "cdcs-thpt"])
    let folder = office.folder("cdcs-thpt")
    await office.agent.stop()
    let systemd = try NotifySocket(province.folder.appending(component: "notify").path)
    office.agent.wrapper = ["NOTIFY_SOCKET=\(systemd.path)"]
    try office.agent.start()
    try FileManager.default.removeItem(at: folder.appending(component: ".congvan-unit"))
    try office.drop(Letters.small("waits"), as: "chờ.pdf", from: "cdcs-thpt")
    try await eventually("the agent notices") { office.agent.hasSaid("a unit's folder is away") }
    #expect(office.documents("outbox", of: "cdcs-thpt").count == 1)
    let check = try await Command.run(try Program.agent.url, ["--check", "--config", office.configuration.path])
    #expect(check.status == 78 && check.errors.contains("congvan folder adopt cdcs-thpt"), "\(check.errors)")
    try await eventually("systemd's status says what to do") {
      systemd.heard().contains("congvan folder adopt cdcs-thpt")
    }
    try await Program.tool.run(["folder", "adopt", "cdcs-thpt", "--config", office.configuration.path])
    try await eventually("the letter is sent") { office.documents("sent", of: "cdcs-thpt").count == 1 }
    await province.close()
  }
}
