/// A page as people see it: its visible box, turned by /Rotate, measured in points of 1/72 inch from its lower left corner;
/// and the way back into the page's own coordinates.
struct PageGeometry: Equatable {
  /// As seen, in points.
  let width: Double
  let height: Double

  /// Clockwise, in degrees: 0, 90, 180 or 270.
  let rotation: Int
  /// The visible box in the page's own units.
  private let box: Rectangle
  private let media: Rectangle
  /// Points in one unit of the page.
  private let unit: Double
  /// Of what is seen, in the page's own units, squared.
  var area: Double { box.width * box.height }

  /// nil where the page has no usable box.
  init?(_ page: FoundPage, in document: PDFDocument, revision: Int) throws(PDFRefusal) {
    guard let media = try Self.rectangle(page.attribute("MediaBox"), document, revision) else { return nil }
    var box = media
    if let crop = try Self.rectangle(page.attribute("CropBox"), document, revision) {
      let x = max(crop.x, media.x)
      let y = max(crop.y, media.y)
      let cut = Rectangle(x: x, y: y, width: min(crop.right, media.right) - x, height: min(crop.top, media.top) - y)
      // A crop outside of the page is no crop.
      if cut.width > 0, cut.height > 0 { box = cut }
    }
    let turn = try document.resolve(page.attribute("Rotate"), in: revision)?.number ?? 0
    rotation = turn.isFinite && abs(turn) < 1e6 ? ((Int(turn) / 90 * 90) % 360 + 360) % 360 : 0
    let unit = try document.resolve(page.dictionary["UserUnit"], in: revision)?.number ?? 1
    self.unit = unit.isFinite && unit > 0.001 && unit < 75_000 ? unit : 1
    self.box = box
    self.media = media
    let isUpright = rotation % 180 == 0
    width = (isUpright ? box.width : box.height) * self.unit
    height = (isUpright ? box.height : box.width) * self.unit
  }

  /// Four finite numbers, in any order of corners; nil if it is no rectangle with an area. Beyond what any page has (§C.2) is
  /// none either.
  static func rectangle(
    _ value: PDFObject?, _ document: PDFDocument, _ revision: Int
  ) throws(PDFRefusal) -> Rectangle? {
    var corners: [Double] = []
    for item in try document.resolve(value, in: revision)?.array ?? [] {
      guard corners.count < 4, let number = try document.resolve(item, in: revision)?.number, abs(number) < 1e7 else {
        return nil
      }
      corners.append(number)
    }
    guard corners.count == 4 else { return nil }
    let result = Rectangle(
      x: min(corners[0], corners[2]), y: min(corners[1], corners[3]), width: abs(corners[2] - corners[0]),
      height: abs(corners[3] - corners[1]))
    return result.width > 0 && result.height > 0 ? result : nil
  }

  /// From what is seen to the page's own units.
  func userSpace(_ seen: Rectangle) -> Rectangle {
    let x = seen.x / unit
    let y = seen.y / unit
    let w = seen.width / unit
    let h = seen.height / unit
    switch rotation {
    case 90: return Rectangle(x: box.right - y - h, y: box.y + x, width: h, height: w)
    case 180: return Rectangle(x: box.right - x - w, y: box.top - y - h, width: w, height: h)
    case 270: return Rectangle(x: box.x + y, y: box.top - x - w, width: h, height: w)
    default: return Rectangle(x: box.x + x, y: box.y + y, width: w, height: h)
    }
  }

  /// From the page's own units to what is seen.
  func seen(_ user: Rectangle) -> Rectangle {
    let result: Rectangle
    switch rotation {
    case 90: result = Rectangle(x: user.y - box.y, y: box.right - user.right, width: user.height, height: user.width)
    case 180:
      result = Rectangle(x: box.right - user.right, y: box.top - user.top, width: user.width, height: user.height)
    case 270: result = Rectangle(x: box.top - user.top, y: user.x - box.x, width: user.height, height: user.width)
    default: result = Rectangle(x: user.x - box.x, y: user.y - box.y, width: user.width, height: user.height)
    }
    return Rectangle(
      x: result.x * unit, y: result.y * unit, width: result.width * unit, height: result.height * unit)
  }

  /// From a word's box as poppler gives it, which knows neither /CropBox nor /UserUnit: from the upper left corner of the turned
  /// media box, downwards.
  func seen(_ word: PageWords.Word) -> Rectangle {
    let isUpright = rotation % 180 == 0
    let full = isUpright ? media.height : media.width
    let inMedia = Rectangle(
      x: word.left, y: full - word.bottom, width: word.right - word.left, height: word.bottom - word.top)
    let whole = PageGeometry(box: media, media: media, rotation: rotation, unit: 1)
    return seen(whole.userSpace(inMedia))
  }

  private init(box: Rectangle, media: Rectangle, rotation: Int, unit: Double) {
    self.box = box
    self.media = media
    self.rotation = rotation
    self.unit = unit
    width = box.width
    height = box.height
  }

  /// Turns a form upright on the turned page (§12.5.5).
  var matrix: [Int]? {
    switch rotation {
    case 90: [0, 1, -1, 0, 0, 0]
    case 180: [-1, 0, 0, -1, 0, 0]
    case 270: [0, -1, 1, 0, 0, 0]
    default: nil
    }
  }
}
