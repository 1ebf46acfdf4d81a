import GRDB

/// Cuts text into words as people search for them: letter case and all of Vietnamese's marks don't matter, nor the
/// difference of đ and d, which is no mark to Unicode and so not to SQLite's own tokenizer.
final class FoldingTokenizer: FTS5WrapperTokenizer {
  static let name = "vietnamese"

  let wrappedTokenizer: any FTS5Tokenizer

  init(db: Database, arguments: [String]) throws {
    // unicode61 takes off the marks, also of letters with two (ế), and of NFD text.
    wrappedTokenizer = try db.makeTokenizer(.unicode61(diacritics: .remove))
  }

  func accept(
    token: String, flags: FTS5TokenFlags, for tokenization: FTS5Tokenization, tokenCallback: FTS5WrapperTokenCallback
  ) throws {
    let isPlain = token.utf8.allSatisfy { $0 < 0x80 }
    try tokenCallback(isPlain ? token : token.replacing("đ", with: "d"), flags)
  }
}
