/// Bounds on what a hostile file may make us do. Measured on the corpora of pdf-signing.md; real documents stay far below.
/// What is counted over a whole document is counted in `Budget`.
enum Limits {
  /// Files up to this size are read into memory whole; larger ones are read by windows. 4 MiB.
  static let wholeInMemory = 4 << 20
  /// Unpacked bytes of one document's cross-reference and object streams, over time; never page content. 256 MiB.
  static let inflated = 256 << 20
  /// Of one such stream. A million cross-references are 17 MiB at most. 24 MiB.
  static let structuralStream = 24 << 20
  /// Of an object stream. 16 MiB.
  static let objectStream = 16 << 20
  /// Object streams held for the next object in them, bytes in memory. 24 MiB.
  static let unpackedHeld = 24 << 20
  /// Output to input of one stream, once the output passes 1 MiB.
  static let inflationRatio = 200
  /// Cross-reference entries over all revisions.
  static let xrefEntries = 1_000_000
  /// Runs of them.
  static let xrefSubsections = 100_000
  /// Incremental updates.
  static let revisions = 64
  /// Nesting of arrays, dictionaries and field tree; the page tree may be as deep as it has nodes.
  static let depth = 64
  /// One object outside streams. 16 MiB.
  static let objectSize = 16 << 20
  /// One object as a value in memory: half a million numbers or references. 12 MiB.
  static let objectWeight = 12 << 20
  /// Values held for the next reference to them, bytes in memory. 12 MiB.
  static let valuesHeld = 12 << 20
  /// Bytes tokenised for one document, over time. 256 MiB.
  static let tokenised = 256 << 20
  /// Bytes of the values made of them, over time. 1 GiB.
  static let built = 1 << 30
  /// References followed and objects looked up for one document.
  static let steps = 100_000_000
  /// References between objects, held to compare many revisions without reading all objects for each.
  static let references = 4_000_000
  /// Signature dictionaries, inherited attributes of pages and the like, kept beside the caches. 24 MiB.
  static let held = 24 << 20
  /// Nodes of a page tree looked at for one page.
  static let pageNodes = 1_000_000
  /// `/Contents` of a signature, decoded. 128 KiB.
  static let signatureContents = 128 << 10
  /// Form fields of one document.
  static let fields = 100_000
  /// Signature fields of one revision with their names, bytes in memory. 8 MiB: some ten thousand fields.
  static let fieldsHeld = 8 << 20
  /// A field's name with those above it, bytes.
  static let fieldName = 32 << 10
  /// Largest offset a table of cross-references can hold: ten digits.
  static let tableOffset: Int64 = 9_999_999_999
}
