import Durable
import Exchange
import NIOConcurrencyHelpers
import Testing

@testable import Agent

@Suite struct FolderWatchTests {
  @Test("a copy that goes on is never taken for a share that doesn't answer; one call that doesn't return is")
  func progress() {
    var watch = FolderWatch()
    watch.begin(1, beats: 0)
    for step in 1...1000 {
      let relieved = watch.look { _ in UInt64(step) }
      #expect(relieved == [] && watch.standing == .answering)
    }
    var relieved: [FolderWatch.ActID] = []
    var standings: [FolderWatch.Standing] = []
    for _ in 1...FolderWatch.silentAfter {
      relieved += watch.look { _ in 1000 }
      standings.append(watch.standing)
    }
    #expect(relieved == [1], "another thread is put in its place once")
    #expect(standings.firstIndex(of: .slow) == FolderWatch.slowAfter - 1)
    #expect(standings.firstIndex(of: .silent) == FolderWatch.silentAfter - 1)
    _ = watch.look { _ in 1001 }
    #expect(watch.standing == .answering, "it answers again")
    let wasRelieved = watch.end(1)
    #expect(wasRelieved, "whoever took its place is told to leave")
    #expect(watch.isIdle)
  }

  @Test("a folder answers only when each of its calls does")
  func several() {
    var watch = FolderWatch()
    watch.begin(1, beats: 0)
    watch.begin(2, beats: 0)
    for step in 1...FolderWatch.silentAfter { _ = watch.look { $0 == 1 ? 0 : UInt64(step) } }
    #expect(watch.standing == .silent)
    let second = watch.end(2)
    #expect(!second && watch.standing == .silent)
    let first = watch.end(1)
    #expect(first && watch.standing == .answering)
  }

  @Test("an act that nobody waits for any more shuts its folder until it is over, though it goes on")
  func abandoned() {
    var watch = FolderWatch()
    watch.begin(1, beats: 0)
    watch.begin(2, beats: 0)
    watch.abandon(1)
    for step in 1...5 { _ = watch.look { _ in UInt64(step) } }
    #expect(watch.standing == .silent)
    _ = watch.end(1)
    #expect(watch.standing == .answering)
  }

  @Test("in the folder of a silent share nothing more is begun, in others all goes on; no thread is lost")
  func refused() async throws {
    let acts = FolderActs()
    let (hung, well) = (UnitID(unchecked: "cd-a"), UnitID(unchecked: "cd-b"))
    let threads = IOThreads(count: 1, name: "test")
    let relieved = NIOLockedValueBox(0)
    let id = try await threads.run {
      acts.begin(hung) { _ in
        relieved.withLockedValue { $0 += 1 }
        threads.relieve()
      }
    }
    #expect(acts.begin(hung) { _ in } != nil)
    for _ in 0..<FolderWatch.silentAfter { _ = acts.look() }
    #expect(acts.standing(hung) == .silent && acts.held == [hung])
    #expect(acts.begin(hung) { _ in } == nil)
    #expect(acts.begin(well) { _ in } != nil)
    #expect(relieved.withLockedValue { $0 } == 1)
    let act = try #require(id)
    #expect(acts.end(act) == (wasRelieved: true, answersAgain: false))
  }

  @Test("what is held up in a folder isn't waited for at the end, and what it brings back counts for nothing")
  func letGo() async throws {
    let tasks = LooseTasks()
    let (isUp, mayReturn, isBack) = (WakeUp(), WakeUp(), WakeUp())
    let outcome = NIOLockedValueBox<Bool?>(nil)
    let replaced = NIOLockedValueBox(0)
    let isTold = NIOLockedValueBox(false)
    tasks.whenOneIsHeldUp { replaced.withLockedValue { $0 += 1 } }
    tasks.add {
      let member = LooseTasks.Member.current
      member?.holdUp(by: 7) { isTold.withLockedValue { $0 = true } }
      isUp.ring()
      // Not a wait that cancelling would end: a call of the system has none such.
      await Task.detached { await mayReturn.wait() }.value
      do throws(CancellationError) {
        try member?.comeBack(from: 7)
        outcome.withLockedValue { $0 = true }
      } catch {
        outcome.withLockedValue { $0 = false }
      }
      isBack.ring()
    }
    await isUp.wait()
    await tasks.end()
    #expect(replaced.withLockedValue { $0 } == 1 && isTold.withLockedValue { $0 })
    mayReturn.ring()
    await isBack.wait()
    #expect(outcome.withLockedValue { $0 } == false)
  }
}
