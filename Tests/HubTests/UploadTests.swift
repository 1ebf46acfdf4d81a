import Durable
import Exchange
import Foundation
import Logging
import NIOConcurrencyHelpers
import Testing

@testable import Hub

@Suite struct UploadTests {
  private let folder = FileManager.default.temporaryDirectory.appending(component: "congvan-uploads-\(UUID())")
  private let owner: MachineID
  private let start = Instant(Date())

  init() throws { owner = try MachineID("0192f0c0-0000-7000-8000-000000000001") }

  private func store(
    open: Int = 4, reserve: Int64 = 0, logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  ) async throws -> UploadStore {
    let store = UploadStore(
      folder: FilePath(folder.path), threads: IOThreads(count: 2, name: "test"),
      limits: .init(open: open, reserve: reserve), logger: logger)
    try await store.recover()
    return store
  }

  private func type(_ body: () async throws -> Void) async throws -> ProblemType? {
    do {
      try await body()
      return nil
    } catch let problem as Problem { return problem.type }
  }

  @Test("while a document is judged nobody changes its bytes: no late writer, no new one, no cut, no deletion")
  func judging() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try await store()
    let bytes = Data("judged".utf8)
    let created = try await store.create(owner: owner, length: Int64(bytes.count), metadata: nil, now: start)
    #expect(try await type { _ = try store.beginJudging(created.id, owner: owner) } == .uploadIncomplete)

    let first = try store.beginWriting(created.id, owner: owner, at: 0)
    let whole = try await store.write(bytes, to: first, sync: true)
    let judged = try store.beginJudging(created.id, owner: owner)
    // As a request whose checksum turns out wrong after its last byte was synced.
    try await store.truncate(whole, to: 0)
    #expect(try await type { _ = try await store.write(Data("x".utf8), to: whole, sync: true) } == .offsetMismatch)
    #expect(
      try await type { _ = try store.beginWriting(created.id, owner: owner, at: Int64(bytes.count)) }
        == .offsetMismatch)
    #expect(try await type { try await store.giveUp(created.id, owner: owner) } == .state)
    #expect(try Data(contentsOf: URL(fileURLWithPath: "\(store.path(of: judged))")) == bytes)

    try await store.endJudging(judged, isSpent: false)
    #expect(try store.find(created.id, owner: owner).isComplete)
    try await store.giveUp(created.id, owner: owner)
  }

  @Test("an upload that was refused gives its place back, once nobody judges it any more")
  func spent() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try await store(open: 1)
    let created = try await store.create(owner: owner, length: 2, metadata: "k dg==", now: start)
    let begun = try store.beginWriting(created.id, owner: owner, at: 0)
    _ = try await store.write(Data("no".utf8), to: begun, sync: true)
    let refused = try store.beginJudging(created.id, owner: owner)
    let other = try store.beginJudging(created.id, owner: owner)
    try await store.endJudging(refused, isSpent: true)
    #expect(try Data(contentsOf: URL(fileURLWithPath: "\(store.path(of: other))")) == Data("no".utf8))
    try await store.endJudging(other, isSpent: false)
    #expect(try await type { _ = try store.find(created.id, owner: owner) } == .uploadGone)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    _ = try await store.create(owner: owner, length: 2, metadata: nil, now: start)
  }

  @Test(
    "a hub whose disk is nearly full tells its administrator how much is free and what to do, once for many refusals")
  func fullDisk() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let log = Told()
    let store = try await store(reserve: .max / 2, logger: Logger(label: "test") { _ in log })
    for _ in 0..<5 {
      let refused = try await type { _ = try await store.create(owner: owner, length: 10, metadata: nil, now: start) }
      #expect(refused == .quota)
    }
    let lines = log.lines.withLockedValue { $0 }
    #expect(lines.count == 1 && lines[0].hasPrefix("error") && lines[0].contains("enlarge it"), "\(lines)")
    #expect(lines[0].contains("free") && lines[0].contains("\(Int64.max / 2)"), "\(lines)")
  }

  @Test("a piece that an ended request still writes keeps its document from being judged until it is down")
  func lateWriter() throws {
    var upload = Upload(id: UploadID(at: start), owner: owner, length: 3, expires: start, metadata: nil, offset: 0)
    try upload.beginWriting(at: 0)
    // Its connection broke while the piece was on its way to the disk; the client began anew, and finished.
    upload.piecesUnderWay += 1
    try upload.beginWriting(at: 0)
    upload.wrote(3, sync: true)
    #expect(upload.isComplete)
    #expect(throws: Problem.self) { try upload.beginJudging() }
    upload.piecesUnderWay -= 1
    try upload.beginJudging()
  }

  @Test("where a machine's places run out, the upload that was left longest gives way; one that is younger never does")
  func places() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try await store(open: 2)
    let left = try await store.create(owner: owner, length: 10, metadata: "k dg==", now: start)
    let later = try await store.create(owner: owner, length: 10, metadata: nil, now: start + .seconds(60))
    func create(after seconds: Int) async throws -> Upload {
      try await store.create(owner: owner, length: 10, metadata: nil, now: start + .seconds(seconds))
    }
    #expect(try await type { _ = try await create(after: 3599) } == .tooManyUploads)
    let third = try await create(after: 3601)
    #expect(try await type { _ = try store.find(left.id, owner: owner) } == .uploadGone)
    #expect(try await type { _ = try await create(after: 3602) } == .tooManyUploads)
    #expect(try store.find(later.id, owner: owner).id == later.id)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.sorted() == [later.fileName, third.fileName].sorted(), "of the one that gave way nothing is left")
  }
}

/// What a logger of the usual level was told.
private struct Told: LogHandler {
  let lines = NIOLockedValueBox<[String]>([])
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.notice

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    lines.withLockedValue { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
  }
}
