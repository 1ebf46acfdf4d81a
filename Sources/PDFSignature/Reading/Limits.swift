/// Bounds on what a hostile file may make us do. Measured on the corpora of pdf-signing.md; real documents stay far below.
enum Limits {
  /// Files up to this size are read into memory whole; larger ones are read by windows. 4 MiB.
  static let wholeInMemory = 4 << 20
  /// All inflated bytes of one document: cross-reference and object streams only, never page content. 64 MiB.
  static let inflated = 64 << 20
  /// Output to input of one stream, once the output passes 1 MiB.
  static let inflationRatio = 200
  /// Cross-reference entries over all revisions.
  static let xrefEntries = 1_000_000
  /// Incremental updates.
  static let revisions = 64
  /// Nesting of arrays, dictionaries, page tree and field tree.
  static let depth = 64
  /// One object outside streams. 16 MiB.
  static let objectSize = 16 << 20
  /// Bytes tokenised for one document: stops objects laid over one another. 256 MiB.
  static let tokenised = 256 << 20
  /// Bytes of values read out of object streams for one document, those read again counted again. 512 MiB.
  static let unpacked = 512 << 20
  /// Of these, held for the next reference to them. 8 MiB, some hundred as values.
  static let unpackedHeld = 8 << 20
  /// `/Contents` of a signature, decoded. 128 KiB.
  static let signatureContents = 128 << 10
  /// Form fields of one document.
  static let fields = 100_000
  /// Largest offset a table of cross-references can hold: ten digits.
  static let tableOffset: Int64 = 9_999_999_999
}
