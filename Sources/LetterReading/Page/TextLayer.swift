import Foundation

/// The words of a document and where they stand, as a text extractor or a recogniser found them.
public struct TextLayer: Sendable {
  public struct Word: Sendable {
    /// In NFC.
    public let text: String
    public let box: Box
    /// Which line the extractor put it into; a hint, since columns may be woven into one another.
    public let line: Int
  }

  public struct Page: Sendable {
    /// In points.
    public let width: Double
    public let height: Double
    public let words: [Word]
  }

  public var pages: [Page]
  /// Whether it was recognised from a picture: letters and boxes are then less exact.
  public var isRecognised: Bool
  /// Something was left out because it went over a bound of `TextLayerLimits`.
  public var isCut = false

  public init(pages: [Page], isRecognised: Bool) {
    self.pages = pages
    self.isRecognised = isRecognised
  }

  /// Whether there is text to read fields from; a scan has none, or a stray mark.
  public var hasText: Bool { pages.contains { page in page.words.contains { $0.text.contains(where: \.isLetter) } } }
}

/// What is read of a document at most: a letter is far smaller.
public enum TextLayerLimits {
  public static let pages = 60
  public static let wordsPerPage = 5_000
  /// Of the whole document; a letter of sixty full pages has about 30,000.
  public static let words = 60_000
  /// Of UTF-8 bytes; a longer word is no word.
  public static let wordLength = 200
  /// In points; PDF 1.7 (ISO 32000-1, Annex C) allows pages up to 14,400.
  public static let coordinate = 14_400.0
}
