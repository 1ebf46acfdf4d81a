import Foundation

/// A visible seal: picture, text and place, ready to be drawn into any number of documents. Everything that can be wrong with
/// what the administrator gave is found when it is made; drawing cannot fail.
public struct Seal: Sendable, Equatable {
  /// Where the text stands, seen from the picture.
  public enum Side: String, Sendable, CaseIterable {
    case right, left, below, above
  }

  /// What can be chosen.
  public struct Style: Sendable, Equatable {
    /// In millimetres. Round seals of organisations have 36.
    public var imageWidth = 36.0
    /// The width at which lines are wrapped, in millimetres.
    public var textWidth = 60.0
    /// In points. The rules ask for 10 where there is text alone.
    public var fontSize = 10.0
    /// nil: below the picture beside the signer's name, where there is paper; else at its right.
    public var side: Side?
    /// `{name}`, `{time}` (ISO 8601 with zone), `{reason}` and `{location}` stand for the signature's facts; a line whose fact
    /// is absent is left out.
    public var lines = Style.defaultLines
    public var place = SealPlace()

    /// The organisation, and when it signed.
    public static let defaultLines = ["{name}", "{time}"]

    /// The defaults.
    public init() {}
  }

  /// In millimetres, of `imageWidth` and `textWidth`.
  public static let widths = 5.0...150.0
  /// In points, of `fontSize`.
  public static let fontSizes = 5.0...24.0

  let image: SealImage?
  let font: FontSubset?
  let text: SealText
  let style: Style
  private let imageSize: Size?

  private struct Size: Equatable {
    let width: Double
    let height: Double
  }

  /// - Parameters:
  ///   - image: the picture; nil for text alone.
  ///   - font: the letters; may be nil where there are no lines.
  ///   - signerName: what `{name}` stands for, and so on.
  public init(
    image: SealImage?, font: SealFont?, style: Style = Style(), signerName: String, reason: String? = nil,
    location: String? = nil
  ) throws(SealProblem) {
    guard Self.widths.contains(style.imageWidth), Self.widths.contains(style.textWidth) else {
      throw SealProblem(
        .tooLarge, "a width must be from \(Int(Self.widths.lowerBound)) to \(Int(Self.widths.upperBound)) mm")
    }
    guard Self.fontSizes.contains(style.fontSize) else {
      throw SealProblem(
        .tooLarge, "the letters must have \(Int(Self.fontSizes.lowerBound)) to \(Int(Self.fontSizes.upperBound)) points"
      )
    }
    text = try SealText(style.lines, .init(name: signerName, reason: reason, location: location))
    guard image != nil || !text.isEmpty else {
      throw SealProblem(.nothingToShow, "the seal has neither picture nor text: give one")
    }
    guard font != nil || text.isEmpty else {
      throw SealProblem(.fontDamaged, "the seal has text but no font: name one, or leave the text out")
    }
    self.image = image
    self.style = style
    self.font = try font.flatMap { [text] (font) throws(SealProblem) in
      text.isEmpty ? nil : try FontSubset(font, characters: text.characters)
    }
    imageSize = image.map {
      let width = style.imageWidth * SealMeasure.pointsPerMillimetre
      return Size(width: width, height: width * Double($0.height) / Double($0.width))
    }
    let sample = layout(at: Date(timeIntervalSince1970: 0))
    guard sample.width * sample.height <= SealMeasure.quarterOfA4 * 0.95 else {
      throw SealProblem(
        .tooLarge,
        "the seal would cover more than a quarter of an A4 page: make the picture smaller or the text shorter")
    }
  }

  /// Its place depends on the words of the pages.
  public var needsWords: Bool { style.place.isBesideSigner }

  /// The side that holds where none was chosen.
  var side: Side { style.side ?? (style.place.isBesideSigner ? .below : .right) }

  /// In its own size.
  /// - Parameter gap: between picture and text, in points.
  func layout(at time: Date, gap: Double = SealLayout.gap) -> SealLayout {
    SealLayout(
      image: imageSize.map { ($0.width, $0.height) }, texts: text.lines(at: time), font: font,
      fontSize: style.fontSize, textWidth: style.textWidth * SealMeasure.pointsPerMillimetre, side: side,
      gap: gap)
  }

  /// For a field whose size is given: picture and text if they fit, else the picture alone, if need be smaller. Letters are
  /// never made smaller. The second value says what had to give.
  func layout(at time: Date, within width: Double, _ height: Double) -> (SealLayout, SealOutcome.Remark?) {
    let whole = layout(at: time)
    if whole.width <= width, whole.height <= height { return (whole, nil) }
    guard let size = imageSize else { return (SealLayout(), .fieldTooSmall) }
    let scale = min(1, width / size.width, height / size.height)
    let picture = SealLayout(
      image: (size.width * scale, size.height * scale), texts: [], font: nil, fontSize: style.fontSize, textWidth: 0,
      side: side)
    return (picture, scale < 1 ? .shrunkIntoField : text.isEmpty ? nil : .textLeftOut)
  }
}

/// A seal for one document.
public struct SealRequest: Sendable {
  public let seal: Seal
  /// The claimed time of the signature, which the seal shows.
  public let time: Date
  /// The words on the document's pages, for a seal beside the signer's name; nil where they cannot be had.
  public let words: PageWords?

  public init(_ seal: Seal, time: Date, words: PageWords? = nil) {
    self.seal = seal
    self.time = time
    self.words = words
  }
}

/// What became of the seal.
public struct SealOutcome: Sendable, Equatable {
  /// What was not as asked. Raw values are stable.
  public enum Remark: String, Sendable, CaseIterable {
    /// No name of a signer stands on the pages: the corner was taken.
    case signerNotFound = "signer-not-found"
    /// No visible empty signature field: the corner was taken.
    case noField = "no-field"
    /// The document has fewer pages: the last was taken.
    case noSuchPage = "no-such-page"
    /// Another seal stood there: it was moved.
    case moved
    /// The page has no room: the signature is invisible.
    case noRoom = "no-room"
    /// The field has no room for the text: it was left out.
    case textLeftOut = "text-left-out"
    /// The field has no room for the picture in its size: it is smaller.
    case shrunkIntoField = "shrunk-into-field"
    /// The field has no room for the text, and there is no picture: it stays empty.
    case fieldTooSmall = "field-too-small"
    /// The field that had to be filled is invisible, and so is the signature.
    case invisibleField = "invisible-field"
  }

  /// 1 for the first page; nil where nothing is visible.
  public var page: Int?
  public var remarks: [Remark] = []
}
