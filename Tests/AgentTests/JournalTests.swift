import Durable
import Exchange
import Foundation
import GRDB
import PKI
import Testing

@testable import Agent

@Suite struct JournalTests {
  @Test("a journal that the daemon is just making is told apart from one that is broken, and status shows zeros")
  func starting() async throws {
    let folder = try TemporaryFolder()
    let configuration = AgentConfiguration(hub: .init(api: "https://hub", publicURL: "https://hub"), state: folder.path)
    // What SQLite leaves between making the file and the first table.
    try folder.write("", to: "journal.sqlite")
    let problem = #expect(throws: Journal.Problem.self) { try Journal(reading: configuration.paths.journal) }
    guard case .unfinished = problem else {
      Issue.record("\(String(describing: problem))")
      return
    }
    #expect(try await StatusReport.make(configuration).journal == .starting)
  }

  @Test(
    "a note of the journal's loss that is broken is taken for a loss that isn't made good, and one that can't be read stops the start"
  )
  func brokenLoss() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/journal-loss.json"
    #expect(try JournalLoss.read(path) == nil)
    try folder.write("{\"since\":", to: "journal-loss.json")
    let loss = try #require(try JournalLoss.read(path))
    #expect(loss.settledAt == nil && loss.cause == .damaged)
    #expect(throws: SystemError.self) { try JournalLoss.read(folder.path) }
  }

  @Test("a commit of the journal is synced before it is answered")
  func durable() async throws {
    let folder = try TemporaryFolder()
    let journal = try Journal(opening: folder.path + "/journal.sqlite")
    // 2 is FULL: sqlite.org/pragma.html#pragma_synchronous.
    #expect(try await journal.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
  }

  @Test("history, reason file and journal tell a refusal from the same facts")
  func refusals() async throws {
    let folder = try TemporaryFolder()
    let journal = try Journal(opening: folder.path + "/journal.sqlite")
    let now = try Instant("2026-11-23T13:41:48Z")
    let refusals: [(Refusal, [String])] = [
      (.duplicate(sentAt: now, receiptNumber: "2026-000123"), ["23/11/2026 20:41", "2026-000123", "đã được gửi"]),
      (.duplicate(sentAt: now, receiptNumber: nil), ["23/11/2026 20:41", "đang chờ gửi"]),
      (
        .recipientUnknown(asked: "cdcs-thtp", near: ["THPT (cdcs-thpt)", "THCS (thcs)"]),
        ["cdcs-thtp", "THPT (cdcs-thpt), THCS"]
      ),
      (.tooLarge(size: 2_000_000, limit: 1_000_000), ["2,0 MB", "1,0 MB"]),
    ]
    for (refusal, words) in refusals {
      let identity = FileIdentity(device: 1, inode: 1, size: 1, modified: 1, changed: 1)
      var record = OutgoingRecord(
        document: DocumentID(at: now), unit: try UnitID("cd-a"), addressees: [], source: FilePath("/outbox/a.pdf"),
        identity: identity, digest: nil, takenAt: now)
      record.refusal = refusal
      let event = JournalEvent(
        .refused, of: record.document, unit: record.unit, .outgoing, at: now,
        detail: ["name": "a.pdf", "problem": refusal.code], refusal: refusal)
      try await journal.save(record, [event])
      let read = try #require(try await journal.events(of: record.document).first)
      #expect(read.refusal == refusal && read.detail == event.detail)
      let messages = Messages(.vietnamese)
      let line = Timeline(messages).line(read)
      let reason = String(decoding: messages.reasonFile(refusal, fileName: "a.pdf", at: now), as: UTF8.self)
      for word in words {
        #expect(line.contains(word), "\(line)")
        #expect(reason.contains(word.prefix(9)), "\(reason)")
      }
      #expect(!line.contains("\n") && !line.contains("1970"))
    }
  }

  @Test("the history says in words why a document waits, and keeps the error's own text for whoever helps")
  func delays() async throws {
    let folder = try TemporaryFolder()
    let journal = try Journal(opening: folder.path + "/journal.sqlite")
    let now = try Instant("2026-11-23T13:41:48Z")
    let unit = try UnitID("cd-a")
    let kinds: [(any Error, DelayCause)] = [
      (HubFault(kind: .unreachable, detail: "Couldn't connect"), .hubAway),
      (HubFault(kind: .protocolViolation, detail: "an answer of type text/html"), .answerStrange),
      (HubFault(Problem(.quota, "the hub's disk is nearly full"), retryAfter: .seconds(600)), .hubFull),
      (NoRoom(folder: "/spool", wanted: 5, free: 3, kept: 1), .diskFull),
      (HubFault(kind: .local(ENOSPC), detail: "write: no space"), .diskFull),
      (SystemError(call: "open", path: "/x", code: EACCES), .diskForbids), (FolderFault.absent, .folderAway),
      (PKIError(.pinWithheld, "not tried"), .pinRefused), (PKIError(.tokenUnavailable, "away"), .tokenAway),
      (UnitNotServed(unit: unit), .unitNotServed),
    ]
    for direction in [JournalEvent.Direction.outgoing, .incoming] {
      for (error, cause) in kinds {
        let document = DocumentID(at: now)
        let identity = FileIdentity(device: 1, inode: 1, size: 1, modified: 1, changed: 1)
        let record = OutgoingRecord(
          document: document, unit: unit, addressees: [], source: FilePath("/outbox/a.pdf"), identity: identity,
          digest: nil, takenAt: now)
        let told = JournalEvent(.delayed, of: document, unit: unit, direction, at: now, detail: DelayCause.facts(error))
        try await journal.save(record, [told])
        let read = try #require(try await journal.events(of: document).first)
        for language in Language.allCases {
          let line = Timeline(Messages(language)).line(read)
          #expect(line.contains(": \(DelayText.cause(cause)[language]) ["), "\(line)")
          #expect(line.hasSuffix("[\(Messages.shown("\(error)"))]"), "\(line)")
        }
      }
    }
    // As older versions wrote it.
    let old = JournalEvent(
      .delayed, of: DocumentID(at: now), unit: unit, .incoming, at: now, detail: ["reason": "status 502"])
    #expect(Timeline(Messages(.vietnamese)).line(old).hasSuffix("sẽ thử lại [status 502]"))
  }

  @Test("a reader waits for a daemon that is just starting", .timeLimit(.minutes(1)))
  func waits() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("", to: "journal.sqlite")
    async let reader = Journal.reading(path, waitingAtMost: .seconds(30))
    let writer = try Journal(opening: path)
    #expect(try await reader.counts().isEmpty)
    withExtendedLifetime(writer) {}
  }
}
