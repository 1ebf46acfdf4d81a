import Exchange
import Letter

/// What units and groups are called, as the clerk's folders know them. An identifier must lead to one unit or group alone,
/// however it is written: where it were also another's identifier, name or alias, neither could be reached by it. So must a
/// name: of two that are called alike, a clerk's letter would reach neither, or the wrong one by its identifier. A closed
/// unit's name is free for the one that follows it.
struct DirectoryNames {
  private var identifiers: [FoldedName: String] = [:]
  private var others: [FoldedName: String] = [:]

  init(units: [Directory.Unit], groups: [Directory.Group]) {
    for unit in units {
      enter(unit.id.rawValue, unit.isActive ? [unit.name] + unit.aliases : [], "the unit \(unit.id)")
    }
    for group in groups { enter(group.id.rawValue, [group.name] + group.aliases, "the group \(group.id)") }
  }

  /// - Throws: `Problem` of type `id-reused`, naming both; `malformed` where a name is blank.
  mutating func add(unit: UnitEntry) throws(Problem) {
    try add(unit.id.rawValue, [unit.name] + unit.aliases, "the unit \(unit.id)")
  }

  /// - Throws: `Problem` of type `id-reused`, naming both; `malformed` where a name is blank.
  mutating func add(group: GroupID, name: String, aliases: [String]) throws(Problem) {
    try add(group.rawValue, [name] + aliases, "the group \(group)")
  }

  private mutating func add(_ identifier: String, _ names: [String], _ what: String) throws(Problem) {
    // What has no letter can't be the name of a clerk's folder, and would stand as nothing in every list.
    if let blank = names.first(where: { !$0.contains { $0.isLetter || $0.isNumber } }) {
      throw Problem(
        .malformed,
        "\"\(blank)\" is no name for \(what): give it one that people can read, such as \"CĐCS Trường THPT\"")
    }
    let folded = FoldedName(identifier)
    if let other = identifiers[folded] ?? others[folded] {
      throw Problem(.idReused, "\(what) would be mistaken for \(other): choose another identifier")
    }
    for name in names {
      if let other = identifiers[FoldedName(name)] {
        throw Problem(.idReused, "\"\(name)\", a name of \(what), is the identifier of \(other): choose another name")
      }
      if let other = others[FoldedName(name)] {
        throw Problem(
          .idReused,
          "\"\(name)\", a name of \(what), is a name of \(other) already (capitals and accents don't tell them apart): "
            + "add what does, such as the place: \"\(name) (Thạnh Phú)\"")
      }
    }
    enter(identifier, names, what)
  }

  private mutating func enter(_ identifier: String, _ names: [String], _ what: String) {
    identifiers[FoldedName(identifier)] = what
    for name in names where FoldedName(name) != FoldedName(identifier) { others[FoldedName(name)] = what }
  }
}
