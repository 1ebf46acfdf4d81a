/// Why a register can't be written: a stable code and an English sentence that says what to do.
public struct RegisterProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong. Raw values are stable.
  public enum Code: String, Sendable, CaseIterable {
    /// More rows than `Register.rowLimit`.
    case tooManyRows = "too-many-rows"
    /// The file would be larger than its format can be.
    case tooLarge = "too-large"
    /// The compressor has no memory.
    case noMemory = "no-memory"
  }

  /// The stable code.
  public let code: Code
  /// What is wrong and what would be right.
  public let detail: String

  init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  public var description: String { "\(code.rawValue): \(detail)" }
}
