import Exchange
import Foundation
import LetterReading

/// What a person says of a letter, over what was read off it. Kept in the history for good; the document is never touched.
public struct LetterCorrection: Sendable, Equatable {
  /// What can be corrected; the raw value is the key in the history.
  public enum Field: String, Sendable, CaseIterable {
    case number, symbol, date, place, type, subject, issuer, parent, addressees, copies, signer, position

    fileprivate var text: WritableKeyPath<LetterFacts, String?>? {
      switch self {
      case .number: \.number
      case .symbol: \.symbol
      case .date: \.date
      case .place: \.place
      case .type: \.typeName
      case .subject: \.abstract
      case .issuer: \.issuer
      case .parent: \.parentIssuer
      case .signer: \.signer
      case .position: \.signerPosition
      case .addressees, .copies: nil
      }
    }

    fileprivate var list: WritableKeyPath<LetterFacts, [String]>? {
      switch self {
      case .addressees: \.addressees
      case .copies: \.copies
      default: nil
      }
    }
  }

  /// Why a value can't be one of its field.
  public struct Unfit: Error, Equatable, Sendable {
    public let field: Field
    public let value: String
  }

  /// New values; an empty one says that the letter doesn't have the field. Of a list, an item a line.
  public private(set) var values: [Field: String] = [:]

  /// A list is cut here: no letter names so many.
  private static let longest = 4000

  public init() {}

  /// - Throws: `Unfit`: a date that is no day of the calendar, a number that has no digit, a text that is too long
  ///   or has control characters.
  public mutating func set(_ field: Field, to value: String) throws(Unfit) {
    let isList = field.list != nil
    let text = value.precomposedStringWithCanonicalMapping.trimmingCharacters(in: .whitespacesAndNewlines)
    let hasControls = text.unicodeScalars.contains {
      $0.properties.generalCategory == .control && !(isList && $0 == "\n")
    }
    guard text.utf8.count <= Self.longest, !hasControls else { throw Unfit(field: field, value: value) }
    switch field {
    case .date where !text.isEmpty:
      guard let date = LetterDate(text) else { throw Unfit(field: field, value: value) }
      values[field] = date.description
    case .number where !text.isEmpty:
      guard text.contains(where: \.isNumber) else { throw Unfit(field: field, value: value) }
      values[field] = text
    default: values[field] = text
    }
  }

  public var isEmpty: Bool { values.isEmpty }

  /// As the history keeps it: under `now.subject` what is said, under `was.subject` what stood there before.
  func detail(over facts: LetterFacts, by person: String) -> [String: String] {
    var detail = detail
    detail["by"] = person
    for field in values.keys { detail["was.\(field.rawValue)"] = Self.value(of: field, in: facts) }
    return detail
  }

  /// Without what stood there before.
  var detail: [String: String] {
    Dictionary(uniqueKeysWithValues: values.map { ("now.\($0.key.rawValue)", $0.value) })
  }

  /// Out of the history.
  init(detail: [String: String]) {
    for field in Field.allCases { values[field] = detail["now.\(field.rawValue)"] }
  }

  func apply(to facts: inout LetterFacts) {
    for (field, value) in values {
      if let path = field.text { facts[keyPath: path] = value.isEmpty ? nil : value }
      if let path = field.list { facts[keyPath: path] = value.split(separator: "\n").map(String.init) }
    }
  }

  static func value(of field: Field, in facts: LetterFacts) -> String {
    if let path = field.text { return facts[keyPath: path] ?? "" }
    if let path = field.list { return facts[keyPath: path].joined(separator: "\n") }
    return ""
  }
}
