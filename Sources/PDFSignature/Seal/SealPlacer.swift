/// Finds the seal's place in a document.
struct SealPlacer {
  /// Where, and how much room.
  struct Spot {
    let page: FoundPage
    let geometry: PageGeometry
    /// As seen, in points.
    let area: Rectangle
    let layout: SealLayout
    let outcome: SealOutcome
  }

  /// Annotations of one page that are looked at for earlier seals.
  private static let annotationLimit = 10_000
  /// Between two seals. 2 mm.
  private static let distance = 2 * SealMeasure.pointsPerMillimetre

  let document: PDFDocument
  let revision: Int
  let request: SealRequest

  private var finder: PageFinder { PageFinder(document: document, revision: revision) }
  private var place: SealPlace { request.seal.style.place }

  /// The place of a seal in a new field; nil where the page has no room for it.
  func newSpot(remarks: [SealOutcome.Remark] = []) throws(PDFRefusal) -> (spot: Spot?, outcome: SealOutcome) {
    var remarks = remarks
    if case .signer(let names) = place.anchor {
      if let spot = try besideSigner(names, remarks) { return (spot, spot.outcome) }
      remarks.append(.signerNotFound)
    } else if place.anchor == .field {
      remarks.append(.noField)
    }
    let page = try finder.page(place.page)
    if case .number(let number) = place.page, page.number != number { remarks.append(.noSuchPage) }
    guard let geometry = try PageGeometry(page, in: document, revision: revision) else { return noRoom(remarks) }
    let layout = request.seal.layout(at: request.time)
    let across = place.across * SealMeasure.pointsPerMillimetre
    let up = place.up * SealMeasure.pointsPerMillimetre
    let wanted = Rectangle(
      x: place.corner.isRight ? geometry.width - across - layout.width : across,
      y: place.corner.isTop ? geometry.height - up - layout.height : up, width: layout.width, height: layout.height)
    let obstacles = try seals(on: page, geometry)
    let free = Self.free(
      wanted, avoiding: obstacles, on: geometry, upwards: !place.corner.isTop, leftwards: place.corner.isRight)
    guard let free else { return noRoom(remarks) }
    if free.moved { remarks.append(.moved) }
    let outcome = SealOutcome(page: try number(of: page), remarks: remarks)
    return (Spot(page: page, geometry: geometry, area: free.area, layout: layout, outcome: outcome), outcome)
  }

  private func noRoom(_ remarks: [SealOutcome.Remark]) -> (spot: Spot?, outcome: SealOutcome) {
    (nil, SealOutcome(page: nil, remarks: remarks + [.noRoom]))
  }

  private func number(of page: FoundPage) throws(PDFRefusal) -> Int? {
    if let number = page.number { return number }
    return try finder.page(page.reference)?.number
  }

  // MARK: Beside the signer's name

  /// The picture stands over the left third of the signature, which is above the name and as wide (Decree 30/2020, annex I).
  private func besideSigner(
    _ names: [String], _ remarks: [SealOutcome.Remark]
  ) throws(PDFRefusal) -> Spot? {
    guard let found = request.words?.last(of: names) else { return nil }
    let page = try finder.page(.number(found.page))
    guard page.number == found.page, let geometry = try PageGeometry(page, in: document, revision: revision) else {
      return nil
    }
    let name = geometry.seen(found.box)
    // Text below the picture begins below the name's line.
    let gap = request.seal.side == .below ? name.height + Self.distance : SealLayout.gap
    let layout = request.seal.layout(at: request.time, gap: gap)
    let picture = layout.image ?? Rectangle(x: 0, y: 0, width: layout.width, height: layout.height)
    let wanted = Rectangle(
      x: name.x + name.width / 3 - picture.right, y: name.top - picture.y, width: layout.width, height: layout.height)
    var obstacles = try seals(on: page, geometry)
    for (index, seal) in obstacles.enumerated() where seal.y >= name.y && (name.x...name.right).contains(seal.middle) {
      // The signer's own signature, above the name: a third of it may be covered, as the rule has it.
      obstacles[index].x += seal.width / 3
      obstacles[index].width -= seal.width / 3
    }
    let free = Self.free(wanted, avoiding: obstacles, on: geometry, upwards: nil, leftwards: true)
    guard let free else { return nil }
    let outcome = SealOutcome(page: found.page, remarks: remarks + (free.moved ? [.moved] : []))
    return Spot(page: page, geometry: geometry, area: free.area, layout: layout, outcome: outcome)
  }

