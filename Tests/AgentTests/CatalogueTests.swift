import Durable
import Exchange
import Foundation
import GRDB
import Testing

@testable import Agent

@Suite struct CatalogueTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/catalogue.sqlite" }

  init() throws { folder = try TemporaryFolder() }

  private func entry(
    _ number: Int, _ abstract: String, party: String = "Công đoàn Giáo dục tỉnh", type: String? = nil,
    date: String? = nil
  ) throws -> CatalogueEntry {
    var facts = LetterFacts()
    facts.number = String(number)
    facts.symbol = "LĐLĐ"
    facts.abstract = abstract
    facts.typeName = type
    facts.date = date
    let key = CatalogueEntry.Key(
      document: DocumentID(at: Instant(Date())), unit: try UnitID("cdcs-thpt"), direction: .incoming)
    return CatalogueEntry(
      key: key, at: Instant(millisecondsSinceEpoch: Int64(number) * 1000), number: number, name: "\(number).pdf",
      path: "/srv/cdcs-thpt/inbox/\(number).pdf", party: party, reading: .read, facts: facts)
  }

  private func found(_ catalogue: Catalogue, _ words: String) async throws -> [Int] {
    try await catalogue.search(CatalogueQuery(words: words)).compactMap(\.entry.number)
  }

  @Test("a letter is found by its words without accents, with d for đ, in NFD, by number and symbol, and as a phrase")
  func finds() async throws {
    let catalogue = try Catalogue.opening(path)
    let nfd = "Về việc thi đua, khen thưởng năm học".decomposedStringWithCanonicalMapping
    try await catalogue.put(
      [
        (
          try entry(78, "triển khai Đại hội công đoàn"),
          "Kính gửi: các CĐCS\nphong trào thi đua và công tác khen thưởng"
        ),
        (try entry(79, "tuyên dương người lao động"), "không có gì khác"),
        (try entry(80, nfd), "nội dung"),
      ], cursor: 3)
    #expect(try await found(catalogue, "thi dua khen thuong") == [80, 78], "what has it in its subject comes first")
    #expect(try await found(catalogue, "THI ĐUA, KHEN THƯỞNG") == [80, 78])
    #expect(try await found(catalogue, "“thi dua khen thuong”") == [80])
    #expect(try await found(catalogue, "\"thi đua khen\"") == [80])
    #expect(try await found(catalogue, "dai hoi") == [78])
    #expect(try await found(catalogue, "79/LDLD") == [79])
    #expect(try await found(catalogue, "giao duc") == [80, 79, 78])
    #expect(try await found(catalogue, "không tồn tại") == [])
    let hit = try #require(try await catalogue.search(CatalogueQuery(words: "phong trao")).first)
    #expect(hit.snippet?.contains("⟦phong⟧ ⟦trào⟧") == true)
  }

  @Test(
    "what a person types can't be an operator of the search's language, nor an error",
    arguments: [
      "\"", "\"\"", "NOT thi", "title:thi", "thi OR dua", "thi*", "^thi", "NEAR(thi dua)", "(", "a\u{0}b",
      "'; DROP TABLE letter; --",
      "🙂", String(repeating: "thi ", count: 100),
    ])
  func operators(_ words: String) async throws {
    let catalogue = try Catalogue.opening(path)
    try await catalogue.put([(try entry(1, "thi đua"), "")], cursor: 1)
    _ = try await catalogue.search(CatalogueQuery(words: words))
    #expect(try await found(catalogue, "thi") == [1])
  }

  @Test("letters are let through by sender, type and the letter's own date, or the day when it came")
  func filters() async throws {
    let catalogue = try Catalogue.opening(path)
    try await catalogue.put(
      [
        (try entry(1, "một", party: "LĐLĐ tỉnh Bến Tre", type: "KẾ HOẠCH", date: "2016-04-13"), ""),
        (try entry(2, "hai", party: "Công đoàn Y tế", type: "BÁO CÁO", date: "2016-05-01"), ""),
        (try entry(3, "ba"), ""),
      ], cursor: 1)
    func found(_ change: (inout CatalogueQuery) -> Void) async throws -> [Int] {
      var query = CatalogueQuery(words: "")
      change(&query)
      return try await catalogue.search(query).compactMap(\.entry.number)
    }
    #expect(try await found { $0.party = "ben tre" } == [1])
    #expect(try await found { $0.type = "bao cao" } == [2])
    #expect(
      try await found {
        $0.from = "2016-04-13"
        $0.to = "2016-04-30"
      } == [1])
    #expect(try await found { $0.to = "1970-01-01" } == [3])
    #expect(
      try await found {
        $0.words = "hai"
        $0.type = "kế hoạch"
      } == [])
    #expect(try await found { $0.limit = 1 } == [3])
  }

  @Test("a correction is in registers and search, outlives a reading anew, and is the same when told twice")
  func corrections() async throws {
    let catalogue = try Catalogue.opening(path)
    let letter = try entry(5, "trích yếu đọc sai")
    try await catalogue.put([(letter, "thân văn bản")], cursor: 1)
    var correction = LetterCorrection()
    try correction.set(.subject, to: "  Kế hoạch tuyên truyền ")
    try correction.set(.signer, to: "Nguyễn Văn A")
    for _ in 0..<2 { try await catalogue.correct(letter.key, correction, event: 7) }
    #expect(try await found(catalogue, "tuyen truyen") == [5])
    #expect(try await found(catalogue, "doc sai") == [])
    #expect(try await found(catalogue, "than van ban") == [5], "its text is still found")
    try await catalogue.put([(letter, "thân văn bản")], cursor: 1)
    let facts = try #require(try await catalogue.entries(of: letter.key.document).first?.facts)
    #expect(facts.abstract == "Kế hoạch tuyên truyền")
    #expect(facts.signer == "Nguyễn Văn A")
    // One that comes before its letter waits for it.
    let other = try entry(6, "cũ")
    #expect(try await catalogue.correct(other.key, correction, event: 8) == false)
    try await catalogue.put([(other, "")], cursor: 2)
    #expect(try await found(catalogue, "tuyen truyen") == [6, 5])
  }

  @Test(
    "a correction's values are looked at: days of the calendar, numbers with digits, no controls, no books",
    arguments: [
      (LetterCorrection.Field.date, "2026-02-30"), (.date, "31/02/2016"), (.number, "abc"), (.subject, "a\u{7}b"),
      (.subject, "a\nb"), (.signer, String(repeating: "a", count: 4001)),
    ])
  func unfit(_ field: LetterCorrection.Field, _ value: String) throws {
    var correction = LetterCorrection()
    #expect(throws: LetterCorrection.Unfit(field: field, value: value)) { try correction.set(field, to: value) }
    #expect(correction.isEmpty)
  }

  @Test("a catalogue whose file is broken is made anew")
  func broken() async throws {
    try Data(repeating: 0x55, count: 8192).write(to: URL(fileURLWithPath: path))
    let catalogue = try Catalogue.opening(path)
    #expect(try await catalogue.cursor() == 0)
    try await catalogue.put([(try entry(1, "một"), "")], cursor: 4)
    #expect(try await found(catalogue, "mot") == [1])
    #expect(try await catalogue.cursor() == 4)
  }
}
