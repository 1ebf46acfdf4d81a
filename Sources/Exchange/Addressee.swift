/// To whom a document goes: one unit, or every unit of a group. Written `unit:ID` or `group:ID`.
public enum Addressee: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  case unit(UnitID)
  case group(GroupID)

  public var description: String {
    switch self {
    case .unit(let unit): "unit:\(unit)"
    case .group(let group): "group:\(group)"
    }
  }

  /// Without its kind.
  public var identifier: String {
    switch self {
    case .unit(let unit): unit.rawValue
    case .group(let group): group.rawValue
    }
  }

  /// - Throws: `MalformedValue`.
  public init(_ text: String) throws(MalformedValue) {
    if text.hasPrefix("unit:") {
      self = .unit(try UnitID(String(text.dropFirst(5))))
    } else if text.hasPrefix("group:") {
      self = .group(try GroupID(String(text.dropFirst(6))))
    } else {
      throw MalformedValue("addressee", text)
    }
  }

  /// Several as one text, sorted, none twice: as journals keep them.
  public static func text(of addressees: [Addressee]) -> String {
    Set(addressees).sorted().map(\.description).joined(separator: " ")
  }

  /// The reverse of `text(of:)`. - Throws: `MalformedValue`.
  public static func list(_ text: String) throws(MalformedValue) -> [Addressee] {
    var list: [Addressee] = []
    for part in text.split(separator: " ") { list.append(try Addressee(String(part))) }
    return list
  }

  public static func < (left: Self, right: Self) -> Bool { left.description < right.description }

  public init(from decoder: any Decoder) throws {
    try self.init(try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
