import Foundation
import Testing

@Suite struct ManyFilesTests {
  private static let unit = "cdcs-thpt"

  /// When a folder was last read, where the disk notes that: a time two days back is always renewed (mount(8), relatime).
  private struct ReadMark {
    let folder: URL

    init(_ folder: URL) throws {
      self.folder = folder
      var times = [timespec(tv_sec: time(nil) - 2 * 86_400, tv_nsec: 0), timespec(tv_sec: 0, tv_nsec: 0)]
      times[1] = times[0]
      guard utimensat(AT_FDCWD, folder.path, &times, 0) == 0 else { throw Failure("no times for \(folder.path)") }
    }

    var wasRead: Bool {
      var status = stat()
      return stat(folder.path, &status) == 0 && status.st_atim.tv_sec > time(nil) - 86_400
    }
  }

  @Test(
    "300 letters at once are each sent once, in front of years of old letters that nobody looks through",
    .timeLimit(.minutes(4)))
  func many() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, Self.unit])
    await office.agent.stop()
    let sent = office.folder(Self.unit).appending(component: "sent")
    var old: [ReadMark] = []
    for month in 1...10 {
      let folder = sent.appending(components: "2020", month < 10 ? "0\(month)" : "\(month)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for number in 0..<500 {
        _ = FileManager.default.createFile(
          atPath: folder.appending(component: "công văn \(number).pdf").path, contents: nil)
      }
      try old.append(ReadMark(folder))
    }
    // The two newest months are looked into at a start, for what a crash may have left there (`Leftovers`).
    for month in ["01", "02"] {
      try FileManager.default.createDirectory(
        at: sent.appending(components: "2021", month), withIntermediateDirectories: true)
    }
    // The disk must tell: else the test could not fail.
    let trial = old.removeLast()
    _ = try FileManager.default.contentsOfDirectory(atPath: trial.folder.path)
    try #require(trial.wasRead, "this disk doesn't note when a folder is read: mount it with relatime")

    var dropped: [String: Data] = [:]
    try office.drop(0..<300, into: &dropped, from: Self.unit)
    try office.set("scanEvery: 1s")
    try office.agent.start()
    try await eventually("all are sent and received", within: .seconds(120)) {
      office.documents("inbox", of: Province.office).count == dropped.count
        && office.documents("outbox", of: Self.unit).isEmpty
    }
    #expect(old.filter(\.wasRead).map(\.folder.lastPathComponent) == [], "old letters are looked through")
    // Gone before the checker, which counts what stands in sent/.
    try FileManager.default.removeItem(at: sent.appending(component: "2020"))
    #expect(
      try Checker(dropped: dropped).violations(from: office, Self.unit, to: [(office, Province.office)]) == [])
    await province.close()
  }
}
