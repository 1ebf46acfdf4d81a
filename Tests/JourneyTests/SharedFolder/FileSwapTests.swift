import Foundation
import Testing

/// Files of an outbox that aren't what they were a moment ago.
@Suite(.serialized) struct FileSwapTests {
  private static let unit = "cdcs-thpt"

  @Test(
    "a letter that is swapped for a link, a pipe, a device or a folder while it is taken in never opens what it must not",
    .timeLimit(.minutes(3)))
  func kinds() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, Self.unit])
    await office.agent.stop()
    try office.set("quietPeriod: 50ms")
    try office.set("scanEvery: 1s")
    try office.agent.start()
    let secret = province.folder.appending(component: "mật.pdf")
    try Letters.small("none of the unit's business").write(to: secret)
    let outbox = office.folder(Self.unit).appending(component: "outbox")

    // Each letter has something else under a name beside it that is passed over, and the two change places all the time.
    var dropped: [String: Data] = [:]
    var pairs: [(URL, URL)] = []
    for (index, kind) in ["link", "pipe", "folder", "device"].enumerated() {
      let other = outbox.appending(component: ".\(kind).pdf")
      switch kind {
      case "link": try FileManager.default.createSymbolicLink(at: other, withDestinationURL: secret)
      case "pipe": #expect(mkfifo(other.path, 0o600) == 0)
      case "folder": try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
      // A device that never ends, for whoever may make one.
      default: if mknod(other.path, S_IFCHR | 0o600, 1 << 8 | 5) != 0 { continue }
      }
      let name = "thư \(index).pdf"
      dropped[name] = Letters.small("letter \(index)")
      try office.drop(try #require(dropped[name]), as: name, from: Self.unit)
      pairs.append((outbox.appending(component: name), other))
    }
    let swapper = try Swapper(pairs, pause: 20)
    try await Task.sleep(for: .seconds(3))
    let swaps = try await swapper.stop()
    #expect(swaps > 20)
    // What stood under the letter's name for as long as it takes was refused by what it is, or the letter went. A letter that
    // was swapped away stands under the hidden name.
    try await eventually("all that has a letter's name is sent or refused") {
      try FileManager.default.contentsOfDirectory(atPath: outbox.path).allSatisfy { $0.hasPrefix(".") }
    }
    let sent = try office.documents("sent", of: Self.unit).values.map { try Data(contentsOf: $0) }
    let hidden = tree(outbox).values
    for (name, letter) in dropped {
      let copies = sent.filter { $0.starts(with: letter) }.count
      #expect(copies == 1 || (copies == 0 && hidden.contains(letter)), "\(name)")
    }
    for place in [office.folder(Self.unit), office.state, province.hubData, office.folder(Province.office)] {
      #expect(tree(place).allSatisfy { $0.value.range(of: Data("none of the unit's business".utf8)) == nil })
    }
    #expect(office.agent.isRunning)
    await province.close()
  }

  @Test(
    "a file that is changed, replaced, cut, grown or deleted again and again while it is taken in is sent as it was at some moment, or not at all",
    .timeLimit(.minutes(3)))
  func changes() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, Self.unit])
    await office.agent.stop()
    try office.set("quietPeriod: 50ms")
    try office.set("scanEvery: 1s")
    try office.agent.start()
    let outbox = office.folder(Self.unit).appending(component: "outbox")
    var states: Set<Data> = []
    for round in 0..<60 {
      let file = outbox.appending(component: "thư \(round % 6).pdf")
      let letter = Letters.small("letter \(round)", padding: 200_000)
      states.insert(letter)
      switch round % 5 {
      // Written in place, in pieces, by somebody who holds it open.
      case 0:
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        let handle = try FileHandle(forWritingTo: file)
        for start in stride(from: 0, to: letter.count, by: 50_000) {
          try handle.write(contentsOf: letter[start..<min(start + 50_000, letter.count)])
          try await Task.sleep(for: .milliseconds(20))
        }
        try handle.close()
      // Saved as editors do, over what may stand there.
      case 1, 2:
        let temporary = outbox.appending(component: "~$\(round).tmp")
        try letter.write(to: temporary)
        #expect(rename(temporary.path, file.path) == 0)
      // Cut to nothing and written anew.
      case 3: try letter.write(to: file)
      // Grown behind its end: nobody means to send that, and it isn't a letter any more.
      default:
        try letter.write(to: file)
        if let handle = try? FileHandle(forUpdating: file) {
          try handle.seekToEnd()
          try handle.write(contentsOf: Data("more\n".utf8))
          try handle.close()
          states.insert(letter + Data("more\n".utf8))
        }
      }
      try await Task.sleep(for: .milliseconds(Int.random(in: 0..<120)))
      if round % 7 == 6 { unlink(file.path) }
    }
    try await eventually("the outbox is empty") { office.documents("outbox", of: Self.unit).isEmpty }
    try await eventually("what was sent has arrived") {
      office.documents("inbox", of: Province.office).count == office.documents("sent", of: Self.unit).count
    }
    let sent = try office.documents("sent", of: Self.unit).values.map { try Data(contentsOf: $0) }
    #expect(sent.count > 5)
    for copy in sent {
      #expect(states.contains { copy.starts(with: $0) }, "a mixture of two states was sent")
    }
    let refused = office.documents("rejected", of: Self.unit)
    for (name, url) in refused {
      let bytes = try Data(contentsOf: url)
      #expect(states.contains(bytes) || bytes.isEmpty || states.contains { $0.starts(with: bytes) }, "\(name)")
      #expect(FileManager.default.fileExists(atPath: url.path + ".reason.txt"))
    }
    await province.close()
  }
}
