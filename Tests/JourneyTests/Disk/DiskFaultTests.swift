import Foundation
import Testing

@Suite(.serialized, .enabled(if: SmallDisk.isPossible, Comment(rawValue: SmallDisk.why)))
struct DiskFaultTests {
  private let unit = "cdcs-thpt"

  @Test(
    "a state folder whose disk is full, of bytes or of inodes, costs only delay: it is said, nothing is lost or doubled, and it heals without a restart",
    .timeLimit(.minutes(2)), arguments: SmallDisk.Lack.allCases)
  func full(_ lack: SmallDisk.Lack) async throws {
    let province = try await Province()
    try await province.startHub()
    let state = province.folder.appending(components: "van-phong", "state")
    let disk = try await SmallDisk(state, options: "size=24m,nr_inodes=500")
    let office = try await province.open("van-phong", units: [Province.office, unit])
    var dropped: [String: Data] = [:]
    try office.drop(0..<2, into: &dropped, from: unit)
    try await eventually("the first are through") { office.areThrough(2, from: unit) }

    try disk.fill(lack)
    try office.drop(2..<5, into: &dropped, from: unit)
    try await eventually("the log says why", within: .seconds(20)) {
      office.agent.hasSaid("No space left on device") || office.agent.hasSaid("disk is full")
        || office.agent.hasSaid("bytes free")
    }
    #expect(office.agent.isRunning)
    try await eventually("status says so", within: .seconds(10)) {
      try await Program.tool.run(["status", "--config", office.configuration.path]).contains("đã đầy")
    }
    #expect(office.documents("outbox", of: unit).count + office.documents("sent", of: unit).count >= 5)

    try disk.empty()
    try await eventually("all are through", within: .seconds(40)) { office.areThrough(5, from: unit) }
    #expect(try Checker(dropped: dropped).violations(from: office, unit, to: [(office, Province.office)]) == [])
    await office.agent.stop()
    await disk.close()
    await province.close()
  }

  @Test(
    "a share that becomes read-only costs only delay: letters stay where they are, and go on once it may be written to",
    .timeLimit(.minutes(2)))
  func readOnly() async throws {
    let province = try await Province()
    try await province.startHub()
    let share = try await SmallDisk(
      province.folder.appending(components: "van-phong", Province.office), options: "size=16m")
    let office = try await province.open("van-phong", units: [Province.office, unit])
    var dropped: [String: Data] = [:]
    try office.drop(0..<2, into: &dropped, from: unit)
    try await eventually("the first are through") { office.areThrough(2, from: unit) }

    try await share.remount("ro")
    try office.drop(2..<4, into: &dropped, from: unit)
    try await eventually("the log says why", within: .seconds(20)) { office.agent.hasSaid("Read-only file system") }
    try await eventually("status says so", within: .seconds(10)) {
      try await Program.tool.run(["status", "--config", office.configuration.path]).contains("✘ Không ghi được vào")
    }

    try await share.remount("rw")
    try await eventually("all are through", within: .seconds(60)) { office.areThrough(4, from: unit) }
    #expect(try Checker(dropped: dropped).violations(from: office, unit, to: [(office, Province.office)]) == [])
    await office.agent.stop()
    await share.close()
    await province.close()
  }

  @Test(
    "the volume of an inbox goes away and comes back: what came meanwhile waits, and is filed there, once",
    .timeLimit(.minutes(2)))
  func volumeGone() async throws {
    let province = try await Province()
    try await province.startHub()
    let point = province.folder.appending(components: "van-phong", Province.office)
    let store = try await SmallDisk(province.folder.appending(component: "store"), options: "size=16m")
    try FileManager.default.createDirectory(at: point, withIntermediateDirectories: true)
    try await #require(Command.judge("mount", "--bind", store.point.path, point.path).status == 0)
    let office = try await province.open("van-phong", units: [Province.office, unit])
    var dropped: [String: Data] = [:]
    try office.drop(0..<2, into: &dropped, from: unit)
    try await eventually("the first are through") { office.areThrough(2, from: unit) }

    try await #require(Command.judge("umount", "--lazy", point.path).status == 0)
    try office.drop(2..<4, into: &dropped, from: unit)
    try await eventually("it is told", within: .seconds(20)) { office.agent.hasSaid("a unit's folder is away") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: point.path).isEmpty, "nothing is put below it")

    try await #require(Command.judge("mount", "--bind", store.point.path, point.path).status == 0)
    try await eventually("all are through", within: .seconds(40)) { office.areThrough(4, from: unit) }
    #expect(try Checker(dropped: dropped).violations(from: office, unit, to: [(office, Province.office)]) == [])
    await office.agent.stop()
    _ = try await Command.judge("umount", "--lazy", point.path)
    await store.close()
    await province.close()
  }
}
