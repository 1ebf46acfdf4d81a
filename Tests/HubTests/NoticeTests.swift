import Exchange
import Foundation
import Testing

@testable import Hub

@Suite struct NoticeTests {
  private func listener(_ board: NoticeBoard) async throws -> NoticeListener {
    try board.listen(
      Caller(
        machine: try MachineID("0192f0c0-0000-7000-8000-000000000001"), units: [try UnitID("cdcs-thpt")], closed: [],
        key: Data([1])
      ))
  }

  @Test("a stream with no news stays silent from one heartbeat to the next, however many there were")
  func silence() async throws {
    let board = NoticeBoard()
    let listener = try await listener(board)
    for _ in 0..<4 {
      let start = ContinuousClock.now
      let news = await listener.next(within: .milliseconds(100))
      #expect(ContinuousClock.now - start >= .milliseconds(100))
      #expect(news?.units.isEmpty == true)
    }
  }

  @Test("news wakes the stream at once, also after silence; news that nobody waited for is kept; the end is final")
  func news() async throws {
    let board = NoticeBoard()
    let listener = try await listener(board)
    _ = await listener.next(within: .milliseconds(10))
    async let next = listener.next(within: .seconds(60))
    board.tell([try UnitID("cdcs-thpt")], cursor: MailboxCursor(7))
    #expect(await next?.cursor == MailboxCursor(7))

    board.tell([try UnitID("cdcs-thpt")], cursor: MailboxCursor(8))
    board.tell([try UnitID("another")], cursor: MailboxCursor(9))
    #expect(await listener.next(within: .seconds(60))?.cursor == MailboxCursor(8))
    board.leave(listener)
    #expect(await listener.next(within: .seconds(60)) == nil)
  }
}
