import Exchange
import Foundation
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
