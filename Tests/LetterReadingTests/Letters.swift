import Foundation
import LetterReading

/// The sample letters and what a person reads in them.
enum Letters {
  static let fixtures = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures")

  /// Ten letters of four producers.
  static let dispatches = fixtures.appendingPathComponent("dispatches")
  /// Those made by `Fixtures/making/letters.py`.
  static let letters = fixtures.appendingPathComponent("letters")

  /// Those made by `Fixtures/making/heldout.py`, whose author had not looked at the rules.
  static let heldOutLetters = fixtures.appendingPathComponent("letters-heldout")

  struct Truth: Decodable, Sendable {
    let file: String
    let textLayer: Bool
    let values: [String: Value]
    /// Held out while the rules were made.
    let isHeldOut: Bool

    enum Value: Decodable, Sendable, Equatable {
      case text(String)
      case list([String])
      case absent

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
          self = .absent
        } else if let list = try? container.decode([String].self) {
          self = .list(list)
        } else {
          self = .text(try container.decode(String.self))
        }
      }
    }

    private enum Key: String, CodingKey { case file, textLayer, heldOut }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      file = try container.decode(String.self, forKey: .file)
      textLayer = try container.decode(Bool.self, forKey: .textLayer)
      isHeldOut = try container.decodeIfPresent(Bool.self, forKey: .heldOut) ?? false
      let all = try decoder.container(keyedBy: Name.self)
      var values: [String: Value] = [:]
      for name in Letters.fieldNames {
        let key = Name(stringValue: name)
        values[name] = all.contains(key) ? try all.decode(Value.self, forKey: key) : .absent
      }
      self.values = values
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  static let fieldNames = [
    "number", "symbol", "date", "place", "typeName", "typeAbbreviation", "abstract", "issuer", "parentIssuer",
    "addressees", "copies", "authority", "signerPosition", "signer", "urgency", "secrecy",
  ]

  static func truth(_ folder: URL) throws -> [Truth] {
    try JSONDecoder().decode(
      [Truth].self, from: Data(contentsOf: folder.appendingPathComponent("truth.json")))
  }

  /// What the reader says, in the form of the truth.
  static func values(_ fields: LetterFields) -> [String: Truth.Value] {
    var values: [String: Truth.Value] = [:]
    for (name, field) in fields.texts { values[name] = field.map { Truth.Value.text($0.value) } ?? Truth.Value.absent }
    values["date"] = fields.date.map { Truth.Value.text($0.value.description) } ?? Truth.Value.absent
    values["urgency"] = fields.urgency.map { Truth.Value.text($0.value.rawValue) } ?? Truth.Value.absent
    values["secrecy"] = fields.secrecy.map { Truth.Value.text($0.value.rawValue) } ?? Truth.Value.absent
    values["addressees"] = .list(fields.addressees.map(\.value))
    values["copies"] = .list(fields.copies.map(\.value))
    return values
  }
}

/// Right and wrong, field by field.
struct Score {
  private(set) var right: [String: Int] = [:]
  private(set) var asked: [String: Int] = [:]
  private(set) var faults: [String] = []

  mutating func add(_ truth: Letters.Truth, _ fields: LetterFields) {
    let values = Letters.values(fields)
    for name in Letters.fieldNames {
      asked[name, default: 0] += 1
      if values[name] == truth.values[name] {
        right[name, default: 0] += 1
      } else {
        faults.append(
          "\(truth.file) \(name): read \(values[name].map { "\($0)" } ?? ""), truth \(truth.values[name].map { "\($0)" } ?? "")"
        )
      }
    }
  }

  var total: (right: Int, asked: Int) { (right.values.reduce(0, +), asked.values.reduce(0, +)) }

  func report(_ title: String) -> String {
    let fields = Letters.fieldNames.map { "  \($0): \(right[$0] ?? 0) of \(asked[$0] ?? 0)" }
    return (["\(title): \(total.right) of \(total.asked) fields"] + fields + faults.map { "  ✗ \($0)" })
      .joined(separator: "\n")
  }
}
