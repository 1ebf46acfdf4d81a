import Foundation
import Testing

/// What clerks do on their own computers, by a real Samba server.
@Suite(.serialized, .enabled(if: Samba.isPossible, "\(Samba.why)")) struct SambaTests {
  private static let unit = "cdcs-thpt"

  @Test(
    "letters that come over Samba whole, twice, by another name first, or slowly and in pieces are each sent once, byte for byte",
    .timeLimit(.minutes(3)))
  func clerks() async throws {
    let province = try await Province()
    try await province.startHub()
    let office = try await province.open("van-phong", units: [Province.office, Self.unit])
    let samba = try await Samba(sharing: office.folder(Self.unit), in: province.folder)
    let local = province.folder.appending(component: "máy của văn thư")
    try FileManager.default.createDirectory(at: local, withIntermediateDirectories: true)
    var dropped: [String: Data] = [:]
    func letter(_ name: String, padding: Int = 20_000) throws -> String {
      let bytes = Letters.small("letter \(dropped.count)", padding: padding)
      dropped[name] = bytes
      let file = local.appending(component: "\(dropped.count).pdf")
      try bytes.write(to: file)
      return file.path
    }
    let whole = try letter("thẳng vào.pdf")
    try await samba.run("put \"\(whole)\" \"outbox\\thẳng vào.pdf\"")
    // As Word and scanners save: under a temporary name, then renamed, once more with another case.
    let renamed = try letter("Công Văn Đến.pdf")
    try await samba.run(
      "put \"\(renamed)\" \"outbox\\~WRD0001.tmp\"", "rename \"outbox\\~WRD0001.tmp\" \"outbox\\công văn đến.pdf\"",
      "rename \"outbox\\công văn đến.pdf\" \"outbox\\Công Văn Đến.pdf\"")
    // Copied twice, the first time only in part.
    let again = try letter("chép lại.pdf", padding: 400_000)
    let half = local.appending(component: "half.pdf")
    try Data(contentsOf: URL(fileURLWithPath: again)).prefix(100_000).write(to: half)
    try await samba.run("put \"\(half.path)\" \"outbox\\chép lại.pdf\"", "put \"\(again)\" \"outbox\\chép lại.pdf\"")
    // Over a bad line: in pieces, with a pause longer than the quiet period, while Samba holds it open.
    let pieces = try letter("từng phần.pdf", padding: 400_000)
    let pipe = local.appending(component: "pipe").path
    #expect(mkfifo(pipe, 0o600) == 0)
    async let copied: Void = samba.run("put \"\(pipe)\" \"outbox\\từng phần.pdf\"")
    // Opened for both ways, so that it doesn't wait for the other end.
    let line = open(pipe, O_RDWR | O_CLOEXEC)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: pieces))
    try await write(bytes.prefix(150_000), to: line)
    try await eventually("the others are sent") { office.documents("sent", of: Self.unit).count == 3 }
    try await Task.sleep(for: .seconds(3))
    #expect(office.documents("outbox", of: Self.unit).keys.sorted() == ["từng phần.pdf"])
    try await write(bytes.dropFirst(150_000), to: line)
    Foundation.close(line)
    try await copied
    try await eventually("all are sent and received") { office.areThrough(dropped.count, from: Self.unit) }
    #expect(
      try Checker(dropped: dropped).violations(from: office, Self.unit, to: [(office, Province.office)]) == [])
    samba.close()
    await province.close()
  }

  /// Waits for room in the pipe, on a thread of its own.
  private func write(_ bytes: Data, to line: Int32) async throws {
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      Thread.detachNewThread {
        done.resume(
          with: Result { try FileHandle(fileDescriptor: line, closeOnDealloc: false).write(contentsOf: bytes) })
      }
    }
  }
}
