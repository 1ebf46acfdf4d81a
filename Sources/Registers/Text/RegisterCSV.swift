import Foundation

/// A register as comma-separated values (RFC 4180): the head and the rows, without cover. UTF-8 with a byte order mark, by
/// which Excel knows that it is UTF-8. Days are `13/04/2016`.
///
/// Spreadsheets take a cell that begins with `=`, `+`, `-`, `@` for a formula, though its text came in a letter; such a cell
/// gets an apostrophe before it (CWE-1236). So do such characters after a semicolon or at a line's begin: where Windows is set
/// to Vietnamese, Excel takes the semicolon for the separator, and cuts cells that the commas had kept whole.
public struct RegisterCSV: RegisterWriter {
  /// Makes a writer.
  public init() {}

  public func write(_ register: Register, to output: @escaping (Data) throws -> Void) throws {
    try register.checkSize()
    var file = ChunkedOutput(output)
    try file.append("\u{FEFF}")
    try file.append(RegisterForm(register.kind).columns.map { Self.quoted($0.title) }.joined(separator: ",") + "\r\n")
    for index in 0..<register.count {
      let cells = register.cells(index).map { cell in
        if case .text(let text) = cell { Self.quoted(Self.harmless(text)) } else { cell.shown }
      }
      try file.append(cells.joined(separator: ",") + "\r\n")
    }
    try file.flush()
  }

  private static func quoted(_ text: String) -> String {
    guard text.utf8.contains(0x22) else { return "\"\(text)\"" }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }

  /// Blanks and quotation marks before a formula don't always keep it from being one.
  static func harmless(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var mayBegin = true
    for scalar in text.unicodeScalars {
      switch scalar {
      // The wide forms are typed on East Asian keyboards, and mean the same to Excel there.
      case "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}":
        if mayBegin { result.append("'") }
        mayBegin = false
      case ";", "\t", "\n", "\r": mayBegin = true
      case "\"": break
      case let blank where blank.properties.isWhitespace: break
      default: mayBegin = false
      }
      result.append(scalar)
    }
    return String(result)
  }
}
