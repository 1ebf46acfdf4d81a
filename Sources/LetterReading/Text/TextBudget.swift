/// What reading the text of one document may cost. Sixty full pages of a letter take 300,000 characters and 30,000 operators;
/// all of a budget is used up in less than a second.
struct TextBudget {
  /// Operators of content streams and of maps of characters.
  var operators = 1_000_000
  /// Characters shown, those without a meaning too.
  var characters = 1_000_000
  /// Bytes that came out of streams. 32 MiB.
  var decoded = 32 << 20
  /// Forms drawn, each as often as it is drawn.
  var forms = 2_000
  /// Fonts and their maps of characters read.
  var fonts = 500

  /// Entries of their tables: 8 bytes each.
  var tables = 2_000_000

  /// Of one stream. 8 MiB.
  static let streamLength = 8 << 20
  /// Of forms within forms.
  static let formDepth = 12
  /// Of `q` within `q`; ISO 32000-1, Annex C, promises 28.
  static let stateDepth = 512
  /// Operands of one operator; a `TJ` has some for each character of its line.
  static let operands = 100_000
  /// Pieces of words on one page, before those that belong together are joined.
  static let pieces = 20_000
  /// Bytes of the text of one page.
  static let pageText = 1 << 20
  /// Codes that a map gives a meaning to.
  static let codes = 65_536
  /// Letters of one code: a ligature has three, an `ActualText` may be a sentence.
  static let lettersPerCode = 4_096

  /// Takes from one of the above.
  @inline(__always) static func spend(_ what: inout Int, _ count: Int = 1) throws(NotUnderstood) {
    what -= count
    guard what >= 0 else { throw .bounds("more than a letter can be") }
  }
}
