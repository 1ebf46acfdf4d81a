import Durable
import Exchange
import Foundation
import Yams

/// One mapping of a YAML file, read strictly: every key must be known, every value of its kind. What is asked for counts as
/// known; `finish()` refuses the rest and names the nearest known key.
final class YAMLSection {
  private let file: String
  private let prefix: String
  private let values: [String: Node]
  private var asked: Set<String> = []

  /// Reads a whole file. At most 1 MiB; an empty one is an empty section.
  convenience init(file: String) throws(ConfigurationError) {
    let data: Data
    do { data = try WholeFile.read(file, atMost: 1 << 20) } catch {
      throw ConfigurationError(.unreadable, file: file, Messages(.english).why(error))
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ConfigurationError(.notYAML, file: file, "is not UTF-8")
    }
    let root: Node?
    do { root = try Yams.compose(yaml: text) } catch {
      throw ConfigurationError(.notYAML, file: file, "is not YAML: \(error)")
    }
    try self.init(root, file: file, prefix: "")
  }

  private init(_ node: Node?, file: String, prefix: String) throws(ConfigurationError) {
    self.file = file
    self.prefix = prefix
    var values: [String: Node] = [:]
    switch node {
    case nil: break
    case .scalar(let scalar) where scalar.string.isEmpty: break
    case .mapping(let mapping):
      for (key, value) in mapping {
        guard let name = key.string else {
          throw ConfigurationError(.notYAML, file: file, key: prefix, "a key that is not text")
        }
        values[name] = value
      }
    default:
      throw ConfigurationError(
        .notYAML, file: file, key: prefix.isEmpty ? nil : prefix, "must hold `key: value` lines")
    }
    self.values = values
  }

  private func path(_ key: String) -> String { prefix.isEmpty ? key : "\(prefix).\(key)" }

  func error(_ code: ConfigurationError.Code, _ key: String, _ detail: String) -> ConfigurationError {
    ConfigurationError(code, file: file, key: path(key), detail)
  }

  /// The section under a key; an empty one where the key is absent.
  func section(_ key: String) throws(ConfigurationError) -> YAMLSection {
    asked.insert(key)
    return try YAMLSection(values[key], file: file, prefix: path(key))
  }

  /// Nothing stands in it.
  var isEmpty: Bool { values.isEmpty }

  func text(_ key: String) throws(ConfigurationError) -> String? {
    asked.insert(key)
    guard let node = values[key] else { return nil }
    guard case .scalar(let scalar) = node else { throw error(.badValue, key, "must be text") }
    if scalar.string.isEmpty || (scalar.style == .plain && ["~", "null"].contains(scalar.string)) { return nil }
    return scalar.string
  }

  func required(_ key: String) throws(ConfigurationError) -> String {
    guard let text = try text(key) else { throw error(.missingKey, key, "is missing") }
    return text
  }

  /// A value made from text; nil from the closure refuses it with what was expected.
  func value<Value>(_ key: String, expected: String, _ make: (String) -> Value?) throws(ConfigurationError) -> Value? {
    guard let text = try text(key) else { return nil }
    guard let value = make(text) else {
      throw error(.badValue, key, "is \(text.prefix(60).debugDescription), expected \(expected)")
    }
    return value
  }

  func duration(_ key: String, in range: ClosedRange<Duration>) throws(ConfigurationError) -> Duration? {
    try value(key, expected: "a time such as 2s, 5m or 1h, from \(range.lowerBound) to \(range.upperBound)") {
      Measures.duration($0).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  func size(_ key: String, in range: ClosedRange<Int64>) throws(ConfigurationError) -> Int64? {
    try value(key, expected: "a size such as 8MiB, from \(range.lowerBound) to \(range.upperBound) bytes") {
      Measures.size($0).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int? {
    try value(key, expected: "a number from \(range.lowerBound) to \(range.upperBound)") {
      Int($0).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A number with or without a decimal point.
  func decimal(_ key: String, in range: ClosedRange<Double>) throws(ConfigurationError) -> Double? {
    try value(key, expected: "a number from \(range.lowerBound) to \(range.upperBound)") {
      Double($0).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A list of texts, or one text; `[]` is an empty list.
  func texts(_ key: String) throws(ConfigurationError) -> [String]? {
    asked.insert(key)
    guard case .sequence(let sequence) = values[key] else { return try text(key).map { [$0] } }
    guard sequence.count <= 100 else { throw error(.badValue, key, "has more than 100 items") }
    var result: [String] = []
    for item in sequence {
      guard case .scalar(let scalar) = item else { throw error(.badValue, key, "must be a list of texts") }
      result.append(scalar.string)
    }
    return result
  }

  func boolean(_ key: String) throws(ConfigurationError) -> Bool? {
    try value(key, expected: "true or false") { ["true": true, "yes": true, "false": false, "no": false][$0] }
  }

  /// Octal file permissions such as `0440`.
  func permissions(_ key: String) throws(ConfigurationError) -> UInt32? {
    try value(key, expected: "octal permissions such as 0440") {
      UInt32($0, radix: 8).flatMap { $0 <= 0o7777 ? $0 : nil }
    }
  }

  func absolutePath(_ key: String) throws(ConfigurationError) -> String? {
    try value(key, expected: "a path that starts with /") { text in
      guard text.hasPrefix("/"), !text.contains("\0") else { return nil }
      return text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
    }
  }

  /// Refuses keys that nobody asked for.
  func finish() throws(ConfigurationError) {
    guard let unknown = values.keys.filter({ !asked.contains($0) }).sorted().first else { return }
    let near = NearName.nearest(to: unknown, among: asked).map { "; did you mean `\($0)`?" }
    throw error(
      .unknownKey, unknown, "is not a known key" + (near ?? "; known here: \(asked.sorted().joined(separator: ", "))"))
  }
}
