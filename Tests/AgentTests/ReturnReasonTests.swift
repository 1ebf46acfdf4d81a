import Foundation
import Testing

@testable import Agent

@Suite struct ReturnReasonTests {
  @Test("a clerk's reason is read as any Notepad saves it, in one line, and no text can be too long for the sender")
  func reasons() throws {
    let words = "Không thuộc thẩm quyền\r\ncủa đơn vị"
    let utf16 = try #require(words.data(using: .utf16LittleEndian))
    for bytes in [Data(words.utf8), Data([0xEF, 0xBB, 0xBF]) + Data(words.utf8), Data([0xFF, 0xFE]) + utf16] {
      #expect(ReturnReason.text(of: bytes) == "Không thuộc thẩm quyền của đơn vị")
    }
    #expect(ReturnReason.text(of: Data(" \r\n\t".utf8)) == nil && ReturnReason.text(of: Data()) == nil)
    // One character with thousands of marks, and many.
    for long in ["a" + String(repeating: "\u{301}", count: 4000), String(repeating: "ẩ", count: 4000)] {
      let text = try #require(ReturnReason.text(of: Data(long.utf8)))
      #expect(text.utf8.count <= 1000 && text.utf8.count > 900)
    }
  }

  @Test("what a letter's place says is told once; a reason is waited for, and a move back tells nobody anything")
  func decisions() {
    func decide(_ known: Handling, _ place: Handling, _ reason: String? = nil, over: Bool = false) -> HandlingDecision {
      .decide(known: known, place: place, reason: reason, isPatienceOver: over, otherwise: "-")
    }
    for place in Handling.allCases { #expect(decide(place, place, "r", over: true) == .nothing) }
    #expect(decide(.waiting, .done) == .done && decide(.returned, .done) == .done)
    #expect(decide(.waiting, .returned) == .awaitReason && decide(.waiting, .returned, "r") == .returned(reason: "r"))
    #expect(decide(.waiting, .returned, over: true) == .returned(reason: "-"))
    #expect(decide(.done, .waiting) == .takenUpAgain)
  }
}
