import Foundation
import PDFSignature
import PKI
import Testing

/// The files of Tests/Fixtures.
enum Fixtures {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  static func data(_ path: String) throws -> Data { try Data(contentsOf: folder.appendingPathComponent(path)) }

  /// A line of expected.json.
  struct Expectation: Decodable, Sendable, CustomTestStringConvertible {
    struct Outcome: Decodable, Sendable {
      let signed: Bool?
      let refused: [String]?
      let verified: String?

      enum CodingKeys: CodingKey { case signed, refused, verified }
      init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        signed = try values.decodeIfPresent(Bool.self, forKey: .signed)
        verified = try values.decodeIfPresent(String.self, forKey: .verified)
        if let one = try? values.decode(String.self, forKey: .refused) {
          refused = [one]
        } else {
          refused = try values.decodeIfPresent([String].self, forKey: .refused)
        }
      }
    }
    let file: String
    let expected: Outcome
    var testDescription: String { file }
  }

  static let expectations: [Expectation] = {
    let data = (try? Self.data("expected.json")) ?? Data()
    return (try? JSONDecoder().decode([Expectation].self, from: data)) ?? []
  }()

  static var letters: [String] { list("dispatches") }
  static var signable: [String] { letters + list("pdf") }
  static var hostile: [String] { list("hostile") }

  private static func list(_ name: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(name).path)) ?? []
    return names.filter { $0.hasSuffix(".pdf") }.sorted().map { "\(name)/\($0)" }
  }
}

extension Data {
  /// A copy with the first occurrence of `old` replaced; fails the test if there is none.
  func replacing(_ old: String, with new: String, last: Bool = false) throws -> Data {
    let options: Data.SearchOptions = last ? .backwards : []
    let range = try #require(self.range(of: Data(old.utf8), options: options), "no \(old)")
    var copy = self
    copy.replaceSubrange(range, with: Data(new.utf8))
    return copy
  }
}