  // MARK: In an existing field

  /// The place of a field's widget; nil if it is invisible.
  func spot(in widget: PDFReference, _ dictionary: PDFDictionary) throws(PDFRefusal) -> Spot? {
    guard let user = try PageGeometry.rectangle(dictionary["Rect"], document, revision) else { return nil }
    var page: FoundPage?
    if let named = dictionary["P"]?.reference { page = try finder.page(named) }
    if page == nil { page = try finder.page(withAnnotation: widget) }
    guard let page, let geometry = try PageGeometry(page, in: document, revision: revision) else { return nil }
    let area = geometry.seen(user)
    let (layout, remark) = request.seal.layout(at: request.time, within: area.width, area.height)
    let outcome = SealOutcome(page: page.number, remarks: remark.map { [$0] } ?? [])
    return Spot(page: page, geometry: geometry, area: area, layout: layout, outcome: outcome)
  }

  // MARK: Earlier seals

  /// The visible signature widgets of a page, as seen.
  private func seals(on page: FoundPage, _ geometry: PageGeometry) throws(PDFRefusal) -> [Rectangle] {
    var result: [Rectangle] = []
    let list = try document.resolve(page.dictionary["Annots"], in: revision)?.array ?? []
    for item in list.prefix(Self.annotationLimit) {
      guard let widget = try document.resolve(item, in: revision)?.dictionary, widget["Subtype"]?.name == "Widget"
      else {
        continue
      }
      let parent = try document.resolve(widget["Parent"], in: revision)?.dictionary
      guard (widget["FT"] ?? parent?["FT"])?.name == "Sig",
        let user = try PageGeometry.rectangle(widget["Rect"], document, revision)
      else { continue }
      result.append(geometry.seen(user))
    }
    return result
  }

  /// The nearest free place: on the page, over no earlier seal. First along the row, for that is where paper is white, then in
  /// the next row above or below; `upwards` is nil where there is no other row. nil where there is no place.
  static func free(
    _ wanted: Rectangle, avoiding obstacles: [Rectangle], on page: PageGeometry, upwards: Bool?, leftwards: Bool
  ) -> (area: Rectangle, moved: Bool)? {
    guard wanted.width <= page.width, wanted.height <= page.height else { return nil }
    var start = wanted
    start.x = min(max(0, start.x), page.width - start.width)
    start.y = min(max(0, start.y), page.height - start.height)
    func isOnPage(_ area: Rectangle) -> Bool {
      area.x >= 0 && area.y >= 0 && area.right <= page.width + 0.001 && area.top <= page.height + 0.001
    }
    var area = start
    // Each step leaves an obstacle behind for good, or begins a row; both are few.
    for _ in 0..<256 {
      guard let obstacle = obstacles.first(where: { area.overlaps($0) }) else { return (area, area != start) }
      area.x = leftwards ? obstacle.x - distance - area.width : obstacle.right + distance
      if isOnPage(area) { continue }
      let row = obstacles.filter { area.y < $0.top && $0.y < area.top }
      guard let upwards, let top = row.map(\.top).max(), let bottom = row.map(\.y).min() else { return nil }
      area.x = start.x
      area.y = upwards ? top + distance : bottom - distance - area.height
      guard isOnPage(area) else { return nil }
    }
    return nil
  }
}
