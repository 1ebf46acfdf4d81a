import Foundation
import Testing

@Suite(
  .serialized,
  .enabled(if: HangingShare.isPossible, "needs bindfs and the right to use /dev/fuse: scripts/setup test"))
struct HangingShareTests {
  /// Its share hangs.
  private let hanging = "cdcs-thpt"
  private let healthy = "cd-giaoduc"
  /// Gets the letters of the first.
  private let far = "cd-yte"

  private func province() async throws -> (Province, HangingShare, Office) {
    let province = try await Province()
    try await province.startHub()
    let share = try await HangingShare(
      province.folder.appending(components: "van-phong", hanging), beside: province.folder)
    let office = try await province.open("van-phong", units: [Province.office, hanging, healthy, far])
    return (province, share, office)
  }

  /// A letter out of the healthy unit and one into it arrive soon.
  private func healthyGoesOn(_ office: Office, _ round: String) async throws {
    try office.drop(Letters.small("out \(round)"), as: "đi \(round).pdf", from: healthy)
    try office.drop(Letters.small("in \(round)"), as: "đến \(round).pdf", from: Province.office, to: healthy)
    try await eventually("\(round): the other unit's letters go out and come in", within: .seconds(12)) {
      office.documents("sent", of: healthy)["đi \(round).pdf"] != nil
        && office.documents("sent", of: Province.office)["đến \(round).pdf"] != nil
        && office.documents("inbox", of: healthy).keys.contains { $0.contains("đến \(round)") }
        && office.documents("inbox", of: Province.office).keys.contains { $0.contains("đi \(round)") }
    }
  }

  private func count(_ office: Office, _ text: String) -> Int {
    office.agent.logText.components(separatedBy: text).count - 1
  }

  @Test(
    "a share that doesn't answer holds up nobody else, and its own letters go on, each once, when it answers again",
    .timeLimit(.minutes(4)))
  func hangs() async throws {
    let (province, share, office) = try await province()
    await office.agent.stop()
    let systemd = try NotifySocket(province.folder.appending(component: "notify").path)
    office.agent.wrapper = ["NOTIFY_SOCKET=\(systemd.path)"]
    try office.agent.start()
    try await healthyGoesOn(office, "before")
    let threads = try office.agent.holdings().threads

    // The share stops in the middle of a burst: letters are being taken in, and being filed.
    var dropped: [String: Data] = [:]
    for index in 0..<40 {
      let name = "trước \(index).pdf"
      dropped[name] = Letters.small("before \(index)", padding: 40_000)
      try office.drop(dropped[name] ?? Data(), as: name, from: hanging, to: far)
    }
    try await eventually("the first is sent") { !share.documents("sent").isEmpty }
    share.hang()
    let sent = share.documents("sent").count
    #expect(sent < 40)

    try await healthyGoesOn(office, "while it hangs")
    for index in 0..<5 {
      let name = "trong lúc \(index).pdf"
      dropped[name] = Letters.small("meanwhile \(index)")
      try share.drop(dropped[name] ?? Data(), as: name, to: far)
    }
    try office.drop(Letters.small("to it"), as: "gửi đến.pdf", from: Province.office, to: hanging)
    try await eventually("the log says so", within: .seconds(30)) {
      office.agent.logText.split(separator: "\n").contains {
        $0.contains("a unit's folder is away") && $0.contains("unit=\(hanging)") && $0.contains("answer")
      }
    }
    let start = ContinuousClock.now
    let words = try await Program.tool.run(["status", "--config", office.configuration.path])
    #expect(words.contains("không trả lời") && words.contains(office.folder(hanging).path))
    #expect(try await office.status().contains("\"not-answering\""))
    #expect(ContinuousClock.now - start < .seconds(20), "a person who asks for the status isn't held up either")
    try await eventually("systemd's status names it") {
      let text = systemd.heard()
      return text.contains("the folder of \(hanging) is away")
    }

    // Another configuration is taken, though what stands in the share can't be ended.
    office.agent.reload()
    try await eventually("the configuration is read again") { office.agent.hasSaid("configuration read again") }
    try await healthyGoesOn(office, "after a reload")
    #expect(office.agent.isRunning)
    let now = try office.agent.holdings().threads
    #expect(now < threads + 40, "\(threads) threads before, \(now) now: they don't pile up")
    #expect(count(office, "a unit's folder is away") <= 2, "told once by each configuration")

    share.answer()
    try await eventually("all its letters are sent", within: .seconds(90)) {
      share.documents("sent").count >= dropped.count && share.documents("outbox").isEmpty
        && office.documents("inbox", of: far).count >= dropped.count
        && office.documents("inbox", of: hanging).count == 1
    }
    #expect(office.agent.hasSaid("a unit's folder is back"))
    #expect(
      try Checker(dropped: dropped).violations(from: office, hanging, to: [(office, far)]) == [])
    await share.close()
    await province.close()
  }

  @Test("a daemon stops within five seconds, and starts, while a share doesn't answer", .timeLimit(.minutes(3)))
  func stops() async throws {
    let (province, share, office) = try await province()
    try await healthyGoesOn(office, "before")
    share.hang()
    try office.drop(Letters.small("to it"), as: "gửi đến.pdf", from: Province.office, to: hanging)
    try await healthyGoesOn(office, "while it hangs")
    let (seconds, status) = await office.agent.stop()
    #expect(seconds < 5)
    #expect(status == 0)

    let ready = count(office, " ready ")
    try office.agent.start()
    try await eventually("it is ready", within: .seconds(10)) { count(office, " ready ") > ready }
    try await Program.agent.run(["--check", "--config", office.configuration.path])
    try await healthyGoesOn(office, "started while it hangs")
    try await eventually("it is told", within: .seconds(30)) { office.agent.hasSaid("a unit's folder is away") }
    let again = await office.agent.stop()
    #expect(again.seconds < 5)
    #expect(again.status == 0)

    share.answer()
    try office.agent.start()
    try await eventually("the letter comes in, once") { office.documents("inbox", of: hanging).count == 1 }
    await share.close()
    await province.close()
  }
}
