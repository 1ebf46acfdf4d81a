import Foundation
import Testing

/// A clerk, or whoever has their account, swaps things in the share between the agent's look and its act.
@Suite(.serialized) struct SwapTests {
  private static let unit = "cdcs-thpt"

  /// A province, an office whose agent looks often, and what lies outside of the unit's folder.
  private struct Scene {
    let province: Province
    let office: Office
    let outside: URL
    let before: [String: Data]
    /// What stands in the documents outside: nobody who may not read them must.
    let secret: Data

    func folder(_ name: String) -> URL { office.folder(SwapTests.unit).appending(component: name) }

    /// What came out of what lies outside of the unit's folder, or into it.
    func harm() -> [String] {
      let after = tree(outside)
      let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
        .map { "outside changed: \($0)" }
      let places =
        [province.hubData.appending(component: "objects")] + [office.state, office.folder(SwapTests.unit)]
        + [office.folder(Province.office)]
      let leaked = places.flatMap { place in
        tree(place).filter { $0.value.range(of: secret) != nil }.map { "outside is seen in \(place.path)\($0.key)" }
      }
      return (changed + leaked).sorted()
    }
  }

  private func scene() async throws -> Scene {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, Self.unit, "cd-giaoduc"])
    await office.agent.stop()
    try office.set("quietPeriod: 50ms")
    try office.set("scanEvery: 1s")
    let outside = province.folder.appending(component: "ngoài")
    let secret = "none of the unit's business"
    for (index, path) in ["cd-giaoduc/mật 1.pdf", "sâu/mật 2.pdf", "mật 3.pdf"].enumerated() {
      let url = outside.appending(path: path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Letters.small("\(secret) \(index)").write(to: url)
    }
    try office.agent.start()
    try await eventually("the agent runs again") {
      guard office.agent.isRunning else { throw Failure("the agent stopped:\n\(office.agent.lastLines)") }
      return office.agent.logText.components(separatedBy: " ready ").count > 2
    }
    return Scene(
      province: province, office: office, outside: outside, before: tree(outside), secret: Data(secret.utf8))
  }

  /// Puts a link to what lies outside beside a folder of the unit's, and swaps the two.
  private func swap(_ scene: Scene, _ places: [String], pause: Int = 0) throws -> Swapper {
    try Swapper(
      places.enumerated().map { index, place in
        let link = scene.province.folder.appending(component: "link \(index)")
        try? FileManager.default.removeItem(at: link)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: scene.outside)
        return (scene.folder(place), link)
      }, pause: pause)
  }

  @Test(
    "whatever folder is swapped for a link while the agent looks, sends and files, nothing outside is read or written",
    .timeLimit(.minutes(4)))
  func folders() async throws {
    let scene = try await scene()
    let office = scene.office
    var dropped: [String: Data] = [:]
    for folder in ["outbox/cd-giaoduc/sâu", "rejected", "sent", "inbox"] {
      try FileManager.default.createDirectory(at: scene.folder(folder), withIntermediateDirectories: true)
    }
    let outbox = try HeldFolder(scene.folder("outbox"))
    let recipient = try HeldFolder(scene.folder("outbox/cd-giaoduc"))
    let other = try HeldFolder(office.folder(Province.office).appending(component: "outbox"))
    try FileManager.default.createDirectory(
      at: other.path.appending(component: Self.unit), withIntermediateDirectories: true)
    let incoming = try HeldFolder(office.folder(Province.office).appending(components: "outbox", Self.unit))

    var swaps = 0
    for (round, places) in [["outbox"], ["outbox/cd-giaoduc"], ["sent", "rejected", "inbox"]].enumerated() {
      let swapper = try swap(scene, places)
      let end = ContinuousClock.now + .seconds(2)
      var number = 0
      while ContinuousClock.now < end {
        number += 1
        let name = "thư \(round)-\(number).pdf"
        // Each unlike every other, so that none is refused as one that was sent before.
        let letter = Letters.small("letter \(round) \(number)")
        dropped[name] = letter
        try outbox.drop(letter, as: name)
        if number % 4 == 0 {
          try outbox.drop(Data("no PDF".utf8), as: "không \(round)-\(number).pdf")
          try recipient.drop(Letters.small("to the recipient \(round) \(number)"), as: name)
          try incoming.drop(Letters.small("incoming \(round) \(number)"), as: name)
        }
        try await Task.sleep(for: .milliseconds(60))
      }
      swaps += try await swapper.stop()
      #expect(scene.harm() == [])
    }
    #expect(swaps > 1000, "the agent was hardly disturbed")
    try await eventually("all letters arrive once the tricks have ended", within: .seconds(90)) {
      office.documents("outbox", of: Self.unit).isEmpty
        && office.documents("inbox", of: Province.office).count >= dropped.count
    }
    #expect(scene.harm() == [])
    for (name, letter) in dropped {
      let copies = try office.documents("inbox", of: Province.office).values
        .filter { try Data(contentsOf: $0).starts(with: letter) }
      #expect(copies.count == 1, "\(name)")
    }
    await scene.province.close()
  }
}
