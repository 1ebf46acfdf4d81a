/// Refuses documents that do things, hide things or can show something else tomorrow (pdf-signing.md 5.3, row 10): walks
/// every object that can be reached from the catalog. A letter needs text, pictures, links and bookmarks; no more.
enum ContentPolicy {
  /// Throws `activeContent`, `annotations` or `xfa` for the first thing found, or the reader's refusal.
  /// - Returns: every object number that is referred to, whether or not there is such an object.
  @discardableResult
  static func check(_ document: PDFDocument, revision: Int) throws(PDFRefusal) -> NumberSet {
    var walk = Walk(document: document, revision: revision)
    try walk.run()
    return walk.visited
  }

  /// Actions that run, fetch, send or open anything, wherever such a dictionary stands.
  private static let forbiddenActions: Set<String> = [
    "JavaScript", "Launch", "SubmitForm", "ResetForm", "ImportData", "GoToR", "GoToE", "Rendition", "Sound", "Movie",
    "Hide", "SetOCGState", "GoTo3DView", "RichMediaExecute", "Trans", "GoToDp",
  ]
  /// `/Named` actions that only turn pages.
  private static let namedActions: Set<String> = ["NextPage", "PrevPage", "FirstPage", "LastPage"]
  /// How a link may begin: the web, mail, telephone; also addresses typed without their scheme.
  private static let addresses = ["http://", "https://", "mailto:", "tel:", "www."]
  private static let forbiddenTypes: Set<String> = [
    "EmbeddedFile", "RichMedia", "Rendition", "MediaClip", "CollectionItem",
  ]
  private static let annotations: Set<String> = ["Link", "Widget"]
  private static let activeAnnotations: Set<String> = ["RichMedia", "Screen", "Movie", "Sound", "3D", "FileAttachment"]

  private struct Walk {
    let document: PDFDocument
    let revision: Int
    var visited = NumberSet()
    /// Objects that are there and wait, each once.
    var pending: [PDFReference] = []
    /// Lists of annotations that were gone through: many dictionaries may name one.
    var lists = NumberSet()

    init(document: PDFDocument, revision: Int) {
      self.document = document
      self.revision = revision
    }

    mutating func run() throws(PDFRefusal) {
      let (root, catalog) = try document.catalog(in: revision)
      try checkCatalog(catalog)
      try meet(root)
      if let info = document.revisions[revision].trailer["Info"]?.reference { try meet(info) }
      while let reference = pending.popLast() {
        guard let object = try document.object(reference, in: revision) else { continue }
        try visit(object.value, of: reference.number)
      }
    }

    private mutating func meet(_ reference: PDFReference) throws(PDFRefusal) {
      // A reference of a wrong generation is a fault wherever it is met.
      let exists = try document.exists(reference, in: revision)
      if visited.insert(reference.number), exists { pending.append(reference) }
    }

    private mutating func visit(_ value: PDFObject, of number: Int) throws(PDFRefusal) {
      switch value {
      case .reference(let reference): try meet(reference)
      case .array(let items):
        for item in items { try visit(item, of: number) }
      case .dictionary(let dictionary):
        try check(dictionary, isStream: false, of: number)
        for entry in dictionary.entries { try visit(entry.value, of: number) }
      case .stream(let stream):
        try check(stream.dictionary, isStream: true, of: number)
        for entry in stream.dictionary.entries { try visit(entry.value, of: number) }
      default: break
      }
    }

    private func checkCatalog(_ catalog: PDFDictionary) throws(PDFRefusal) {
      if catalog["Collection"] != nil { throw PDFRefusal(.activeContent, "the file is a portfolio of other files") }
      if let opening = try document.resolve(catalog["OpenAction"], in: revision), let action = opening.dictionary,
        try document.resolve(action["S"], in: revision)?.name != "GoTo"
      {
        throw PDFRefusal(.activeContent, "/OpenAction does more than go to a page")
      }
      if catalog["NeedsRendering"] == .boolean(true) { throw PDFRefusal(.xfa, "the catalog has /NeedsRendering") }
    }

