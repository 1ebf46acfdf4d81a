/// What one document may make us read, make, do and hold. Whatever outside data asks for is taken from here before it is done;
/// once a part is used up, everything that follows is refused, so that no fault passed over on the way hides it. The numbers
/// are in `Limits`.
struct Budget: Sendable {
  /// Bytes of structure read as tokens, those read again counted again.
  private(set) var tokens = Limits.tokenised
  /// Bytes in memory of all values ever made.
  private(set) var values = Limits.built
  /// Bytes unpacked from structural streams, those unpacked again counted again.
  private(set) var unpacked = Limits.inflated
  /// References followed and objects looked up.
  private(set) var steps = Limits.steps
  /// Bytes kept until the document goes: what does not stand in a cache.
  private(set) var held = Limits.held
  /// Cross-references and their subsections, over all revisions.
  private(set) var entries = Limits.xrefEntries
  private(set) var subsections = Limits.xrefSubsections

  private static let objectsSteps = 16

  /// Bytes were read as tokens, and values were made of them.
  mutating func read(_ bytes: Int, making weight: Int) throws(PDFRefusal) {
    try Self.take(bytes, from: &tokens, "the objects lie over one another, or are too large to be read so often")
    try Self.take(weight, from: &values, "the objects are too large to be read so often")
  }

  /// An object is about to be read from the file or out of a stream.
  mutating func object() throws(PDFRefusal) { try step(Self.objectsSteps) }

  /// So many references are about to be followed, or so many small things done.
  mutating func step(_ count: Int = 1) throws(PDFRefusal) {
    try Self.take(count, from: &steps, "the document refers to too many things too often")
  }

  mutating func unpack(_ bytes: Int) throws(PDFRefusal) {
    try Self.take(bytes, from: &unpacked, "the structure unpacks to more than \(Limits.inflated) bytes")
  }

  /// Something of this size will be kept.
  mutating func hold(_ bytes: Int) throws(PDFRefusal) {
    try Self.take(bytes, from: &held, "more than \(Limits.held) bytes would have to be kept")
  }

  mutating func list(entries count: Int) throws(PDFRefusal) {
    try Self.take(1, from: &subsections, "more than \(Limits.xrefSubsections) xref subsections")
    try Self.take(count, from: &entries, "more than \(Limits.xrefEntries) cross-references")
  }

  /// Refuses where something was used up on the way.
  func check() throws(PDFRefusal) {
    for part in [tokens, values, unpacked, steps, held, entries, subsections] where part < 0 {
      throw PDFRefusal(.tooComplex, "the document asks for more than one may")
    }
  }

  /// What is used up stays so: a part below zero never becomes usable again.
  private static func take(_ count: Int, from part: inout Int, _ what: @autoclosure () -> String) throws(PDFRefusal) {
    if part >= count, count >= 0 {
      part -= count
    } else {
      part = -1
      throw PDFRefusal(.tooComplex, what())
    }
  }
}
