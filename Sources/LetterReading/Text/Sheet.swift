import PDFSignature

/// A page as it is seen: its media box, turned. The crop box is passed over, as pdftotext passes it over.
struct Sheet {
  /// In points.
  let width: Double
  let height: Double
  /// From the page's units to points from its upper left corner.
  let matrix: Matrix

  /// nil where the page has no usable box.
  init?(_ page: FoundPage, _ source: TextSource) throws(NotUnderstood) {
    guard let box = try source.box(page.attribute("MediaBox")) else { return nil }
    let turn = try source.resolve(page.attribute("Rotate"))?.number ?? 0
    guard turn.isFinite, abs(turn) < 1e6 else { return nil }
    switch ((Int(turn) % 360) + 360) % 360 {
    case 0: matrix = Matrix(d: -1, e: -box.left, f: box.bottom)
    case 90: matrix = Matrix(a: 0, b: 1, c: 1, d: 0, e: -box.top, f: -box.left)
    case 180: matrix = Matrix(a: -1, e: box.right, f: -box.top)
    case 270: matrix = Matrix(a: 0, b: -1, c: -1, d: 0, e: box.bottom, f: box.right)
    default: return nil
    }
    let isUpright = matrix.b == 0
    width = isUpright ? box.width : box.height
    height = isUpright ? box.height : box.width
  }
}