    private mutating func check(_ dictionary: PDFDictionary, isStream: Bool, of number: Int) throws(PDFRefusal) {
      func refuse(_ what: String) -> PDFRefusal { PDFRefusal(.activeContent, "\(what) in object \(number)") }
      for entry in dictionary.entries where !entry.value.isNull {
        switch entry.key {
        case "JS", "JavaScript": throw refuse("a script")
        case "AA":
          let actions = try document.resolve(entry.value, in: revision)?.dictionary
          if actions?.entries.isEmpty != true { throw refuse("an automatic action") }
        case "EmbeddedFiles", "EF", "RF": throw refuse("an attached file")
        case "RichMediaContent", "RichMediaSettings": throw refuse("rich media")
        case "XFA": throw PDFRefusal(.xfa, "an XFA form in object \(number)")
        case "F", "FFilter": if isStream { throw refuse("a stream kept outside the file") }
        case "S": try checkAction(dictionary, type: entry.value, of: number)
        case "Type":
          if let type = try name(entry.value), forbiddenTypes.contains(type) { throw refuse("a /\(type)") }
        case "Subtype": if isStream, try name(entry.value) == "PS" { throw refuse("a PostScript drawing") }
        case "Ref": if isStream { throw refuse("a drawing kept in another file") }
        // Layers that paper shows and the screen doesn't; PDF/A forbids the entry as well (ISO 19005-2 §6.9).
        case "AS":
          if try document.resolve(entry.value, in: revision)?.array?.isEmpty == false {
            throw refuse("layers that show themselves by use, such as in print alone,")
          }
        // PDFium goes by the layer's own word even where no configuration asks it to.
        case "Usage": if try hidesByUse(entry.value) { throw refuse("a layer that hides on screen or in print alone,") }
        case "OPI": if isStream { throw refuse("a picture kept elsewhere") }
        case "Alternates": if isStream { throw refuse("another picture for print or screen") }
        case "FS": if try name(entry.value) == "URL" { throw refuse("a reference to a file elsewhere") }
        case "Annots": try checkAnnotations(entry.value, of: number)
        default: break
        }
      }
    }

    /// ISO 32000-1 table 102: what says by itself when it is hidden.
    private func hidesByUse(_ value: PDFObject) throws(PDFRefusal) -> Bool {
      guard let usage = try document.resolve(value, in: revision)?.dictionary else { return false }
      for (use, state) in [("View", "ViewState"), ("Print", "PrintState"), ("Export", "ExportState")] {
        let word = try document.resolve(usage[use], in: revision)?.dictionary?[state]
        if let word, try name(word) == "OFF" { return true }
      }
      return false
    }

    private func name(_ value: PDFObject) throws(PDFRefusal) -> String? {
      try document.resolve(value, in: revision)?.name
    }

    private func checkAction(_ action: PDFDictionary, type: PDFObject, of number: Int) throws(PDFRefusal) {
      guard let type = try name(type) else { return }
      if forbiddenActions.contains(type) { throw PDFRefusal(.activeContent, "a \(type) action in object \(number)") }
      if type == "Thread", action["F"] != nil {
        throw PDFRefusal(.activeContent, "a link into another file in object \(number)")
      }
      if type == "URI", let address = action["URI"] {
        let text = PDFText.decode(try document.resolve(address, in: revision)?.string ?? []).lowercased()
        guard ContentPolicy.addresses.contains(where: { text.hasPrefix($0) }) else {
          throw PDFRefusal(.activeContent, "a link that is no web address in object \(number)")
        }
      }
      if type == "Named", let named = try document.resolve(action["N"], in: revision)?.name,
        !namedActions.contains(named)
      {
        throw PDFRefusal(.activeContent, "a command to the viewer in object \(number)")
      }
    }

    private mutating func checkAnnotations(_ value: PDFObject, of number: Int) throws(PDFRefusal) {
      if let list = value.reference, !lists.insert(list.number) { return }
      guard let items = try document.resolve(value, in: revision) else { return }
      guard let items = items.array else { throw PDFRefusal(.damaged, "/Annots of object \(number) is no array") }
      for item in items {
        guard let annotation = try document.resolve(item, in: revision)?.dictionary else { continue }
        let type = try document.resolve(annotation["Subtype"], in: revision)?.name ?? ""
        guard annotations.contains(type) else {
          throw PDFRefusal(
            ContentPolicy.activeAnnotations.contains(type) ? .activeContent : .annotations,
            "a /\(type) annotation in object \(number)")
        }
      }
    }
  }
}
