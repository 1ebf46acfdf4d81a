import Durable
import Exchange
import Foundation
import Logging
import Testing

@testable import Agent

@Suite struct TroublesTests {
  let unit = UnitID(unchecked: "cd-a")
  let start = Instant(millisecondsSinceEpoch: 1_700_000_000_000)
  var later: Instant { start + .seconds(60) }
  let away = HubFault(kind: .unreachable, detail: "connection refused")

  @Test("what is in the way is told from when it began until it is over, once, however often it is met")
  func course() throws {
    var troubles = Troubles()
    troubles.hubMissed(away, lastContact: start, now: later)
    let first = troubles
    troubles.hubMissed(away, lastContact: later, now: later + .seconds(60))
    #expect(troubles == first, "each further attempt is no news")
    troubles.hubMissed(HubFault(kind: .tls, detail: "unknown issuer"), lastContact: later, now: later + .seconds(60))
    #expect(troubles.hub?.cause == .hubUnproven && troubles.hub?.lastContact == start && troubles.hub?.since == later)

    let closed = SystemError(call: "open", path: "/srv/a/outbox/x", code: EACCES)
    troubles.outboxRead(of: unit, except: [("/srv/a/outbox/x", closed), ("/srv/a/outbox/y", closed)], now: start)
    troubles.outboxRead(of: unit, except: [("/srv/a/outbox/y", closed)], now: later)
    #expect(troubles.folders.map(\.path) == ["/srv/a/outbox/y"] && troubles.folders.first?.since == start)
    let full = SystemError(call: "write", path: "/srv/a/sent/2026", code: ENOSPC)
    troubles.blocked(.sent, "/srv/a/sent", of: unit, by: full, now: start)
    troubles.blocked(.sent, "/srv/a/sent", of: unit, by: closed, now: later)
    #expect(troubles.folders.last?.cause == .diskForbids && troubles.folders.last?.since == start)
    troubles.wait(4, files: ["/b", "/a", "/d", "/c"])
    #expect(troubles.unaddressed == Troubles.Unaddressed(count: 4, files: ["/a", "/b", "/d"]))
    troubles.diskIsFull(full, now: start)
    #expect(try CanonicalJSON.decode(Troubles.self, from: CanonicalJSON.encode(troubles)) == troubles)
    let all = TroubleText.all(troubles, state: "/var/lib/congvan")
    #expect(all.count == 5 && all.allSatisfy(MessagesTests.isBilingual))

    troubles.hubAnswered()
    troubles.cleared(.sent, of: unit)
    troubles.outboxRead(of: unit, except: [], now: later)
    troubles.wait(0, files: [])
    #expect(!troubles.isEmpty)
    troubles.diskHasRoom()
    #expect(troubles.isEmpty)
  }

  @Test("however many folders of an outbox are closed, few are told")
  func bounded() {
    var troubles = Troubles()
    let closed = SystemError(call: "open", path: "/o", code: EACCES)
    troubles.outboxRead(of: unit, except: (0..<10_000).map { ("/o/\($0)", closed) }, now: start)
    #expect(troubles.folders.count == Troubles.mostFolders)
  }

  @Test("another process's word isn't believed, and a state folder's full disk is told apart from a share's")
  func board() async throws {
    let folder = try TemporaryFolder()
    let paths = StatePaths(state: folder.path)
    for folder in paths.folders { try Folder.make(FilePath(folder), permissions: 0o700) }
    let changed = WakeUp()
    let board = TroubleBoard(
      paths: paths, threads: IOThreads(count: 1, name: "test"), changed: changed, quiet: .zero,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let own = ProcessInfo.processInfo.processIdentifier
    board.hubMissed(away, begun: start)
    board.failed(SystemError(call: "write", path: "/srv/a/sent/x", code: ENOSPC))
    board.blocked(
      .sent, "/srv/a/sent", of: unit, by: SystemError(call: "read", path: paths.outgoingSpool + "/x", code: EIO))
    await board.tell()
    let told = TroubleBoard.read(paths.troubles, of: own)
    #expect(told == board.troubles && told.hub?.cause == .hubAway && told.fullDisk == nil && told.folders.isEmpty)
    #expect(TroubleBoard.read(paths.troubles, of: own + 1).isEmpty)

    board.hubAnswered()
    board.hubMissed(away, begun: start)
    #expect(board.troubles.hub == nil, "what began before the hub was heard last says nothing")
    board.failed(SystemError(call: "write", path: paths.outgoingSpool + "/x", code: ENOSPC))
    #expect(board.troubles.fullDisk != nil)
    await board.tell()
    #expect(board.troubles.isEmpty, "this disk has room")
    #expect(try Folder.look(FilePath(paths.troubles)) == nil)
  }
}
