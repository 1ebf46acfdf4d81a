import Foundation
import Testing

@testable import LetterReading

@Suite("Place and date")
struct DateTests {
  /// As an expression says it; the scanner must find the same.
  private static func expected(_ text: String) -> DatePhrase? {
    let long =
      /(?i)^(?<place>.*?)[,\s]*\b(?:ngày|ngay)\s*(?<day>\d{1,2})?[\s._…]*(?:tháng|thang)\s*(?<month>\d{1,2})?[\s._…]*(?:năm|nam)?\s*(?<year>\d{4})?/
    let short =
      /(?i)^(?<place>.*?)[,\s]*(?:\b(?:ngày|ngay)\s*)?(?<day>\d{1,2})\s*[\/.\-]\s*(?<month>\d{1,2})\s*[\/.\-]\s*(?<year>\d{4})\b/
    let blank = /(?i)^(?<place>.+?),\s*(?:ngày|ngay)\b/
    if let found = text.firstMatch(of: long) {
      return DatePhrase(
        place: String(found.place), day: found.day.flatMap { Int($0) }, month: found.month.flatMap { Int($0) },
        year: found.year.flatMap { Int($0) })
    }
    if let found = text.firstMatch(of: short) {
      return DatePhrase(place: String(found.place), day: Int(found.day), month: Int(found.month), year: Int(found.year))
    }
    return text.firstMatch(of: blank).map { DatePhrase(place: String($0.place)) }
  }

  @Test("the scanner finds what an expression finds, in lines of letters and in pieces of them put together by chance")
  func scanner() {
    let lines = [
      "Bến Tre, ngày 13 tháng 4 năm 2016", "BẾN TRE, NGÀY 13 THÁNG 4 NĂM 2016", "Ben Tre, ngay 13 thang 4 nam 2016",
      "Bến Tre, ngày     tháng     năm 2016", "Cà Mau, ngày … tháng … năm 20…", "Hà Nội, ngày 13/4/2016",
      "Hà Nội, 13-4-2016", "Hà Nội ngày 1.12.2025.", "Hà Nội, ngày", "ngày 5 tháng 6", "trong ngày làm việc",
      "13/4/20161",
      "V/v 113/4/2016", "Tre.ngày 3 tháng 4 năm 2020", "hằng ngày, ngày 3 tháng 10 năm 1999",
      "x_ngày 1 tháng 2 năm 2003",
    ]
    let pieces = [
      "Bến Tre", ",", " ", "  ", "ngày", "ngay", "NGÀY", "tháng", "Tháng", "năm", "nam", "1", "13", "2016", "/", "-",
      ".",
      "…", "_", "a", "Số", ":", "'", "ă",
    ]
    var state: UInt64 = 20_161_123
    func chance(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let random = (0..<4_000).map { _ in (0..<2 + chance(12)).map { _ in pieces[chance(pieces.count)] }.joined() }
    for text in lines + random {
      let found = DatePhrase.find(text)
      let expected = Self.expected(text)
      #expect(found == expected, "\(text)")
    }
  }
}
