/// A configuration that the agent refuses to run with: which file, which key, what is wrong and what would be right.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Stable names.
  public enum Code: String, Sendable, CaseIterable {
    /// The file cannot be read.
    case unreadable
    /// Not YAML, or not a mapping at the top.
    case notYAML = "not-yaml"
    case unknownKey = "unknown-key"
    case missingKey = "missing-key"
    case badValue = "bad-value"
    case duplicateUnit = "duplicate-unit"
    /// A private key that others may read.
    case exposedKey = "exposed-key"
    case badKey = "bad-key"
  }

  public let code: Code
  /// Path of the file.
  public let file: String
  /// Dotted path of the key inside the file, such as `signing.reason`; nil where the whole file is meant.
  public let key: String?
  /// An English sentence for the administrator.
  public let detail: String

  public init(_ code: Code, file: String, key: String? = nil, _ detail: String) {
    self.code = code
    self.file = file
    self.key = key
    self.detail = detail
  }

  public var description: String { key.map { "\(file): \($0): \(detail)" } ?? "\(file): \(detail)" }
}
