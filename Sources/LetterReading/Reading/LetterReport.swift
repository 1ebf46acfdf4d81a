/// One letter's fields for programs, as `congvan read --json` prints them: values under stable names, null where a field is
/// absent, and beside them where each was found and how sure the reading is.
public struct LetterReport: Encodable, Sendable {
  /// Where a value was found.
  public struct Finding: Encodable, Sendable {
    public let page: Int
    public let box: Box
    public let confidence: Double
  }

  public let file: String
  /// Whether the document carries its text; false for a scan.
  public let textLayer: Bool
  /// Whether the fields were recognised from pictures.
  public let recognised: Bool
  /// Why nothing was read; null where something was.
  public let notRead: String?
  /// `TCVN3` or `VNI` where the text is in the letters of such a font, so that nothing can be read from it.
  public let legacyFont: String?
  public let fields: LetterFields
  /// By field name; of `addressees` and `copies`, one for each item.
  public let found: [String: [Finding]]

  public init(file: String, outcome: LetterReader.Outcome) {
    self.file = file
    switch outcome {
    case .read(let fields):
      (textLayer, recognised, notRead, self.fields) = (true, false, nil, fields)
    case .recognised(let fields, _):
      (textLayer, recognised, notRead, self.fields) = (false, true, nil, fields)
    case .noText:
      (textLayer, recognised, fields) = (false, false, LetterFields())
      notRead = "no text: a scan that was not recognised"
    case .failed(let failure):
      (textLayer, recognised, fields) = (false, false, LetterFields())
      notRead = "\(failure)"
    }
    legacyFont = fields.legacyFont?.rawValue
    found = Self.findings(fields)
  }

  private static func findings(_ fields: LetterFields) -> [String: [Finding]] {
    var found: [String: [Finding]] = [:]
    func note(_ name: String, _ place: Place?, _ confidence: Double?) {
      guard let place, let confidence else { return }
      found[name, default: []].append(Finding(page: place.page, box: place.box, confidence: confidence))
    }
    for (name, field) in fields.texts { note(name, field?.place, field?.confidence) }
    note("date", fields.date?.place, fields.date?.confidence)
    note("urgency", fields.urgency?.place, fields.urgency?.confidence)
    note("secrecy", fields.secrecy?.place, fields.secrecy?.confidence)
    for field in fields.addressees { note("addressees", field.place, field.confidence) }
    for field in fields.copies { note("copies", field.place, field.confidence) }
    return found
  }

  private enum Key: String, CodingKey {
    case file, textLayer, recognised, notRead, legacyFont, found, date, urgency, secrecy, addressees, copies
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(file, forKey: .file)
    try container.encode(textLayer, forKey: .textLayer)
    try container.encode(recognised, forKey: .recognised)
    try container.encode(notRead, forKey: .notRead)
    try container.encode(legacyFont, forKey: .legacyFont)
    try container.encode(fields.date?.value.description, forKey: .date)
    try container.encode(fields.urgency?.value.rawValue, forKey: .urgency)
    try container.encode(fields.secrecy?.value.rawValue, forKey: .secrecy)
    try container.encode(fields.addressees.map(\.value), forKey: .addressees)
    try container.encode(fields.copies.map(\.value), forKey: .copies)
    try container.encode(found, forKey: .found)
    var names = encoder.container(keyedBy: Name.self)
    for (name, field) in fields.texts { try names.encode(field?.value, forKey: Name(stringValue: name)) }
  }
}

extension LetterFields {
  /// The fields that are one text each, under the names that programs see.
  public var texts: [(name: String, field: Field<String>?)] {
    [
      ("number", number), ("symbol", symbol), ("place", place), ("typeName", typeName),
      ("typeAbbreviation", typeAbbreviation), ("abstract", abstract), ("issuer", issuer),
      ("parentIssuer", parentIssuer),
      ("authority", authority), ("signerPosition", signerPosition), ("signer", signer),
    ]
  }
}
