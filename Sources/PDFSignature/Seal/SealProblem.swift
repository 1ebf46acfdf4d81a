/// Why a seal cannot be made from what the administrator gave: a stable code and an English sentence that says what to do.
public struct SealProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong. Raw values are stable.
  public enum Code: String, Sendable, CaseIterable {
    /// Not a PNG, or a broken one.
    case imageDamaged = "image-damaged"
    /// A PNG of a kind that is not read: 16 bits a sample, interlaced.
    case imageUnsupported = "image-unsupported"
    /// More bytes or pixels than a seal needs.
    case imageTooLarge = "image-too-large"
    /// Not a font, or a broken one.
    case fontDamaged = "font-damaged"
    /// A font without TrueType outlines, or a collection.
    case fontUnsupported = "font-unsupported"
    /// The font's maker forbids embedding it, or a part of it (OS/2 fsType).
    case fontForbidsEmbedding = "font-forbids-embedding"
    /// The font lacks a character of the text.
    case missingCharacter = "missing-character"
    /// A word in braces that is not known.
    case unknownPlaceholder = "unknown-placeholder"
    /// Neither image nor text.
    case nothingToShow = "nothing-to-show"
    /// Larger than a quarter of an A4 page, or a measure out of bounds.
    case tooLarge = "too-large"
  }

  /// The stable code.
  public let code: Code
  /// What is wrong and what would be right.
  public let detail: String

  /// Makes a problem.
  public init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  public var description: String { "\(code.rawValue): \(detail)" }
}
