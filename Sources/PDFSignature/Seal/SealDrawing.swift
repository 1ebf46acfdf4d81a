/// The objects that show a seal: the appearance, its picture and its letters (ISO 32000-1 §12.5.5, §8.10, §9.7).
struct SealDrawing {
  private(set) var pieces: [PreparedUpdate.Piece] = []
  /// The form to be named as /AP /N.
  private(set) var form = PDFReference(number: 0, generation: 0)
  /// First number that no object here has.
  private(set) var nextNumber: Int

  private let seal: Seal
  private let layout: SealLayout
  private let claim: PDFAClaim
  private let isTransparent: Bool

  /// - Parameters:
  ///   - nextNumber: for the first new object.
  ///   - isTransparent: whether pictures may be see-through.
  init(_ seal: Seal, _ spot: SealPlacer.Spot, _ claim: PDFAClaim, isTransparent: Bool, nextNumber: Int) {
    self.seal = seal
    self.claim = claim
    self.isTransparent = isTransparent
    self.nextNumber = nextNumber
    layout = spot.layout
    var resources = PDFDictionary()
    if claim.needsCalibratedColours {
      resources = resources.setting(
        "ColorSpace", to: .dictionary(PDFDictionary().setting("Ink", to: Self.calibratedGray)))
    }
    if let image = seal.image, layout.image != nil {
      if isTransparent { resources = resources.setting("ExtGState", to: Self.inkOnPaper) }
      resources = resources.setting("XObject", to: .dictionary(PDFDictionary().setting("Seal", to: add(image))))
    }
    if let font = seal.font, !layout.lines.isEmpty {
      resources = resources.setting("Font", to: .dictionary(PDFDictionary().setting("F", to: add(font))))
    }
    form = addForm(resources, spot)
  }

  private mutating func takeNumber() -> PDFReference {
    defer { nextNumber += 1 }
    return PDFReference(number: nextNumber, generation: 0)
  }

  private mutating func add(_ value: PDFObject) -> PDFObject {
    let reference = takeNumber()
    pieces.append(PDFPiece(reference, value))
    return .reference(reference)
  }

  private mutating func add(stream: [UInt8], isDeflated: Bool = true, _ dictionary: PDFDictionary) -> PDFObject {
    let reference = takeNumber()
    pieces.append(PDFPiece(reference, stream: stream, isDeflated: isDeflated, dictionary))
    return .reference(reference)
  }

  // MARK: The form

  private mutating func addForm(_ resources: PDFDictionary, _ spot: SealPlacer.Spot) -> PDFReference {
    var dictionary = PDFDictionary()
      .setting("Type", to: .name("XObject")).setting("Subtype", to: .name("Form"))
      .setting("BBox", to: .array([.integer(0), .integer(0), .points(spot.area.width), .points(spot.area.height)]))
    if let matrix = spot.geometry.matrix {
      dictionary = dictionary.setting("Matrix", to: .array(matrix.map { .integer(Int64($0)) }))
    }
    let content = content(in: spot.area)
    let value = add(
      stream: Array(content.utf8), isDeflated: false, dictionary.setting("Resources", to: .dictionary(resources)))
    return value.reference ?? form
  }

  /// In the middle of the area, which is larger than the seal only in a field that was there before.
  private func content(in area: Rectangle) -> String {
    let x = (area.width - layout.width) / 2
    let y = (area.height - layout.height) / 2
    var content = ""
    func points(_ value: Double) -> String { PDFObject.decimal(value) }
    if let image = layout.image, seal.image != nil {
      content += isTransparent ? "q /Stamp gs " : "q "
      content += "\(points(image.width)) 0 0 \(points(image.height)) \(points(x + image.x)) \(points(y + image.y)) cm"
      content += " /Seal Do Q\n"
    }
    guard let font = seal.font, !layout.lines.isEmpty else { return content }
    content += claim.needsCalibratedColours ? "BT /Ink cs 0 scn" : "BT 0 g"
    content += " /F \(points(seal.style.fontSize)) Tf\n"
    for line in layout.lines {
      content += "1 0 0 1 \(points(x + line.x)) \(points(y + line.baseline)) Tm <"
      for character in line.text { content += FontObjects.hex4(font.glyphs[character] ?? 0) }
      content += "> Tj\n"
    }
    return content + "ET\n"
  }

  // MARK: The picture

  /// Ink of a stamp darkens the paper; black letters under it stay black (§11.3.5.2).
  private static let inkOnPaper = PDFObject.dictionary(
    PDFDictionary().setting("Stamp", to: .dictionary(PDFDictionary().setting("BM", to: .name("Multiply")))))

  private mutating func add(_ image: SealImage) -> PDFObject {
    var dictionary = Self.image(width: image.width, height: image.height)
      .setting("BitsPerComponent", to: .integer(8))
      .setting("ColorSpace", to: claim.needsCalibratedColours ? Self.calibratedRGB : .name("DeviceRGB"))
    guard let opacity = image.opacity, let stencil = image.stencil else {
      return add(stream: image.colours, dictionary)
    }
    let size = Self.image(width: image.width, height: image.height)
    if isTransparent {
      let mask = add(
        stream: opacity,
        size.setting("BitsPerComponent", to: .integer(8)).setting("ColorSpace", to: .name("DeviceGray")))
      dictionary = dictionary.setting("SMask", to: mask)
      return add(stream: image.colours, dictionary)
    }
    let mask = add(
      stream: stencil,
      size.setting("BitsPerComponent", to: .integer(1)).setting("ImageMask", to: .boolean(true)))
    return add(stream: image.onWhite, dictionary.setting("Mask", to: mask))
  }

  private static func image(width: Int, height: Int) -> PDFDictionary {
    PDFDictionary()
      .setting("Type", to: .name("XObject")).setting("Subtype", to: .name("Image"))
      .setting("Width", to: .integer(Int64(width))).setting("Height", to: .integer(Int64(height)))
  }

  // MARK: Colours that say what they look like: sRGB's white, primaries and, nearly, curve (IEC 61966-2-1)

  private static let white = PDFObject.array([.points(0.9505), .points(1), .points(1.089)])

  private static let calibratedGray = PDFObject.array([
    .name("CalGray"),
    .dictionary(PDFDictionary().setting("WhitePoint", to: white).setting("Gamma", to: .points(2.2))),
  ])

  private static let calibratedRGB = PDFObject.array([
    .name("CalRGB"),
    .dictionary(
      PDFDictionary().setting("WhitePoint", to: white)
        .setting("Gamma", to: .array([.points(2.2), .points(2.2), .points(2.2)]))
        .setting(
          "Matrix",
          to: .array(
            [0.4124, 0.2126, 0.0193, 0.3576, 0.7152, 0.1192, 0.1805, 0.0722, 0.9505].map { .points($0) }))),
  ])

  // MARK: The letters

  private mutating func add(_ font: FontSubset) -> PDFObject {
    let objects = FontObjects(font, nextNumber: nextNumber)
    pieces += objects.pieces
    nextNumber = objects.nextNumber
    return .reference(objects.font)
  }
}
