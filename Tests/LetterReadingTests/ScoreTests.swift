import Foundation
import LetterReading
import Testing

@Suite("Fields of letters, read as a person reads them")
struct ScoreTests {
  private func score(_ folder: URL, where isWanted: (Letters.Truth) -> Bool) async throws -> Score {
    var score = Score()
    for truth in try Letters.truth(folder) where isWanted(truth) {
      let path = folder.appendingPathComponent(truth.file).path
      switch await LetterReader(recognises: !truth.textLayer).read(path) {
      case .read(let fields): score.add(truth, fields)
      case .recognised(let fields, _): score.add(truth, fields)
      case .noText: Issue.record("\(truth.file): no text")
      case .failed(let failure): Issue.record("\(truth.file): \(failure)")
      }
    }
    return score
  }

  @Test("every field of the nine letters with text is read")
  func dispatches() async throws {
    let score = try await score(Letters.dispatches) { $0.textLayer }
    print(score.report("Letters with text"))
    #expect(score.total.asked == 9 * 16)
    #expect(score.faults.isEmpty)
  }

  @Test("every field of a scan is read off its recognised text")
  func scans() async throws {
    let score = try await score(Letters.dispatches) { !$0.textLayer }
    print(score.report("Scans"))
    #expect(score.total.asked == 16)
    #expect(score.faults.isEmpty)
  }

  /// The first run on these 24 letters, whose author had not seen the rules, read 360 of 384 fields (93.8 %): number 24, symbol 23,
  /// date 22, place 22, type 22, abbreviation 24, abstract 18, issuer 21, parent 21, addressees 24, copies 21, authority 23,
  /// position 23, signer 24, urgency 24, secrecy 24 of 24. One letter, whose words were written in shuffled pieces, had 9 of
  /// the 24 faults. The rules were mended since, so it is no measure of unseen letters any more.
  @Test("every field of letters written without looking at the rules is read")
  func heldOutLetters() async throws {
    let score = try await score(Letters.heldOutLetters) { _ in true }
    print(score.report("Letters held out"))
    #expect(score.total.asked >= 20 * 16)
    #expect(score.faults.isEmpty)
  }

  @Test("every field of our own letters is read", arguments: [false, true])
  func ownLetters(heldOut: Bool) async throws {
    let score = try await score(Letters.letters) { $0.isHeldOut == heldOut }
    print(score.report(heldOut ? "Own letters held out at first" : "Own letters"))
    #expect(score.total.asked >= 10 * 16)
    #expect(score.faults.isEmpty)
  }
}

@Suite("Marks of secrecy")
struct SecrecyTests {
  @Test("words such as bí mật, bảo mật, mật khẩu raise no alarm, marks do")
  func marks() async throws {
    for folder in [Letters.dispatches, Letters.letters] {
      for truth in try Letters.truth(folder) where truth.textLayer {
        guard case .read(let fields) = await LetterReader().read(folder.appendingPathComponent(truth.file).path) else {
          Issue.record("\(truth.file) not read")
          continue
        }
        let found = fields.secrecy.map { Letters.Truth.Value.text($0.value.rawValue) } ?? .absent
        #expect(found == truth.values["secrecy"], "\(truth.file)")
      }
    }
  }
}
