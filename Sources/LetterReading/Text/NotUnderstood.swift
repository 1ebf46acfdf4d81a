import PDFSignature

/// Why the text of a document was not read in this process. It is then read by pdftotext, which understands more.
public enum NotUnderstood: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's structure was refused: damaged, encrypted, larger than our limits.
  case structure(PDFRefusal)
  /// A font whose codes can't be told to be letters: Type3, a CMap of its own, no ToUnicode.
  case font(String)
  /// A content stream that is damaged or says something of which we know no more than its name.
  case contents(String)
  /// What is shown depends on more than the page: layers, an annotation without an appearance.
  case shown(String)
  /// More work than a letter can be (`TextBudget`).
  case bounds(String)

  public var description: String {
    switch self {
    case .structure(let refusal): "structure: \(refusal)"
    case .font(let detail): "font: \(detail)"
    case .contents(let detail): "contents: \(detail)"
    case .shown(let detail): "shown: \(detail)"
    case .bounds(let detail): "bounds: \(detail)"
    }
  }
}
