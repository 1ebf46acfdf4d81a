import Exchange
import Foundation
import Testing

@Suite struct ValuesTests {
  @Test("an instant survives its text, and the calendar agrees with Foundation's")
  func instants() throws {
    for text in [
      "1970-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z", "2026-11-23T20:41:48.123Z", "2100-03-01T00:00:00.001Z",
    ] {
      let instant = try Instant(text)
      #expect(instant.description == text)
      #expect(instant == Instant(try Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))))
    }
    for wrong in [
      "", "2026-13-01T00:00:00Z", "2026-11-23 20:41:48Z", "2026-11-23T20:41:48+07:00", "2026-11-23T20:41:48.Z",
    ] {
      #expect(throws: MalformedValue.self) { try Instant(wrong) }
    }
  }

  @Test("identifiers sort by the time they were made, and nothing but their canonical form is read back")
  func identifiers() throws {
    let early = DocumentID(at: Instant(millisecondsSinceEpoch: 1_000))
    let late = DocumentID(at: Instant(millisecondsSinceEpoch: 2_000))
    #expect(early < late)
    #expect(try DocumentID(early.text) == early)
    for wrong in [early.text.uppercased() + "x", "../../etc/passwd", "", "00000000-0000-4000-8000-000000000000"] {
      #expect(throws: MalformedValue.self) { try DocumentID(wrong) }
    }
    for wrong in ["", "-a", "a-", "A", "a.b", "a/b", String(repeating: "a", count: 64), "đ"] {
      #expect(UnitID(rawValue: wrong) == nil)
    }
  }

  @Test("an enrolment code survives being copied by hand, and never shows its secret in an error")
  func codes() throws {
    let code = EnrolmentCode(
      unit: UnitID(unchecked: "cdcs-thpt"), randomBytes: (0..<13).map { UInt8($0 * 17) },
      authorityFingerprint: (0..<32).map { UInt8($0 * 7) })
    let copied = code.text.lowercased().replacingOccurrences(of: "0", with: "o").replacingOccurrences(
      of: "1", with: "l")
    #expect(try EnrolmentCode(copied) == code)
    #expect(code.pins((0..<32).map { UInt8($0 * 7) }))
    #expect(!code.pins((0..<32).map { UInt8($0 * 5) }))
    do {
      _ = try EnrolmentCode(String(code.text.dropLast()) + "!")
      Issue.record("a damaged code was read")
    } catch {
      #expect(!"\(error)".contains(code.secret.prefix(5)))
    }
  }

  @Test("a record's canonical bytes do not depend on who writes them")
  func canonical() throws {
    struct Pair: Codable {
      var b = "x/y"
      var a = 1
    }
    #expect(String(decoding: try CanonicalJSON.encode(Pair()), as: UTF8.self) == #"{"a":1,"b":"x/y"}"#)
  }
}
